"""Other things that somebody must do about messages: what happened, what leads on."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from sqlalchemy import and_, case, func, or_, select
from sqlalchemy.orm import Session

from practice.clients.following import is_kept_record
from practice.clients.models import Client
from practice.clients.names import called_name
from practice.clinic.models import StaffTask
from practice.clinic.tasks import finish_task
from practice.core.actor import Actor, Role
from practice.reminders.calls import DECIDE_KIND
from practice.reminders.explaining import KIND_WORDS, WHY_SENTENCES
from practice.reminders.models import Message
from practice.reminders.undelivered import UNDELIVERED_KIND
from practice.safety.flagging import CALL_CLIENT, PHONE_NOW
from practice.safety.heard import READ_HEARD
from practice.scheduling.gating.asking_ahead import CLEARANCE_ENDS, FORM_AGAIN
from practice.scheduling.models import Appointment
from practice.scheduling.telling import TELL_STOPPED
from practice.treatment_plans.early_signals import EARLY_SIGNAL
from practice.treatment_plans.stopping import DOCUMENT_WANTED
from practice.treatment_plans.visiting import INCIDENT
from practice.visits.notes.signing import DEVIATION
from practice.visits.notes.unsigned import UNSIGNED

PAUSED_KIND = "mail_paused"
BACKUP_KIND = "backup_missing"
MOST_LISTED = 50


@dataclass(frozen=True, slots=True)
class Task:
    """One thing to do. ``url`` leads to where it is done; ``may_be_closed`` when only a person knows that it is.

    ``visit`` is the wall time of the visit that it is about, None for what concerns all mail.
    """

    uid: str
    version: int
    title: str
    what: str
    url: str
    act: str
    visit: datetime | None = None
    in_panel: bool = False
    may_be_closed: bool = False
    for_owner: bool = False
    is_owners_alone: bool = False
    is_to_tell: bool = False
    """Somebody must be told something: by phone, or by a mail that leaves only when the desk says so."""


def list_tasks_open(session: Session, *, before: datetime) -> Sequence[Task]:
    """Return open tasks other than calls that are due before an instant, the most urgent first; one statement."""
    about_visit = and_(StaffTask.subject_kind == "appointment", Appointment.id == StaffTask.subject_id)
    about_mail = and_(StaffTask.subject_kind == "message", Message.id == StaffTask.subject_id)
    mails_visit = and_(Message.subject_kind == "appointment", Appointment.id == Message.subject_id)
    about_client = case((StaffTask.subject_kind == "client", StaffTask.subject_id))
    rows = (
        select(
            StaffTask.uid,
            StaffTask.version,
            StaffTask.kind,
            StaffTask.note,
            StaffTask.assigned_role,
            Message.uid.label("message_uid"),
            Message.kind.label("message_kind"),
            Message.to_address,
            Appointment.uid.label("appointment_uid"),
            Appointment.local_start,
            Client.first_name,
            Client.preferred_name,
            Client.last_name,
            Client.uid.label("client_uid"),
        )
        .outerjoin(Message, about_mail)
        .outerjoin(Appointment, or_(about_visit, mails_visit))
        .outerjoin(
            Client,
            is_kept_record(func.coalesce(Message.client_id, StaffTask.client_id, Appointment.client_id, about_client)),
        )
        .where(StaffTask.state == "open", StaffTask.kind.in_(_SHOWN), StaffTask.due_at < before, ~_OWN_AFFAIR)
        .order_by(StaffTask.due_at, StaffTask.id)
        .limit(MOST_LISTED)
    )
    return [_SHOWN[row.kind](row) for row in session.execute(rows)]


def _decide(row: Any) -> Task:
    return Task(
        uid=row.uid,
        version=row.version,
        title=f"{_name(row)} is still tentative",
        what="Make the visit firm, move it, or give the time back. Nothing happens by itself.",
        url=f"/appointments/{row.appointment_uid}",
        act="Open the visit",
        visit=row.local_start,
        in_panel=True,
    )


def _undelivered(row: Any) -> Task:
    kind = KIND_WORDS.get(row.message_kind, "Mail").lower()
    return Task(
        uid=row.uid,
        version=row.version,
        title=f"{_name(row)} did not get the {kind}",
        what=WHY_SENTENCES.get(row.note, "The mail was not delivered."),
        url=f"/messages/{row.message_uid}",
        act="Look at the mail",
        visit=row.local_start,
        in_panel=True,
        may_be_closed=True,
        for_owner=row.assigned_role == Role.OWNER,
    )


def _paused(row: Any) -> Task:
    return Task(
        uid=row.uid,
        version=row.version,
        title="No mail leaves",
        what=row.note,
        url="/messages",
        act="Go to the mail",
        may_be_closed=True,
        for_owner=True,
    )


def _backup_missing(row: Any) -> Task:
    return Task(
        uid=row.uid,
        version=row.version,
        title="There is no fresh backup",
        what=row.note,
        url="/settings/backups",
        act="Look at the backups",
        may_be_closed=True,
        for_owner=True,
    )


def _phone_now(row: Any) -> Task:
    return _about_client(row, f"A therapist must phone {_name(row)} now", may_be_closed=False)


def _to_tell(row: Any) -> Task:
    return replace(
        _about_client(row, f"{_name(row)} must be told that the coming visits are cancelled", may_be_closed=False),
        what="A therapist stopped them. No mail has left: say it by phone, or send one mail that lists them.",
        is_to_tell=True,
    )


def _phone_soon(row: Any) -> Task:
    return _about_client(row, f"A therapist is asked to call {_name(row)}", may_be_closed=True)


def _to_read(row: Any) -> Task:
    return _about_client(row, f"A therapist must read a note about {_name(row)}", may_be_closed=False)


def _to_look_at(row: Any) -> Task:
    return _about_client(row, f"A therapist must look at the plan of {_name(row)} today", may_be_closed=True)


def _form_again(row: Any) -> Task:
    return replace(
        _about_client(row, f"{_name(row)} needs the form again soon", may_be_closed=True),
        what="The last one runs out before a visit that is booked. Let the client fill it in at the next visit.",
    )


def _document_ends(row: Any) -> Task:
    return _about_client(row, f"A therapist must look at the documents of {_name(row)}", may_be_closed=True)


def _incident(row: Any) -> Task:
    title = f"The owner must look at what happened after a visit of {_name(row)}"
    return replace(_about_client(row, title, may_be_closed=True), is_owners_alone=True)


def _deviation(row: Any) -> Task:
    title = f"The owner must look at how a note about {_name(row)} was signed"
    return replace(_of_record(row, title, may_be_closed=True), is_owners_alone=True)


def _unsigned(row: Any) -> Task:
    return _of_record(row, f"The note of a visit of {_name(row)} is not signed", may_be_closed=False)


def _of_record(row: Any, title: str, *, may_be_closed: bool) -> Task:
    return Task(
        uid=row.uid,
        version=row.version,
        title=title,
        what="Only the owner and whoever treated can read it.",
        url=f"/appointments/{row.appointment_uid}",
        act="Open the visit",
        visit=row.local_start,
        in_panel=True,
        may_be_closed=may_be_closed,
        for_owner=True,
    )


def _about_client(row: Any, title: str, *, may_be_closed: bool) -> Task:
    return Task(
        uid=row.uid,
        version=row.version,
        title=title,
        what="Tell a therapist who is here. Nothing more is said here.",
        url=f"/clients/{row.client_uid}",
        act="Open the client",
        may_be_closed=may_be_closed,
        for_owner=row.assigned_role == Role.OWNER,
    )


def _name(row: Any) -> str:
    return called_name(row.first_name, row.preferred_name, row.last_name) if row.last_name else "A client"


_OWN_AFFAIR = and_(StaffTask.kind == UNSIGNED, StaffTask.assigned_role == Role.THERAPIST)
"""What a therapist is reminded of on a list of his own, before the owner is."""

_SHOWN: Mapping[str, Callable[[Any], Task]] = {
    DECIDE_KIND: _decide,
    UNDELIVERED_KIND: _undelivered,
    PAUSED_KIND: _paused,
    BACKUP_KIND: _backup_missing,
    PHONE_NOW: _phone_now,
    TELL_STOPPED: _to_tell,
    CALL_CLIENT: _phone_soon,
    READ_HEARD: _to_read,
    EARLY_SIGNAL: _to_look_at,
    FORM_AGAIN: _form_again,
    CLEARANCE_ENDS: _document_ends,
    DOCUMENT_WANTED: _document_ends,
    INCIDENT: _incident,
    DEVIATION: _deviation,
    UNSIGNED: _unsigned,
}


def settle_paused(session: Session, *, actor: Actor, now: datetime) -> None:
    """Finish the tasks that say that mail is paused: it goes out again."""
    paused = select(StaffTask).where(StaffTask.kind == PAUSED_KIND, StaffTask.state == "open")
    for task in session.execute(paused).scalars():
        finish_task(session, task=task, outcome="resumed", actor=actor, now=now)
