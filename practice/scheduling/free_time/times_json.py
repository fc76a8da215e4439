"""Answers with many times as JSON text, built by hand from plain values: a month of fifty diaries is a thousand starts.

Everything joined in here is a uid, a number or a time that we made; free text goes through ``dumps``.
"""

from collections.abc import Iterable, Sequence
from functools import lru_cache
from json import dumps

from practice.core.local_time import to_local
from practice.scheduling.free_time.availability import OfferedStart
from practice.scheduling.free_time.groups import is_for_groups, open_group, places_left
from practice.scheduling.free_time.proposals import Proposal
from practice.scheduling.free_time.search import FoundProposals, FoundStarts
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import DiaryFacts, Question, SetUp, shape_of


@lru_cache(maxsize=65_536)
def local_iso(minute: int, zone: str) -> str:
    """Return a UTC minute as wall time with its offset: ``2026-11-24T14:00-05:00``."""
    return to_local(instant_of(minute), zone).isoformat(timespec="minutes")


def starts_json(found: FoundStarts, limit: int) -> str:
    """Return the first *limit* starts; ``therapists`` of a start are all who are free, the room is for the first."""
    set_up, zone = found.facts.set_up, found.location.zone
    shown = found.starts[:limit]
    people = {key: f'"{one.uid}"' for key, one in set_up.therapists.items()}
    rooms = {None: "null"} | {key: f'"{one.uid}"' for key, one in set_up.rooms.items()}
    starts = [
        f'{{"start":"{local_iso(begins, zone)}","therapists":[{",".join([people[key] for key in therapist_ids])}],'
        f'"room":{rooms[room_id]}}}'
        for begins, therapist_ids, room_id in shown
    ]
    if is_for_groups(found.question, found.facts):
        starts = [_with_places(found, start, offer) for start, offer in zip(starts, shown, strict=True)]
    has_more = dumps(len(shown) < len(found.starts))
    return (
        f'{{{_frame(found.question, found.facts)},"has_more":{has_more},'
        f'"starts":[{",".join(starts)}],{_names(set_up, shown)}}}'
    )


def _with_places(found: FoundStarts, start: str, offer: OfferedStart) -> str:
    left = _left(found.question, found.facts, offer.therapist_ids[0], offer.begins)
    return f'{start[:-1]},"places":{left}}}'


def proposals_json(found: FoundProposals) -> str:
    """Return the proposals, best first."""
    set_up = found.facts.set_up
    zone = set_up.locations[found.question.location_id].zone
    proposals = [_proposal(one, set_up, zone) for one in found.proposals]
    if is_for_groups(found.question, found.facts):
        for shown, one in zip(proposals, found.proposals, strict=True):
            shown["places"] = _left(found.question, found.facts, one.therapist_id, one.begins)
    return (
        f'{{{_frame(found.question, found.facts)},"searched_to":"{found.searched_to.isoformat()}",'
        f'"proposals":{dumps(proposals)}}}'
    )


def _left(question: Question, facts: DiaryFacts, therapist_id: int, begins: int) -> int:
    """Return how many clients may still come to a start with one therapist."""
    return places_left(question, facts, open_group(question, facts, therapist_id, begins))


def _proposal(one: Proposal, set_up: SetUp, zone: str) -> dict[str, object]:
    therapist = set_up.therapists[one.therapist_id]
    room = None if one.room_id is None else set_up.rooms[one.room_id]
    return {
        "start": local_iso(one.begins, zone),
        "therapist": {"uid": therapist.uid, "name": therapist.name},
        "room": None if room is None else {"uid": room.uid, "name": room.name},
    }


def _frame(question: Question, facts: DiaryFacts) -> str:
    location = facts.set_up.locations[question.location_id]
    return (
        f'"service":"{facts.set_up.services[question.service_id].uid}","location":"{location.uid}",'
        f'"zone":"{location.zone}","duration_minutes":{shape_of(question, facts).duration}'
    )


def _names(set_up: SetUp, shown: Sequence[OfferedStart]) -> str:
    """Return the names behind the uids of the starts, each once."""
    people = _unique(key for one in shown for key in one.therapist_ids)
    rooms = _unique(one.room_id for one in shown if one.room_id is not None)
    therapists = [{"uid": set_up.therapists[key].uid, "name": set_up.therapists[key].name} for key in people]
    named_rooms = [{"uid": set_up.rooms[key].uid, "name": set_up.rooms[key].name} for key in rooms]
    return f'"therapists":{dumps(therapists)},"rooms":{dumps(named_rooms)}'


def _unique(keys: Iterable[int]) -> list[int]:
    return sorted(set(keys))
