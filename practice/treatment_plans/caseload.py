"""The open plans of a practice or of one therapist: dates and states, those that need somebody first."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import case, func, select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clients.names import called_name
from practice.clinic.models import Therapist
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.treatment_plans.lifecycles import OPEN_PLANS, PlanState
from practice.treatment_plans.models import PlanHold, TreatmentPlan
from practice.treatment_plans.version_models import PlannedSession

MOST_LISTED = 100

_URGENCY = case(
    (TreatmentPlan.state == PlanState.ON_HOLD, 0),
    (TreatmentPlan.state == PlanState.AWAITING_CLEARANCE, 1),
    (TreatmentPlan.state == PlanState.DRAFT, 3),
    else_=2,
)
_BOOKED = case((Appointment.state.in_(("tentative", "booked", "arrived", "in_progress", "completed")), 1), else_=0)
_DELIVERED_NUMBER = case((Appointment.state == AppointmentState.COMPLETED, PlannedSession.number))
_DELIVERED = case((Appointment.state == AppointmentState.COMPLETED, 1), else_=0)


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One open plan; ``since`` is when it was put on hold, activated or written."""

    id: int
    uid: str
    client_id: int
    client_uid: str
    client_name: str
    born_on: date | None
    therapist_name: str
    state: PlanState
    sessions: int
    booked: int
    delivered: int
    last_number: int
    next_at: datetime | None
    since: datetime


_UPCOMING = case(
    (Appointment.state.in_(("tentative", "booked")), Appointment.local_start),
    else_=None,
)
_LINES = (
    select(
        TreatmentPlan.id,
        TreatmentPlan.uid,
        func.coalesce(Client.merged_into_id, Client.id).label("client_id"),
        Client.uid.label("client_uid"),
        Client.first_name,
        Client.preferred_name,
        Client.last_name,
        Client.born_on,
        Therapist.name,
        TreatmentPlan.state,
        TreatmentPlan.created_at,
        TreatmentPlan.activated_at,
        PlanHold.from_at,
        func.count(PlannedSession.id).label("sessions"),
        func.coalesce(func.sum(_BOOKED), 0).label("booked"),
        func.coalesce(func.sum(_DELIVERED), 0).label("delivered"),
        func.coalesce(func.max(_DELIVERED_NUMBER), 0).label("last_number"),
        func.min(_UPCOMING).label("next_at"),
    )
    .join(Client, Client.id == TreatmentPlan.client_id)
    .join(Therapist, Therapist.id == TreatmentPlan.therapist_id)
    .outerjoin(PlanHold, (PlanHold.plan_id == TreatmentPlan.id) & PlanHold.until_at.is_(None))
    .outerjoin(PlannedSession, PlannedSession.plan_id == TreatmentPlan.id)
    .outerjoin(Appointment, Appointment.id == PlannedSession.appointment_id)
    .where(TreatmentPlan.state.in_(OPEN_PLANS))
    .group_by(TreatmentPlan.id, Client.id, Therapist.id, PlanHold.id)
    .order_by(_URGENCY, TreatmentPlan.id)
    .limit(MOST_LISTED)
)


def list_caseload(session: Session, *, therapist_id: int | None = None) -> Sequence[CaseLine]:
    """Return open plans, on hold and waiting ones first, :data:`MOST_LISTED` at most; one statement."""
    wanted = _LINES if therapist_id is None else _LINES.where(TreatmentPlan.therapist_id == therapist_id)
    return [_line(row) for row in session.execute(wanted)]


def _line(row: Any) -> CaseLine:
    return CaseLine(
        row.id,
        row.uid,
        row.client_id,
        row.client_uid,
        called_name(row.first_name, row.preferred_name, row.last_name),
        row.born_on,
        row.name,
        PlanState(row.state),
        row.sessions,
        row.booked,
        row.delivered,
        row.last_number,
        row.next_at,
        row.from_at or row.activated_at or row.created_at,
    )
