"""Recording what a treatment was followed by; what an incident stops is stopped above."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.visits.errors import NotAccepted
from practice.visits.models import Visit
from practice.visits.notes.models import AdverseReaction
from practice.visits.notes.reactions import Reaction, faults_of


def record_reaction(
    session: Session, *, visit: Visit, reaction: Reaction, actor: Actor, now: datetime
) -> AdverseReaction:
    """Record a reaction at the visit at which it was told, also after its note was signed. Raises ``NotAccepted``.

    An incident is not opened here: ``treatment_plans.visiting`` does that in the same transaction.
    """
    if faults := faults_of(reaction):
        raise NotAccepted(faults, "kind")
    uid = new_uid()
    row = AdverseReaction(
        uid=uid,
        visit_id=visit.id,
        client_id=visit.client_id,
        kind=reaction.kind,
        severity=reaction.severity,
        onset_hours=reaction.onset_hours,
        duration_hours=reaction.duration_hours,
        recorded_at=now,
        recorded_by_id=actor.user_id,
    )
    if reaction.action:
        sealed = record_to_write(session, client_id=visit.client_id, now=now)
        row.action = sealed.seal(reaction.action, AdverseReaction.action, uid)
    session.add(row)
    session.flush()
    record(session, Event("adverse.reported", "visit", visit.uid, actor, now, {"incident": reaction.is_incident}))
    return row
