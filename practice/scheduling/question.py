"""What is asked of the diaries and what is known about the practice: the values that the time rules judge.

Times are whole UTC minutes since 1970 unless they are called wall time; wall minutes count from local midnight.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import NamedTuple

from practice.scheduling.diary_time import NOTHING_TAKEN, NOWHERE_ELSE, DiaryTime, Work
from practice.scheduling.limits import NO_CLIENT_LIMITS, NO_LIMITS, NO_WISHES, ClientLimits, Limits, Wishes


class Span(NamedTuple):
    """``[begins, ends)`` in minutes."""

    begins: int
    ends: int


class WeekdaySpan(NamedTuple):
    """Wall minutes on a weekday (Monday = 0)."""

    weekday: int
    span: Span


class WeeklyWork(NamedTuple):
    """Wall minutes that a therapist works at a location on a weekday, within dates (None: no bound)."""

    location_id: int
    weekday: int
    span: Span
    valid_from: date | None
    valid_until: date | None


class DatedWork(NamedTuple):
    """A dated exception; ``span`` None: does not work; ``location_id`` None: wherever is asked."""

    therapist_id: int
    location_id: int | None
    on_date: date
    span: Span | None


class Absence(NamedTuple):
    """Time off between two instants."""

    therapist_id: int
    span: Span


class ClosedDays(NamedTuple):
    """Local days, first and last included; ``location_id`` None: every location."""

    location_id: int | None
    first_on: date
    last_on: date
    name: str


class Shape(NamedTuple):
    """How long a treatment takes and the buffers around it, in minutes."""

    duration: int
    before: int = 0
    after: int = 0


@dataclass(frozen=True, slots=True)
class LocationFacts:
    """A place, its zone and when it is open."""

    id: int
    uid: str
    name: str
    zone: str
    is_active: bool = True
    opening: tuple[WeekdaySpan, ...] = ()


@dataclass(frozen=True, slots=True)
class ServiceFacts:
    """What can be booked; see ``clinic.models.Service``. No ``location_ids`` means that every place gives it."""

    id: int
    uid: str
    name: str
    shape: Shape
    grid_minutes: int = 15
    notice_minutes: int = 0
    portal_notice_minutes: int = 120
    horizon_days: int = 180
    needs_room: bool = True
    room_needs: frozenset[str] = frozenset()
    is_active: bool = True
    price_cents: int = 0
    code: str = ""
    work: int = Work.HANDS_ON
    location_ids: frozenset[int] = frozenset()
    group_size: int = 1


@dataclass(frozen=True, slots=True)
class RoomFacts:
    """A room and what it has."""

    id: int
    uid: str
    name: str
    diary_id: int
    location_id: int
    features: frozenset[str] = frozenset()
    is_active: bool = True


@dataclass(frozen=True, slots=True)
class TherapistFacts:
    """A therapist, what she offers and when she works; ``is_registered`` holds between the two dates."""

    id: int
    uid: str
    name: str
    diary_id: int
    usual_room_id: int | None = None
    is_active: bool = True
    is_registered: bool = True
    registered_from: date | None = None
    registered_until: date | None = None
    offers: frozenset[int] = frozenset()
    weekly: tuple[WeeklyWork, ...] = ()
    gender: str = ""
    limits: Limits = NO_LIMITS


@dataclass(frozen=True, slots=True)
class SetUp:
    """The practice as its owner set it up; changes only with the clinic version.

    ``apart`` are minutes of travel from each location to others, ``wishes`` those of clients who have any.
    """

    version: int
    locations: Mapping[int, LocationFacts]
    services: Mapping[int, ServiceFacts]
    rooms: Mapping[int, RoomFacts]
    therapists: Mapping[int, TherapistFacts]
    client_limits: ClientLimits = NO_CLIENT_LIMITS
    apart: Mapping[int, Mapping[int, int]] = field(default_factory=dict)
    wishes: Mapping[int, Wishes] = field(default_factory=dict)

    def travel_from(self, location_id: int) -> Mapping[int, int]:
        """Return the minutes of travel between a location and each of the others."""
        return self.apart.get(location_id, NOWHERE_ELSE)

    def needing(self, features: Iterable[str]) -> "SetUp":
        """Return the set-up as if every service needed these features of its room, too."""
        more = frozenset(features)
        if not more:
            return self
        services = {key: replace(one, room_needs=one.room_needs | more) for key, one in self.services.items()}
        return replace(self, services=services)

    def wishes_of(self, client_id: int | None) -> Wishes:
        """Return what a client wishes; nothing for nobody."""
        return NO_WISHES if client_id is None else self.wishes.get(client_id, NO_WISHES)


@dataclass(frozen=True, slots=True)
class Exceptions:
    """What differs from the weekly rule in a window of days; ``remembered`` holds what was computed from it."""

    dated: Mapping[int, Mapping[date, tuple[DatedWork, ...]]] = field(default_factory=dict)
    absences: Mapping[int, tuple[Absence, ...]] = field(default_factory=dict)
    closures: tuple[ClosedDays, ...] = ()
    remembered: dict[object, int] = field(default_factory=dict, compare=False, repr=False)

    def concern(self, therapist_id: int) -> bool:
        """Return whether anything of a therapist's own differs."""
        return therapist_id in self.dated or therapist_id in self.absences


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """At which times may this service start at this location on the local days from first to last.

    ``therapist_ids`` None means anyone who offers it, ``room_id`` None any suitable room. ``client_id`` adds the
    client's own diary, ``moving_id`` is an appointment whose present time counts as free, ``shape`` replaces the
    service's (an appointment keeps the one it was booked with). ``by_link`` asks for the client's notice,
    ``own_only`` is asked by somebody who may book these therapists only.
    """

    service_id: int
    location_id: int
    first_on: date
    last_on: date
    asked_at: datetime
    therapist_ids: tuple[int, ...] | None = None
    room_id: int | None = None
    client_id: int | None = None
    moving_id: int | None = None
    shape: Shape | None = None
    by_link: bool = False
    own_only: bool = False


class Group(NamedTuple):
    """A session of several clients: whose it is, its time, and how many places are taken."""

    service_id: int
    therapist_id: int
    room_id: int | None
    span: Span
    taken: int


@dataclass(frozen=True, slots=True)
class DiaryFacts:
    """Everything that the time rules need to answer one question.

    ``groups`` are the sessions that clients share, by therapist and first minute.
    """

    set_up: SetUp
    exceptions: Exceptions = field(default_factory=Exceptions)
    taken: Mapping[int, DiaryTime] = field(default_factory=dict)
    client_diary_id: int | None = None
    groups: Mapping[tuple[int, int], Group] = field(default_factory=dict)

    def taken_on(self, diary_id: int) -> DiaryTime:
        """Return the time taken on a diary; nothing for a diary without any."""
        return self.taken.get(diary_id, NOTHING_TAKEN)


def shape_of(question: Question, facts: DiaryFacts) -> Shape:
    """Return the lengths that the question is about."""
    return question.shape or facts.set_up.services[question.service_id].shape


def candidates(question: Question, set_up: SetUp) -> list[TherapistFacts]:
    """Return the therapists asked for, by name; for *anyone* those who may be proposed to the client at all."""
    if question.therapist_ids is not None:
        return [set_up.therapists[therapist_id] for therapist_id in question.therapist_ids]
    wishes = set_up.wishes_of(question.client_id)
    offering = [
        one
        for one in set_up.therapists.values()
        if one.is_active and question.service_id in one.offers and wishes.allow(one.id, one.gender)
    ]
    return sorted(offering, key=lambda one: (one.name, one.id))


def is_given_at(service: ServiceFacts, location_id: int) -> bool:
    """Return whether a location gives the service."""
    return not service.location_ids or location_id in service.location_ids


def suitable_rooms(question: Question, set_up: SetUp) -> list[RoomFacts]:
    """Return the rooms that serve the service at the location, whether free or not; empty if none is needed."""
    service = set_up.services[question.service_id]
    if not service.needs_room:
        return []
    return [
        room
        for room in sorted(set_up.rooms.values(), key=lambda room: (room.name, room.id))
        if (question.room_id in {None, room.id}) and is_suitable(room, service, question.location_id)
    ]


def is_suitable(room: RoomFacts, service: ServiceFacts, location_id: int) -> bool:
    """Return whether the service may be given in the room."""
    return room.is_active and room.location_id == location_id and service.room_needs <= room.features
