"""Wall time and UTC: the one place where a zone matters.

The wall time is the promise made to a person, UTC is its index. The pinned tzdata package is what runs,
whatever the machine carries.
"""

import zoneinfo
from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache
from zoneinfo import ZoneInfo

from practice.core.errors import RuleViolation, WayOut

zoneinfo.reset_tzpath(())


class NonexistentLocalTime(RuleViolation):
    """The clocks jump over this wall time (spring change)."""

    code = "nonexistent_local_time"
    title = "That time does not exist"


@lru_cache(maxsize=256)
def zone(name: str) -> ZoneInfo:
    """Return the zone *name*; raises ``ValueError`` for a name that the pinned tzdata does not know."""
    try:
        return ZoneInfo(name)
    except (zoneinfo.ZoneInfoNotFoundError, ValueError, OSError) as unknown:
        raise ValueError(f"{name!r} is not an IANA time zone") from unknown


@lru_cache(maxsize=1)
def zone_names() -> tuple[str, ...]:
    """Return the zones to offer to people: places, without the aliases that only look like zones."""
    regions = ("Africa", "America", "Antarctica", "Asia", "Atlantic", "Australia", "Europe", "Indian", "Pacific")
    places = {name for name in zoneinfo.available_timezones() if name.partition("/")[0] in regions}
    return (*sorted(places), "UTC")


def to_local(instant: datetime, zone_name: str) -> datetime:
    """Return the aware wall time of *instant* in the zone."""
    return instant.astimezone(zone(zone_name))


def wall_time(instant: datetime, zone_name: str) -> datetime:
    """Return the naive wall time of *instant*, as it is stored beside the zone."""
    return to_local(instant, zone_name).replace(tzinfo=None, fold=0)


def local_start(instant: datetime, zone_name: str) -> datetime:
    """Return the naive wall time of *instant* with its ``fold``: 1 where it is the second of two."""
    return to_local(instant, zone_name).replace(tzinfo=None)


_SECOND = "/2"
YEARS = range(1890, 2200)
"""The years that may be asked for: days beside the last one a calendar knows could not be reckoned with."""


def local_text(local: datetime) -> str:
    """Return a naive wall time as forms carry it: ``2026-11-01T01:30``, with ``/2`` where it is the second of two."""
    return local.isoformat(timespec="minutes") + (_SECOND if local.fold else "")


def spoken(local: datetime) -> str:
    """Return a wall time as sentences and buttons say it: ``Tue, Nov 24 14:30``."""
    return f"{local:%a, %b} {local.day} {local:%H:%M}"


def spoken_date(on: date) -> str:
    """Return a day as sentences say it: ``1 December 2026``."""
    return f"{on.day} {on:%B %Y}"


def spoken_day(on: date) -> str:
    """Return a day of these weeks as sentences say it: ``Tuesday 1 December``."""
    return f"{on:%A} {on.day} {on:%B}"


def read_local_text(raw: str) -> datetime:
    """Return the wall time that :func:`local_text` wrote; raises ``ValueError``, also for one that no diary reaches."""
    local = datetime.fromisoformat(raw.removesuffix(_SECOND))
    if local.year not in YEARS:
        raise ValueError(f"{raw!r} lies out of reach")
    return local.replace(fold=1) if raw.endswith(_SECOND) else local


def begins_before(local: datetime, zone_name: str, instant: datetime) -> bool:
    """Return whether a naive wall time (``fold`` 1: the second of two) lies before *instant*."""
    return local.replace(tzinfo=zone(zone_name)).astimezone(UTC) < instant


def exists(local: datetime, zone_name: str) -> bool:
    """Return whether the naive wall time occurs in the zone."""
    aware = local.replace(tzinfo=zone(zone_name))
    return aware.astimezone(UTC).astimezone(zone(zone_name)).replace(tzinfo=None, fold=0) == local.replace(fold=0)


def to_utc(local: datetime, zone_name: str) -> datetime:
    """Return the instant of a naive wall time.

    A repeated time (autumn) means its first occurrence unless ``local.fold`` is 1. Raises
    :class:`NonexistentLocalTime`, naming the next valid times, for a time that the clocks jump over.
    """
    if not exists(local, zone_name):
        raise _nonexistent(local, zone_name)
    return local.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def to_utc_as_stood(local: datetime, zone_name: str, stood_at: datetime) -> datetime:
    """Return the instant of a promised wall time by the zone's rules of today.

    Of a repeated time it is the occurrence at which the promise stands already. Raises :class:`NonexistentLocalTime`.
    """
    first, second = (to_utc(local.replace(fold=fold), zone_name) for fold in (0, 1))
    return second if stood_at == second else first


def next_valid_times(local: datetime, zone_name: str, *, count: int = 3, step_minutes: int = 15) -> list[datetime]:
    """Return the *count* next existing wall times on the grid of *step_minutes* after a time that does not exist."""
    candidate = local.replace(minute=local.minute - local.minute % step_minutes, second=0, microsecond=0)
    valid: list[datetime] = []
    while len(valid) < count:
        candidate += timedelta(minutes=step_minutes)
        if exists(candidate, zone_name):
            valid.append(candidate)
    return valid


def _nonexistent(local: datetime, zone_name: str) -> NonexistentLocalTime:
    times = next_valid_times(local, zone_name)
    ways = tuple(
        WayOut("choose_time", f"{valid:%H:%M} instead", {"local_start": valid.isoformat(timespec="minutes")})
        for valid in times
    )
    return NonexistentLocalTime(
        f"The clocks change on {spoken_date(local)} and {local:%H:%M} does not exist. "
        f"The next valid time is {times[0]:%H:%M}.",
        ways_out=ways,
        context={"next_valid": [valid.isoformat(timespec="minutes") for valid in times]},
    )


def day_start(day: date, zone_name: str) -> datetime:
    """Return the first instant of a local day, also where midnight itself is jumped over."""
    midnight = datetime.combine(day, time.min)
    if not exists(midnight, zone_name):
        midnight = next_valid_times(midnight, zone_name, count=1)[0]
    return midnight.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def day_bounds(day: date, zone_name: str) -> tuple[datetime, datetime]:
    """Return the half-open UTC bounds of a local day: 23, 24 or 25 hours apart."""
    return day_start(day, zone_name), day_start(day + timedelta(days=1), zone_name)


def instant_at(day: date, minute: int, zone_name: str) -> datetime:
    """Return the instant at *minute* (0 to 1440) of wall time on *day*; a skipped time means the end of the gap."""
    local = datetime.combine(day, time.min) + timedelta(minutes=minute)
    if not exists(local, zone_name):
        # The gap maps onto the instant at which the clocks jump: fold=1 reads the offset after it.
        after = local.replace(fold=0, tzinfo=zone(zone_name)).astimezone(UTC)
        before = local.replace(fold=1, tzinfo=zone(zone_name)).astimezone(UTC)
        return _jump_between(min(before, after), max(before, after), zone_name)
    return local.replace(tzinfo=zone(zone_name)).astimezone(UTC)


def _jump_between(low: datetime, high: datetime, zone_name: str) -> datetime:
    """Return the instant in ``(low, high]`` at which the zone's offset changes."""
    offset = to_local(low, zone_name).utcoffset()
    while high - low > timedelta(seconds=1):
        middle = low + (high - low) / 2
        if to_local(middle, zone_name).utcoffset() == offset:
            low = middle
        else:
            high = middle
    return high.replace(microsecond=0)
