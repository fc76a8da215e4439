"""A client who comes late gets what is left: fewer minutes, or a shorter service, stored as such."""

from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import RELOAD, RuleViolation
from practice.scheduling.appointments.history import Act, note, require_state, snapshot, step, tell
from practice.scheduling.appointments.rescheduling import MOVABLE, MoveJob, placing_of_move, question_of_move
from practice.scheduling.appointments.shorter import shortened_end
from practice.scheduling.appointments.staleness import require_seen
from practice.scheduling.claiming.frame import read_frame, read_set_up
from practice.scheduling.claiming.loading import forget_everybody, load
from practice.scheduling.claiming.making import put, shape_as_booked, start_as_booked
from practice.scheduling.claiming.places import Place
from practice.scheduling.claiming.placing import take_place
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.lifecycle import OPEN, AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.question import Question, SetUp
from practice.scheduling.wishes import MoveWish, get_by_uid

SHORTEN = "shorten"
_MINUTE = timedelta(minutes=1)


class NotLeft(RuleViolation):
    """So much of the visit is not left, or the visit has not begun."""

    code = "not_left"
    title = "Not so much is left"

    def __init__(self) -> None:
        super().__init__(
            "So much of this visit is not left. Choose fewer minutes, or look again at what fits.", ways_out=(RELOAD,)
        )


def shorten(
    session: Session,
    *,
    appointment_uid: str,
    minutes: int | None = None,
    service_uid: str | None = None,
    version: int | None = None,
    override_reason: str = "",
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Let a visit whose client comes late end earlier: after so many *minutes*, or as a shorter service at its price.

    One of the two must be given. The client is here then; the time after the new end is free again, the start that was
    promised stays. No mail. Raises :class:`NotLeft`, ``NotFound``, ``WrongState``, ``StaleVersion`` and what the rules
    refuse.
    """
    appointment = load(session, appointment_uid)
    require_seen(session, appointment, version)
    require_state(appointment, MOVABLE, "shortened")
    set_up = read_set_up(session)
    question = question_of_move(appointment, MoveWish(), set_up, actor=actor, now=now)
    if service_uid is not None:
        service = get_by_uid(set_up.services, service_uid, "service")
        question, minutes = replace(question, service_id=service.id), service.shape.duration
    verb = Verb.RESIZE if service_uid is None else Verb.CONVERT
    job = MoveJob(appointment, verb, override_reason, appointment.client)
    return _shorten(session, job, question, set_up, minutes or 0, rules=rules, actor=actor, now=now)


def _shorten(
    session: Session,
    job: MoveJob,
    question: Question,
    set_up: SetUp,
    minutes: int,
    *,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    appointment, before = job.appointment, snapshot(job.appointment)
    ends_at = shortened_end(appointment.starts_at, appointment.ends_at, minutes, now)
    if ends_at is None:
        raise NotLeft
    shape = shape_as_booked(appointment)._replace(duration=(ends_at - appointment.starts_at) // _MINUTE)
    question = replace(question, shape=shape)

    def write(place: Place) -> Appointment:
        put(appointment, place)
        if job.verb is Verb.CONVERT:
            appointment.price_cents = place.service.price_cents
        if appointment.state in OPEN:
            step(appointment, AppointmentState.ARRIVED, "marked as arrived")
            appointment.arrived_at = now
        tell(appointment)
        return appointment

    placing = placing_of_move(job, question, read_frame(session, question, set_up), start_as_booked(appointment))
    place = take_place(session, placing, write=write, rules=rules, actor=actor, now=now)
    forget_everybody(session, appointment)
    late = (now - appointment.starts_at) // _MINUTE
    act = Act(SHORTEN, None, job.reason, place.overridden, {"late_minutes": late, "treatment_minutes": minutes})
    note(session, appointment, act, before, actor=actor, now=now)
    return appointment
