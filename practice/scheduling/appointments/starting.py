"""Starting the treatment: the rules are asked again, and who really treats is written down."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.intervals import Interval
from practice.scheduling.appointments.history import Act, note, require_state, snapshot, step, tell
from practice.scheduling.appointments.staleness import require_seen
from practice.scheduling.claiming.claim import claim
from practice.scheduling.claiming.diaries import beside, diaries_of, wanted_for
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.informing import inform
from practice.scheduling.claiming.loading import forget_everybody, load, reread
from practice.scheduling.claiming.making import question_about
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, BookingRules, Verb, judge
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.errors import refused
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.question import DiaryFacts, TherapistFacts
from practice.scheduling.wishes import get_by_uid


def start(
    session: Session,
    *,
    appointment_uid: str,
    therapist_uid: str | None = None,
    started_at: datetime | None = None,
    version: int | None = None,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Begin the treatment, now unless another instant is given, with whoever really treats.

    Where that therapist's diary says otherwise, the visit lies beside what is there. Raises ``WrongState``,
    ``StaleVersion``, and ``BookingRefused`` when a rule about the client forbids to begin.
    """
    appointment = load(session, appointment_uid)
    require_seen(session, appointment, version)
    set_up = read_set_up(session)
    therapist = (
        get_by_uid(set_up.therapists, therapist_uid, "therapist")
        if therapist_uid
        else set_up.therapists[appointment.therapist_id]
    )
    require_state(appointment, frozenset({AppointmentState.ARRIVED}), "started")
    before = snapshot(appointment)
    _ask_again(session, appointment, therapist, DiaryFacts(set_up), rules=rules, actor=actor, now=now)
    diary_ids = diaries_of(appointment) | {therapist.diary_id}

    def decide(occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        reread(session, appointment)
        step(appointment, AppointmentState.IN_PROGRESS, "started")
        appointment.therapist_id, appointment.started_at = therapist.id, started_at or now
        tell(appointment)
        wanted = wanted_for(
            appointment,
            therapist_diary_id=therapist.diary_id,
            room_diary_id=None if appointment.room is None else appointment.room.diary_id,
            client_diary_id=None if appointment.client is None else appointment.client.time_diary_id,
        )
        return [beside(each, occupied) for each in wanted]

    booked = Interval(appointment.starts_at, appointment.ends_at)
    claim(session, diary_ids=diary_ids, around=(booked,), decide=decide, now=now, giving_back=(appointment.id,))
    forget_everybody(session, appointment)
    note(session, appointment, Act(Verb.START), before, actor=actor, now=now)
    return appointment


def _ask_again(
    session: Session,
    appointment: Appointment,
    therapist: TherapistFacts,
    facts: DiaryFacts,
    *,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> None:
    """Ask the rules about the client and the service once more; the time is not in question."""
    question = replace(question_about(appointment, actor=actor, now=now), therapist_ids=(therapist.id,))
    request = BookingRequest(
        verb=Verb.START,
        actor=actor,
        asked_at=now,
        question=question,
        local_start=appointment.local_start,
        client_id=appointment.client_id,
        has_time=True,
    )
    if refusals := judge(inform(session, rules, question), request, BookingFacts(facts)).refusals:
        raise refused(refusals)
