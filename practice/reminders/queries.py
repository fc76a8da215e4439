"""Reads of messages: of a visit, of a client, what goes out next, what must be called, and why no mail came."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.reminders.kinds import MessageState
from practice.reminders.models import Message

APPOINTMENT = "appointment"


def addresses_reached(session: Session, appointment_id: int) -> set[str]:
    """Return the addresses to which a mail about this appointment was delivered."""
    rows = select(Message.to_address).where(
        Message.subject_kind == APPOINTMENT,
        Message.subject_id == appointment_id,
        Message.state == MessageState.SENT,
    )
    return set(session.execute(rows).scalars())
