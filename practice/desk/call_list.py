"""The phone calls that the desk owes, with whom to reach and how."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.clients.models import Client
from practice.clinic.models import Location, StaffTask, Therapist
from practice.core.local_time import wall_time
from practice.desk.queries import CALL_KIND
from practice.desk.reaching import Reached, whom_to_phone
from practice.desk.visits import GONE
from practice.scheduling.models import Appointment

WHY = {
    "call_reminder": "Remind of the visit",
    "call_moved": "Tell the new time",
    "call_cancelled": "Tell that the visit is cancelled",
}
IN_SHORT = {"call_reminder": "Remind", "call_moved": "New time", "call_cancelled": "Cancelled"}
OUTCOMES = {"reached": "Reached", "voicemail": "Voicemail left", "no_answer": "No answer"}
MOST_LISTED = 200


@dataclass(frozen=True, slots=True)
class Call:
    """One call: about which visit, whom, on which number, until when (wall times)."""

    uid: str
    version: int
    kind: str
    due: datetime
    done: datetime | None
    outcome: str
    note: str
    done_by: str
    client_uid: str
    client_name: str
    first_name: str
    whom: Reached
    appointment_uid: str
    local_start: datetime
    is_off: bool
    therapist: str
    colour: int
    location_phone: str

    @property
    def why(self) -> str:
        """Return what the call is for."""
        return WHY.get(self.kind, "Call the client")

    @property
    def in_short(self) -> str:
        """Return the same in a word or two."""
        return IN_SHORT.get(self.kind, "Call")

    @property
    def outcome_words(self) -> str:
        """Return how the call ended."""
        return OUTCOMES.get(self.outcome, self.outcome)

    @property
    def on(self) -> date:
        """Return the day of the visit."""
        return self.local_start.date()


def list_calls_due(
    session: Session, *, before: datetime | None = None, limit: int = MOST_LISTED, now: datetime
) -> Sequence[Call]:
    """Return the open calls, those due before an instant if one is given, the most urgent first."""
    due = () if before is None else (StaffTask.due_at < before,)
    wanted = _wanted(StaffTask.state == "open", *due).order_by(StaffTask.due_at, Appointment.starts_at, StaffTask.id)
    return _calls(session, wanted.limit(limit), now)


def list_calls_done(session: Session, *, since: datetime, limit: int = 50, now: datetime) -> Sequence[Call]:
    """Return the calls made since an instant with their outcome, the latest first."""
    wanted = _wanted(StaffTask.state == "done", StaffTask.done_at >= since)
    return _calls(session, wanted.order_by(StaffTask.done_at.desc(), StaffTask.id.desc()).limit(limit), now)


def _wanted(*conditions: ColumnElement[bool]) -> Select[*tuple[Any, ...]]:
    return (
        select(
            StaffTask.uid,
            StaffTask.version,
            StaffTask.kind,
            StaffTask.due_at,
            StaffTask.done_at,
            StaffTask.outcome,
            StaffTask.note,
            User.name.label("done_by"),
            Client.id.label("client_id"),
            Client.uid.label("client_uid"),
            Client.first_name,
            Client.preferred_name,
            Client.last_name,
            Appointment.uid.label("appointment_uid"),
            Appointment.local_start,
            Appointment.zone,
            Appointment.state,
            Therapist.name.label("therapist"),
            Therapist.colour,
            Location.phone.label("location_phone"),
        )
        .join(Appointment, and_(StaffTask.subject_kind == "appointment", Appointment.id == StaffTask.subject_id))
        .join(Client, Client.id == Appointment.client_id)
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .join(Location, Location.id == Appointment.location_id)
        .outerjoin(User, User.id == StaffTask.done_by_id)
        .where(StaffTask.kind.startswith(CALL_KIND), *conditions)
    )


def _calls(session: Session, wanted: Select[*tuple[Any, ...]], now: datetime) -> list[Call]:
    rows = session.execute(wanted).all()
    phones = whom_to_phone(session, {row.client_id for row in rows}, now=now)
    return [_call(row, phones[row.client_id]) for row in rows]


def _call(row: Any, whom: Reached) -> Call:
    first_name = row.preferred_name or row.first_name
    return Call(
        uid=row.uid,
        version=row.version,
        kind=row.kind,
        due=wall_time(row.due_at, row.zone),
        done=wall_time(row.done_at, row.zone) if row.done_at else None,
        outcome=row.outcome or "",
        note=row.note,
        done_by=row.done_by or "",
        client_uid=row.client_uid,
        client_name=f"{first_name} {row.last_name}".strip(),
        first_name=first_name,
        whom=whom,
        appointment_uid=row.appointment_uid,
        local_start=row.local_start,
        is_off=row.state in GONE,
        therapist=row.therapist,
        colour=row.colour,
        location_phone=row.location_phone,
    )
