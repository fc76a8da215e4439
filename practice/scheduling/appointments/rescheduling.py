"""Moving an appointment: the same row, its history kept; a move that fails leaves everything as it was."""

from dataclasses import replace
from datetime import datetime
from typing import NamedTuple

from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.core.actor import Actor
from practice.scheduling.appointments.history import Act, note, require_state, snapshot, tell_calendars
from practice.scheduling.appointments.parting import part_with_former
from practice.scheduling.appointments.staleness import require_seen
from practice.scheduling.claiming.frame import read_frame, read_set_up
from practice.scheduling.claiming.loading import forget_everybody, load
from practice.scheduling.claiming.making import put, question_about, shape_as_booked, stand_as_judged, start_as_booked
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.placing import take_place
from practice.scheduling.claiming.rules import (
    ABOUT_THE_CLIENT,
    ABOUT_THE_START,
    ABOUT_THE_WORK,
    BookingRules,
    Verb,
)
from practice.scheduling.free_time.client_rules import ABOUT_WHEN
from practice.scheduling.lifecycle import OPEN, AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.question import DiaryFacts, Question, SetUp
from practice.scheduling.wishes import MoveWish, get_by_uid

State = AppointmentState

MOVABLE = OPEN | {State.ARRIVED}
IN_HOUSE = MOVABLE | {State.IN_PROGRESS}

_WAIVED = {
    Verb.RESIZE: ABOUT_THE_CLIENT,
    Verb.CHANGE_ROOM: ABOUT_THE_CLIENT | ABOUT_THE_WORK,
    Verb.CHANGE_CLIENT: ABOUT_THE_WORK,
    Verb.CONVERT: ABOUT_THE_CLIENT | ABOUT_THE_WORK,
}
"""What each act leaves as it is."""


class MoveJob(NamedTuple):
    """One act on one loaded appointment."""

    appointment: Appointment
    verb: Verb
    reason: str
    client: Client | None
    """Whose it is afterwards."""
    act_id: str | None = None


def reschedule(
    session: Session,
    *,
    appointment_uid: str,
    wish: MoveWish,
    version: int | None = None,
    override_reason: str = "",
    act_id: str | None = None,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Move an appointment to another time, therapist, room or location.

    It keeps its length, its price and, where possible, its room. *act_id* names the larger act of which it is a part.
    Raises ``NotFound``, ``WrongState``, ``StaleVersion`` and what
    :func:`practice.scheduling.claiming.placing.take_place` raises.
    """
    appointment = _open(session, appointment_uid, version, MOVABLE, "moved")
    set_up = read_set_up(session)
    question = question_of_move(appointment, wish, set_up, actor=actor, now=now)
    start = wish.local_start or start_as_booked(appointment)
    if lies_there(appointment, question, start):
        return appointment
    job = MoveJob(appointment, Verb.RESCHEDULE, override_reason, appointment.client, act_id)
    return _move(session, job, question, set_up, start, rules=rules, actor=actor, now=now)


def resize(
    session: Session,
    *,
    appointment_uid: str,
    duration_minutes: int,
    version: int | None = None,
    override_reason: str = "",
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Make an appointment longer or shorter (5 to 480 minutes); its start stays. Raises as :func:`reschedule`."""
    appointment = _open(session, appointment_uid, version, IN_HOUSE, "made longer or shorter")
    if appointment.duration_minutes == duration_minutes:
        return appointment
    set_up = read_set_up(session)
    question = question_of_move(appointment, MoveWish(), set_up, actor=actor, now=now)
    question = replace(question, shape=shape_as_booked(appointment)._replace(duration=duration_minutes))
    job = MoveJob(appointment, Verb.RESIZE, override_reason, appointment.client)
    return _move(session, job, question, set_up, start_as_booked(appointment), rules=rules, actor=actor, now=now)


def change_room(
    session: Session,
    *,
    appointment_uid: str,
    room_uid: str,
    version: int | None = None,
    override_reason: str = "",
    act_id: str | None = None,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Give an appointment another room; the client is not told, for it changes nothing for her.

    Raises as :func:`reschedule`.
    """
    appointment = _open(session, appointment_uid, version, IN_HOUSE, "given another room")
    set_up = read_set_up(session)
    question = question_of_move(appointment, MoveWish(room=room_uid), set_up, actor=actor, now=now)
    if question.room_id == appointment.room_id:
        return appointment
    job = MoveJob(appointment, Verb.CHANGE_ROOM, override_reason, appointment.client, act_id)
    return _move(session, job, question, set_up, start_as_booked(appointment), rules=rules, actor=actor, now=now)


def change_client(
    session: Session,
    *,
    appointment_uid: str,
    client_uid: str,
    version: int | None = None,
    override_reason: str = "",
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    """Give the time to another client, until it starts; it is no cancellation.

    What the first client had said (a confirmation) is forgotten, the links in her mails end, and she is told if a mail
    had promised her the visit. Raises as :func:`reschedule`.
    """
    client = get_client(session, client_uid)
    appointment = _open(session, appointment_uid, version, MOVABLE, "given to somebody else")
    if appointment.client_id == client.id:
        return appointment
    set_up = read_set_up(session)
    question = replace(question_of_move(appointment, MoveWish(), set_up, actor=actor, now=now), client_id=client.id)
    job = MoveJob(appointment, Verb.CHANGE_CLIENT, override_reason, client)
    return _move(session, job, question, set_up, start_as_booked(appointment), rules=rules, actor=actor, now=now)


def _open(session: Session, uid: str, version: int | None, states: frozenset[State], what: str) -> Appointment:
    appointment = load(session, uid)
    require_seen(session, appointment, version)
    require_state(appointment, states, what)
    return appointment


def question_of_move(
    appointment: Appointment, wish: MoveWish, set_up: SetUp, *, actor: Actor, now: datetime
) -> Question:
    """Return what is asked: the appointment as it lies, with what the wish changes."""
    as_it_lies = question_about(appointment, actor=actor, now=now)
    location = wish.location and get_by_uid(set_up.locations, wish.location, "location")
    room = wish.room and get_by_uid(set_up.rooms, wish.room, "room")
    day = (wish.local_start or appointment.local_start).date()
    return replace(
        as_it_lies,
        location_id=location.id if location else appointment.location_id,
        first_on=day,
        last_on=day,
        therapist_ids=_therapist_ids(appointment, wish, set_up),
        room_id=room.id if room else None,
    )


def _therapist_ids(appointment: Appointment, wish: MoveWish, set_up: SetUp) -> tuple[int, ...] | None:
    if wish.any_therapist:
        return None
    if wish.therapist:
        return (get_by_uid(set_up.therapists, wish.therapist, "therapist").id,)
    return (appointment.therapist_id,)


def lies_there(appointment: Appointment, question: Question, start: datetime) -> bool:
    """Return whether an appointment lies already where the question asks for it."""
    return (
        _starts_there(appointment, question, start)
        and question.therapist_ids is not None
        and appointment.therapist_id in question.therapist_ids
        and question.room_id in {None, appointment.room_id}
    )


def _starts_there(appointment: Appointment, question: Question, start: datetime) -> bool:
    booked = start_as_booked(appointment)
    return (start, start.fold) == (booked, booked.fold) and question.location_id == appointment.location_id


def placing_of_move(job: MoveJob, question: Question, facts: DiaryFacts, start: datetime) -> Placing:
    """Return where to look for a place; rules about a start that stays do not apply again."""
    appointment = job.appointment
    return Placing(
        verb=job.verb,
        question=question,
        facts=facts,
        local_start=start,
        client=job.client,
        moving=appointment,
        prefers_room_id=appointment.room_id,
        waived=_waived(job.verb, starts_there=_starts_there(appointment, question, start)),
        override_reason=job.reason,
    )


def _waived(verb: Verb, *, starts_there: bool) -> frozenset[str]:
    about_start = ABOUT_THE_START - ABOUT_WHEN if verb is Verb.CHANGE_CLIENT else ABOUT_THE_START
    return _WAIVED.get(verb, frozenset()) | (about_start if starts_there else frozenset())


def _move(
    session: Session,
    job: MoveJob,
    question: Question,
    set_up: SetUp,
    start: datetime,
    *,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Appointment:
    appointment = job.appointment
    before = snapshot(appointment)

    def write(place: Place) -> Appointment:
        if job.verb is Verb.CHANGE_CLIENT:
            appointment.client_id, appointment.confirmed_at = question.client_id, None
            part_with_former(session, appointment, actor=actor, now=now)
        return put_elsewhere(appointment, place, is_news=job.verb is not Verb.CHANGE_ROOM)

    placing = placing_of_move(job, question, read_frame(session, question, set_up), start)
    place = take_place(session, placing, write=write, rules=rules, actor=actor, now=now)
    forget_everybody(session, appointment)
    act = Act(job.verb, job.act_id, job.reason, place.overridden)
    note(session, appointment, act, before, actor=actor, now=now)
    return appointment


def put_elsewhere(appointment: Appointment, place: Place, *, is_news: bool = True) -> Appointment:
    """Put an appointment at another place; who confirmed one time has not confirmed another."""
    started_at = appointment.starts_at
    put(appointment, place)
    stand_as_judged(appointment, place.notices)
    if is_news:
        if appointment.starts_at != started_at:
            appointment.confirmed_at = None
        tell_calendars(appointment)
    return appointment
