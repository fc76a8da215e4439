"""The phone calls that the desk owes, with whom to reach and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, select
from sqlalchemy.orm import Session

from practice.clients.models import Client, ClientContact, ContactKind
from practice.clinic.models import StaffTask, Therapist
from practice.desk.queries import CALL_KIND
from practice.scheduling.models import Appointment

WHY = {
    "call_reminder": "Remind of the visit",
    "call_moved": "Tell the new time",
    "call_cancelled": "Tell that the visit is cancelled",
}


@dataclass(frozen=True, slots=True)
class Call:
    """One call: about which visit, whom, on which number, until when."""

    uid: str
    version: int
    why: str
    due_at: datetime
    outcome: str | None
    note: str
    client_uid: str
    client_name: str
    phone: str
    appointment_uid: str
    local_start: datetime
    zone: str
    therapist: str

    @property
    def on(self) -> date:
        """Return the day of the visit."""
        return self.local_start.date()


def list_calls_due(session: Session, *, before: datetime, limit: int = 200) -> Sequence[Call]:
    """Return the open calls that are due before an instant, the most urgent first; one statement."""
    return _calls(session, StaffTask.state == "open", StaffTask.due_at < before, limit=limit)


def list_calls_done(session: Session, *, since: datetime, limit: int = 50) -> Sequence[Call]:
    """Return the calls made since an instant, with their outcome; one statement."""
    return _calls(session, StaffTask.state == "done", StaffTask.done_at >= since, limit=limit)


def _calls(session: Session, *conditions: ColumnElement[bool], limit: int) -> list[Call]:
    number = (
        select(ClientContact.value)
        .where(ClientContact.client_id == Client.id, ClientContact.kind == ContactKind.PHONE)
        .order_by(ClientContact.is_primary.desc(), ClientContact.id)
        .limit(1)
        .scalar_subquery()
    )
    rows = (
        select(
            StaffTask.uid,
            StaffTask.version,
            StaffTask.kind,
            StaffTask.due_at,
            StaffTask.outcome,
            StaffTask.note,
            Client.uid.label("client_uid"),
            Client.first_name,
            Client.preferred_name,
            Client.last_name,
            number.label("phone"),
            Appointment.uid.label("appointment_uid"),
            Appointment.local_start,
            Appointment.zone,
            Therapist.name.label("therapist"),
        )
        .join(Appointment, and_(StaffTask.subject_kind == "appointment", Appointment.id == StaffTask.subject_id))
        .join(Client, Client.id == Appointment.client_id)
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .where(StaffTask.kind.startswith(CALL_KIND), *conditions)
        .order_by(StaffTask.due_at, Appointment.starts_at, StaffTask.id)
        .limit(limit)
    )
    return [_call(row) for row in session.execute(rows)]


def _call(row: Any) -> Call:
    return Call(
        uid=row.uid,
        version=row.version,
        why=WHY.get(row.kind, "Call the client"),
        due_at=row.due_at,
        outcome=row.outcome,
        note=row.note,
        client_uid=row.client_uid,
        client_name=f"{row.preferred_name or row.first_name} {row.last_name}",
        phone=row.phone or "",
        appointment_uid=row.appointment_uid,
        local_start=row.local_start,
        zone=row.zone,
        therapist=row.therapist,
    )
