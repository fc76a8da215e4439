"""A visit that is to stand again, or firmly: the rules are asked once more, its time alone is not in question."""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.core.actor import Role
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.informing import Judging, inform
from practice.scheduling.claiming.making import shape_as_booked, stand_as_judged
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, Notice, Verb, judge
from practice.scheduling.errors import refused
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.models import Appointment
from practice.scheduling.question import DiaryFacts, Question


@dataclass(frozen=True, slots=True)
class Again:
    """By which verb a visit comes to stand, and by which rules it is judged."""

    verb: Verb
    judging: Judging


def require_standing(session: Session, appointment: Appointment, again: Again) -> Sequence[Notice]:
    """Return what there is to know of a visit to come that would stand as it is written now.

    Raises ``BookingRefused`` for what the rules about its client and its plan refuse (clinical.md 2.3). What is over,
    and what takes no time, is judged by nobody.
    """
    judging = again.judging
    if appointment.client_id is None or appointment.state not in OPEN or appointment.starts_at <= judging.now:
        return ()
    question = _question(session, appointment, judging)
    request = BookingRequest(
        verb=again.verb,
        actor=judging.actor,
        asked_at=judging.now,
        question=question,
        local_start=appointment.local_start,
        client_id=question.client_id,
        has_time=True,
    )
    facts = BookingFacts(DiaryFacts(read_set_up(session)))
    verdict = judge(inform(session, judging.rules, question), request, facts)
    if verdict.refusals:
        raise refused(verdict.refusals)
    return verdict.notices


def stand_again(session: Session, appointments: Sequence[Appointment], again: Again) -> None:
    """Let visits that came back stand as the rules say today: some only tentatively. Raises ``BookingRefused``."""
    for appointment in appointments:
        stand_as_judged(appointment, require_standing(session, appointment, again))


def _question(session: Session, appointment: Appointment, judging: Judging) -> Question:
    """Return the question about the ids that are written now: who was loaded with it may be somebody else."""
    day = appointment.local_start.date()
    actor, now = judging.actor, judging.now
    return Question(
        service_id=appointment.service_id,
        location_id=appointment.location_id,
        first_on=day,
        last_on=day,
        asked_at=now,
        therapist_ids=(appointment.therapist_id,),
        client_id=session.get_one(Client, appointment.client_id).kept_id,
        moving_id=appointment.id,
        shape=shape_as_booked(appointment),
        by_link=actor.role is Role.LINK,
        own_only=actor.role is Role.THERAPIST,
    )
