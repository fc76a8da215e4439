"""Whose client somebody is, as far as appointments tell."""

from sqlalchemy import Select, select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment


def owns_client(session: Session, actor: Actor, client_id: int) -> bool:
    """Return whether *actor* has or had an appointment with the client; a mere hold or an error gives no right."""
    found = session.scalar(own_clients(actor).where(Appointment.client_id == client_id).limit(1))
    return found is not None


def own_clients(actor: Actor) -> Select[int | None]:
    """Return the select of the ids of all clients for whom :func:`owns_client` is true."""
    return select(Appointment.client_id).where(
        Appointment.therapist_id == actor.therapist_id,
        Appointment.client_id.is_not(None),
        Appointment.state.not_in((AppointmentState.HELD, AppointmentState.ENTERED_IN_ERROR)),
    )
