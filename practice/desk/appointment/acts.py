"""Acts on one appointment, by the names that addresses and buttons give them. Chooses verbs, owns no rule."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, Protocol

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.desk.choice import Choice
from practice.desk.visits import GONE, Visit
from practice.scheduling.appointments.asking import ask_form
from practice.scheduling.appointments.attending import arrive, complete, confirm
from practice.scheduling.appointments.booking import settle
from practice.scheduling.appointments.cancelling import CLINICS_OWN, CallingOff, CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import change_room, reschedule, resize
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import MoveWish


class PlainAct(Protocol):
    """A verb that needs to know only which appointment."""

    def __call__(
        self, session: Session, *, appointment_uid: str, version: int | None = None, actor: Actor, now: datetime
    ) -> Appointment: ...


PLAIN_ACTS: Mapping[str, PlainAct] = {
    "confirm": confirm,
    "arrive": arrive,
    "complete": complete,
    "ask-form": ask_form,
}

JUDGED_ACTS: Mapping[str, Callable[..., Appointment]] = {"settle": settle, "undo": undo}
"""Those after which a visit stands anew, so that the rules are asked as well."""

DONE_WORDS: Mapping[str, str] = {
    "confirm": "confirmed",
    "settle": "is firm now",
    "arrive": "is here",
    "start": "is in treatment",
    "shorten": "is here, and the visit is shorter now",
    "assess": "comes for an assessment now",
    "ask-therapist": "will be called by a therapist",
    "complete": "is done",
    "undo": "is as before: the last act is taken back",
    "no-show": "did not come",
    "cancel": "is cancelled",
    "move": "is moved",
    "ask-form": "is asked for the form",
    "swap": "is swapped",
    "client": "has the time now",
    "waive-fee": "need not pay the fee",
}
"""What a toast says after the client's name."""

FINAL_WORDS = frozenset({DONE_WORDS["undo"], DONE_WORDS["ask-therapist"]})
"""What is said of acts that Ctrl-Z does not take back."""

TAKEN_BACK: Mapping[str, str] = {
    "book": "the booking",
    "walk_in": "the walk-in",
    "record_past": "the record",
    "reschedule": "the move",
    "resize": "the new length",
    "convert": "the change to an assessment",
    "change_room": "the change of room",
    "change_client": "the change of client",
    "swap_rooms": "the swap",
    "swap_therapists": "the swap",
    "swap_times": "the swap",
    "confirm": "the confirmation",
    "arrive": "the arrival",
    "start": "the start",
    "complete": "the end",
    "no_show": "the no-show",
    "cancel": "the cancellation",
    "settle": "making it firm",
    "waive_fee": "the waived fee",
    "ask_form": "asking for the form",
}
"""What a toast calls an act that was taken back."""


def taken_back_words(verb: str, visit: Visit, *, visits: int) -> str:
    """Return what was taken back, and what is true again."""
    what = TAKEN_BACK.get(verb, "the last act")
    if visits > 1:
        return f"Taken back: {what} of {visits} visits of {visit.name}."
    if visit.state in GONE:
        return f"Taken back: {what} of {visit.name}. The time is free again."
    return f"Taken back: {what} of {visit.name}. The visit is at {visit.local_start:%a %H:%M} as before."


def move(
    session: Session, uid: str, wanted: Mapping[str, Any], *, rules: BookingRules, actor: Actor, now: datetime
) -> Appointment:
    """Move an appointment as a drag, a stretch or a chosen time says; raises what the verbs raise."""
    more: dict[str, Any] = {"rules": rules, "actor": actor, "now": now}
    more |= {name: wanted[name] for name in ("version", "override_reason") if name in wanted}
    if minutes := wanted.get("minutes"):
        return resize(session, appointment_uid=uid, duration_minutes=minutes, **more)
    if wanted.keys() & {"choice", "start", "therapist"}:
        return reschedule(session, appointment_uid=uid, wish=moves_to(wanted), **more)
    return change_room(session, appointment_uid=uid, room_uid=wanted.get("room", ""), **more)


def therapist_wanted(wanted: Mapping[str, Any]) -> str | None:
    """Return the uid of the therapist whom a move names, None when it stays with the one it has."""
    chosen: Choice | None = wanted.get("choice")
    return (chosen.therapist if chosen else wanted.get("therapist")) or None


def moves_to(wanted: Mapping[str, Any]) -> MoveWish:
    """Return where a chosen time or the grid asks an appointment to go."""
    chosen: Choice | None = wanted.get("choice")
    if chosen is not None:
        return MoveWish(local_start=chosen.local_start, therapist=chosen.therapist or None, room=chosen.room or None)
    return MoveWish(local_start=wanted.get("start"), therapist=wanted.get("therapist"), room=wanted.get("room"))


def call_off(session: Session, uid: str, said: Mapping[str, Any], *, actor: Actor, now: datetime) -> Appointment:
    """Cancel for the reason given, by whoever that reason lies with; raises what ``cancel`` raises."""
    why = why_called_off(said)
    return cancel(
        session,
        appointment_uid=uid,
        reason=why.reason,
        by=why.by,
        comment=why.comment,
        tell_client=why.tell_client,
        version=said.get("version"),
        actor=actor,
        now=now,
    )


def why_called_off(said: Mapping[str, Any]) -> CallingOff:
    """Return the reason given, by whoever that reason lies with."""
    reason = said.get("reason", "")
    by = CancelledBy.CLINIC if reason in CLINICS_OWN else CancelledBy.CLIENT
    return CallingOff(reason, by, said.get("comment", ""), tell_client=not said.get("quiet", False))
