"""The visit of an appointment: opened by the first thing recorded at it, perhaps marked as not treated."""

from collections.abc import Sequence
from datetime import datetime
from enum import StrEnum

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import insert_into, new_uid
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.visits.errors import NothingToRecordYet
from practice.visits.models import Visit

HERE = frozenset({AppointmentState.ARRIVED, AppointmentState.IN_PROGRESS, AppointmentState.COMPLETED})
"""In these states the client has come."""


class NotTreated(StrEnum):
    """Why a client who came was not treated."""

    EMERGENCY = "emergency"
    BLOCKED = "blocked"
    TODAY_UNFIT = "today_unfit"
    CLIENT_WISH = "client_wish"


def find_visit(session: Session, appointment_uid: str) -> Visit | None:
    """Return the visit of an appointment with the client whom it is for now, None while nothing was recorded."""
    wanted = (
        select(Visit)
        .join(Appointment, (Appointment.id == Visit.appointment_id) & (Appointment.client_id == Visit.client_id))
        .where(Appointment.uid == appointment_uid)
    )
    return session.execute(wanted).scalar_one_or_none()


def get_visit(session: Session, uid: str) -> Visit:
    """Return a visit; raises ``NotFound``."""
    row = session.execute(select(Visit).where(Visit.uid == uid)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such visit.")
    return row


def list_visits(session: Session, appointment_ids: Sequence[int]) -> Sequence[Visit]:
    """Return the visits of appointments with the clients whom they are for now, by appointment; one statement."""
    wanted = (
        select(Visit)
        .join(Appointment, (Appointment.id == Visit.appointment_id) & (Appointment.client_id == Visit.client_id))
        .where(Visit.appointment_id.in_(appointment_ids))
        .order_by(Visit.appointment_id)
    )
    return session.execute(wanted).scalars().all()


def open_visit(session: Session, *, appointment_uid: str, actor: Actor, now: datetime) -> Visit:
    """Return the visit of an appointment whose client has come, opened now unless it is open; two at once get one.

    Raises ``NotFound`` and :class:`NothingToRecordYet`.
    """
    appointment = session.execute(
        select(Appointment.id, Appointment.client_id, Appointment.state).where(Appointment.uid == appointment_uid)
    ).one_or_none()
    if appointment is None:
        raise NotFound("There is no such appointment.")
    if appointment.state not in HERE:
        raise NothingToRecordYet(appointment_uid, appointment.state)
    if (open_already := find_visit(session, appointment_uid)) is not None:
        return open_already
    values = {
        "uid": new_uid(),
        "appointment_id": appointment.id,
        "client_id": appointment.client_id,
        "opened_at": now,
        "opened_by_id": actor.user_id,
        "version": 1,
    }
    key = ["appointment_id", "client_id"]
    session.execute(insert_into(session, Visit).values(values).on_conflict_do_nothing(index_elements=key))
    visit = session.execute(
        select(Visit).where(Visit.appointment_id == appointment.id, Visit.client_id == appointment.client_id)
    ).scalar_one()
    record(session, Event("visit.open", "visit", visit.uid, actor, now, {"appointment": appointment_uid}))
    return visit


def mark_not_treated(
    session: Session, *, visit: Visit, reason: NotTreated, version: int | None = None, actor: Actor, now: datetime
) -> Visit:
    """Note that the client came and was not treated; said again, the first word stands. Raises ``StaleVersion``."""
    require_version(visit.version, version)
    if visit.not_treated_at is None:
        visit.not_treated_at, visit.not_treated_reason = now, reason
        session.flush()
        record(session, Event("visit.not_treated", "visit", visit.uid, actor, now))
    return visit
