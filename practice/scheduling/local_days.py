"""Local days as UTC minutes. Hours are wall-clock rules, so a day is 23, 24 or 25 hours long and minutes may jump."""

from datetime import UTC, date, datetime, timedelta
from functools import lru_cache
from math import ceil
from typing import NamedTuple

from practice.core.local_time import day_bounds, instant_at, to_local

DAY = 24 * 60


class LocalDay(NamedTuple):
    """A local day between two UTC minutes; ``is_regular`` when no clock change falls into it."""

    on: date
    zone: str
    begins: int
    ends: int
    is_regular: bool

    def minute_at(self, wall_minute: int) -> int:
        """Return the UTC minute of a wall minute (0 to 1440); a skipped one means the end of the gap."""
        if self.is_regular:
            return self.begins + wall_minute
        return floor_minute(instant_at(self.on, wall_minute, self.zone))


def floor_minute(instant: datetime) -> int:
    """Return the UTC minute that contains *instant*."""
    return int(instant.timestamp() // 60)


def ceil_minute(instant: datetime) -> int:
    """Return the first UTC minute that does not begin before *instant*."""
    return ceil(instant.timestamp() / 60)


def instant_of(minute: int) -> datetime:
    """Return the aware instant of a UTC minute."""
    return datetime.fromtimestamp(minute * 60, UTC)


def days_between(first_on: date, last_on: date) -> list[date]:
    """Return the days from first to last, both included."""
    return [first_on + timedelta(days=offset) for offset in range((last_on - first_on).days + 1)]


@lru_cache(maxsize=4096)
def local_day(on: date, zone: str) -> LocalDay:
    """Return the bounds of a local day."""
    begins_at, ends_at = day_bounds(on, zone)
    begins, ends = floor_minute(begins_at), floor_minute(ends_at)
    is_regular = ends - begins == DAY and to_local(begins_at, zone).utcoffset() == to_local(ends_at, zone).utcoffset()
    return LocalDay(on, zone, begins, ends, is_regular)


@lru_cache(maxsize=4096)
def grid_of_day(on: date, zone: str, grid_minutes: int) -> tuple[int, ...]:
    """Return the UTC minutes of the day whose wall minute is on the grid counted from local midnight."""
    day = local_day(on, zone)
    if day.is_regular:
        return tuple(range(day.begins, day.ends, grid_minutes))
    return tuple(minute for minute in range(day.begins, day.ends) if wall_minute(minute, zone) % grid_minutes == 0)


def wall_minute(minute: int, zone: str) -> int:
    """Return the minute after local midnight that the clock on the wall shows at a UTC minute."""
    local = to_local(instant_of(minute), zone)
    return local.hour * 60 + local.minute
