"""A visit that may not be treated yet becomes an assessment in the same slot: nobody is sent home."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import RELOAD, RuleViolation
from practice.scheduling.appointments.history import Act, note, require_state, snapshot, step, tell_calendars
from practice.scheduling.appointments.rescheduling import MOVABLE, MoveJob, placing_of_move, question_of_move
from practice.scheduling.appointments.staleness import require_seen
from practice.scheduling.claiming.frame import read_frame, read_set_up
from practice.scheduling.claiming.loading import forget_everybody, load
from practice.scheduling.claiming.making import put, start_as_booked
from practice.scheduling.claiming.places import Place
from practice.scheduling.claiming.placing import take_place
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.gating.assessments import assessment_in
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.question import Shape
from practice.scheduling.wishes import MoveWish


class NoAssessment(RuleViolation):
    """Nobody gives an assessment there."""

    code = "no_assessment"
    title = "No assessment is given"

    def __init__(self) -> None:
        super().__init__(
            "This therapist gives no assessment here. Start it with somebody who does.", ways_out=(RELOAD,)
        )


def assess_instead(
    session: Session,
    *,
    appointment_uid: str,
    version: int | None = None,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Let a visit be an assessment at the time, with the therapist and in the room it has; it needs no forms.

    Shorter where the assessment is; never longer than it was. Raises :class:`NoAssessment`, ``WrongState``,
    ``StaleVersion`` and what the rules refuse.
    """
    appointment = load(session, appointment_uid)
    require_seen(session, appointment, version)
    require_state(appointment, MOVABLE, "made an assessment")
    set_up = read_set_up(session)
    service = assessment_in(set_up, appointment.location_id, {appointment.therapist_id})
    if service is None:
        raise NoAssessment
    before = snapshot(appointment)
    question = question_of_move(appointment, MoveWish(), set_up, actor=actor, now=now)
    minutes = min(service.shape.duration, appointment.duration_minutes)
    shape = Shape(minutes, appointment.buffer_before_minutes, appointment.buffer_after_minutes)
    question = replace(question, service_id=service.id, shape=shape)

    def write(place: Place) -> Appointment:
        put(appointment, place)
        appointment.price_cents = place.service.price_cents
        if appointment.state == AppointmentState.TENTATIVE:
            step(appointment, AppointmentState.BOOKED, "made firm")
            appointment.tentative_reason = None
        tell_calendars(appointment)
        return appointment

    job = MoveJob(appointment, Verb.CONVERT, "", appointment.client)
    placing = placing_of_move(job, question, read_frame(session, question, set_up), start_as_booked(appointment))
    take_place(session, placing, write=write, rules=rules, actor=actor, now=now)
    forget_everybody(session, appointment)
    note(session, appointment, Act(Verb.CONVERT), before, actor=actor, now=now)
    return appointment
