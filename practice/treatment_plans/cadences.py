"""How far behind the plans in force are, read for many in one statement: for the wait list and the worklist."""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select, true
from sqlalchemy.orm import Session

from practice.accounts.ownership import own_clients
from practice.clients.following import records_of
from practice.clients.models import Client
from practice.clinic.models import Therapist
from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.scheduling.models import Appointment
from practice.treatment_plans.blocks import Block
from practice.treatment_plans.cadence import Cadence, cadence
from practice.treatment_plans.course import Visit as Place
from practice.treatment_plans.course_dues import Planned, gap_of
from practice.treatment_plans.lifecycles import PlanState, SessionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.session_states import STANDING, session_state
from practice.treatment_plans.version_models import PlanBlock, PlannedSession
from practice.visits.models import Visit

MOST_LISTED = 100

_KEPT = func.coalesce(Client.merged_into_id, Client.id)


@dataclass(frozen=True, slots=True)
class PlanPace:
    """One plan in force and where it stands in its rhythm: names and days, nothing clinical."""

    plan_uid: str
    client_id: int
    client_uid: str
    client_name: str
    therapist_name: str
    sessions: int
    delivered: int
    booked: int
    cadence: Cadence

    @property
    def due_on(self) -> date:
        """Return when the next visit is or was due."""
        return date.fromordinal(self.cadence.due_on)

    @property
    def next_on(self) -> date | None:
        """Return when the next visit is booked."""
        return None if self.cadence.booked_on is None else date.fromordinal(self.cadence.booked_on)


def days_behind(session: Session, client_ids: Collection[int], *, now: datetime) -> dict[int, int]:
    """Return by client how many days the plan of each is behind, those on time left out; at most two statements."""
    wanted = TreatmentPlan.client_id.in_(
        select(Client.id).where(Client.id.in_(client_ids) | Client.merged_into_id.in_(client_ids))
    )
    paces = _paces(session, wanted, now=now)
    return {pace.client_id: pace.cadence.days for pace in paces if pace.cadence.days}


def find_pace(session: Session, client_id: int, *, now: datetime) -> PlanPace | None:
    """Return where the plan in force of a client stands, None without one or when every session has been."""
    wanted = TreatmentPlan.client_id.in_(records_of(client_id))
    return next(iter(_paces(session, wanted, now=now)), None)


def list_paces(session: Session, *, actor: Actor, now: datetime) -> list[PlanPace]:
    """Return the plans that lapse or are behind, those that lapse and the farthest behind first, :data:`MOST_LISTED`.

    A therapist sees those of the own clients.
    """
    own = own_clients(session, actor, "appointment.list")
    paces = _paces(session, true() if own is None else TreatmentPlan.client_id.in_(own), now=now)
    behind = [pace for pace in paces if pace.cadence.days or pace.cadence.is_lapsing]
    return sorted(behind, key=lambda pace: (not pace.cadence.is_lapsing, -pace.cadence.days, pace.client_name))[
        :MOST_LISTED
    ]


def _paces(session: Session, wanted: ColumnElement[bool], *, now: datetime) -> list[PlanPace]:
    today = practice_today(session, now)
    rows = session.execute(_rows(wanted)).all()
    paces = (_pace(list(lines), today) for _, lines in groupby(rows, key=lambda row: row.plan_id))
    return [pace for pace in paces if pace is not None]


def _rows(wanted: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    at_block = (PlanBlock.version_id == PlannedSession.version_id) & (
        PlanBlock.position == PlannedSession.block_position
    )
    return (
        select(
            TreatmentPlan.id.label("plan_id"),
            TreatmentPlan.uid,
            TreatmentPlan.activated_at,
            _KEPT.label("client_id"),
            Client,
            Therapist.name.label("therapist_name"),
            PlannedSession.number,
            PlannedSession.skipped_at,
            PlanBlock.times,
            PlanBlock.every_weeks,
            PlanBlock.periods,
            PlanBlock.gap_min_days,
            PlanBlock.gap_max_days,
            Appointment.state,
            Appointment.local_start,
            Appointment.therapist_id,
            Appointment.arrived_at,
            Appointment.cancelled_late,
            Visit.not_treated_at,
        )
        .join(Client, Client.id == TreatmentPlan.client_id)
        .join(Therapist, Therapist.id == TreatmentPlan.therapist_id)
        .join(PlannedSession, PlannedSession.plan_id == TreatmentPlan.id)
        .join(PlanBlock, at_block)
        .outerjoin(Appointment, Appointment.id == PlannedSession.appointment_id)
        .outerjoin(Visit, (Visit.appointment_id == Appointment.id) & (Visit.client_id == Appointment.client_id))
        .where(TreatmentPlan.state == PlanState.ACTIVE, wanted)
        .order_by(TreatmentPlan.id, PlannedSession.number)
    )


def _pace(rows: list[Row[Any]], today: date) -> PlanPace | None:
    first = rows[0]
    states = [_state(row) for row in rows]
    sessions = [
        _planned(row, state) for row, state in zip(rows, states, strict=True) if state is not SessionState.SKIPPED
    ]
    found = cadence(sessions, first.activated_at.toordinal(), today.toordinal())
    if found is None:
        return None
    return PlanPace(
        plan_uid=first.uid,
        client_id=first.client_id,
        client_uid=first.Client.uid,
        client_name=first.Client.display_name,
        therapist_name=first.therapist_name,
        sessions=len(sessions),
        delivered=_count(states, {SessionState.DELIVERED}),
        booked=_count(states, STANDING),
        cadence=found,
    )


def _count(states: Iterable[SessionState], wanted: Collection[SessionState]) -> int:
    return sum(state in wanted for state in states)


def _state(row: Row[Any]) -> SessionState:
    return session_state(
        row.state,
        has_arrived=row.arrived_at is not None,
        is_late=bool(row.cancelled_late),
        was_treated=row.not_treated_at is None,
        is_skipped=row.skipped_at is not None,
    )


def _planned(row: Row[Any], state: SessionState) -> Planned:
    is_over = state is SessionState.DELIVERED
    start = row.local_start if is_over or state in STANDING else None
    block = Block(row.times, row.every_weeks, row.periods, row.gap_min_days, row.gap_max_days)
    return Planned(
        number=row.number,
        service_id=0,
        minutes=0,
        gap=gap_of(block),
        visit=None if start is None else Place(start.toordinal(), start.hour * 60 + start.minute, row.therapist_id),
        is_settled=is_over,
    )
