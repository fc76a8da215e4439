"""Whose client somebody is, as far as appointments tell."""

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from practice.accounts.errors import ForeignObject
from practice.accounts.ownership import require_own
from practice.accounts.permissions import Scope, scope_of
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core.actor import Actor
from practice.core.errors import NotFound
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment


def owns_client(session: Session, actor: Actor, client_id: int) -> bool:
    """Return whether *actor* has or had an appointment with the client; a mere hold or an error gives no right."""
    found = session.scalar(own_clients(actor).where(Client.id == client_id).limit(1))
    return found is not None


def own_clients(actor: Actor) -> Select[int | None]:
    """Return the select of the ids of all clients for whom :func:`owns_client` is true.

    Whoever was treated is one's own under every record that was merged with hers.
    """
    treated = select(Appointment.client_id).where(
        Appointment.therapist_id == actor.therapist_id,
        Appointment.client_id.is_not(None),
        Appointment.state.not_in((AppointmentState.HELD, AppointmentState.ENTERED_IN_ERROR)),
    )
    kept = select(Client.merged_into_id).where(Client.id.in_(treated), Client.merged_into_id.is_not(None))
    return select(Client.id).where(or_(Client.id.in_(treated), Client.id.in_(kept), Client.merged_into_id.in_(treated)))


def require_own_client(session: Session, client_uid: str, actor: Actor, action: str) -> None:
    """Raise ``NotFound`` when the actor may only act for his own clients and this is none.

    Otherwise a therapist could make any client his own by booking him.
    """
    if scope_of(actor, action) is not Scope.OWN:
        return
    try:
        client_id = get_client(session, client_uid).id
    except NotFound as missing:
        raise ForeignObject(action) from missing
    require_own(session, actor, action, client_id=client_id)
