"""The phone calls that the desk owes and those it has made, as the pages show them."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.clients.contacts import show_phone
from practice.clients.following import is_kept_record
from practice.clients.models import Client
from practice.clients.names import called_name
from practice.clinic.models import StaffTask
from practice.clinic.queries import phone_region
from practice.core.local_time import wall_time
from practice.reminders.call_list import Call, list_calls
from practice.reminders.calls import CALL_KINDS
from practice.scheduling.models import Appointment

WHY = {
    "call_reminder": "Remind of the visit",
    "call_moved": "Tell the new time",
    "call_form": "Ask for the form",
    "call_cancelled": "Tell that the visit is cancelled",
    "call_passed_on": "Tell that the visit is no longer theirs",
}
IN_SHORT = {
    "call_reminder": "Remind",
    "call_moved": "New time",
    "call_form": "Form",
    "call_cancelled": "Cancelled",
    "call_passed_on": "Not theirs",
}
OUTCOMES = {"reached": "reached", "voicemail": "voicemail left", "no_answer": "no answer"}
AHEAD = timedelta(days=8)
"""How far ahead the list looks: a week and whatever a holiday adds."""


@dataclass(frozen=True, slots=True)
class CallLine:
    """One call to make, in wall times; ``phone_words`` is the number as it is read aloud, empty without one."""

    call: Call
    due: datetime
    visit: datetime
    phone_words: str

    @property
    def why(self) -> str:
        """Return what the call is for."""
        return WHY[self.call.kind]

    @property
    def in_short(self) -> str:
        """Return the same in a word or two."""
        return IN_SHORT[self.call.kind]

    @property
    def whom(self) -> str:
        """Return who answers when it is not the client."""
        return "" if self.call.speak_to == self.call.client_name else self.call.speak_to

    @property
    def last_outcome(self) -> str:
        """Return how the last try ended, empty for a call not tried yet."""
        return OUTCOMES.get(self.call.last_outcome or "", "")


@dataclass(frozen=True, slots=True)
class MadeCall:
    """One call that was made: when (wall time), by whom and how it ended."""

    uid: str
    version: int
    client_uid: str
    client_name: str
    outcome: str
    note: str
    at: datetime
    by: str


def calls_due(session: Session, *, until: datetime | None = None, now: datetime) -> Sequence[CallLine]:
    """Return the open calls due until an instant, those of the coming week if none is given; urgent ones first."""
    region = phone_region(session, now)
    return [_line(call, region) for call in list_calls(session, now=now, until=until or now + AHEAD)]


def _line(call: Call, region: str) -> CallLine:
    words = show_phone(call.phone, region) if call.phone else ""
    return CallLine(call, wall_time(call.due_at, call.zone), wall_time(call.starts_at, call.zone), words)


def calls_made(session: Session, *, since: datetime, limit: int = 30) -> Sequence[MadeCall]:
    """Return the calls made since an instant with their outcome, the latest first; one statement."""
    rows = (
        select(
            StaffTask.uid.label("task_uid"),
            StaffTask.version,
            Client.uid,
            Client.first_name,
            Client.preferred_name,
            Client.last_name,
            StaffTask.outcome,
            StaffTask.note,
            StaffTask.done_at,
            User.name,
            Appointment.zone,
        )
        .join(Appointment, and_(StaffTask.subject_kind == "appointment", Appointment.id == StaffTask.subject_id))
        .join(Client, is_kept_record(func.coalesce(StaffTask.client_id, Appointment.client_id)))
        .outerjoin(User, User.id == StaffTask.done_by_id)
        .where(StaffTask.kind.in_(CALL_KINDS), StaffTask.state == "done", StaffTask.done_at >= since)
        .order_by(StaffTask.done_at.desc(), StaffTask.id.desc())
        .limit(limit)
    )
    return [_made(row) for row in session.execute(rows)]


def _made(row: Any) -> MadeCall:
    return MadeCall(
        uid=row.task_uid,
        version=row.version,
        client_uid=row.uid,
        client_name=called_name(row.first_name, row.preferred_name, row.last_name),
        outcome=OUTCOMES.get(row.outcome, row.outcome),
        note=row.note,
        at=wall_time(row.done_at, row.zone),
        by=row.name or "",
    )
