"""Recording what happened without us: the truth is never refused, and nobody is mailed about the past."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import WayOut
from practice.scheduling.appointments.history import Act, note, step
from practice.scheduling.claiming.making import new_appointment, placing_of
from practice.scheduling.claiming.places import Place
from practice.scheduling.claiming.placing import take_place
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.errors import OutsideRecordingWindow, ReasonNeeded
from practice.scheduling.lifecycle import FREES_TIME, AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import TimeWish

State = AppointmentState

RECORDABLE = timedelta(days=7)

STEPS_TO = {
    State.IN_PROGRESS: (State.ARRIVED, State.IN_PROGRESS),
    State.COMPLETED: (State.ARRIVED, State.IN_PROGRESS, State.COMPLETED),
    State.NO_SHOW: (State.NO_SHOW,),
}
"""Outcomes that can be recorded, and the states each steps through at once."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastVisit:
    """What happened, and why it is written down only now; actual times default to the booked ones."""

    outcome: State
    reason: str
    started_at: datetime | None = None
    ended_at: datetime | None = None
    desk_note: str = ""


def record_past(
    session: Session,
    *,
    wish: TimeWish,
    client_uid: str,
    visit: PastVisit,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Write down a visit of the last seven days; where the diary says otherwise it lies beside what is there.

    Rules that would have refused are named in the audit log. Raises ``NotFound``, :class:`ReasonNeeded` and
    :class:`OutsideRecordingWindow`.
    """
    if not visit.reason:
        raise ReasonNeeded("Say why this visit is recorded only now.")
    placing = placing_of(session, Verb.RECORD_PAST, wish, wish.local_start, client_uid=client_uid, actor=actor, now=now)
    placing = replace(placing, is_past=True)
    _require_recent(placing.treatment.starts_at, now)
    recorded: list[Appointment] = []

    def write(place: Place) -> Appointment:
        appointment = new_appointment(place, State.BOOKED, client=placing.client, actor=actor, now=now)
        _let_happen(appointment, visit)
        session.add(appointment)
        recorded.append(appointment)
        return appointment

    place = take_place(session, placing, write=write, rules=rules, actor=actor, now=now)
    act = Act(Verb.RECORD_PAST, reason=visit.reason, overridden=place.overridden)
    note(session, recorded[0], act, None, actor=actor, now=now)
    return recorded[0]


def _require_recent(starts_at: datetime, now: datetime) -> None:
    if starts_at > now:
        raise OutsideRecordingWindow(
            "This time has not come yet: book it instead.", ways_out=(WayOut("book", "Book this time"),)
        )
    if starts_at < now - RECORDABLE:
        raise OutsideRecordingWindow(
            "A visit can be recorded up to seven days back. Put older ones into the client's notes.",
            ways_out=(WayOut("choose_time", "Choose a later day"),),
        )


def _let_happen(appointment: Appointment, visit: PastVisit) -> None:
    for state in STEPS_TO[visit.outcome]:
        step(appointment, state, "recorded")
    if visit.outcome not in FREES_TIME:
        appointment.arrived_at = appointment.started_at = visit.started_at or appointment.starts_at
    if visit.outcome == State.COMPLETED:
        appointment.ended_at = visit.ended_at or appointment.ends_at
    appointment.desk_note = visit.desk_note
    appointment.tell_client = False
    # Nothing to reconcile: the past is no news.
    appointment.change_seq = appointment.reconciled_seq = 1
