"""What a visit leaves behind with the client whose it was, when it becomes somebody else's."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.accounts.links import revoke_links
from practice.core.actor import Actor
from practice.scheduling.models import Appointment

APPOINTMENT = "appointment"


def part_with_former(session: Session, appointment: Appointment, *, actor: Actor, now: datetime) -> None:
    """End the links to a visit that was given to somebody else: they would show it to whose it was.

    Its SEQUENCE skips one number, which stands in the calendar file that takes the visit back from whose it was.
    """
    appointment.sequence += 1
    revoke_links(session, subject_kind=APPOINTMENT, subject_id=appointment.id, actor=actor, now=now)
