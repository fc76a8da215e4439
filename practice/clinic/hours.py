"""Hours within a week or a day, as minutes of wall time after local midnight; a gap between two spans is a break."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

WEEKDAYS = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
MIDNIGHT = 1440


@dataclass(frozen=True, slots=True, order=True)
class Span:
    """Open from ``opens_minute`` until ``closes_minute`` (0 to 1440) on a weekday, Monday being 0.

    ``location_id`` is 0 where the place goes without saying.
    """

    weekday: int
    opens_minute: int
    closes_minute: int
    location_id: int = 0

    def __str__(self) -> str:
        return f"{WEEKDAYS[self.weekday]} {show_minute(self.opens_minute)} to {show_minute(self.closes_minute)}"


@dataclass(frozen=True, slots=True)
class Validity:
    """First and last day, both included; None is open."""

    first_on: date | None
    last_on: date | None


def show_minute(minute: int) -> str:
    """Return *minute* after midnight as a clock shows it; 1440 is 24:00."""
    return f"{minute // 60:02d}:{minute % 60:02d}"


def tidy_clock(typed: str) -> str:
    """Return a time typed as 9, 9.30 or 930 as ``09:30`` writes it; anything else stays as it is."""
    digits = typed.strip().replace(".", ":").replace("h", ":")
    hour, colon, minute = digits.partition(":")
    if not colon and len(digits) > 2:
        hour, minute = digits[:-2], digits[-2:]
    if not (hour.isdecimal() and (minute.isdecimal() or not minute) and len(hour) <= 2 and len(minute) <= 2):
        return typed.strip()
    return f"{int(hour):02d}:{int(minute or 0):02d}"


def in_words(spans: Iterable[Span]) -> str:
    """Return a week in one line: days of the same hours together, ``Mon to Fri 09:00 to 17:00``."""
    by_day: dict[int, str] = {}
    for span in sorted(spans):
        hours = f"{show_minute(span.opens_minute)} to {show_minute(span.closes_minute)}"
        by_day[span.weekday] = f"{by_day[span.weekday]}, {hours}" if span.weekday in by_day else hours
    runs: list[tuple[int, int, str]] = []
    for weekday, hours in sorted(by_day.items()):
        if runs and runs[-1][1] == weekday - 1 and runs[-1][2] == hours:
            runs[-1] = (runs[-1][0], weekday, hours)
        else:
            runs.append((weekday, weekday, hours))
    return "; ".join(f"{_days(first, last)} {hours}" for first, last, hours in runs)


def _days(first: int, last: int) -> str:
    return WEEKDAYS[first][:3] if first == last else f"{WEEKDAYS[first][:3]} to {WEEKDAYS[last][:3]}"


def find_backwards(spans: Iterable[Span]) -> Span | None:
    """Return the first span that does not end after it begins."""
    return next((span for span in spans if not 0 <= span.opens_minute < span.closes_minute <= MIDNIGHT), None)


def find_overlap(spans: Iterable[Span]) -> tuple[Span, Span] | None:
    """Return the first two spans of one weekday that overlap, wherever they are; touching ones do not."""
    for earlier, later in pairwise(sorted(spans)):
        if earlier.weekday == later.weekday and later.opens_minute < earlier.closes_minute:
            return earlier, later
    return None


def cut_validity(existing: Validity, first_on: date | None, last_on: date | None) -> Sequence[Validity]:
    """Return what remains of *existing* when another week rules from *first_on* to *last_on*."""
    low, high = existing.first_on or date.min, existing.last_on or date.max
    cut_low, cut_high = first_on or date.min, last_on or date.max
    if cut_high < low or high < cut_low:
        return (existing,)
    remaining: list[Validity] = []
    if low < cut_low:
        remaining.append(Validity(existing.first_on, cut_low - timedelta(days=1)))
    if cut_high < high:
        remaining.append(Validity(cut_high + timedelta(days=1), existing.last_on))
    return remaining
