"""Half-open intervals of UTC instants: the only overlap arithmetic on datetimes in Python."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta


@dataclass(frozen=True, slots=True, order=True)
class Interval:
    """``[starts_at, ends_at)`` in UTC; never empty."""

    starts_at: datetime
    ends_at: datetime

    def __post_init__(self) -> None:
        if self.starts_at.tzinfo is None or self.ends_at.tzinfo is None:
            raise ValueError("an interval needs aware instants")
        object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))
        object.__setattr__(self, "ends_at", self.ends_at.astimezone(UTC))
        if self.starts_at >= self.ends_at:
            raise ValueError("an interval ends after it starts")

    @property
    def duration(self) -> timedelta:
        """Return the length in real time."""
        return self.ends_at - self.starts_at

    def overlaps(self, other: "Interval") -> bool:
        """Return whether both share an instant; touching ends share none."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def contains(self, other: "Interval") -> bool:
        """Return whether *other* lies wholly inside."""
        return self.starts_at <= other.starts_at and other.ends_at <= self.ends_at

    def widened(self, before: timedelta, after: timedelta) -> "Interval":
        """Return the interval with buffers added on both sides."""
        return Interval(self.starts_at - before, self.ends_at + after)


def merge(intervals: Iterable[Interval]) -> list[Interval]:
    """Return the union as sorted, disjoint intervals; touching ones become one."""
    merged: list[Interval] = []
    for interval in sorted(intervals):
        if merged and interval.starts_at <= merged[-1].ends_at:
            last = merged[-1]
            merged[-1] = Interval(last.starts_at, max(last.ends_at, interval.ends_at))
        else:
            merged.append(interval)
    return merged


def subtract(wanted: Iterable[Interval], taken: Iterable[Interval]) -> list[Interval]:
    """Return what of *wanted* no *taken* interval covers, sorted and disjoint."""
    free: list[Interval] = []
    busy = merge(taken)
    for interval in merge(wanted):
        cursor = interval.starts_at
        for block in busy:
            if block.ends_at <= cursor or block.starts_at >= interval.ends_at:
                continue
            if block.starts_at > cursor:
                free.append(Interval(cursor, block.starts_at))
            cursor = max(cursor, block.ends_at)
        if cursor < interval.ends_at:
            free.append(Interval(cursor, interval.ends_at))
    return free
