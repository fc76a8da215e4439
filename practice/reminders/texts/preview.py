"""Reading a text as a client would: the practice's own place and therapist, a made-up client."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.clinic.models import Location
from practice.clinic.queries import get_settings, list_locations, list_therapists, practice_today
from practice.core.local_time import instant_at
from practice.reminders.letters import VisitDetails
from practice.reminders.rendering import Rendered
from practice.reminders.texts.names import Parts, Which
from practice.reminders.texts.samples import sample_mail
from practice.reminders.writing import Sender, house_of

_AHEAD = timedelta(days=6)
_AT = 14 * 60


def preview(session: Session, which: Which, parts: Parts, *, sender: Sender, now: datetime) -> Rendered:
    """Return a mail with these words about a visit next week."""
    today = practice_today(session, now)
    house = house_of(get_settings(session, today), sender)
    return sample_mail(which, parts, visit=_visit(session, now), house=house)


def _visit(session: Session, now: datetime) -> VisitDetails:
    places = [each for each in list_locations(session) if each.is_active] or [_NOWHERE]
    therapists = [each.name for each in list_therapists(session) if each.is_active]
    place = places[0]
    starts_at = instant_at(practice_today(session, now) + _AHEAD, _AT, place.zone)
    return VisitDetails(
        uid="sample",
        sequence=0,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=60),
        zone=place.zone,
        therapist=therapists[0] if therapists else "Bram Castellan",
        address=place.address,
        phone=place.phone,
        early_minutes=place.arrive_early_minutes,
    )


_NOWHERE = Location(name="", address="12 Quay Street", phone="555-0100", zone="UTC", arrive_early_minutes=10)
"""Where the sample visit is while the practice has no place yet."""
