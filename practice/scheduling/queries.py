"""Reads of appointments for pages and the API; each a constant number of statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, case, func, or_, select
from sqlalchemy.orm import Session

from practice.core.errors import NotFound
from practice.scheduling.lifecycle import FREES_TIME, OPEN, AppointmentState
from practice.scheduling.loading import WITH_EVERYBODY
from practice.scheduling.models import Appointment, AppointmentChange

State = AppointmentState
MOST_LISTED = 100
VISIBLE = Appointment.state != State.HELD
"""Holds belong to a call that is going on; lists leave them out."""


class Place(NamedTuple):
    """Where a page of a list ended: the next one goes on after it."""

    starts_at: datetime
    id: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ListQuery:
    """Which appointments: those that start in ``[begins_at, ends_at)``, in any of *states* if some are named."""

    begins_at: datetime | None = None
    ends_at: datetime | None = None
    therapist_id: int | None = None
    client_id: int | None = None
    location_id: int | None = None
    states: frozenset[State] = frozenset()


@dataclass(frozen=True, slots=True)
class Visits:
    """A client's last visit and the next one."""

    last_at: datetime | None
    next_at: datetime | None


@dataclass(frozen=True, slots=True)
class DayCounts:
    """What the desk must look after: numbers of appointments."""

    expected: int
    not_arrived: int
    late: int
    in_house: int
    tentative: int
    unconfirmed: int


def get_appointment(session: Session, uid: str) -> Appointment:
    """Return one appointment with client, service, therapist, room and location loaded; raises ``NotFound``."""
    statement = (
        select(Appointment)
        .where(Appointment.uid == uid)
        .options(*WITH_EVERYBODY)
        .execution_options(populate_existing=True)
    )
    appointment = session.scalars(statement).one_or_none()
    if appointment is None:
        raise NotFound("There is no such appointment.")
    return appointment


def list_appointments(
    session: Session, query: ListQuery, *, after: Place | None = None, limit: int = MOST_LISTED
) -> Sequence[Appointment]:
    """Return appointments in the order of their starts, everybody loaded, at most *limit* beyond *after*."""
    statement = select(Appointment).where(VISIBLE, *_conditions(query))
    if after is not None:
        same_start = and_(Appointment.starts_at == after.starts_at, Appointment.id > after.id)
        statement = statement.where(or_(Appointment.starts_at > after.starts_at, same_start))
    ordered = statement.order_by(Appointment.starts_at, Appointment.id).limit(limit)
    return session.scalars(ordered.options(*WITH_EVERYBODY)).all()


def list_day(
    session: Session, *, begins_at: datetime, ends_at: datetime, therapist_id: int | None = None
) -> Sequence[Appointment]:
    """Return everything of a day that still takes place or did, in the order of the starts."""
    query = ListQuery(begins_at=begins_at, ends_at=ends_at, therapist_id=therapist_id)
    statement = select(Appointment).where(VISIBLE, *_conditions(query))
    kept = Appointment.state.not_in((State.CANCELLED, State.ENTERED_IN_ERROR))
    ordered = statement.where(kept).order_by(Appointment.starts_at, Appointment.id)
    return session.scalars(ordered.options(*WITH_EVERYBODY)).all()


def list_for_client(session: Session, client_id: int, *, limit: int = MOST_LISTED) -> Sequence[Appointment]:
    """Return a client's appointments, the latest start first, what was entered in error left out."""
    statement = (
        select(Appointment)
        .where(VISIBLE, Appointment.client_id == client_id, Appointment.state != State.ENTERED_IN_ERROR)
        .order_by(Appointment.starts_at.desc(), Appointment.id.desc())
        .limit(limit)
        .options(*WITH_EVERYBODY)
    )
    return session.scalars(statement).all()


def list_tentative(session: Session, *, now: datetime, until: datetime) -> Sequence[Appointment]:
    """Return tentative appointments that start soon: the worklist of what somebody must still settle."""
    query = ListQuery(begins_at=now, ends_at=until, states=frozenset({State.TENTATIVE}))
    return list_appointments(session, query)


def list_history(session: Session, appointment_id: int) -> Sequence[AppointmentChange]:
    """Return every act on an appointment, the oldest first."""
    statement = select(AppointmentChange).where(AppointmentChange.appointment_id == appointment_id)
    return session.scalars(statement.order_by(AppointmentChange.id)).all()


def visits_of(session: Session, client_ids: Collection[int], *, now: datetime) -> dict[int, Visits]:
    """Return last and next visit of many clients in one statement; clients without any are left out."""
    is_next = and_(Appointment.starts_at >= now, Appointment.state.in_(OPEN))
    is_last = and_(Appointment.starts_at < now, Appointment.state.not_in(FREES_TIME))
    kind = Appointment.starts_at.type
    rows = (
        select(
            Appointment.client_id,
            func.max(case((is_last, Appointment.starts_at)), type_=kind),
            func.min(case((is_next, Appointment.starts_at)), type_=kind),
        )
        .where(Appointment.client_id.in_(client_ids), VISIBLE)
        .group_by(Appointment.client_id)
    )
    return {client_id: Visits(last_at, next_at) for client_id, last_at, next_at in session.execute(rows)}


def count_day(
    session: Session, *, begins_at: datetime, ends_at: datetime, therapist_id: int | None = None, now: datetime
) -> DayCounts:
    """Count what the desk must look after between two instants, in one statement."""
    is_open = Appointment.state.in_(OPEN)
    has_begun = Appointment.starts_at <= now
    query = ListQuery(begins_at=begins_at, ends_at=ends_at, therapist_id=therapist_id)
    counted = (
        Appointment.state.not_in((*FREES_TIME, State.HELD)),
        is_open,
        and_(is_open, has_begun),
        Appointment.state.in_((State.ARRIVED, State.IN_PROGRESS)),
        Appointment.state == State.TENTATIVE,
        and_(is_open, Appointment.confirmed_at.is_(None)),
    )
    columns = [func.coalesce(func.sum(case((condition, 1), else_=0)), 0) for condition in counted]
    row = session.execute(select(*columns).where(*_conditions(query))).one()
    return DayCounts(*(int(number) for number in row))


def _conditions(query: ListQuery) -> list[ColumnElement[bool]]:
    equal = {
        Appointment.therapist_id: query.therapist_id,
        Appointment.client_id: query.client_id,
        Appointment.location_id: query.location_id,
    }
    conditions = [column == wanted for column, wanted in equal.items() if wanted is not None]
    if query.begins_at is not None:
        conditions.append(Appointment.starts_at >= query.begins_at)
    if query.ends_at is not None:
        conditions.append(Appointment.starts_at < query.ends_at)
    if query.states:
        conditions.append(Appointment.state.in_(query.states))
    return conditions
