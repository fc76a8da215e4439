"""The numbered sessions of a plan and their appointments: where each stands, linking one, and what is still open."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.db import insert_into
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.treatment_plans.blocks import Shape, numbered
from practice.treatment_plans.errors import SessionTaken
from practice.treatment_plans.lifecycles import SessionState
from practice.treatment_plans.session_states import STANDING, session_state
from practice.treatment_plans.version_models import LostBooking, PlanBlock, PlannedSession, PlanVersion
from practice.visits.models import Visit


@dataclass(frozen=True, slots=True, kw_only=True)
class SessionView:
    """One session as it stands; instants and names belong to its appointment, if it has one."""

    id: int
    uid: str
    number: int
    version_id: int
    gap_min: int
    gap_max: int
    state: SessionState
    appointment_id: int | None = None
    appointment_uid: str = ""
    appointment_state: AppointmentState | None = None
    local_start: datetime | None = None
    starts_at: datetime | None = None
    therapist_id: int | None = None
    service_id: int | None = None

    @property
    def is_tentative(self) -> bool:
        """Return whether it is booked with something missing."""
        return self.appointment_state is AppointmentState.TENTATIVE


_COLUMNS = (
    PlannedSession.id,
    PlannedSession.uid,
    PlannedSession.number,
    PlannedSession.version_id,
    PlannedSession.skipped_at,
    PlanBlock.gap_min_days,
    PlanBlock.gap_max_days,
    Appointment.id.label("appointment_id"),
    Appointment.uid.label("appointment_uid"),
    Appointment.state,
    Appointment.local_start,
    Appointment.starts_at,
    Appointment.therapist_id,
    Appointment.service_id,
    Appointment.arrived_at,
    Appointment.cancelled_late,
    Visit.not_treated_at,
)


def list_sessions(session: Session, plan_id: int) -> list[SessionView]:
    """Return every planned session of a plan in the order of its numbers; one statement."""
    wanted = (
        select(*_COLUMNS)
        .join(
            PlanBlock,
            (PlanBlock.version_id == PlannedSession.version_id) & (PlanBlock.position == PlannedSession.block_position),
        )
        .outerjoin(Appointment, Appointment.id == PlannedSession.appointment_id)
        .outerjoin(Visit, (Visit.appointment_id == Appointment.id) & (Visit.client_id == Appointment.client_id))
        .where(PlannedSession.plan_id == plan_id)
        .order_by(PlannedSession.number)
    )
    return [_view(row) for row in session.execute(wanted)]


def _view(row: Any) -> SessionView:
    state = None if row.state is None else AppointmentState(row.state)
    stands = session_state(
        state,
        has_arrived=row.arrived_at is not None,
        is_late=bool(row.cancelled_late),
        was_treated=row.not_treated_at is None,
        is_skipped=row.skipped_at is not None,
    )
    return SessionView(
        id=row.id,
        uid=row.uid,
        number=row.number,
        version_id=row.version_id,
        gap_min=row.gap_min_days,
        gap_max=row.gap_max_days,
        state=stands,
        appointment_id=row.appointment_id,
        appointment_uid=row.appointment_uid or "",
        appointment_state=state,
        local_start=row.local_start,
        starts_at=row.starts_at,
        therapist_id=row.therapist_id,
        service_id=row.service_id,
    )


def delivered(sessions: Sequence[SessionView]) -> int:
    """Return how many sessions were delivered."""
    return sum(each.state is SessionState.DELIVERED for each in sessions)


def standing(sessions: Sequence[SessionView]) -> list[SessionView]:
    """Return the sessions that are booked or under way."""
    return [each for each in sessions if each.state in STANDING]


def link_session(session: Session, *, planned_id: int, appointment_id: int) -> PlannedSession:
    """Give a planned session its appointment; an earlier one that was lost is kept in its history.

    Raises :class:`SessionTaken` while the session stands, and when the appointment belongs to another session.
    """
    planned = session.scalars(
        select(PlannedSession).where(PlannedSession.id == planned_id).with_for_update(),
        execution_options={"populate_existing": True},
    ).one()
    if planned.appointment_id == appointment_id:
        return planned
    if planned.skipped_at is not None or _stands(session, planned):
        raise SessionTaken
    if session.scalar(select(PlannedSession.id).where(PlannedSession.appointment_id == appointment_id)) is not None:
        raise SessionTaken("This visit belongs to another session of the plan.")
    unlink_session(session, planned)
    planned.appointment_id = appointment_id
    session.flush()
    return planned


def unlink_session(session: Session, planned: PlannedSession) -> None:
    """Take a session's appointment from it and keep that in the history."""
    if planned.appointment_id is None:
        return
    lost = {"appointment_id": planned.appointment_id, "planned_session_id": planned.id}
    session.execute(insert_into(session, LostBooking).values(lost).on_conflict_do_nothing())
    planned.appointment_id = None


def skip_session(session: Session, *, planned_id: int, now: datetime) -> PlannedSession:
    """Leave a session out for good; raises :class:`SessionTaken` while it is booked."""
    planned = session.get_one(PlannedSession, planned_id)
    if _stands(session, planned):
        raise SessionTaken("This session is booked. Cancel the visit first.")
    unlink_session(session, planned)
    planned.skipped_at = now
    session.flush()
    return planned


def _stands(session: Session, planned: PlannedSession) -> bool:
    if planned.appointment_id is None:
        return False
    mine = next(each for each in list_sessions(session, planned.plan_id) if each.id == planned.id)
    return mine.state in STANDING or mine.state is SessionState.DELIVERED


def write_sessions(session: Session, version: PlanVersion, shape: Shape) -> None:
    """Make the planned sessions of a version that comes into force; those that stand go over to it with their number.

    The caller has seen to it that none beyond the last number is booked.
    """
    rows = {row.number: row for row in _rows(session, version.plan_id)}
    for number in [number for number in rows if number > shape.last_number]:
        _drop(session, rows.pop(number))
    session.flush()
    for ordinal, wanted in enumerate(numbered(shape), 1):
        row = rows.get(wanted.number) or PlannedSession(plan_id=version.plan_id, number=wanted.number)
        row.version_id, row.ordinal, row.block_position = version.id, ordinal, wanted.block
        session.add(row)
    session.flush()


def _rows(session: Session, plan_id: int) -> Sequence[PlannedSession]:
    return session.scalars(select(PlannedSession).where(PlannedSession.plan_id == plan_id)).all()


def _drop(session: Session, row: PlannedSession) -> None:
    unlink_session(session, row)
    session.delete(row)
