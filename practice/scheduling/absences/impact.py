"""Which visits no longer fit once the ground changes, and why: the same time rules, judged before and after. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.core.errors import Refusal
from practice.scheduling.absences.changes import Change, Ground, after
from practice.scheduling.free_time import explain, moment_rules
from practice.scheduling.free_time.case import Case
from practice.scheduling.question import DiaryFacts, Question, Shape, is_suitable

MOMENT_RULES = (moment_rules.service_is_active, moment_rules.location_is_active, moment_rules.location_is_open)
THERAPIST_RULES = (
    explain.therapist_is_active,
    explain.therapist_is_registered,
    explain.therapist_offers,
    explain.therapist_works,
    explain.therapist_is_present,
)
ROOM_CODES = frozenset({"room_out"})


@dataclass(frozen=True, slots=True)
class Booked:
    """A visit as it lies: ``begins`` is its UTC minute, ``local_start`` the promise made to a person."""

    id: int
    uid: str
    version: int
    client_id: int
    client_diary_id: int
    service_id: int
    therapist_id: int
    room_id: int | None
    location_id: int
    local_start: datetime
    begins: int
    shape: Shape


@dataclass(frozen=True, slots=True)
class Hit:
    """A visit that would no longer fit, with every reason that is new."""

    visit: Booked
    reasons: tuple[Refusal, ...]

    @property
    def is_about_room(self) -> bool:
        """Return whether only the room is gone."""
        return all(reason.code in ROOM_CODES for reason in self.reasons)


def hits(change: Change, before: Ground, visits: Iterable[Booked], *, now: datetime) -> list[Hit]:
    """Return the visits that fit before *change* and no longer fit after it, by start.

    A visit that was kept outside a rule before is hit only by what is new.
    """
    changed = after(change, before)
    found = []
    for visit in sorted(visits, key=lambda visit: (visit.begins, visit.id)):
        known = {reason.code for reason in misfits(visit, before, now=now)}
        reasons = tuple(reason for reason in misfits(visit, changed, now=now) if reason.code not in known)
        if reasons:
            found.append(Hit(visit, reasons))
    return found


def misfits(visit: Booked, ground: Ground, *, now: datetime) -> Sequence[Refusal]:
    """Return why a visit does not fit the ground it lies on; the diaries themselves are not asked."""
    case = _case(visit, ground, now)
    therapist = ground.set_up.therapists[visit.therapist_id]
    said = [rule(case) for rule in MOMENT_RULES]
    said += [rule(case, therapist) for rule in THERAPIST_RULES]
    return [refusal for refusal in (*said, _room_refusal(visit, ground)) if refusal is not None]


def question_of(visit: Booked, *, now: datetime) -> Question:
    """Return the question whether a visit may lie where it lies, with its own therapist in any room."""
    day = visit.local_start.date()
    return Question(
        service_id=visit.service_id,
        location_id=visit.location_id,
        first_on=day,
        last_on=day,
        asked_at=now,
        therapist_ids=(visit.therapist_id,),
        client_id=visit.client_id,
        moving_id=visit.id,
        shape=visit.shape,
    )


def _case(visit: Booked, ground: Ground, now: datetime) -> Case:
    return Case(
        question_of(visit, now=now),
        DiaryFacts(ground.set_up, ground.exceptions),
        ground.set_up.services[visit.service_id],
        ground.set_up.locations[visit.location_id],
        visit.shape,
        visit.local_start,
        visit.begins,
    )


def _room_refusal(visit: Booked, ground: Ground) -> Refusal | None:
    if visit.room_id is None:
        return None
    room = ground.set_up.rooms[visit.room_id]
    if not room.is_active:
        return Refusal("room_out", f"{room.name} is out of order.")
    service = ground.set_up.services[visit.service_id]
    if is_suitable(room, service, visit.location_id):
        return None
    return Refusal("room_out", f"{room.name} does not suit {service.name}.")
