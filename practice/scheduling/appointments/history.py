"""What was done to an appointment: a row that people can read and undo, and an event for the audit log."""

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import WayOut
from practice.core.events import Event, record
from practice.scheduling.errors import WrongState
from practice.scheduling.lifecycle import AppointmentState, may_step
from practice.scheduling.models import Appointment, AppointmentChange

UNDO = WayOut("undo", "Undo the last act")

TOGETHER = "together"
"""Beside what an act changed: the uids of the appointments that it changed together, to go back together."""

INSTANTS = frozenset(
    {
        "starts_at",
        "ends_at",
        "confirmed_at",
        "arrived_at",
        "started_at",
        "ended_at",
        "cancelled_at",
        "form_asked_at",
        "local_start",
    }
)
PLACE = ("client_id", "service_id", "therapist_id", "room_id", "location_id", "local_start", "zone", "starts_at")
LENGTH = (
    "ends_at",
    "duration_minutes",
    "buffer_before_minutes",
    "buffer_after_minutes",
    "kind",
    "price_cents",
    "group_size",
)
STANDING = (
    "state",
    "tentative_reason",
    "confirmed_at",
    "arrived_at",
    "started_at",
    "ended_at",
    "cancelled_at",
    "cancelled_by",
    "cancel_reason",
    "cancelled_late",
    "fee_proposed_cents",
    "fee_waived_reason",
    "form_asked_at",
)
TRACKED = (*PLACE, *LENGTH, *STANDING)
"""What an act can change and undo brings back."""

Snapshot = Mapping[str, object]


@dataclass(frozen=True, slots=True)
class Act:
    """What is done, and why. ``id`` is shared by everything that one act does to several appointments.

    ``overridden`` are the codes of rules that were set aside; ``more`` is kept beside what changed.
    """

    verb: str
    id: str | None = None
    reason: str = ""
    overridden: Sequence[str] = ()
    more: Mapping[str, object] = field(default_factory=dict)


STATE_WORDS: Mapping[str, str] = {
    AppointmentState.HELD: "only held",
    AppointmentState.TENTATIVE: "tentative",
    AppointmentState.BOOKED: "booked",
    AppointmentState.ARRIVED: "marked as arrived",
    AppointmentState.IN_PROGRESS: "in progress",
    AppointmentState.COMPLETED: "completed",
    AppointmentState.CANCELLED: "cancelled",
    AppointmentState.NO_SHOW: "marked as a no-show",
    AppointmentState.ENTERED_IN_ERROR: "marked as entered in error",
}


def snapshot(appointment: Appointment) -> Snapshot:
    """Return what an act may change, as JSON can keep it."""
    return {name: _as_json(getattr(appointment, name)) for name in TRACKED}


def restore(appointment: Appointment, values: Snapshot) -> None:
    """Write back what a snapshot kept."""
    for name, value in values.items():
        is_instant = name in INSTANTS and isinstance(value, str)
        setattr(appointment, name, datetime.fromisoformat(str(value)) if is_instant else value)


def _as_json(value: object) -> object:
    return value.isoformat() if isinstance(value, datetime) else value


def require_state(appointment: Appointment, allowed: frozenset[AppointmentState], what: str) -> None:
    """Raise :class:`WrongState` unless *what* can be done to the appointment as it stands."""
    if appointment.state not in allowed:
        raise _wrong_state(appointment, what)


def step(appointment: Appointment, after: AppointmentState, what: str) -> None:
    """Take the appointment one step along its life; raises :class:`WrongState` for a step that is none."""
    if not may_step(AppointmentState(appointment.state), after):
        raise _wrong_state(appointment, what)
    appointment.previous_state = appointment.state
    appointment.state = after


def _wrong_state(appointment: Appointment, what: str) -> WrongState:
    word = STATE_WORDS[appointment.state]
    ways = (UNDO,) if appointment.state != AppointmentState.HELD else ()
    return WrongState(
        f"This appointment is {word}, so it cannot be {what}.", state=str(appointment.state), ways_out=ways
    )


def note(
    session: Session,
    appointment: Appointment,
    act: Act,
    before: Snapshot | None,
    *,
    actor: Actor,
    now: datetime,
) -> None:
    """Write one act into the history and the audit log; *before* is None for an appointment that is new.

    The log keeps the codes of overridden rules and a digest of the reason, the history keeps its words.
    """
    after = snapshot(appointment)
    earlier = before or {}
    changed = [name for name in TRACKED if earlier.get(name) != after[name]]
    change = AppointmentChange(
        appointment_id=appointment.id,
        at=now,
        verb=act.verb,
        act_id=act.id,
        actor_role=str(actor.role),
        actor_user_id=actor.user_id,
        state_before=earlier.get("state"),
        state_after=str(appointment.state),
        before={name: earlier[name] for name in changed} if before else {},
        after={name: after[name] for name in changed} | dict(act.more),
        reason=act.reason[:300],
    )
    session.add(change)
    data: dict[str, object] = {"from": earlier.get("state"), "to": str(appointment.state)}
    if before:
        data["changed"] = changed
    if act.overridden:
        data["overridden"] = list(act.overridden)
    if act.reason:
        data["reason_sha256"] = hashlib.sha256(act.reason.encode()).hexdigest()
    record(session, Event(f"appointment.{act.verb}", "appointment", appointment.uid, actor, now, data))


def tell(appointment: Appointment) -> None:
    """Note that a message may have to say what just changed."""
    appointment.change_seq += 1


def tell_calendars(appointment: Appointment) -> None:
    """Note that the client's calendar entry changed: its SEQUENCE rises, and a message may have to say so."""
    appointment.sequence += 1
    tell(appointment)
