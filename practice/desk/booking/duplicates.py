"""Who may be the new client on the phone already: asked before a second record is opened."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.queries import Duplicate, find_duplicates
from practice.clients.shown import likeness_of
from practice.clinic.queries import phone_region
from practice.desk.booking.draft import NewClient


def likely_duplicates(session: Session, new: NewClient, *, now: datetime) -> Sequence[Duplicate]:
    """Return records that may be the same person; nothing while the name is not complete."""
    if not (new.first_name and new.last_name):
        return ()
    region = phone_region(session, now) if new.phone else ""
    return find_duplicates(session, likeness_of(new.details, region=region))
