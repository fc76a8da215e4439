"""The rule by which visits recur, and the wall times that it names. Pure: no clock, no database.

The wall time is the promise: it stays the same over every clock change, whatever happens to UTC.
"""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum
from itertools import pairwise
from typing import NamedTuple

from practice.core.local_time import exists, next_valid_times
from practice.scheduling.series.errors import ImpossibleSeries

MOST_VISITS = 52
LONGEST_INTERVAL = 52
LONGEST_REACH = timedelta(days=2 * 366)
"""No series reaches further than this from its first day."""


class Unit(StrEnum):
    """What the interval counts."""

    DAYS = "days"
    WEEKS = "weeks"


class Instead(StrEnum):
    """What becomes of a visit that cannot be where the rule puts it."""

    REFUSE = "refuse"
    SKIP = "skip"
    SHIFT = "shift"


class Why(StrEnum):
    """Why a visit is not where the rule puts it."""

    CLOSED = "closed"
    NO_SUCH_TIME = "nonexistent_local_time"


@dataclass(frozen=True, slots=True, kw_only=True)
class Recurrence:
    """Every so many weeks or days, on some weekdays (Monday = 0), so often or until a day, both included.

    Weeks begin on Monday. A skipped visit does not count towards ``count``. ``on_closed`` says what becomes of a
    visit on a day on which the place is closed, ``on_skipped_time`` of one at a wall time that the clocks jump over.
    """

    every: int = 1
    unit: Unit = Unit.WEEKS
    weekdays: frozenset[int] = frozenset()
    count: int | None = None
    until: date | None = None
    on_closed: Instead = Instead.REFUSE
    on_skipped_time: Instead = Instead.REFUSE


class Occurrence(NamedTuple):
    """A visit that the rule names, counted from 1; ``why`` says that it was shifted from ``due_on``."""

    number: int
    local_start: datetime
    due_on: date
    why: Why | None = None


class LeftOut(NamedTuple):
    """A day that the rule names and on which there is no visit."""

    due_on: date
    why: Why


@dataclass(frozen=True, slots=True)
class Expansion:
    """The visits of a series in their order, and the days on which there is none."""

    visits: tuple[Occurrence, ...]
    left_out: tuple[LeftOut, ...] = ()


IsClosed = Callable[[date], bool]


def never_closed(_day: date) -> bool:
    """Say that a place is open on every day."""
    return False


@dataclass(frozen=True, slots=True)
class Place:
    """Where the visits are: its zone, its closed days, and the grid of minutes on which they start."""

    zone: str
    is_closed: IsClosed = never_closed
    grid_minutes: int = 15


def expand(rule: Recurrence, first: datetime, place: Place, *, most: int = MOST_VISITS) -> Expansion:
    """Return the visits of a series that begins at *first*, a naive wall time at *place*.

    A shifted visit goes to the next open day before the next one is due, or to the next wall time on the grid
    that exists; where there is none it is left out. Raises :class:`ImpossibleSeries`.
    """
    require_possible(rule, first.date(), most)
    visits: list[Occurrence] = []
    left_out: list[LeftOut] = []
    for due_on, next_on in pairwise(due_days(rule, first.date())):
        if len(visits) == rule.count or _is_over(rule, due_on):
            break
        before = next_on if rule.until is None else min(next_on, rule.until + timedelta(days=1))
        found = _placed(rule, datetime.combine(due_on, first.time()), before, place)
        if isinstance(found, Why):
            left_out.append(LeftOut(due_on, found))
        else:
            visits.append(Occurrence(len(visits) + 1, found.local_start, due_on, found.why))
    return _possible(Expansion(tuple(visits), tuple(left_out)), rule, most)


def _is_over(rule: Recurrence, day: date) -> bool:
    return rule.until is not None and day > rule.until


def due_days(rule: Recurrence, first_on: date) -> Iterator[date]:
    """Yield the days that the rule names from *first_on* on, no further than one beyond its longest reach."""
    last_on = reach_of(first_on)
    monday = first_on - timedelta(days=first_on.weekday())
    day = first_on
    while day <= last_on:
        if _is_named(rule, day, first_on, monday):
            yield day
        day += timedelta(days=1)
    yield day


def reach_of(first_on: date) -> date:
    """Return the last day to which a series from *first_on* may reach."""
    return date.fromordinal(min(first_on.toordinal() + LONGEST_REACH.days, date.max.toordinal() - 8))


def _is_named(rule: Recurrence, day: date, first_on: date, monday: date) -> bool:
    if rule.unit is Unit.WEEKS:
        return day.weekday() in rule.weekdays and (day - monday).days // 7 % rule.every == 0
    return (day - first_on).days % rule.every == 0 and (not rule.weekdays or day.weekday() in rule.weekdays)


class _Placed(NamedTuple):
    local_start: datetime
    why: Why | None


def _placed(rule: Recurrence, start: datetime, before: date, place: Place) -> _Placed | Why:
    """Return where a visit goes whose next one is due on *before*, or why there is none."""
    why: Why | None = None
    if rule.on_closed is not Instead.REFUSE and place.is_closed(start.date()):
        opens_on = _next_open(start.date(), before, place.is_closed) if rule.on_closed is Instead.SHIFT else None
        if opens_on is None:
            return Why.CLOSED
        start, why = datetime.combine(opens_on, start.time()), Why.CLOSED
    if rule.on_skipped_time is not Instead.REFUSE and not exists(start, place.zone):
        if rule.on_skipped_time is Instead.SKIP:
            return Why.NO_SUCH_TIME
        (start,), why = next_valid_times(start, place.zone, count=1, step_minutes=place.grid_minutes), Why.NO_SUCH_TIME
    return _Placed(start, why)


def _next_open(due_on: date, before: date, is_closed: IsClosed) -> date | None:
    day = due_on + timedelta(days=1)
    while day < before:
        if not is_closed(day):
            return day
        day += timedelta(days=1)
    return None


def _possible(expansion: Expansion, rule: Recurrence, most: int) -> Expansion:
    if not expansion.visits:
        raise ImpossibleSeries("No day fits this rule.", field="weekdays")
    if rule.count is not None and rule.until is None and len(expansion.visits) < rule.count:
        raise ImpossibleSeries("So many visits would reach further than two years.", field="count")
    if len(expansion.visits) > most:
        raise ImpossibleSeries(f"These are more than {most} visits; choose an earlier last day.", field="until")
    return expansion


def require_possible(rule: Recurrence, first_on: date, most: int = MOST_VISITS) -> None:
    """Raise :class:`ImpossibleSeries`, naming the field, for a rule that no series can follow."""
    for is_wrong, field, sentence in _faults(rule, first_on, most):
        if is_wrong:
            raise ImpossibleSeries(sentence, field=field)


def _faults(rule: Recurrence, first_on: date, most: int) -> Iterator[tuple[bool, str, str]]:
    longest = f"The interval is 1 to {LONGEST_INTERVAL} {rule.unit}."
    yield not 1 <= rule.every <= LONGEST_INTERVAL, "every", longest
    yield rule.unit is Unit.WEEKS and not rule.weekdays, "weekdays", "Choose at least one weekday."
    yield not rule.weekdays <= set(range(7)), "weekdays", "Weekdays are numbered from 0 (Monday) to 6."
    yield rule.count is None and rule.until is None, "count", "Say how many visits, or until when."
    yield rule.count is not None and rule.count < 1, "count", "A series has at least one visit."
    yield rule.count is not None and rule.count > most, "count", f"A series has at most {most} visits."
    yield rule.until is not None and rule.until < first_on, "until", "The series would end before it starts."
    reach = f"A series reaches at most {LONGEST_REACH.days // 366} years ahead."
    yield rule.until is not None and rule.until - first_on > LONGEST_REACH, "until", reach
