"""Taking back what one did last, before anybody was told of it (Ctrl-Z at the desk)."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import exists, func, or_, select
from sqlalchemy.orm import Session

from practice.clinic.queries import get_settings, practice_today, practice_zone
from practice.core.actor import Actor
from practice.core.errors import RuleViolation, WayOut
from practice.core.local_time import wall_time
from practice.reminders.context import policy_of
from practice.reminders.models import Message
from practice.scheduling.absences.models import GroundAct
from practice.scheduling.appointments.last_act import LastAct, find_last_act
from practice.scheduling.appointments.undoing import undo_act
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.errors import NothingToUndo
from practice.scheduling.models import Appointment
from practice.visits.models import Visit
from practice.visits.notes.chain import EntryKind
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.queries import not_in_error

AT_LEAST = timedelta(minutes=2)
"""For this long the last act can be taken back even where a practice lets its mails wait for less (desk.md 10)."""

THERAPISTS_WISH = "therapist_asked"
STANDING_VERBS = frozenset({"make_tentative", "keep"})
"""What was done for a reason that Ctrl-Z does not know: a warning sign, an absence."""


class UndoTooLate(RuleViolation):
    """The last act is too old, told by mail or signed already, or is more than a slip of the hand."""

    code = "undo_too_late"
    title = "Not taken back"

    def __init__(self, sentence: str, *, appointment_uid: str) -> None:
        way = WayOut("open_visit", "Open the visit", {"appointment": appointment_uid})
        super().__init__(sentence, ways_out=(way,), context={"appointment": appointment_uid})


@dataclass(frozen=True, slots=True)
class TakenBack:
    """What was taken back, and the appointments as they are again."""

    verb: str
    appointments: Sequence[Appointment]


def take_back_last(session: Session, *, rules: BookingRules, actor: Actor, now: datetime) -> TakenBack:
    """Take back the last act of *actor*, all of it, while no mail has told of it and its grace has not passed.

    Raises ``NothingToUndo``, :class:`UndoTooLate` and what ``undo`` raises.
    """
    act = find_last_act(session, actor=actor)
    if act is None:
        raise NothingToUndo("You have done nothing lately that could be taken back.")
    _require_slip_of_the_hand(session, act)
    _require_unsigned(session, act)
    _require_untold(session, act)
    _require_recent(session, act, now)
    return TakenBack(act.verb, undo_act(session, changes=act.changes, rules=rules, actor=actor, now=now))


def _require_slip_of_the_hand(session: Session, act: LastAct) -> None:
    reasons = {change.after.get("cancel_reason") for change in act.changes}
    is_of_absence = act.act_id is not None and session.scalar(select(exists().where(GroundAct.uid == act.act_id)))
    if act.verb in STANDING_VERBS or THERAPISTS_WISH in reasons or is_of_absence:
        sentence = "Your last act belongs to an absence or to a therapist's decision. Change it visit by visit."
        raise UndoTooLate(sentence, appointment_uid=act.appointment_uid)


def _require_unsigned(session: Session, act: LastAct) -> None:
    """Refuse what a signature rests on: who signed a treatment that was over has not begun one that is not."""
    at_visit = Visit.appointment_id.in_(act.appointment_ids) & (Visit.id == NoteEntry.visit_id)
    if session.scalar(select(exists().where(at_visit, NoteEntry.kind == EntryKind.NOTE, not_in_error()))):
        sentence = "The note of this visit is signed. What was signed stays: add to the note what was wrong."
        raise UndoTooLate(sentence, appointment_uid=act.appointment_uid)


def _require_untold(session: Session, act: LastAct) -> None:
    told_at = session.scalar(
        select(func.min(func.coalesce(Message.sent_at, Message.data_at))).where(
            Message.subject_kind == "appointment",
            Message.subject_id.in_(act.appointment_ids),
            or_(Message.sent_at >= act.at, Message.data_at >= act.at),
        )
    )
    if told_at is not None:
        left = f"{wall_time(told_at, practice_zone(session)):%H:%M}"
        raise UndoTooLate(
            f"The mail about it left at {left}. Undo it at the visit, and another mail tells of it.",
            appointment_uid=act.appointment_uid,
        )


def _require_recent(session: Session, act: LastAct, now: datetime) -> None:
    policy = policy_of(get_settings(session, practice_today(session, now)))
    grace = max(AT_LEAST, policy.change_grace if act.changes[0].before else policy.confirmation_grace)
    if now - act.at > grace:
        done = f"{wall_time(act.at, practice_zone(session)):%H:%M}"
        minutes = grace // timedelta(minutes=1)
        raise UndoTooLate(
            f"Your last act was at {done}, more than {minutes} minutes ago. Undo it at the visit.",
            appointment_uid=act.appointment_uid,
        )
