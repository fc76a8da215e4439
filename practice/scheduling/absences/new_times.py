"""New times for the visits that a change hits: no two of them take the same minutes of anybody. Pure.

The hits are served by their starts; what one is offered is taken for all that follow, so any choice of answers works.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum

from practice.core.local_time import to_local, wall_time
from practice.scheduling.absences.changes import Ground
from practice.scheduling.absences.impact import Hit, question_of
from practice.scheduling.diary_time import NOTHING_TAKEN, DiaryTime, Taken
from practice.scheduling.free_time.availability import OfferedStart, offered_starts, room_for
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import DiaryFacts, Question

SEARCHED_DAYS = 14
"""How far before and after the visit a new time is looked for."""


class TimeKind(StrEnum):
    """What a proposed time keeps."""

    SAME_THERAPIST = "same_therapist"
    OTHER_THERAPIST = "other_therapist"
    OTHER_ROOM = "other_room"
    ANYBODY = "anybody"


@dataclass(frozen=True, slots=True)
class NewTime:
    """One place for one visit: a start (UTC minute), a therapist and a room."""

    kind: TimeKind
    begins: int
    therapist_id: int
    room_id: int | None


class Ledger:
    """What is taken on every diary, by appointment, and what was proposed since."""

    def __init__(self, taken: Mapping[int, Iterable[tuple[int, Taken]]]) -> None:
        self._entries = {diary_id: list(entries) for diary_id, entries in taken.items()}
        self._times: dict[int, DiaryTime] = {}
        self._lies_on: dict[int, set[int]] = {}
        for diary_id, entries in self._entries.items():
            for number, _ in entries:
                self._lies_on.setdefault(number, set()).add(diary_id)

    def facts(self, ground: Ground, appointment_id: int, client_diary_id: int) -> DiaryFacts:
        """Return the facts for moving one appointment: its own time counts as free."""
        own = self._lies_on.get(appointment_id, set())
        taken = {diary_id: self._time(diary_id) for diary_id in self._entries.keys() - own}
        taken |= {diary_id: self._without(diary_id, appointment_id) for diary_id in own}
        return DiaryFacts(ground.set_up, ground.exceptions, taken, client_diary_id)

    def add(self, diary_id: int, appointment_id: int, taken: Taken) -> None:
        """Note what was proposed."""
        self._entries.setdefault(diary_id, []).append((appointment_id, taken))
        self._lies_on.setdefault(appointment_id, set()).add(diary_id)
        self._times.pop(diary_id, None)

    def _time(self, diary_id: int) -> DiaryTime:
        if diary_id not in self._times:
            self._times[diary_id] = NOTHING_TAKEN.plus([taken for _, taken in self._entries[diary_id]])
        return self._times[diary_id]

    def _without(self, diary_id: int, appointment_id: int) -> DiaryTime:
        return NOTHING_TAKEN.plus([taken for number, taken in self._entries[diary_id] if number != appointment_id])


def propose(
    found: Sequence[Hit], ground: Ground, ledger: Ledger, *, own_only: bool = False, now: datetime
) -> dict[int, tuple[NewTime, ...]]:
    """Return new times by appointment on the ground as it will be, best first; none where nothing is free."""
    return {hit.visit.id: tuple(_propose(hit, ground, ledger, now, own_only=own_only)) for hit in found}


def _propose(hit: Hit, ground: Ground, ledger: Ledger, now: datetime, *, own_only: bool) -> list[NewTime]:
    question = question_of(hit.visit, now=now)
    around = _around(question, hit, ground, now)
    others = () if own_only else _others(hit, ground)
    asked = [(TimeKind.OTHER_ROOM, question, True)] if hit.is_about_room else []
    asked += [(TimeKind.SAME_THERAPIST, around, False)]
    asked += [(TimeKind.OTHER_THERAPIST, replace(question, therapist_ids=others), True)] if others else []
    times = [_offer(hit, kind, each, ground, ledger, is_same=is_same) for kind, each, is_same in asked]
    if others and not any(times):
        times = [_offer(hit, TimeKind.ANYBODY, replace(around, therapist_ids=others), ground, ledger, is_same=False)]
    return [time for time in times if time is not None]


def _around(question: Question, hit: Hit, ground: Ground, now: datetime) -> Question:
    """Return the same question for the days before and after the visit, from today on."""
    zone = ground.set_up.locations[hit.visit.location_id].zone
    day, today = hit.visit.local_start.date(), wall_time(now, zone).date()
    reach = timedelta(days=SEARCHED_DAYS)
    return replace(question, first_on=max(day - reach, today), last_on=max(day, today) + reach)


def _others(hit: Hit, ground: Ground) -> tuple[int, ...]:
    visit = hit.visit
    people = sorted(ground.set_up.therapists.values(), key=lambda one: (one.name, one.id))
    return tuple(one.id for one in people if one.id != visit.therapist_id and visit.service_id in one.offers)


def _offer(
    hit: Hit, kind: TimeKind, question: Question, ground: Ground, ledger: Ledger, *, is_same: bool
) -> NewTime | None:
    facts = ledger.facts(ground, hit.visit.id, hit.visit.client_diary_id)
    start = _best(offered_starts(question, facts), hit.visit.begins, is_same=is_same)
    if start is None:
        return None
    therapist_id = start.therapist_ids[0]
    time = NewTime(kind, start.begins, therapist_id, room_for(question, facts, therapist_id, start.begins))
    _keep(hit, time, ground, ledger)
    return time


def _best(starts: Sequence[OfferedStart], begins: int, *, is_same: bool) -> OfferedStart | None:
    if is_same:
        return next((start for start in starts if start.begins == begins), None)
    elsewhere = [start for start in starts if start.begins != begins]
    return min(elsewhere, key=lambda start: (abs(start.begins - begins), start.begins), default=None)


def _keep(hit: Hit, time: NewTime, ground: Ground, ledger: Ledger) -> None:
    """Take the time for this hit: nobody after it is offered the same therapist, room or client then."""
    duration, before, after = hit.visit.shape
    taken = Taken(time.begins, time.begins + duration, before, after)
    ledger.add(ground.set_up.therapists[time.therapist_id].diary_id, 0, taken)
    if time.room_id is not None:
        ledger.add(ground.set_up.rooms[time.room_id].diary_id, 0, taken)
    # One client takes one of her times, so they may overlap with each other, not with those of her other visits.
    ledger.add(hit.visit.client_diary_id, hit.visit.id, Taken(time.begins, time.begins + duration))


def local_start_of(time: NewTime, zone: str) -> datetime:
    """Return a proposed start as wall time; ``fold`` 1 is the second of two that the clocks repeat."""
    return to_local(instant_of(time.begins), zone).replace(tzinfo=None)
