"""Which starts are offered: a therapist and a suitable room are free, and notice and horizon allow it.

``explain`` judges a single start by the same rules one by one; a start is offered if and only if it finds nothing.
"""

from collections.abc import Iterable, Sequence
from datetime import timedelta
from typing import NamedTuple

from practice.core.local_time import to_local
from practice.scheduling.free_time.groups import joinable, open_group
from practice.scheduling.free_time.limits import Wanted, without_excess
from practice.scheduling.free_time.slots import Grid, free_of_treatment, free_starts, grid_of, positions, work_starts
from practice.scheduling.local_days import ceil_minute, local_day
from practice.scheduling.question import (
    DiaryFacts,
    Question,
    RoomFacts,
    Shape,
    TherapistFacts,
    candidates,
    is_given_at,
    shape_of,
    suitable_rooms,
)


class OfferedStart(NamedTuple):
    """A start (UTC minute), the therapists who are free, by name, and the room proposed for the first of them."""

    begins: int
    therapist_ids: tuple[int, ...]
    room_id: int | None


class _RoomBits(NamedTuple):
    room: RoomFacts
    bits: int


def offered_starts(question: Question, facts: DiaryFacts, *, only_at: int | None = None) -> list[OfferedStart]:
    """Return every start that is offered, earliest first; with *only_at* the one at that UTC minute, if it is."""
    grid = grid_for(question, facts)
    allowed = _allowed(question, facts, grid)
    if only_at is not None:
        allowed &= grid.between(only_at, only_at)
    if not allowed:
        return []
    alone = _alone(question, facts, grid, allowed)
    return _with_groups(question, facts, alone, joinable(question, facts, grid, allowed)) if facts.groups else alone


def _alone(question: Question, facts: DiaryFacts, grid: Grid, allowed: int) -> list[OfferedStart]:
    """Return the starts at which therapist and room have the whole time."""
    shape = shape_of(question, facts)
    rooms = _room_bits(question, facts, grid, shape)
    if rooms is not None:
        allowed &= _any_of(rooms)
    therapists = _therapist_bits(question, facts, grid, shape, allowed)
    return _combine(grid, therapists, rooms)


def _with_groups(
    question: Question,
    facts: DiaryFacts,
    alone: Sequence[OfferedStart],
    joining: Iterable[tuple[int, TherapistFacts]],
) -> list[OfferedStart]:
    """Return the starts with the sessions that somebody may join: these come first, so that they fill."""
    offers = {offer.begins: offer for offer in alone}
    joined: dict[int, list[int]] = {}
    for begins, therapist in joining:
        joined.setdefault(begins, []).append(therapist.id)
    for begins, therapist_ids in joined.items():
        others = offers[begins].therapist_ids if begins in offers else ()
        group = open_group(question, facts, therapist_ids[0], begins)
        offers[begins] = OfferedStart(begins, (*therapist_ids, *others), group.room_id if group else None)
    return [offers[begins] for begins in sorted(offers)]


def grid_for(question: Question, facts: DiaryFacts) -> Grid:
    """Return the grid starts of the days asked for."""
    set_up = facts.set_up
    zone = set_up.locations[question.location_id].zone
    return grid_of(question.first_on, question.last_on, zone, set_up.services[question.service_id].grid_minutes)


def first_allowed(question: Question, facts: DiaryFacts) -> int:
    """Return the first UTC minute that is neither past nor inside the notice."""
    service = facts.set_up.services[question.service_id]
    notice = service.portal_notice_minutes if question.by_link else service.notice_minutes
    return ceil_minute(question.asked_at) + notice


def horizon_ends(question: Question, facts: DiaryFacts) -> int:
    """Return the first UTC minute that is too far ahead."""
    zone = facts.set_up.locations[question.location_id].zone
    days = facts.set_up.services[question.service_id].horizon_days
    return local_day(to_local(question.asked_at, zone).date() + timedelta(days=days), zone).ends


def _allowed(question: Question, facts: DiaryFacts, grid: Grid) -> int:
    service = facts.set_up.services[question.service_id]
    if not (service.is_active and facts.set_up.locations[question.location_id].is_active):
        return 0
    if not is_given_at(service, question.location_id):
        return 0
    allowed = grid.between(first_allowed(question, facts), horizon_ends(question, facts) - 1)
    if facts.client_diary_id is not None:
        own = facts.taken_on(facts.client_diary_id)
        allowed &= free_of_treatment(own, grid, shape_of(question, facts).duration)
    return allowed


def _room_bits(question: Question, facts: DiaryFacts, grid: Grid, shape: Shape) -> list[_RoomBits] | None:
    """Return the free starts of each suitable room, None when the service needs no room."""
    if not facts.set_up.services[question.service_id].needs_room:
        return None
    return [
        _RoomBits(room, free_starts(facts.taken_on(room.diary_id), grid, shape))
        for room in suitable_rooms(question, facts.set_up)
    ]


def _any_of(rooms: Sequence[_RoomBits]) -> int:
    bits = 0
    for room in rooms:
        bits |= room.bits
    return bits


def _therapist_bits(
    question: Question, facts: DiaryFacts, grid: Grid, shape: Shape, allowed: int
) -> list[tuple[TherapistFacts, int]]:
    location = facts.set_up.locations[question.location_id]
    apart = facts.set_up.travel_from(location.id)
    wanted = Wanted(shape.duration, facts.set_up.services[question.service_id].work)
    found: list[tuple[TherapistFacts, int]] = []
    for therapist in candidates(question, facts.set_up):
        if therapist.is_active and question.service_id in therapist.offers:
            diary = facts.taken_on(therapist.diary_id)
            bits = allowed & work_starts(therapist, location, facts.exceptions, grid, shape.duration)
            bits &= free_starts(diary, grid, shape, apart)
            found.append((therapist, without_excess(bits, therapist.limits, diary, grid, wanted)))
    return found


def room_for(question: Question, facts: DiaryFacts, therapist_id: int, begins: int) -> int | None:
    """Return the room proposed for a therapist at an offered start, None when the service needs none."""
    group = open_group(question, facts, therapist_id, begins)
    if group is not None:
        return group.room_id
    grid = grid_for(question, facts)
    rooms = _room_bits(question, facts, grid, shape_of(question, facts))
    if rooms is None:
        return None
    return _propose(facts.set_up.therapists[therapist_id], rooms, grid.starts.index(begins))


def _combine(
    grid: Grid, therapists: Sequence[tuple[TherapistFacts, int]], rooms: Sequence[_RoomBits] | None
) -> list[OfferedStart]:
    free: dict[int, list[TherapistFacts]] = {}
    for therapist, bits in therapists:
        for position in positions(bits):
            free.setdefault(position, []).append(therapist)
    return [
        OfferedStart(
            grid.starts[position],
            tuple(therapist.id for therapist in free[position]),
            None if rooms is None else _propose(free[position][0], rooms, position),
        )
        for position in sorted(free)
    ]


def _propose(therapist: TherapistFacts, rooms: Sequence[_RoomBits], position: int) -> int | None:
    """Return the room that is free at a start: the therapist's usual one if possible, else the first by name."""
    fallback = None
    for room, bits in rooms:
        if fallback is not None and room.id != therapist.usual_room_id:
            continue
        if bits >> position & 1:
            if room.id == therapist.usual_room_id:
                return room.id
            fallback = room.id
    return fallback
