"""Reads of appointments for pages and the API; each a constant number of statements."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from practice.scheduling.claiming.loading import WITH_EVERYBODY
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment, AppointmentChange

State = AppointmentState
MOST_LISTED = 100
VISIBLE = Appointment.state != State.HELD
"""Holds belong to a call that is going on; lists leave them out."""


class ListPlace(NamedTuple):
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
    states: frozenset[State] = frozenset()


def list_appointments(
    session: Session, query: ListQuery, *, after: ListPlace | None = None, limit: int = MOST_LISTED
) -> Sequence[Appointment]:
    """Return appointments in the order of their starts, everybody loaded, at most *limit* beyond *after*."""
    statement = select(Appointment).where(VISIBLE, *_conditions(query))
    if after is not None:
        same_start = and_(Appointment.starts_at == after.starts_at, Appointment.id > after.id)
        statement = statement.where(or_(Appointment.starts_at > after.starts_at, same_start))
    ordered = statement.order_by(Appointment.starts_at, Appointment.id).limit(limit)
    return session.scalars(ordered.options(*WITH_EVERYBODY)).all()


def list_history(session: Session, appointment_id: int) -> Sequence[AppointmentChange]:
    """Return the latest acts on an appointment, at most ``MOST_LISTED``, the oldest of them first."""
    statement = select(AppointmentChange).where(AppointmentChange.appointment_id == appointment_id)
    return session.scalars(statement.order_by(AppointmentChange.id.desc()).limit(MOST_LISTED)).all()[::-1]


def _conditions(query: ListQuery) -> list[ColumnElement[bool]]:
    equal = {
        Appointment.therapist_id: query.therapist_id,
        Appointment.client_id: query.client_id,
    }
    conditions = [column == wanted for column, wanted in equal.items() if wanted is not None]
    if query.begins_at is not None:
        conditions.append(Appointment.starts_at >= query.begins_at)
    if query.ends_at is not None:
        conditions.append(Appointment.starts_at < query.ends_at)
    if query.states:
        conditions.append(Appointment.state.in_(query.states))
    return conditions
