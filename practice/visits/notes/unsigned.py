"""Visits whose note is not signed yet: a list, an alert to the therapist after a day, to the owner after three."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session, aliased

from practice.clients.following import is_kept_record
from practice.clients.models import Client
from practice.clients.names import called_name
from practice.clinic.models import ServiceKind, StaffTask, Therapist
from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import SYSTEM, Role
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.visits.models import Visit
from practice.visits.notes.chain import EntryKind
from practice.visits.notes.models import NoteDraft, NoteEntry
from practice.visits.notes.queries import not_in_error

UNSIGNED = "note_unsigned"
"""The kind of the task that a note must be signed."""

ALERTS_AFTER, ESCALATES_AFTER = timedelta(hours=24), timedelta(hours=72)
LOOKS_BACK = timedelta(days=30)
MOST_LISTED = 100

_ended = func.coalesce(Appointment.ended_at, Appointment.ends_at)


@dataclass(frozen=True, slots=True)
class Unsigned:
    """A visit that is over without a signed note; ``visit_uid`` is empty while nothing was recorded."""

    appointment_id: int
    appointment_uid: str
    visit_uid: str
    has_draft: bool
    client: str
    therapist: str
    local_start: datetime
    ended_at: datetime

    def is_late(self, now: datetime) -> bool:
        """Return whether the therapist was alerted."""
        return now - self.ended_at >= ALERTS_AFTER

    def is_overdue(self, now: datetime) -> bool:
        """Return whether the owner was alerted."""
        return now - self.ended_at >= ESCALATES_AFTER


def list_unsigned(session: Session, *, therapist_id: int | None, now: datetime) -> Sequence[Unsigned]:
    """Return visits of the last 30 days that are over without a signed note, the oldest first; one statement."""
    columns = (
        Appointment.id,
        Appointment.uid,
        Visit.uid.label("visit_uid"),
        NoteDraft.id.label("draft_id"),
        Client.first_name,
        Client.preferred_name,
        Client.last_name,
        Therapist.name,
        Appointment.local_start,
        _ended.label("ended_at"),
    )
    rows = _without_note(columns, now).join(Client, is_kept_record(Appointment.client_id))
    rows = rows.outerjoin(NoteDraft, NoteDraft.visit_id == Visit.id)
    if therapist_id is not None:
        rows = rows.where(Appointment.therapist_id == therapist_id)
    return [_unsigned(row) for row in session.execute(rows.order_by(Appointment.starts_at).limit(MOST_LISTED))]


def count_unsigned(session: Session, therapist_id: int, *, now: datetime) -> int:
    """Return how many notes a therapist has not signed."""
    rows = _without_note((func.count(Appointment.id),), now).where(Appointment.therapist_id == therapist_id)
    return int(session.execute(rows).scalar_one())


def find_reminder(session: Session, appointment_id: int) -> StaffTask | None:
    """Return the open task to sign the note of an appointment."""
    wanted = select(StaffTask).where(_about(StaffTask, appointment_id), StaffTask.state == "open")
    return session.execute(wanted).scalar_one_or_none()


def remind_unsigned(session: Session, *, now: datetime) -> int:
    """Open a task for each note that is a day late, and give the owner those that are three; return how many."""
    task = aliased(StaffTask)
    late = (
        _without_note((Appointment, Therapist.user_id, task), now)
        .outerjoin(task, _about(task, Appointment.id))
        .where(_ended <= now - ALERTS_AFTER)
        .where(
            or_(
                task.id.is_(None),
                and_(task.state == "open", task.assigned_role == Role.THERAPIST, _ended <= now - ESCALATES_AFTER),
            )
        )
    )
    found = session.execute(late.order_by(Appointment.starts_at).limit(MOST_LISTED)).all()
    for appointment, user_id, there in found:
        _alert(session, appointment, user_id, there, now=now)
    return len(found)


def _alert(
    session: Session, appointment: Appointment, user_id: int | None, there: StaffTask | None, *, now: datetime
) -> None:
    ended_at = appointment.ended_at or appointment.ends_at
    task = there or open_task(
        session,
        kind=UNSIGNED,
        subject_kind="appointment",
        subject_id=appointment.id,
        due_at=ended_at + ALERTS_AFTER,
        dedupe_key=f"{UNSIGNED}:{appointment.uid}",
        now=now,
    )
    is_overdue = now - ended_at >= ESCALATES_AFTER
    role, whose = (Role.OWNER, None) if is_overdue else (Role.THERAPIST, user_id)
    assign_task(session, task=task, role=role, user_id=whose, actor=SYSTEM, now=now)


def _about(task: type[StaffTask], appointment_id: int | InstrumentedAttribute[int]) -> ColumnElement[bool]:
    return and_(task.kind == UNSIGNED, task.subject_kind == "appointment", task.subject_id == appointment_id)


def _without_note(columns: Sequence[Any], now: datetime) -> Select[Any]:
    """Return the select of visits that are over, were treatments, and have no signed note that counts."""
    signed = select(NoteEntry.id).where(
        NoteEntry.visit_id == Visit.id, NoteEntry.kind == EntryKind.NOTE, not_in_error()
    )
    of_visit = and_(Visit.appointment_id == Appointment.id, Visit.client_id == Appointment.client_id)
    return (
        select(*columns)
        .select_from(Appointment)
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .outerjoin(Visit, of_visit)
        .where(
            Appointment.state == AppointmentState.COMPLETED,
            Appointment.kind != ServiceKind.PHONE,
            Appointment.starts_at >= now - LOOKS_BACK,
            Visit.not_treated_at.is_(None),
            ~signed.exists(),
        )
    )


def _unsigned(row: Any) -> Unsigned:
    return Unsigned(
        appointment_id=row.id,
        appointment_uid=row.uid,
        visit_uid=row.visit_uid or "",
        has_draft=row.draft_id is not None,
        client=called_name(row.first_name, row.preferred_name, row.last_name),
        therapist=row.name,
        local_start=row.local_start,
        ended_at=row.ended_at,
    )
