"""What messages read of appointments, and the mark by which they know what they have dealt with."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, exists, false, func, select, update
from sqlalchemy.orm import Session

from practice.clinic.models import Location, Service, ServiceKind, Therapist
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment, AppointmentChange

TELL_STOPPED = "tell_stopped"
"""The kind of the task to tell a client, by phone or by one mail, that her visits were cancelled."""


def stopped_key(act_id: str) -> str:
    """Return the dedupe key of the task to tell of one act."""
    return f"{TELL_STOPPED}:{act_id}"


def stopped_act(dedupe_key: str) -> str:
    """Return the act of which a task tells."""
    return dedupe_key.removeprefix(stopped_key(""))


@dataclass(frozen=True, slots=True)
class AppointmentFacts:
    """One appointment with the place and the names that a message needs; ``changed_at`` is the last act on it.

    ``act_id`` is the act that last changed what a message says, None when that concerned this appointment alone.
    ``lacks_form``: it is tentative for want of the client's form; ``form_asked_at``: the desk asked for one with it.
    """

    id: int
    uid: str
    client_id: int | None
    state: AppointmentState
    starts_at: datetime
    ends_at: datetime
    zone: str
    sequence: int
    change_seq: int
    confirmed_at: datetime | None
    tell_client: bool
    booked_at: datetime
    changed_at: datetime
    therapist_name: str
    location_id: int
    address: str
    location_phone: str
    arrive_early_minutes: int
    is_by_phone: bool
    act_id: str | None = None
    lacks_form: bool = False
    is_assessment: bool = False
    form_asked_at: datetime | None = None


_NO_NEWS = ("confirm", "keep", "waive_fee", "ask_form")
"""Acts that change nothing of what a message says."""


def is_anything_unreconciled() -> ColumnElement[bool]:
    """Return the condition that any appointment changed since its messages were planned."""
    return exists().where(Appointment.change_seq > Appointment.reconciled_seq)


def list_unreconciled(session: Session, limit: int) -> dict[int, int]:
    """Return the ``change_seq`` of appointments that changed since their messages were planned, by id.

    Their rows stay locked, and those that somebody else is at are left out.
    """
    rows = (
        select(Appointment.id, Appointment.change_seq)
        .where(Appointment.change_seq > Appointment.reconciled_seq)
        .order_by(Appointment.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return {row.id: row.change_seq for row in session.execute(rows)}


def list_coming_ids(session: Session, *, client_ids: Collection[int], now: datetime) -> Sequence[int]:
    """Return the appointments of some clients that are still to come."""
    rows = select(Appointment.id).where(Appointment.client_id.in_(client_ids), Appointment.starts_at > now)
    return session.execute(rows.order_by(Appointment.starts_at)).scalars().all()


def appointment_facts(session: Session, appointment_ids: Collection[int]) -> dict[int, AppointmentFacts]:
    """Return what messages need to know, by id; one statement."""
    changed_at = (
        select(func.max(AppointmentChange.at))
        .where(AppointmentChange.appointment_id == Appointment.id)
        .scalar_subquery()
    )
    act_id = (
        select(AppointmentChange.act_id)
        .where(AppointmentChange.appointment_id == Appointment.id, AppointmentChange.verb.not_in(_NO_NEWS))
        .order_by(AppointmentChange.id.desc())
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        select(
            Appointment.id,
            Appointment.uid,
            Appointment.client_id,
            Appointment.state,
            Appointment.starts_at,
            Appointment.ends_at,
            Appointment.zone,
            Appointment.sequence,
            Appointment.change_seq,
            Appointment.confirmed_at,
            Appointment.tell_client,
            Appointment.created_at,
            func.coalesce(changed_at, Appointment.created_at, type_=Appointment.created_at.type),
            Therapist.name,
            Appointment.location_id,
            Location.address,
            Location.phone,
            Location.arrive_early_minutes,
            Service.kind == ServiceKind.PHONE,
            act_id,
            func.coalesce(Appointment.tentative_reason == "forms_needed", false()),
            Appointment.kind == ServiceKind.ASSESSMENT,
            Appointment.form_asked_at,
        )
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .join(Location, Location.id == Appointment.location_id)
        .join(Service, Service.id == Appointment.service_id)
        .where(Appointment.id.in_(appointment_ids))
    )
    found = {}
    for number, uid, client_id, state, *rest in session.execute(rows):
        found[number] = AppointmentFacts(number, uid, client_id, AppointmentState(state), *rest)
    return found


def mark_reconciled(session: Session, seqs: Mapping[int, int]) -> None:
    """Note up to which change the messages of each appointment follow it; no edit, so no version rises."""
    if seqs:
        marked = (
            update(Appointment)
            .where(Appointment.id == bindparam("appointment"))
            .values(reconciled_seq=bindparam("seen"))
        )
        values = [{"appointment": number, "seen": seq} for number, seq in seqs.items()]
        session.connection().execute(marked, values)


def mark_unreconciled(session: Session, appointment_ids: Collection[int]) -> None:
    """Ask for the messages of these appointments to be planned anew, because something beside them changed."""
    if appointment_ids:
        session.execute(
            update(Appointment)
            .where(Appointment.id.in_(appointment_ids))
            .values(reconciled_seq=Appointment.change_seq - 1),
            execution_options={"synchronize_session": False},
        )


def mark_all_coming_unreconciled(session: Session, *, now: datetime) -> None:
    """Ask for the messages of every appointment still to come to be planned anew; history is left alone."""
    session.execute(
        update(Appointment)
        .where(Appointment.starts_at > now, Appointment.state != AppointmentState.HELD)
        .values(reconciled_seq=Appointment.change_seq - 1),
        execution_options={"synchronize_session": False},
    )


def is_reconciled(appointment_id: SQLColumnExpression[int]) -> ColumnElement[bool]:
    """Return the condition that the messages of an appointment follow everything that was done to it."""
    return exists().where(Appointment.id == appointment_id, Appointment.change_seq == Appointment.reconciled_seq)


def is_act_reconciled(act_id: SQLColumnExpression[str | None]) -> ColumnElement[bool]:
    """Return the condition that the messages of everything that one act changed follow what was done to it."""
    changed = AppointmentChange.appointment_id == Appointment.id
    return ~exists().where(
        AppointmentChange.act_id == act_id, changed, Appointment.change_seq > Appointment.reconciled_seq
    )


def is_at(appointment_id: SQLColumnExpression[int], change_seq: ColumnElement[int]) -> ColumnElement[bool]:
    """Return the condition that an appointment still is as it was at *change_seq*."""
    return exists().where(Appointment.id == appointment_id, Appointment.change_seq == change_seq)
