"""Who may be the new client on the phone already: asked before a second record is opened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.contacts import normalise_phone
from practice.clients.errors import InvalidContact
from practice.clients.matching import Likeness
from practice.clients.queries import Duplicate, find_duplicates
from practice.clients.words import name_key
from practice.clinic.queries import get_settings, practice_today
from practice.desk.booking_draft import NewClient


def likely_duplicates(session: Session, new: NewClient, *, now: datetime) -> Sequence[Duplicate]:
    """Return records that may be the same person; nothing while the name is not complete."""
    if not (new.first_name and new.last_name):
        return ()
    likeness = Likeness(name_key(new.first_name, new.last_name), None, _phones(session, new, now))
    return find_duplicates(session, likeness)


def _phones(session: Session, new: NewClient, now: datetime) -> frozenset[str]:
    if not new.phone:
        return frozenset()
    region = get_settings(session, practice_today(session, now)).default_region
    try:
        return frozenset({normalise_phone(new.phone, region)})
    except InvalidContact:
        return frozenset()
