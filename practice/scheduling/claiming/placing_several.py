"""Several appointments placed in one act, all or none: one lock over all diaries, one look, one write.

What one of them takes is taken for those after it. Whoever does not fit is explained with the nearest times that do.
"""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.core.errors import PracticeError, Refusal, WayOut
from practice.core.intervals import Interval
from practice.core.local_time import day_bounds, exists, wall_time
from practice.scheduling.claiming.claim import claim, look
from practice.scheduling.claiming.diaries import by_diary, diary_facts
from practice.scheduling.claiming.informing import Judging
from practice.scheduling.claiming.loading import reread_all
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.placing import (
    NOBODY_FREE,
    choose_place,
    lockable_diaries,
    narrowed_to,
    request_of,
    rooms_for,
    wanted_at,
)
from practice.scheduling.claiming.rules import BookingFacts, judge
from practice.scheduling.claiming.versions import require_ground
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.free_time.availability import OfferedStart, offered_starts
from practice.scheduling.free_time.limits import days_known
from practice.scheduling.free_time.ways_out import choose
from practice.scheduling.local_days import floor_minute, instant_of
from practice.scheduling.models import Appointment
from practice.scheduling.question import DiaryFacts, Question, candidates

NEARBY = timedelta(days=3)
"""How many days before and after a start the nearest other ones are looked for."""

MOST_NEAREST = 3
ON_ONE_DAY = 4
"""How many starts of a day are tried before the next day's: one is offered a day."""


@dataclass(frozen=True, slots=True)
class Unplaced:
    """One of several that does not fit: why, and the nearest times that do."""

    refusals: tuple[Refusal, ...]
    nearest: tuple[WayOut, ...]


Places = Sequence[Place | None]
Explained = Mapping[int, Unplaced]
"""Why some of several do not fit, by their position."""


def take_places(
    session: Session,
    placings: Sequence[Placing],
    *,
    write: Callable[[int, Place], Appointment],
    refuse: Callable[[Explained], PracticeError],
    judging: Judging,
) -> list[Place]:
    """Lock every diary that may serve any of them, decide, let *write* make or change each, and claim all time.

    Raises what *refuse* makes of those that do not fit, ``TimeTaken``, and ``StaleVersion`` when a moved
    appointment changed meanwhile; nothing is written then. The number of statements does not depend on how many.
    """
    decided: list[Place] = []
    moving = [placing.moving for placing in placings if placing.moving is not None]

    def decide(occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        reread_all(session, moving)
        knowing = _knowing(session, placings, judging)
        places = choose_places(placings, occupied, knowing)
        decided.extend(place for place in places if place is not None)
        if len(decided) < len(placings):
            raise refuse(explain_unplaced(session, placings, places, knowing))
        appointments = [write(index, place) for index, place in enumerate(decided)]
        return [
            wanted
            for placing, place, appointment in zip(placings, decided, appointments, strict=True)
            for wanted in wanted_at(placing, place, appointment, occupied)
        ]

    bumped = claim(
        session,
        diary_ids={diary_id for placing in placings for diary_id in lockable_diaries(placing)},
        around=[placing.around for placing in placings if _is_real(placing)],
        decide=decide,
        now=judging.now,
        giving_back=_giving_back(placings),
    )
    for placing in placings:
        require_ground(placing.facts.set_up, bumped)
    return decided


def preview_places(session: Session, placings: Sequence[Placing], judging: Judging) -> tuple[Places, Explained]:
    """Return where each would go now and why some would not; takes no lock and writes nothing."""
    diary_ids = {diary_id for placing in placings for diary_id in lockable_diaries(placing)}
    around = [placing.around for placing in placings if _is_real(placing)]
    occupied = look(session, diary_ids, around, now=judging.now, without=_giving_back(placings))
    knowing = _knowing(session, placings, judging)
    places = choose_places(placings, occupied, knowing)
    return places, explain_unplaced(session, placings, places, knowing)


def _knowing(session: Session, placings: Sequence[Placing], judging: Judging) -> Judging:
    """Return by what all of them are judged: they are visits of one client."""
    return judging.about(session, placings[0].question) if placings else judging


def choose_places(placings: Sequence[Placing], occupied: Sequence[Occupied], judging: Judging) -> Places:
    """Return a place for each that fits beside *occupied* and those before it, None for the others."""
    places: list[Place | None] = []
    taken = list(occupied)
    for placing in placings:
        place = None
        if _is_real(placing):
            place = choose_place(placing, _on_its_day(placing, taken), judging, rooms_for(placing))
        if place is not None:
            taken += taken_by(placing, place)
        places.append(place)
    return places


def taken_by(placing: Placing, place: Place) -> list[Occupied]:
    """Return how a place looks to others once it is taken."""
    _, before, after = place.shape
    diary_ids = [place.therapist.diary_id] + ([] if place.room is None else [place.room.diary_id])
    kind = (place.service.work, place.location.id)
    session = (place.service.id, place.therapist.id, None if place.room is None else place.room.id)
    group = session if place.service.group_size > 1 else None
    taken = [Occupied(diary_id, 0, place.treatment, before, after, 0, *kind, None, group) for diary_id in diary_ids]
    if placing.client is not None:
        taken.append(Occupied(placing.client.time_diary_id, 0, place.treatment, 0, 0, 0, *kind))
    return taken


def _is_real(placing: Placing) -> bool:
    return exists(placing.local_start, placing.location.zone)


def _giving_back(placings: Sequence[Placing]) -> set[int]:
    return {appointment_id for placing in placings for appointment_id in placing.giving_back}


def _on_its_day(placing: Placing, taken: Sequence[Occupied]) -> list[Occupied]:
    """Return what lies on the local day of a start and one around it, or as far as limits count."""
    begins, ends = _days_around(placing, timedelta(days=1))
    begins, ends = min(begins, placing.around.starts_at), max(ends, placing.around.ends_at)
    return [each for each in taken if each.treatment.ends_at > begins and each.treatment.starts_at < ends]


def _days_around(placing: Placing, reach: timedelta) -> tuple[datetime, datetime]:
    on, zone = placing.local_start.date(), placing.location.zone
    return day_bounds(on - reach, zone)[0], day_bounds(on + reach, zone)[1]


def explain_unplaced(
    session: Session, placings: Sequence[Placing], places: Places, judging: Judging
) -> dict[int, Unplaced]:
    """Return why some have no place, in one look at the days around them; colleagues and other rooms included."""
    unplaced = [index for index, place in enumerate(places) if place is None]
    if not unplaced:
        return {}
    diary_ids = {
        diary_id
        for index in unplaced
        for one in (placings[index], _for_anybody(placings[index]))
        for diary_id in lockable_diaries(one)
    }
    around = [Interval(*_days_around(placings[index], _reach(placings[index]))) for index in unplaced]
    taken = look(session, diary_ids, around, now=judging.now, without=_giving_back(placings))
    for placing, place in zip(placings, places, strict=True):
        taken += [] if place is None else taken_by(placing, place)
    found: dict[int, Unplaced] = {}
    for index in unplaced:
        nearest, on_nearest = nearest_places(placings[index], taken, judging)
        found[index] = Unplaced(_standing(placings[index], taken, judging), nearest)
        # The times proposed for one of several are not proposed for another.
        taken += on_nearest
    return found


def _reach(placing: Placing) -> timedelta:
    """Return how far to look for other times, whole weeks more where limits count them."""
    counted = days_known(placing.question, placing.facts.set_up)
    return NEARBY if counted is None else NEARBY + (counted[1] - counted[0]) + timedelta(days=1)


def _for_anybody(placing: Placing) -> Placing:
    return replace(placing, question=replace(placing.question, therapist_ids=None, room_id=None))


def _facts(placing: Placing, taken: Sequence[Occupied]) -> DiaryFacts:
    known = lockable_diaries(placing) | lockable_diaries(_for_anybody(placing))
    return diary_facts(placing.facts, by_diary(taken, known), placing.client)


def _standing(placing: Placing, taken: Sequence[Occupied], judging: Judging) -> tuple[Refusal, ...]:
    """Return every rule that refuses; without the ways out, for those lead out of one visit only."""
    facts = BookingFacts(_facts(placing, taken))
    questions = [placing.question]
    questions += [
        narrowed_to(placing.question, one, None) for one in candidates(placing.question, placing.facts.set_up)
    ]
    for question in questions:
        verdict = judge(judging.rules, request_of(placing, question, judging), facts)
        if standing := verdict.standing(is_overridden=placing.is_overridden_by(judging.actor)):
            return standing
    return (NOBODY_FREE,)


def nearest_places(
    placing: Placing, taken: Sequence[Occupied], judging: Judging
) -> tuple[tuple[WayOut, ...], list[Occupied]]:
    """Return the nearest starts that every rule allows, at most one a day, and what the nearest would take."""
    facts = _facts(placing, taken)
    found: list[WayOut] = []
    first: list[Occupied] = []
    for offer, question in _nearby(placing, facts):
        elsewhere = replace(placing, question=question, local_start=_wall(placing, offer.begins), waived=frozenset())
        place = choose_place(elsewhere, _on_its_day(elsewhere, taken), judging, rooms_for(elsewhere))
        if place is None or any(way.values["local_start"][:10] == str(question.first_on) for way in found):
            continue
        first = first or taken_by(elsewhere, place)
        found.append(choose("choose_time", question, facts, _offer_at(offer, place)))
        if len(found) == MOST_NEAREST:
            break
    return tuple(found), first


def _offer_at(offer: OfferedStart, place: Place) -> OfferedStart:
    return OfferedStart(offer.begins, (place.therapist.id,), None if place.room is None else place.room.id)


def _nearby(placing: Placing, facts: DiaryFacts) -> list[tuple[OfferedStart, Question]]:
    """Return the starts offered around a time, the nearest first, a few a day."""
    on = placing.local_start.date()
    around = replace(placing.question, first_on=on - NEARBY, last_on=on + NEARBY)
    day_begins = floor_minute(day_bounds(on, placing.location.zone)[0])
    wanted = day_begins + placing.local_start.hour * 60 + placing.local_start.minute
    chosen: dict[datetime, list[tuple[OfferedStart, Question]]] = {}
    for offer in sorted(offered_starts(around, facts), key=lambda one: (abs(one.begins - wanted), one.begins)):
        day = _wall(placing, offer.begins).replace(hour=0, minute=0)
        of_day = chosen.setdefault(day, [])
        if len(of_day) < ON_ONE_DAY:
            of_day.append((offer, replace(around, first_on=day.date(), last_on=day.date())))
    every = [each for of_day in chosen.values() for each in of_day]
    return sorted(every, key=lambda one: (abs(one[0].begins - wanted), one[0].begins))


def _wall(placing: Placing, begins: int) -> datetime:
    return wall_time(instant_of(begins), placing.location.zone)
