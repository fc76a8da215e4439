"""A form that was filled in, by link or on the tablet: kept, what it raises raised, and bookings standing by it."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.safety.catalogue import T0
from practice.safety.screening import FilledForm, record_screening
from practice.scheduling.gating.restanding import restand
from practice.treatment_plans.stopping import raise_flags


def take_form(session: Session, *, client_id: int, form: FilledForm, actor: Actor, now: datetime) -> bool:
    """Keep a form and let follow what follows; return whether an answer is an emergency, to be told at once.

    All in one transaction. Raises ``FormIncomplete``.
    """
    _row, raised = record_screening(session, client_id=client_id, form=form, actor=actor, now=now)
    raise_flags(session, client_id=client_id, raised=raised, source="screening", actor=actor, now=now)
    restand(session, client_ids={client_id}, actor=actor, now=now)
    return any(each.tier is T0 for each in raised)
