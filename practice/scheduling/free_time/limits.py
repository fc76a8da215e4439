"""When a therapist has had enough: visits and hands-on minutes of a day and a week, and work without a rest. Pure.

Availability takes starts away with the same functions by which ``explain`` says why.
"""

from collections.abc import Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from practice.scheduling.diary_time import VISITS, DiaryTime, Work
from practice.scheduling.free_time.slots import Grid, positions
from practice.scheduling.limits import Limits
from practice.scheduling.local_days import days_between, local_day
from practice.scheduling.question import Question, SetUp, Span, candidates


class Worked(NamedTuple):
    """A visit on a therapist's diary, and the hands-on minutes of it."""

    begins: int
    ends: int
    minutes: int


class Wanted(NamedTuple):
    """A visit that is asked for: its length, and whether it counts at all (a call does not)."""

    duration: int
    work: int

    @property
    def counts(self) -> bool:
        """Return whether limits speak about it."""
        return self.work in VISITS

    @property
    def minutes(self) -> int:
        """Return the hands-on minutes of it."""
        return self.duration if self.work == Work.HANDS_ON else 0

    def at(self, begins: int) -> Worked:
        """Return it as it would lie on the diary."""
        return Worked(begins, begins + self.duration, self.minutes)


class Load(NamedTuple):
    """What a day or a week holds."""

    visits: int
    minutes: int


class Stretch(NamedTuple):
    """Work without a rest in it."""

    begins: int
    ends: int
    minutes: int


def visits_on(diary: DiaryTime) -> list[Worked]:
    """Return the visits on a diary by start; clients treated in one group are one visit."""
    return sorted({Wanted(one.ends - one.begins, one.work).at(one.begins) for one in diary if one.work in VISITS})


def within(worked: Iterable[Worked], span: Span) -> list[Worked]:
    """Return the visits that begin in a span of minutes."""
    return [one for one in worked if span.begins <= one.begins < span.ends]


def load_of(worked: Sequence[Worked]) -> Load:
    """Return how much that is."""
    return Load(len(worked), sum(one.minutes for one in worked))


def is_too_much(load: Load, wanted: Wanted, visits: int | None, minutes: int | None) -> bool:
    """Return whether one visit more goes beyond a limit; the minutes only if it has any."""
    return (visits is not None and load.visits + 1 > visits) or (
        minutes is not None and wanted.minutes > 0 and load.minutes + wanted.minutes > minutes
    )


def stretches(worked: Iterable[Worked], rest: int) -> list[Stretch]:
    """Return the visits joined where less than a rest lies between them."""
    found: list[Stretch] = []
    for begins, ends, minutes in sorted(worked):
        if found and begins - found[-1].ends < rest:
            last = found.pop()
            found.append(Stretch(last.begins, max(last.ends, ends), last.minutes + minutes))
        else:
            found.append(Stretch(begins, ends, minutes))
    return found


def without_rest(worked: Sequence[Worked], wanted: Worked, limits: Limits) -> Stretch | None:
    """Return the stretch that a visit would make too long; one that was too long already and grows not is none."""
    if limits.rest_after is None:
        return None
    ours = next(one for one in stretches([*worked, wanted], limits.rest) if one.begins <= wanted.begins < one.ends)
    joined = [one.minutes for one in stretches(worked, limits.rest) if ours.begins <= one.begins < ours.ends]
    return ours if ours.minutes > max([limits.rest_after, *joined]) else None


def day_span(on: date, zone: str) -> Span:
    """Return the UTC minutes of a local day."""
    day = local_day(on, zone)
    return Span(day.begins, day.ends)


def monday_of(on: date) -> date:
    """Return the first day of the week of a day."""
    return on - timedelta(days=on.weekday())


def week_span(on: date, zone: str) -> Span:
    """Return the UTC minutes of the local week of a day."""
    first_on = monday_of(on)
    return Span(local_day(first_on, zone).begins, local_day(first_on + timedelta(days=6), zone).ends)


def days_counted(question: Question, set_up: SetUp) -> tuple[date, date] | None:
    """Return the days that limits on the therapists asked for look at, None if nothing is counted."""
    limits = [one.limits for one in candidates(question, set_up)]
    if any(one.count_weeks for one in limits):
        return monday_of(question.first_on), monday_of(question.last_on) + timedelta(days=6)
    return (question.first_on, question.last_on) if any(one.count_days for one in limits) else None


def days_known(question: Question, set_up: SetUp) -> tuple[date, date] | None:
    """Return the days of which everything must be known, None if neighbours in time are enough.

    A client's visits count as far before and after as the gap between two of them reaches.
    """
    counted = days_counted(question, set_up)
    if question.client_id is None:
        return counted
    limits = set_up.client_limits
    gap = limits.gap_days(set_up.services[question.service_id].work)
    if not gap and limits.visits_a_day is None:
        return counted
    first_on, last_on = counted or (question.first_on, question.last_on)
    return min(first_on, question.first_on - timedelta(days=gap)), max(last_on, question.last_on + timedelta(days=gap))


def without_excess(bits: int, limits: Limits, diary: DiaryTime, grid: Grid, wanted: Wanted) -> int:
    """Return the starts of *wanted* that stay within the limits."""
    if not (limits.count_days and wanted.counts):
        return bits
    worked = visits_on(diary)
    for on in days_between(grid.first_on, grid.last_on):
        day = day_span(on, grid.zone)
        asked = bits & grid.between(day.begins, day.ends - 1)
        if asked and _is_full(on, grid.zone, limits, worked, wanted):
            bits &= ~asked
        elif asked:
            bits &= ~sum(_restless(asked, limits, within(worked, day), grid, wanted))
    return bits


def _is_full(on: date, zone: str, limits: Limits, worked: Sequence[Worked], wanted: Wanted) -> bool:
    today = load_of(within(worked, day_span(on, zone)))
    if is_too_much(today, wanted, limits.visits_a_day, limits.minutes_a_day):
        return True
    this_week = load_of(within(worked, week_span(on, zone))) if limits.count_weeks else Load(0, 0)
    return is_too_much(this_week, wanted, limits.visits_a_week, limits.minutes_a_week)


def _restless(asked: int, limits: Limits, today: Sequence[Worked], grid: Grid, wanted: Wanted) -> Iterator[int]:
    if limits.rest_after is None or load_of(today).minutes + wanted.minutes <= limits.rest_after:
        return
    for position in positions(asked):
        if without_rest(today, wanted.at(grid.starts[position]), limits) is not None:
            yield 1 << position
