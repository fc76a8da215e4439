"""From the entries of a calendar file to the stretches of time in which somebody is busy. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from practice.core.intervals import Interval
from practice.core.local_time import day_bounds, wall_time
from practice.scheduling.blocks.calendar_file import Entry, When, read_entries
from practice.scheduling.blocks.errors import CalendarTooLarge
from practice.scheduling.blocks.recurrence import NotUnderstood, Steps, TooManySteps, days_named, read_rule
from practice.scheduling.diary_time import LONGEST_TREATMENT

AHEAD = timedelta(weeks=26)
"""How far ahead busy times are read: as far as anything is booked."""

MOST_STEPS = 600_000
MOST_STRETCHES = 2000


@dataclass(frozen=True, slots=True)
class Busy:
    """When somebody is busy, without overlaps, by start; and what of the file was not understood."""

    times: tuple[Interval, ...]
    entries: int
    unread_rules: int = 0
    unknown_zones: int = 0


def read_busy(text: str, *, zone: str, now: datetime) -> Busy:
    """Return the busy times from *now* to half a year ahead; *zone* is meant where the file names none.

    Of a rule that is not understood the first time is kept. Raises ``NotACalendar`` and :class:`CalendarTooLarge`.
    """
    entries = _latest(read_entries(text), zone)
    window = Interval(now, now + AHEAD)
    steps = Steps(MOST_STEPS)
    instead = _instead(entries, zone)
    found: list[Interval] = []
    unread = 0
    try:
        for entry in entries:
            try:
                starts = _starts(entry, zone, window, steps)
            except NotUnderstood:
                starts, unread = [entry.starts] if entry.starts else [], unread + 1
            found += _stretches(entry, starts, instead, zone, window)
    except TooManySteps as too_many:
        raise CalendarTooLarge("The entries of the file repeat too often.") from too_many
    times = united(found)
    if len(times) > MOST_STRETCHES:
        raise CalendarTooLarge(f"The file has more than {MOST_STRETCHES} busy times in half a year.")
    unknown = sum(entry.starts is not None and not entry.starts.knows_zone for entry in entries)
    return Busy(tuple(times), len(entries), unread, unknown)


def _latest(entries: Sequence[Entry], zone: str) -> list[Entry]:
    """Return each entry once: of several with one name the newest edition counts, else the later in the file."""
    found: dict[object, Entry] = {}
    for number, entry in enumerate(entries):
        moment = None if entry.instead_of is None else entry.instead_of.instant(zone)
        key = (entry.uid, moment) if entry.uid else number
        known = found.get(key)
        if known is None or entry.sequence >= known.sequence:
            found[key] = entry
    return list(found.values())


def _instead(entries: Iterable[Entry], zone: str) -> dict[str, set[datetime]]:
    """Return the single times of recurring entries that others replace, by name."""
    found: dict[str, set[datetime]] = {}
    for entry in entries:
        if entry.uid and entry.instead_of is not None:
            found.setdefault(entry.uid, set()).add(entry.instead_of.instant(zone))
    return found


def _starts(entry: Entry, zone: str, window: Interval, steps: Steps) -> list[When]:
    """Return when an entry starts, every time that may matter."""
    first = entry.starts
    if first is None or entry.is_free:
        return []
    steps.take()
    if not entry.rule:
        return [first, *entry.also]
    rule = read_rule(entry.rule)
    own = first.zone or zone
    days = (wall_time(window.starts_at, own).date() - timedelta(days=31), wall_time(window.ends_at, own).date())
    named = days_named(rule, first.local.date(), days, steps)
    return [*_until(rule.until, (first.on(day) for day in named), zone), *entry.also]


def _until(until: str, starts: Iterable[When], zone: str) -> Iterator[When]:
    for start in starts:
        if until and _is_over(until, start, zone):
            return
        yield start


def _is_over(until: str, start: When, zone: str) -> bool:
    try:
        last = datetime.strptime(until.rstrip("Z")[:15], "%Y%m%dT%H%M%S" if "T" in until else "%Y%m%d")  # noqa: DTZ007  # a wall time
    except ValueError as unreadable:
        raise NotUnderstood(until[:80]) from unreadable
    if "T" not in until or start.is_day:
        return start.local.date() > last.date()
    if until.endswith("Z"):
        return start.instant(zone) > When(last, "UTC").instant(zone)
    return start.local > last


def _stretches(
    entry: Entry, starts: Iterable[When], instead: dict[str, set[datetime]], zone: str, window: Interval
) -> Iterator[Interval]:
    left_out = {each.instant(zone) for each in entry.without}
    days_out = {each.local.date() for each in entry.without if each.is_day}
    if entry.instead_of is None:
        left_out |= instead.get(entry.uid, set())
    for start in starts:
        begins = start.instant(zone)
        if begins in left_out or (start.is_day and start.local.date() in days_out):
            continue
        ends = _end(entry, start, begins, zone)
        begins, ends = max(begins, window.starts_at), min(ends, window.ends_at)
        if begins < ends:
            yield Interval(begins, ends)


def _end(entry: Entry, start: When, begins: datetime, zone: str) -> datetime:
    first = entry.starts or start
    if start.is_day:
        days = 1
        if entry.ends is not None:
            days = (entry.ends.local.date() - first.local.date()).days
        elif entry.lasts is not None:
            days = entry.lasts.days
        return _midnight(start.local.date() + timedelta(days=max(1, days)), zone)
    if entry.ends is not None:
        return begins + (entry.ends.instant(zone) - first.instant(zone))
    return begins + (entry.lasts or timedelta(0))


def _midnight(day: date, zone: str) -> datetime:
    return day_bounds(day, zone)[0]


def united(times: Iterable[Interval]) -> list[Interval]:
    """Return the same time without overlaps, by start; what touches becomes one."""
    found: list[Interval] = []
    for each in sorted(times):
        if found and each.starts_at <= found[-1].ends_at:
            found[-1] = Interval(found[-1].starts_at, max(found[-1].ends_at, each.ends_at))
        else:
            found.append(each)
    return found


def without(time: Interval, taken: Iterable[Interval]) -> Iterator[Interval]:
    """Yield what is left of a stretch beside what is taken, in pieces that a diary can hold."""
    begins = time.starts_at
    for other in sorted(each for each in taken if each.overlaps(time)):
        if other.starts_at > begins:
            yield from _pieces(begins, other.starts_at)
        begins = max(begins, other.ends_at)
    if begins < time.ends_at:
        yield from _pieces(begins, time.ends_at)


def _pieces(begins: datetime, ends: datetime) -> Iterator[Interval]:
    while begins < ends:
        upto = min(ends, begins + LONGEST_TREATMENT)
        yield Interval(begins, upto)
        begins = upto
