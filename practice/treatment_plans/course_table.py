"""The free starts of a course as bits of minutes, by day and therapist, and what they cost beside a pattern. Pure."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from practice.treatment_plans.course import CourseQuestion, Due, FreeStart, Visit, weekday_of

WITHIN = (60, 120)
"""Minutes by which a time of day is still nearly the same."""


class DayRow(NamedTuple):
    """What is free for a visit on a day: bit m of a number stands for minute m."""

    on: int
    weekday: int
    everyone: int
    welcome: int
    """With those who are not passed over for somebody preferred."""
    own: Mapping[int, int]


class Around(NamedTuple):
    """Reference minutes as bits: at the same time, within one hour, within two."""

    bands: tuple[tuple[int, int], ...]
    beyond: int

    def price(self, free: int) -> int | None:
        """Return what the best of some free minutes costs."""
        for band, cost in self.bands:
            if free & band:
                return cost
        return self.beyond if free else None


@dataclass(frozen=True, slots=True)
class Table:
    """Everything that a search reads again and again; ``rows`` for each visit, the same list where they agree."""

    question: CourseQuestion
    rows: tuple[Sequence[DayRow], ...]

    @property
    def therapist_ids(self) -> list[int]:
        """Return everybody who could treat, by id."""
        return sorted({therapist_id for row in self._every() for therapist_id in row.own})

    @property
    def minutes(self) -> tuple[int, ...]:
        """Return every minute of the day at which something is free."""
        union = 0
        for row in self._every():
            union |= row.everyone
        return minutes_in(union)

    @property
    def weekdays(self) -> list[int]:
        """Return the weekdays on which something is free."""
        return sorted({row.weekday for row in self._every()})

    def _every(self) -> Iterator[DayRow]:
        for rows in {id(rows): rows for rows in self.rows}.values():
            yield from rows
        for due in self.question.dues:
            for place in due.presents:
                yield row_at(self.question, place)


def table_of(question: CourseQuestion) -> Table:
    """Return what is free for each visit: what wishes allow, or where a fixed one lies."""
    by_length: dict[tuple[int, int], list[DayRow]] = {}
    rows: list[Sequence[DayRow]] = []
    for due in question.dues:
        if due.fixed is not None:
            rows.append([row_at(question, due.fixed)])
            continue
        key = (due.service_id, due.minutes)
        if key not in by_length:
            by_length[key] = list(_rows(question, due))
        rows.append(by_length[key])
    return Table(question, tuple(rows))


def _rows(question: CourseQuestion, due: Due) -> Iterator[DayRow]:
    for on, starts in question.free.get(due.service_id, {}).items():
        if on >= question.earliest and question.wishes.allow_day(on):
            own = _own_bits(question, due, starts)
            if own:
                yield _row(question, on, own)


def _own_bits(question: CourseQuestion, due: Due, starts: Iterable[FreeStart]) -> dict[int, int]:
    wishes, own = question.wishes, defaultdict[int, int](int)
    for minute, therapist_ids in starts:
        if wishes.allow_hour(minute, due.minutes):
            bit = 1 << minute
            for therapist_id in therapist_ids:
                own[therapist_id] |= bit
    return {one: free for one, free in own.items() if wishes.allow_therapist(one)}


def row_at(question: CourseQuestion, visit: Visit) -> DayRow:
    """Return the row of one place."""
    return _row(question, visit.on, {visit.therapist_id: 1 << visit.minute})


def _row(question: CourseQuestion, on: int, own: Mapping[int, int]) -> DayRow:
    everyone = welcome = 0
    for therapist_id, free in own.items():
        everyone |= free
        if not question.wishes.passes_over(therapist_id):
            welcome |= free
    return DayRow(on, weekday_of(on), everyone, welcome, own)


def around(minutes: Iterable[int], hours: Sequence[int]) -> Around:
    """Return the bands around reference minutes; *hours* are the costs at the same time, near, far and beyond."""
    same = near = far = 0
    for minute in minutes:
        same |= 1 << minute
        near |= band(minute, WITHIN[0])
        far |= band(minute, WITHIN[1])
    return Around(((same, hours[0]), (near, hours[1]), (far, hours[2])), hours[3])


def band(minute: int, reach: int) -> int:
    """Return the bits from so many minutes before a minute to as many after it."""
    first = max(minute - reach, 0)
    return (1 << (minute + reach + 1)) - (1 << first)


def minutes_in(free: int) -> tuple[int, ...]:
    """Return the minutes whose bits are set."""
    digits, found = f"{free:b}"[::-1], []
    at = digits.find("1")
    while at >= 0:
        found.append(at)
        at = digits.find("1", at + 1)
    return tuple(found)
