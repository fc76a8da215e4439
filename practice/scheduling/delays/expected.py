"""When visits can be expected to start while their therapist runs behind. Pure.

Booked times stay: this is what the desk tells those who wait, and a free hour takes the delay up again.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta


@dataclass(frozen=True, slots=True)
class Stretch:
    """One visit of the therapist's day that is not over: as it is booked, and whether it goes on already."""

    key: int
    starts_at: datetime
    ends_at: datetime
    turnover: timedelta = timedelta()
    is_going_on: bool = False


def expected_starts(stretches: Iterable[Stretch], *, behind: timedelta, now: datetime) -> Mapping[int, datetime]:
    """Return by key the later starts of those visits that cannot start as booked."""
    later: dict[int, datetime] = {}
    free_at: datetime | None = None
    for each in sorted(stretches, key=lambda one: (not one.is_going_on, one.starts_at)):
        if each.is_going_on:
            free_at = max(each.ends_at + behind, now) + each.turnover
            continue
        starts_at = each.starts_at + behind if free_at is None else max(each.starts_at, free_at)
        if starts_at > each.starts_at:
            later[each.key] = starts_at
        free_at = starts_at + (each.ends_at - each.starts_at) + each.turnover
    return later
