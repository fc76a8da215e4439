"""Why no course is complete: the first visit that cannot be placed, and the one rule that stops it. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import replace

from practice.treatment_plans.course import NO_WISHES, CourseQuestion, Stop, Stuck, With
from practice.treatment_plans.course_days import Prices, Steps, reach, steps_between
from practice.treatment_plans.course_table import Table, table_of


def steps_of(question: CourseQuestion, *, is_capped: bool = True) -> Steps:
    """Return the steps between the visits of a course; those between two fixed visits are what they are."""
    dues = question.dues
    settled = {
        at: dues[at].fixed.on - dues[at - 1].fixed.on  # type: ignore[union-attr]  # both are fixed
        for at in range(1, len(dues))
        if dues[at].fixed is not None and dues[at - 1].fixed is not None
    }
    return steps_between([due.gap for due in dues], settled, strain=question.costs.strain, is_capped=is_capped)


def find_stop(table: Table) -> Stuck | None:
    """Return where every course gets stuck, None when one can be completed."""
    question = table.question
    reached = reach(_days(table), steps_of(question))
    if reached[-1]:
        return None
    at = _to_blame(question, len(reached) - 1)
    days = [{on: 0 for best in of_visit.values() for on in best} for of_visit in reached]
    first_on, last_on = _tried(question, days, at)
    return Stuck(question.dues[at].number, first_on, last_on, _reason(question, len(reached) - 1))


def _days(table: Table) -> list[Prices]:
    found: list[Prices] = []
    for due, rows in zip(table.question.dues, table.rows, strict=True):
        days = {row.on: 0 for row in rows}
        days |= {place.on: 0 for place in due.presents}
        found.append(days)
    return found


def _to_blame(question: CourseQuestion, at: int) -> int:
    """Return the position of the visit that cannot be placed: before a fixed one, the last that is not."""
    while at and question.dues[at].fixed is not None:
        at -= 1
    return at


def _tried(question: CourseQuestion, reached: Sequence[Prices], at: int) -> tuple[int, int]:
    """Return the first and the last day on which the visit could have been."""
    searched = [on for days in question.free.values() for on in days] or [question.earliest]
    if at == 0:
        return question.earliest, max(searched)
    before, gap = reached[at - 1], question.dues[at].gap
    return max(min(before) + gap.least, question.earliest), max(before) + gap.most


def _reason(question: CourseQuestion, at: int) -> Stop:
    """Return the first rule without which the visits up to here could be placed."""
    for stop, relaxed in _relaxed(question):
        if _is_reached(relaxed, steps_of(relaxed), at):
            return stop
    if _is_reached(question, steps_of(question, is_capped=False), at):
        return Stop.THREE_A_WEEK
    if question.dues[at].fixed is not None:
        return Stop.NEXT_VISIT
    free = replace(question, wishes=NO_WISHES)
    return Stop.WISHES if _is_reached(free, steps_of(free), at) else Stop.NOTHING_FREE


def _relaxed(question: CourseQuestion) -> Iterator[tuple[Stop, CourseQuestion]]:
    wishes = question.wishes
    yield Stop.WEEKDAYS, replace(question, wishes=replace(wishes, weekdays=frozenset()))
    yield Stop.HOURS, replace(question, wishes=replace(wishes, hours=()))
    yield Stop.THERAPIST, replace(question, wishes=replace(wishes, therapist=With.ANY))


def _is_reached(question: CourseQuestion, steps: Steps, at: int) -> bool:
    reached = reach(_days(table_of(question))[: at + 1], steps)
    return len(reached) > at and bool(reached[at])
