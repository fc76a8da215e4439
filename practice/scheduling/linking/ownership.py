"""Whose linked visits they are: an act on both is judged for every diary on which they lie."""

from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.core.actor import Actor
from practice.scheduling.appointments.forms import require_own_appointment
from practice.scheduling.claiming.loading import load
from practice.scheduling.linking.queries import list_linked


def require_own_linked(opened: Session, uid: str, actor: Actor, action: str) -> None:
    """Raise ``NotFound`` unless every visit linked to the appointment is the actor's to act on."""
    require_own_appointment(opened, uid, actor, action)
    link_id = load(opened, uid).link_id
    visits = [] if link_id is None else list_linked(opened, link_id)
    for therapist_id in sorted({each.therapist_id for each in visits}):
        require_own(opened, actor, action, therapist_id=therapist_id)
