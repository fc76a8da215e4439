"""What visits cost beside a pattern, or beside a branch: as the kindest pattern in it would have it. Pure."""

from collections.abc import Sequence
from typing import NamedTuple

from practice.treatment_plans.course import CourseQuestion, Due, Kind, Pattern, Visit, part_of_day
from practice.treatment_plans.course_days import Prices
from practice.treatment_plans.course_table import DayRow, Table, around, row_at


class Branch(NamedTuple):
    """A set of patterns: anyone or one therapist, any weekdays or some, and reference minutes in order."""

    therapist_id: int | None
    weekdays: tuple[int, ...] | None
    minutes: tuple[int, ...]

    @property
    def pattern(self) -> Pattern | None:
        """Return the pattern when nothing is left open."""
        if self.therapist_id is None or self.weekdays is None or len(self.minutes) != 1:
            return None
        return Pattern(self.therapist_id, self.weekdays, self.minutes[0])

    @property
    def openness(self) -> int:
        """Return how much is left open, at least 1: of branches that cost the same the narrowest comes first."""
        return (self.therapist_id is None) + (self.weekdays is None) + len(self.minutes)

    def is_of(self, kinds: set[Kind]) -> bool:
        """Return whether every pattern left is of one of these kinds."""
        if self.therapist_id is None or self.weekdays is None:
            return False
        return {Kind(self.therapist_id, self.weekdays, part_of_day(minute)) for minute in self.minutes} <= kinds


def branch_of(pattern: Pattern) -> Branch:
    """Return the branch that holds one pattern only."""
    return Branch(pattern.therapist_id, pattern.weekdays, (pattern.minute,))


class Beside:
    """The price of places beside a branch."""

    def __init__(self, question: CourseQuestion, branch: Branch) -> None:
        self._question, self._costs, self._branch = question, question.costs, branch
        self._around = around(branch.minutes, question.costs.hours)
        self.moved = question.costs.moved

    def of(self, visit: Visit) -> int:
        """Return what one place costs."""
        return self.prices([row_at(self._question, visit)])[visit.on]

    def prices(self, rows: Sequence[DayRow]) -> dict[int, int]:
        """Return what the best place of each day costs."""
        therapist_id, weekdays, _ = self._branch
        price, costs = self._around.price, self._costs
        change = 0 if therapist_id is None else costs.therapist
        is_passed_over = therapist_id is not None and self._question.wishes.passes_over(therapist_id)
        found: dict[int, int] = {}
        for on, weekday, everyone, welcome, own in rows:
            best = price(everyone) or 0
            if welcome != everyone:
                best += costs.not_preferred
                liked = price(welcome)
                best = best if liked is None else min(best, liked)
            if change:
                best += change
                with_own = price(own.get(therapist_id, 0))  # type: ignore[arg-type]  # there is a change from somebody
                if with_own is not None:
                    best = min(best, with_own + costs.not_preferred * is_passed_over)
            found[on] = best if weekdays is None or weekday in weekdays else best + costs.weekday
        return found


def prices_beside(table: Table, branch: Branch) -> list[Prices]:
    """Return for each visit of the course what each day costs."""
    question, beside = table.question, Beside(table.question, branch)
    known: dict[int, Prices] = {}
    found: list[Prices] = []
    for due, rows in zip(question.dues, table.rows, strict=True):
        if id(rows) not in known:
            known[id(rows)] = beside.prices(rows)
        found.append(_staying(due, known[id(rows)], beside))
    at = first_open(question)
    if at is not None:
        found[at] = {on: price + waiting(question, on) for on, price in found[at].items()}
    return found


def _staying(due: Due, prices: Prices, beside: Beside) -> Prices:
    """Return the prices of a visit that had better stay: moving costs, staying only what its place costs."""
    if not due.presents:
        return prices
    found = {on: price + beside.moved for on, price in prices.items()}
    for place in due.presents:
        stays = beside.of(place)
        found[place.on] = min(stays, found.get(place.on, stays))
    return found


def first_open(question: CourseQuestion) -> int | None:
    """Return the position of the first visit that is to be placed."""
    return next((at for at, due in enumerate(question.dues) if due.fixed is None), None)


def waiting(question: CourseQuestion, on: int) -> int:
    """Return what it costs that the first visit is only on this day."""
    return question.costs.day_later * max(on - question.earliest, 0)


def course_cost(question: CourseQuestion, visits: Sequence[Visit], pattern: Pattern) -> int:
    """Return what a whole course costs beside a pattern."""
    beside = Beside(question, branch_of(pattern))
    total = 0
    for at, (due, visit) in enumerate(zip(question.dues, visits, strict=True)):
        total += beside.of(visit)
        if due.presents and visit not in due.presents:
            total += question.costs.moved
        if at and not (due.fixed and question.dues[at - 1].fixed):
            total += question.costs.strain * due.gap.strain(visit.on - visits[at - 1].on)
    first = first_open(question)
    return total if first is None else total + waiting(question, visits[first].on)
