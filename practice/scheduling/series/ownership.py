"""Whose series it is: acts on several visits are judged for every diary on which they lie."""

from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.core.actor import Actor
from practice.scheduling.appointments.forms import require_own_appointment
from practice.scheduling.claiming.loading import load
from practice.scheduling.series.queries import list_visits


def require_own_series(opened: Session, uid: str, actor: Actor, action: str) -> None:
    """Raise ``NotFound`` unless every visit of the appointment's series is the actor's to act on."""
    require_own_appointment(opened, uid, actor, action)
    series_id = load(opened, uid).series_id
    visits = [] if series_id is None else list_visits(opened, series_id)
    for therapist_id in sorted({each.therapist_id for each in visits}):
        require_own(opened, actor, action, therapist_id=therapist_id)
