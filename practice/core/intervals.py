"""Half-open intervals of UTC instants: the only overlap arithmetic on datetimes in Python."""

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
        if self.starts_at.tzinfo is not UTC or self.ends_at.tzinfo is not UTC:
            object.__setattr__(self, "starts_at", self.starts_at.astimezone(UTC))
            object.__setattr__(self, "ends_at", self.ends_at.astimezone(UTC))
        if self.starts_at >= self.ends_at:
            raise ValueError("an interval ends after it starts")

    def overlaps(self, other: "Interval") -> bool:
        """Return whether both share an instant; touching ends share none."""
        return self.starts_at < other.ends_at and other.starts_at < self.ends_at

    def widened(self, before: timedelta, after: timedelta) -> "Interval":
        """Return the interval with buffers added on both sides."""
        return Interval(self.starts_at - before, self.ends_at + after) if before or after else self
