"""Visits of one course booked and moved as one act: each of its own service, time and therapist, all or none."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from enum import StrEnum

from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.core.actor import Actor, Role
from practice.core.db import new_uid
from practice.core.errors import PracticeError
from practice.core.events import Event, record
from practice.scheduling.appointments.booking import PLAIN, describe, first_state
from practice.scheduling.appointments.history import TOGETHER, Act, note, require_state, snapshot
from practice.scheduling.appointments.rescheduling import MoveJob, placing_of_move, put_elsewhere, question_of_move
from practice.scheduling.claiming.frame import read_client_and_set_up, read_frame
from practice.scheduling.claiming.informing import Judging
from practice.scheduling.claiming.loading import forget_everybody
from practice.scheduling.claiming.making import new_appointment
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.placing_several import NEARBY, Explained, take_places
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.models import Appointment
from practice.scheduling.question import DiaryFacts, Question, SetUp
from practice.scheduling.series.conflicts import refuse_visits
from practice.scheduling.wishes import BookingDetails, MoveWish, TimeWish, get_by_uid, resolve_location


class Tie(StrEnum):
    """What visits booked as one act are to each other: visits of a series, or linked because they follow at once."""

    SERIES = "series"
    LINK = "link"


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseVisit:
    """One visit by its number in the course: where it shall lie, and the appointment to be moved there, if any.

    ``waived`` are codes of rules that do not count for it beside the visits before it.
    """

    number: int
    wish: TimeWish
    moving: Appointment | None = None
    waived: frozenset[str] = frozenset()


def arrange_visits(
    session: Session,
    *,
    visits: Sequence[CourseVisit],
    client_uid: str,
    details: BookingDetails = PLAIN,
    room_needs: frozenset[str] = frozenset(),
    waived: frozenset[str] = frozenset(),
    tie: Tie = Tie.SERIES,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    """Book and move every visit in one act with one act id, or none; the appointments in the order of *visits*.

    One lock, one look and one write for all of them. New visits carry the act's id as their series or link, as *tie*
    says. *waived* are codes of rules that the caller judges for the course as a whole. Raises
    ``NotFound``, ``LocationNeeded``, ``WrongState``, ``StaleVersion``, and ``SeriesConflict`` or ``SeriesRefused``
    naming each visit that does not fit with the nearest times that do.
    """
    client, set_up = read_client_and_set_up(session, client_uid)
    placings = _placings(session, visits, client, set_up.needing(room_needs), details, actor=actor, now=now)
    placings = [
        replace(placing, waived=placing.waived | waived | visit.waived)
        for placing, visit in zip(placings, visits, strict=True)
    ]
    act_id = new_uid()
    before = {each.moving.id: snapshot(each.moving) for each in visits if each.moving is not None}
    arranged: list[Appointment] = []

    def write(index: int, place: Place) -> Appointment:
        visit = visits[index]
        arranged.append(
            _book(session, place, client, _tied(details, tie, act_id), actor=actor, now=now)
            if visit.moving is None
            else put_elsewhere(visit.moving, place)
        )
        return arranged[-1]

    def refuse(why: Explained) -> PracticeError:
        return refuse_visits({visits[at].number: (placings[at], each) for at, each in why.items()}, what="changed")

    places = take_places(session, placings, write=write, refuse=refuse, judging=Judging(rules, actor, now))
    together = {TOGETHER: [each.uid for each in arranged]} if tie is Tie.LINK else {}
    for placing, place, appointment in zip(placings, places, arranged, strict=True):
        if placing.moving is not None:
            forget_everybody(session, appointment)
        act = Act(placing.verb, act_id, details.override_reason, place.overridden, together)
        note(session, appointment, act, before.get(appointment.id), actor=actor, now=now)
    record(session, Event(f"{tie}.arrange", str(tie), act_id, actor, now, {"visits": len(arranged)}))
    return arranged


def _tied(details: BookingDetails, tie: Tie, act_id: str) -> BookingDetails:
    return replace(details, series_id=act_id) if tie is Tie.SERIES else replace(details, link_id=act_id)


def _book(
    session: Session,
    place: Place,
    client: Client,
    details: BookingDetails,
    *,
    actor: Actor,
    now: datetime,
) -> Appointment:
    appointment = new_appointment(place, first_state(details), client=client, actor=actor, now=now)
    describe(appointment, details)
    session.add(appointment)
    return appointment


def _placings(
    session: Session,
    visits: Sequence[CourseVisit],
    client: Client,
    set_up: SetUp,
    details: BookingDetails,
    *,
    actor: Actor,
    now: datetime,
) -> list[Placing]:
    questions = [_question(visit, client, set_up, actor=actor, now=now) for visit in visits]
    facts = read_frame(session, _around(questions), set_up)
    return [
        _placing(visit, question, facts, client, details.override_reason)
        for visit, question in zip(visits, questions, strict=True)
    ]


def _around(questions: Sequence[Question]) -> Question:
    """Return one question that is about all the days, and those around them."""
    first_on, last_on = min(one.first_on for one in questions), max(one.last_on for one in questions)
    return replace(questions[0], first_on=first_on - NEARBY, last_on=last_on + NEARBY)


def _question(visit: CourseVisit, client: Client, set_up: SetUp, *, actor: Actor, now: datetime) -> Question:
    wish = visit.wish
    if visit.moving is not None:
        require_state(visit.moving, OPEN, "moved")
        move = MoveWish(local_start=wish.local_start, therapist=wish.therapist, room=wish.room)
        return question_of_move(visit.moving, move, set_up, actor=actor, now=now)
    day = wish.local_start.date()
    therapist = wish.therapist and get_by_uid(set_up.therapists, wish.therapist, "therapist")
    return Question(
        service_id=get_by_uid(set_up.services, wish.service, "service").id,
        location_id=resolve_location(set_up, wish.location, therapist or None).id,
        first_on=day,
        last_on=day,
        asked_at=now,
        therapist_ids=(therapist.id,) if therapist else None,
        room_id=get_by_uid(set_up.rooms, wish.room, "room").id if wish.room else None,
        client_id=client.id,
        own_only=actor.role is Role.THERAPIST,
    )


def _placing(visit: CourseVisit, question: Question, facts: DiaryFacts, client: Client, reason: str) -> Placing:
    start = visit.wish.local_start
    if visit.moving is not None:
        return placing_of_move(MoveJob(visit.moving, Verb.RESCHEDULE, reason, client), question, facts, start)
    return Placing(
        verb=Verb.BOOK, question=question, facts=facts, local_start=start, client=client, override_reason=reason
    )
