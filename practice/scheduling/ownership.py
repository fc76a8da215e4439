"""Whose client somebody is, as far as appointments tell."""

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment


def owns_client(session: Session, actor: Actor, client_id: int) -> bool:
    """Return whether *actor* has or had an appointment with the client; a mere hold or an error gives no right."""
    found = session.scalar(
        select(Appointment.id)
        .where(
            Appointment.client_id == client_id,
            Appointment.therapist_id == actor.therapist_id,
            Appointment.state.not_in((AppointmentState.HELD, AppointmentState.ENTERED_IN_ERROR)),
        )
        .limit(1)
    )
    return found is not None
