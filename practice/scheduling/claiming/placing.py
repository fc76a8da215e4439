"""Finds a place for one appointment under the lock, decides what the wish left open, judges by every rule, takes it."""

from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from functools import partial

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import PracticeError, Refusal
from practice.core.intervals import Interval
from practice.core.local_time import day_bounds
from practice.scheduling.claiming.claim import claim, look
from practice.scheduling.claiming.diaries import (
    ByDiary,
    beside,
    by_diary,
    diaries_of,
    diary_facts,
    is_clear,
    is_free,
    wanted_for,
)
from practice.scheduling.claiming.informing import Judging
from practice.scheduling.claiming.loading import reread
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.reach import known_around, with_colleagues
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, BookingRules, Notice, judge
from practice.scheduling.claiming.versions import require_ground
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.errors import NEXT_TIMES, refused
from practice.scheduling.free_time.facts import load_facts
from practice.scheduling.free_time.groups import open_group
from practice.scheduling.lifecycle import FREES_TIME
from practice.scheduling.local_days import floor_minute
from practice.scheduling.models import Appointment
from practice.scheduling.question import (
    DiaryFacts,
    Group,
    Question,
    RoomFacts,
    TherapistFacts,
    candidates,
    suitable_rooms,
)

NOBODY_FREE = Refusal("time_taken", "Nobody is free at this time.", ways_out=(NEXT_TIMES,))


def take_place(
    session: Session,
    placing: Placing,
    *,
    write: Callable[[Place], Appointment],
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> Place:
    """Lock every diary that may serve, decide, let *write* make or change the appointment, and claim its time.

    Raises ``TimeTaken``, ``BookingConflict`` (bare, see :func:`refusal_under_lock`), ``StaleVersion`` when a moved
    appointment changed meanwhile, and ``NonexistentLocalTime``; nothing is written then.
    """
    judging = Judging(rules, actor, now)
    steps = [rooms for rooms in (usual_rooms(placing), rooms_for(placing)) if rooms] or [()]
    decided: list[Place] = []

    def decide(occupied: Sequence[Occupied]) -> Sequence[Wanted] | None:
        if placing.moving is not None:
            reread(session, placing.moving)
        rooms = steps.pop(0)
        place = choose_place(placing, occupied, judging.about(session, placing.question), rooms)
        if place is None and steps and _is_short_of_rooms(placing, occupied, rooms):
            return None
        if place is None:
            raise refusal_under_lock(session, placing, judging)
        decided.append(place)
        return wanted_at(placing, place, write(place), occupied)

    bumped = claim(
        session,
        diary_ids=lockable_diaries(placing),
        around=(placing.around,),
        decide=decide,
        now=now,
        giving_back=placing.giving_back,
        likely=people_diaries(placing) | {room.diary_id for room in steps[0]},
    )
    require_ground(placing.facts.set_up, bumped)
    return decided[0]


def people_diaries(placing: Placing) -> set[int]:
    """Return the diaries of every therapist who may serve, of the client, and of those she is kept apart from."""
    diary_ids = {therapist.diary_id for therapist in candidates(placing.question, placing.facts.set_up)}
    if placing.client is None:
        return diary_ids
    return diary_ids | {placing.client.time_diary_id, *placing.facts.set_up.wishes_of(placing.client.kept_id).apart}


def lockable_diaries(placing: Placing) -> set[int]:
    """Return every diary on which the appointment may come to lie or lies now."""
    diary_ids = people_diaries(placing) | {room.diary_id for room in rooms_for(placing)}
    return diary_ids if placing.moving is None else diary_ids | diaries_of(placing.moving)


def choose_place(
    placing: Placing, occupied: Sequence[Occupied], judging: Judging, rooms: Sequence[RoomFacts]
) -> Place | None:
    """Return the first therapist and room that every rule allows, the least busy therapist first."""
    taken = by_diary(occupied)
    facts = BookingFacts(diary_facts(placing.facts, taken, placing.client))
    is_overridden = placing.is_overridden_by(judging.actor)
    for therapist in _by_load(placing, facts.diary, taken):
        joined = _joined(placing, facts.diary, therapist)
        room = (
            placing.facts.set_up.rooms.get(joined.room_id or 0)
            if joined
            else _room_for(placing, therapist, taken, rooms, is_overridden=is_overridden)
        )
        if room is None and placing.service.needs_room:
            continue
        request = request_of(placing, narrowed_to(placing.question, therapist, room), judging)
        verdict = judge(judging.rules, request, facts)
        if placing.is_past or not verdict.standing(is_overridden=is_overridden):
            overridden = tuple(refusal.code for refusal in verdict.refusals)
            return _place(placing, therapist, room, overridden, verdict.notices)
    return None


def _joined(placing: Placing, facts: DiaryFacts, therapist: TherapistFacts) -> Group | None:
    """Return the session that the client would join with this therapist."""
    if not facts.groups:
        return None
    return open_group(placing.question, facts, therapist.id, floor_minute(placing.treatment.starts_at))


def refusal_under_lock(session: Session, placing: Placing, judging: Judging) -> PracticeError:
    """Return the bare refusal: others wait for the lock, so the rules that refuse are looked up after it is let go.

    Explained, it is ``BookingConflict`` or ``BookingRefused`` with every rule that refuses.
    """
    bare = refused((NOBODY_FREE,))
    bare.explain = partial(explain_refusal, session, placing, judging)
    return bare


def explain_refusal(session: Session, placing: Placing, judging: Judging) -> PracticeError:
    """Return every rule that refuses, with ways out that are true for the whole local day."""
    facts = BookingFacts(_facts_of_the_day(session, placing, now=judging.now), has_whole_day=True)
    is_overridden, judging = placing.is_overridden_by(judging.actor), judging.about(session, placing.question)
    questions = [placing.question]
    # When every rule finds somebody but nobody satisfies all of them, each therapist has reasons of her own.
    questions += [
        narrowed_to(placing.question, therapist, None) for therapist in candidates(placing.question, facts.diary.set_up)
    ]
    for question in questions:
        verdict = judge(judging.rules, request_of(placing, question, judging), facts)
        if standing := verdict.standing(is_overridden=is_overridden):
            return refused(standing)
    return refused((NOBODY_FREE,))


def _facts_of_the_day(session: Session, placing: Placing, *, now: datetime) -> DiaryFacts:
    """Return the facts for any therapist in any room: colleagues and other rooms may lead out."""
    anybody = replace(placing, question=with_colleagues(placing.question, placing.facts.set_up))
    if placing.also_moving_id is None:
        return load_facts(session, anybody.question)
    known = lockable_diaries(placing) | lockable_diaries(anybody)
    day = Interval(*day_bounds(placing.local_start.date(), placing.location.zone))
    around = known_around(anybody.question, placing.facts.set_up, day)
    taken = by_diary(look(session, known, (around,), now=now, without=placing.giving_back), known)
    return diary_facts(placing.facts, taken, placing.client)


def request_of(placing: Placing, question: Question, judging: Judging) -> BookingRequest:
    """Return what the rules are asked about a placing."""
    return BookingRequest(
        verb=placing.verb,
        actor=judging.actor,
        asked_at=judging.now,
        question=question,
        local_start=placing.local_start,
        client_id=placing.question.client_id,
        waived=placing.waived,
    )


def narrowed_to(question: Question, therapist: TherapistFacts, room: RoomFacts | None) -> Question:
    """Return the question for one therapist, and one room if it is chosen."""
    return replace(question, therapist_ids=(therapist.id,), room_id=question.room_id if room is None else room.id)


def _place(
    placing: Placing,
    therapist: TherapistFacts,
    room: RoomFacts | None,
    overridden: tuple[str, ...],
    notices: tuple[Notice, ...],
) -> Place:
    return Place(
        placing.service,
        placing.location,
        placing.shape,
        therapist,
        room,
        placing.local_start,
        placing.treatment,
        tuple(code for code in overridden if code not in placing.waived),
        notices,
    )


def _by_load(placing: Placing, facts: DiaryFacts, taken: ByDiary) -> list[TherapistFacts]:
    """Return who may serve: those whom the client prefers, whose session she may join, who have least to do."""
    wishes = placing.facts.set_up.wishes_of(placing.question.client_id)

    def rank(one: TherapistFacts) -> tuple[int, bool, int]:
        is_alone = _joined(placing, facts, one) is None
        return wishes.rank(one.id, one.gender), is_alone, len(taken.get(one.diary_id, ()))

    return sorted(candidates(placing.question, placing.facts.set_up), key=rank)


def rooms_for(placing: Placing) -> Sequence[RoomFacts]:
    """Return the rooms that may serve; a room that was named is judged by the rules, suitable or not."""
    if not placing.service.needs_room:
        return []
    room_id = placing.question.room_id
    if room_id is not None:
        return [placing.facts.set_up.rooms[room_id]]
    return suitable_rooms(placing.question, placing.facts.set_up)


def usual_rooms(placing: Placing) -> Sequence[RoomFacts]:
    """Return the rooms that are tried first: where it lies now, and where the therapists usually work."""
    people = candidates(placing.question, placing.facts.set_up)
    usual = {placing.prefers_room_id, *(therapist.usual_room_id for therapist in people)}
    return [room for room in rooms_for(placing) if room.id in usual]


def _is_short_of_rooms(placing: Placing, occupied: Sequence[Occupied], rooms: Sequence[RoomFacts]) -> bool:
    """Return whether more rooms could help: somebody who has the time had none of those that were tried first."""
    taken, treatment = by_diary(occupied), placing.treatment
    people = candidates(placing.question, placing.facts.set_up)
    return any(
        _room_for(placing, one, taken, rooms, is_overridden=False) is None
        for one in people
        if placing.is_past or is_clear(taken.get(one.diary_id, ()), treatment)
    )


def _room_for(
    placing: Placing, therapist: TherapistFacts, taken: ByDiary, rooms: Sequence[RoomFacts], *, is_overridden: bool
) -> RoomFacts | None:
    """Return a free room: the preferred, else the therapist's usual, else the one with the fewest features."""
    if placing.question.room_id is not None:
        return rooms[0] if rooms else None
    preferences = (placing.prefers_room_id, therapist.usual_room_id)
    ordered = sorted(rooms, key=lambda room: (_rank(room.id, preferences), len(room.features), room.name))
    treatment, shape = placing.treatment, placing.shape
    for room in ordered:
        if is_free(taken.get(room.diary_id, ()), treatment, shape):
            return room
    if is_overridden or placing.is_past:
        return next((room for room in ordered if is_clear(taken.get(room.diary_id, ()), treatment)), None)
    return None


def _rank(room_id: int, preferences: Sequence[int | None]) -> int:
    return preferences.index(room_id) if room_id in preferences else len(preferences)


def wanted_at(
    placing: Placing, place: Place, appointment: Appointment, occupied: Sequence[Occupied]
) -> Sequence[Wanted]:
    """Return what the appointment takes of the diaries at its place."""
    if appointment.state in FREES_TIME:
        return []
    wanted = wanted_for(
        appointment,
        therapist_diary_id=place.therapist.diary_id,
        room_diary_id=None if place.room is None else place.room.diary_id,
        client_diary_id=None if placing.client is None else placing.client.time_diary_id,
        may_touch_buffers="buffer" in place.overridden,
    )
    return [beside(each, occupied) for each in wanted] if placing.is_past else wanted
