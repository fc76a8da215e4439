"""When a reminder should leave, worked out by other code than the product's: wall clocks and nights. Pure."""

from datetime import datetime, time, timedelta

from practice.core.local_time import to_local, to_utc

NIGHT_FROM, NIGHT_UNTIL, EVENING = time(20), time(8), time(18)
LEADS = (timedelta(hours=48), timedelta(hours=3))


def is_night(at: datetime, zone: str) -> bool:
    """Return whether nobody should get a reminder by the wall clock of *zone*."""
    clock = to_local(at, zone).time()
    return clock >= NIGHT_FROM or clock < NIGHT_UNTIL


def reminder_due(starts_at: datetime, zone: str, lead: timedelta) -> datetime:
    """Return when the reminder of *lead* leaves: the evening before if it would leave at night."""
    due_at = starts_at - lead
    if not is_night(due_at, zone):
        return due_at
    local = to_local(due_at, zone)
    evening = local.date() - timedelta(days=local.time() < NIGHT_UNTIL)
    return to_utc(datetime.combine(evening, EVENING), zone)
