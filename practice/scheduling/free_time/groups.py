"""Sessions that several clients share: who may still join, and how many places are left. Pure.

Whoever joins takes no time of the therapist and of the room that the session has not already.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from typing import NamedTuple

from practice.scheduling.free_time.slots import Grid, work_starts
from practice.scheduling.question import (
    DiaryFacts,
    Group,
    Question,
    Span,
    TherapistFacts,
    candidates,
    is_suitable,
    shape_of,
)


class Place(NamedTuple):
    """One client's part of a session."""

    service_id: int
    therapist_id: int
    room_id: int | None
    span: Span


def groups_of(places: Iterable[Place]) -> Mapping[tuple[int, int], Group]:
    """Return the sessions that the places make up, by therapist and first minute."""
    return {(place.therapist_id, place.span.begins): Group(*place, taken) for place, taken in Counter(places).items()}


def is_for_groups(question: Question, facts: DiaryFacts) -> bool:
    """Return whether several clients share a session of the service asked for."""
    return facts.set_up.services[question.service_id].group_size > 1


def group_at(question: Question, facts: DiaryFacts, therapist_id: int, begins: int) -> Group | None:
    """Return the therapist's session of just this service, time and place, full or not."""
    group = facts.groups.get((therapist_id, begins))
    if group is None or not is_for_groups(question, facts):
        return None
    service, room = facts.set_up.services[question.service_id], facts.set_up.rooms.get(group.room_id or 0)
    is_its_room = question.room_id in {None, group.room_id} and (
        is_suitable(room, service, question.location_id) if room else not service.needs_room
    )
    is_same = group.service_id == service.id and group.span.ends - begins == shape_of(question, facts).duration
    return group if is_same and is_its_room else None


def open_group(question: Question, facts: DiaryFacts, therapist_id: int, begins: int) -> Group | None:
    """Return the session that a client may join with this therapist at this minute."""
    group = group_at(question, facts, therapist_id, begins)
    return group if group and places_left(question, facts, group) else None


def places_left(question: Question, facts: DiaryFacts, group: Group | None) -> int:
    """Return how many more clients a session takes, all of them where none has begun to fill."""
    most = facts.set_up.services[question.service_id].group_size
    return most if group is None else max(0, most - group.taken)


def joinable(question: Question, facts: DiaryFacts, grid: Grid, allowed: int) -> Iterator[tuple[int, TherapistFacts]]:
    """Yield the starts among those *allowed* at which somebody may join a therapist's session."""
    location, duration = facts.set_up.locations[question.location_id], shape_of(question, facts).duration
    for therapist in candidates(question, facts.set_up):
        if not (therapist.is_active and question.service_id in therapist.offers):
            continue
        works = allowed & work_starts(therapist, location, facts.exceptions, grid, duration)
        for therapist_id, begins in facts.groups:
            is_hers = therapist_id == therapist.id and works & grid.between(begins, begins)
            if is_hers and open_group(question, facts, therapist_id, begins):
                yield begins, therapist
