"""The calendar file that a client downloads: the same event as in the mails, without an invitation."""

from datetime import datetime

from practice.config import Settings
from practice.portal.visits import ManagedVisit
from practice.reminders.calendar_part import Event, Method, Party, calendar_file
from practice.reminders.catalogue import wording
from practice.reminders.mail_format import calendar_uid
from practice.reminders.writing import house_of, sender_of


def calendar_of(visit: ManagedVisit, settings: Settings, url: str, now: datetime) -> str:
    """Return the file; *url* is where its owner manages the visit."""
    house = house_of(visit.settings, sender_of(settings))
    appointment = visit.appointment
    language = appointment.client.language if appointment.client else "en"
    event = Event(
        uid=calendar_uid(appointment.uid, house),
        sequence=appointment.sequence,
        starts_at=appointment.starts_at,
        ends_at=appointment.ends_at,
        zone=appointment.zone,
        title=wording(language).event_title.replace("{{therapist}}", appointment.therapist.name),
        place="" if visit.is_by_phone else appointment.location.address,
        description=url,
        url=url,
        organizer=Party(house.alias, house.address),
        attendee=None,
        is_tentative=visit.is_tentative,
    )
    return calendar_file(event, Method.PUBLISH, now)
