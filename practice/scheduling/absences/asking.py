"""From what a person asks for, in wall times and uids, to a change of the ground; impossible ones are refused."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TypeVar

from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.accounts.permissions import Scope, scope_of
from practice.clinic.errors import DatesOrder, correct
from practice.clinic.hours import MIDNIGHT
from practice.clinic.hours import Span as WeekSpan
from practice.clinic.opening import require_sound_week
from practice.clinic.queries import practice_zone
from practice.core.actor import Actor
from practice.core.local_time import day_start, instant_at, wall_time
from practice.scheduling.absences.changes import (
    Away,
    Change,
    Closing,
    Leaving,
    NewWeek,
    PlaceEnds,
    RoomOut,
    ServiceEnds,
)
from practice.scheduling.absences.errors import AbsenceOver, ChangeIncomplete, NothingChanges
from practice.scheduling.local_days import floor_minute
from practice.scheduling.question import SetUp, Span, WeeklyWork
from practice.scheduling.wishes import MoveWish, get_by_uid

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A change as somebody asks for it; which fields count depends on ``kind``.

    ``starts`` and ``ends`` are wall minutes of the first and last day, None for whole days. ``week`` holds a
    weekday, two wall minutes and the uid of a location for each span.
    """

    kind: str
    therapist_uid: str | None = None
    location_uid: str | None = None
    room_uid: str | None = None
    service_uid: str | None = None
    first_on: date | None = None
    last_on: date | None = None
    starts: int | None = None
    ends: int | None = None
    name: str = ""
    week: Sequence[tuple[int, int, int, str]] = ()


@dataclass(frozen=True, slots=True)
class _Frame:
    set_up: SetUp
    zone: str
    now: datetime

    @property
    def today(self) -> date:
        return wall_time(self.now, self.zone).date()


def change_of(session: Session, asked: Asked, set_up: SetUp, *, now: datetime) -> Change:
    """Return the change that is asked for.

    Raises ``NotFound``, ``ChangeIncomplete`` naming the field, ``DatesOrder``, ``AbsenceOver`` for the past, and
    ``NothingChanges`` for what is out of use already.
    """
    return _READERS[asked.kind](asked, _Frame(set_up, practice_zone(session), now))


def require_may_change(session: Session, asked: Asked, set_up: SetUp, actor: Actor) -> None:
    """Raise unless *actor* may make such a change: time off is also for therapists (their own) and the desk."""
    if asked.kind == "away":
        uid = _required(asked.therapist_uid, "therapist_uid", "Say who.")
        therapist = get_by_uid(set_up.therapists, uid, "therapist")
        require_own(session, actor, "time_off.manage", therapist_id=therapist.id)
    else:
        action = "hours.manage" if asked.kind in {"closing", "new_week", "leaving"} else "clinic.manage"
        require_own(session, actor, action)


def require_may_answer(session: Session, wishes: Iterable[MoveWish | None], set_up: SetUp, actor: Actor) -> None:
    """Raise ``NotFound`` when a visit would move into a diary in which *actor* may not book."""
    for uid in {wish.therapist for wish in wishes if wish is not None and wish.therapist is not None}:
        therapist = get_by_uid(set_up.therapists, uid, "therapist")
        require_own(session, actor, "appointment.change", therapist_id=therapist.id)


def is_own_only(actor: Actor) -> bool:
    """Return whether *actor* may move visits within the own diary only, so that no other time is proposed."""
    return scope_of(actor, "appointment.change") is Scope.OWN


def _required(value: T | None, field: str, sentence: str) -> T:
    if value is None or value == "":
        raise ChangeIncomplete(sentence, field=field)
    return value


def _days(asked: Asked, frame: _Frame) -> tuple[date, date]:
    first_on = _required(asked.first_on, "first_on", "Give the first day.")
    last_on = asked.last_on or first_on
    if last_on < first_on:
        raise DatesOrder("The last day lies before the first.", ways_out=correct("last_on", "Correct the dates"))
    if last_on < frame.today:
        raise AbsenceOver
    return first_on, last_on


def _away(asked: Asked, frame: _Frame) -> Away:
    therapist_id = _therapist(asked, frame)
    first_on, last_on = _days(asked, frame)
    begins = floor_minute(_begins_at(first_on, asked.starts, frame.zone))
    ends = floor_minute(_ends_at(last_on, asked.ends, frame.zone))
    if ends <= begins:
        raise DatesOrder(
            "The time off ends before it starts. Give an end that is later.",
            ways_out=correct("ends", "Correct the end"),
        )
    if ends <= floor_minute(frame.now):
        raise AbsenceOver
    return Away(therapist_id, Span(begins, ends))


def _begins_at(day: date, minute: int | None, zone: str) -> datetime:
    return day_start(day, zone) if minute is None else instant_at(day, minute, zone)


def _ends_at(day: date, minute: int | None, zone: str) -> datetime:
    if minute is None or minute == MIDNIGHT:
        return day_start(day + timedelta(days=1), zone)
    return instant_at(day, minute, zone)


def _closing(asked: Asked, frame: _Frame) -> Closing:
    first_on, last_on = _days(asked, frame)
    name = _required(asked.name, "name", "Say what it is closed for.")
    place = asked.location_uid and get_by_uid(frame.set_up.locations, asked.location_uid, "location")
    return Closing(place.id if place else None, first_on, last_on, name)


def _new_week(asked: Asked, frame: _Frame) -> NewWeek:
    therapist_id = _therapist(asked, frame)
    first_on = _required(asked.first_on, "first_on", "Give the first day of the new hours.")
    last_on = asked.last_on
    if first_on < frame.today:
        raise AbsenceOver
    if last_on is not None and last_on < first_on:
        raise DatesOrder("The week ends before it starts.", ways_out=correct("last_on", "Correct the dates"))
    places = {uid: get_by_uid(frame.set_up.locations, uid, "location").id for *_, uid in asked.week}
    require_sound_week([WeekSpan(weekday, opens, closes, places[uid]) for weekday, opens, closes, uid in asked.week])
    weekly = tuple(
        WeeklyWork(places[uid], weekday, Span(opens, closes), first_on, last_on)
        for weekday, opens, closes, uid in asked.week
    )
    return NewWeek(therapist_id, weekly, first_on, last_on)


def _leaving(asked: Asked, frame: _Frame) -> Leaving:
    last_on = _required(asked.last_on, "last_on", "Give the last day of work.")
    if last_on < frame.today:
        raise AbsenceOver
    return Leaving(_therapist(asked, frame), last_on)


def _therapist(asked: Asked, frame: _Frame) -> int:
    uid = _required(asked.therapist_uid, "therapist_uid", "Say who.")
    return get_by_uid(frame.set_up.therapists, uid, "therapist").id


def _room_out(asked: Asked, frame: _Frame) -> RoomOut:
    uid = _required(asked.room_uid, "room_uid", "Say which room.")
    room = get_by_uid(frame.set_up.rooms, uid, "room")
    return RoomOut(_in_use(room.id, room.name, is_active=room.is_active))


def _service_ends(asked: Asked, frame: _Frame) -> ServiceEnds:
    uid = _required(asked.service_uid, "service_uid", "Say which service.")
    service = get_by_uid(frame.set_up.services, uid, "service")
    return ServiceEnds(_in_use(service.id, service.name, is_active=service.is_active))


def _place_ends(asked: Asked, frame: _Frame) -> PlaceEnds:
    uid = _required(asked.location_uid, "location_uid", "Say which location.")
    place = get_by_uid(frame.set_up.locations, uid, "location")
    return PlaceEnds(_in_use(place.id, place.name, is_active=place.is_active))


def _in_use(number: int, name: str, *, is_active: bool) -> int:
    if not is_active:
        raise NothingChanges(name)
    return number


_READERS: Mapping[str, Callable[[Asked, _Frame], Change]] = {
    "away": _away,
    "closing": _closing,
    "new_week": _new_week,
    "leaving": _leaving,
    "room_out": _room_out,
    "service_ends": _service_ends,
    "place_ends": _place_ends,
}
ASKABLE = tuple(_READERS)
"""The codes of the changes that can be asked for."""
