"""Links into the booking panel with what is known already. Pure."""

from datetime import timedelta
from urllib.parse import urlencode

from practice.desk.choice import Choice
from practice.desk.visits import Visit

WEEK = timedelta(days=7)


def same_time_next_week(visit: Visit) -> str:
    """Return the address of a booking like *visit*, a week later by the clock on the wall."""
    choice = Choice(visit.local_start + WEEK, visit.therapist.uid)
    known = {"service": visit.service.uid, "location": visit.location_uid, "choice": str(choice)}
    if visit.client is not None:
        known["client"] = visit.client.uid
    return f"/book?{urlencode(known)}"
