"""The hours in which no mail should wake anybody, and the days on which the desk can call."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta

from practice.core.local_time import instant_at, to_local

EVENING_MINUTE = 18 * 60
"""A reminder that would fall into the night goes at six in the evening before."""

CALLS_MINUTE = 10 * 60
"""Calls for tomorrow are due at ten."""

_FURTHEST_WORKING_DAY = 14


@dataclass(frozen=True, slots=True)
class QuietHours:
    """From and until a minute of wall time, over midnight when *from* is later; equal minutes mean no quiet hours."""

    from_minute: int = 20 * 60
    until_minute: int = 8 * 60

    def contains(self, instant: datetime, zone_name: str) -> bool:
        """Return whether *instant* falls inside by the zone's wall clock."""
        minute = _minute(to_local(instant, zone_name))
        if self.from_minute <= self.until_minute:
            return self.from_minute <= minute < self.until_minute
        return minute >= self.from_minute or minute < self.until_minute

    def morning_after(self, instant: datetime, zone_name: str) -> datetime:
        """Return when the quiet hours around *instant* end."""
        local = to_local(instant, zone_name)
        ends_on = local.date() + timedelta(days=_minute(local) >= self.until_minute)
        return instant_at(ends_on, self.until_minute, zone_name)

    def after(self, instant: datetime, zone_name: str) -> datetime:
        """Return *instant*, or as long after the quiet hours as it lies inside them."""
        if not self.contains(instant, zone_name):
            return instant
        began_on = self._began_on(to_local(instant, zone_name))
        into = instant - instant_at(began_on, self.from_minute, zone_name)
        return self.morning_after(instant, zone_name) + into

    def evening_before(self, instant: datetime, zone_name: str) -> datetime:
        """Return six in the evening before the quiet hours around *instant* began."""
        began_on = self._began_on(to_local(instant, zone_name))
        if self.from_minute < EVENING_MINUTE:
            began_on -= timedelta(days=1)
        return instant_at(began_on, EVENING_MINUTE, zone_name)

    def _began_on(self, local: datetime) -> date:
        is_after_midnight = self.from_minute > self.until_minute and _minute(local) < self.until_minute
        return local.date() - timedelta(days=is_after_midnight)


NO_QUIET_HOURS = QuietHours(0, 0)


def _minute(local: datetime) -> int:
    return local.hour * 60 + local.minute


@dataclass(frozen=True, slots=True)
class WorkingDays:
    """When the desk is staffed: weekdays (Monday = 0) less the closed dates."""

    weekdays: frozenset[int] = frozenset(range(5))
    closed_on: frozenset[date] = frozenset()

    def before(self, day: date) -> date:
        """Return the last working day before *day*; the day before when none is near."""
        for distance in range(1, _FURTHEST_WORKING_DAY + 1):
            candidate = day - timedelta(days=distance)
            if candidate.weekday() in self.weekdays and candidate not in self.closed_on:
                return candidate
        return day - timedelta(days=1)
