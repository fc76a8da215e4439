"""What was done to an appointment, in the desk's words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.core.local_time import wall_time
from practice.scheduling.models import AppointmentChange

MOST_SHOWN = 30
VERB_WORDS = {
    "book": "Booked",
    "walk_in": "Walked in",
    "record_past": "Recorded afterwards",
    "reschedule": "Moved",
    "resize": "Made longer or shorter",
    "shorten": "Shortened",
    "convert": "Made an assessment",
    "change_room": "Given another room",
    "change_client": "Given to another client",
    "swap_rooms": "Rooms swapped",
    "swap_therapists": "Therapists swapped",
    "swap_times": "Times swapped",
    "confirm": "Confirmed",
    "ask_form": "Form asked for",
    "arrive": "Arrived",
    "start": "Started",
    "complete": "Done",
    "no_show": "No-show",
    "cancel": "Cancelled",
    "settle": "Made firm",
    "make_tentative": "Made tentative",
    "waive_fee": "Fee waived",
    "entered_in_error": "Entered in error",
    "undo": "Undone",
}
_ROLE_WORDS = {"link": "the client", "system": "the system"}


@dataclass(frozen=True, slots=True)
class HistoryLine:
    """One act: when (wall time), what, by whom, from which time to which, and why."""

    at: datetime
    words: str
    who: str
    was: datetime | None
    reason: str
    is_undone: bool


def history_of(session: Session, appointment_id: int, zone: str) -> Sequence[HistoryLine]:
    """Return the latest acts on an appointment, the newest first; one statement."""
    rows = session.execute(
        select(AppointmentChange, User.name)
        .outerjoin(User, User.id == AppointmentChange.actor_user_id)
        .where(AppointmentChange.appointment_id == appointment_id)
        .order_by(AppointmentChange.id.desc())
        .limit(MOST_SHOWN)
    )
    return [_line(change, name, zone) for change, name in rows]


def _line(change: AppointmentChange, name: str | None, zone: str) -> HistoryLine:
    was = change.before.get("local_start")
    return HistoryLine(
        at=wall_time(change.at, zone),
        words=_words(change),
        who=name or _ROLE_WORDS.get(change.actor_role, ""),
        was=datetime.fromisoformat(was) if isinstance(was, str) else None,
        reason=change.reason,
        is_undone=change.undone_at is not None,
    )


def _words(change: AppointmentChange) -> str:
    words = VERB_WORDS.get(change.verb, change.verb.replace("_", " ").capitalize())
    if "treatment_minutes" in change.after:
        return f"{words} to {change.after['treatment_minutes']} min, {change.after['late_minutes']} min late"
    return words
