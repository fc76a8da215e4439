"""Which few of many offered starts to read aloud: the same therapist first, on different days."""

from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from practice.core.local_time import to_local
from practice.scheduling.free_time.availability import OfferedStart, room_for
from practice.scheduling.free_time.fitting import fitting
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import DiaryFacts, Question, shape_of


class Proposal(NamedTuple):
    """A start (UTC minute) with one therapist and the room proposed for her."""

    begins: int
    therapist_id: int
    room_id: int | None


class _Choice(NamedTuple):
    begins: int
    therapist_id: int
    day: date


def propose(
    question: Question,
    facts: DiaryFacts,
    offers: Sequence[OfferedStart],
    *,
    amount: int,
    familiar_id: int | None = None,
) -> list[Proposal]:
    """Return *amount* starts that suit the client, best first: on different days, then at any time.

    Therapists whom the client prefers come first, then the familiar one, then anyone.
    """
    zone = facts.set_up.locations[question.location_id].zone
    favourites = [_preferred(question, facts), frozenset() if familiar_id is None else frozenset({familiar_id})]
    choices = list(_in_order(fitting(question, facts, offers), zone, favourites))
    chosen: list[_Choice] = []
    for choice in choices:
        if len(chosen) < amount and all(choice.day != one.day for one in chosen):
            chosen.append(choice)
    apart = shape_of(question, facts).duration
    for choice in choices:
        if len(chosen) < amount and all(abs(choice.begins - one.begins) >= apart for one in chosen):
            chosen.append(choice)
    return [Proposal(begins, who, room_for(question, facts, who, begins)) for begins, who, _ in chosen]


def _preferred(question: Question, facts: DiaryFacts) -> frozenset[int]:
    wishes = facts.set_up.wishes_of(question.client_id)
    everybody = facts.set_up.therapists.values()
    return frozenset(one.id for one in everybody if wishes.rank(one.id, one.gender) == 0)


def _in_order(offers: Sequence[OfferedStart], zone: str, favourites: Sequence[frozenset[int]]) -> Iterator[_Choice]:
    """Yield the starts of each group of favourites by time, then everybody's."""
    for group in filter(None, favourites):
        for offer in offers:
            liked = [therapist_id for therapist_id in offer.therapist_ids if therapist_id in group]
            if liked:
                yield _choice(offer, liked[0], zone)
    for offer in offers:
        yield _choice(offer, offer.therapist_ids[0], zone)


def _choice(offer: OfferedStart, therapist_id: int, zone: str) -> _Choice:
    return _Choice(offer.begins, therapist_id, to_local(instant_of(offer.begins), zone).date())
