"""Plans in pages, the newest first: names, dates and states."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import Select, select
from sqlalchemy.orm import Session, joinedload

from practice.clients.following import records_of
from practice.treatment_plans.lifecycles import PlanState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import get_plan


@dataclass(frozen=True, slots=True, kw_only=True)
class PlanQuery:
    """Which plans are listed: None leaves it open; ``among`` narrows them to own clients."""

    state: PlanState | None = None
    therapist_id: int | None = None
    client_id: int | None = None
    among: Select[int | None] | None = None


def list_plan_page(session: Session, query: PlanQuery, *, after_uid: str | None, limit: int) -> Sequence[TreatmentPlan]:
    """Return some plans, those written before the one named; raises ``NotFound`` for a cursor that is no plan."""
    wanted = _narrowed(query).options(joinedload(TreatmentPlan.client), joinedload(TreatmentPlan.therapist))
    if after_uid is not None:
        wanted = wanted.where(TreatmentPlan.id < get_plan(session, after_uid).id)
    return session.scalars(wanted.order_by(TreatmentPlan.id.desc()).limit(limit)).all()


def _narrowed(query: PlanQuery) -> Select[TreatmentPlan]:
    wanted = select(TreatmentPlan)
    if query.state is not None:
        wanted = wanted.where(TreatmentPlan.state == query.state)
    if query.therapist_id is not None:
        wanted = wanted.where(TreatmentPlan.therapist_id == query.therapist_id)
    if query.client_id is not None:
        wanted = wanted.where(TreatmentPlan.client_id.in_(records_of(query.client_id)))
    if query.among is not None:
        wanted = wanted.where(TreatmentPlan.client_id.in_(query.among))
    return wanted
