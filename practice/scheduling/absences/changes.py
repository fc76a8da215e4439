"""Changes of what the diary stands on, and the set-up as it would be after each of them. Pure.

Times are UTC minutes, wall minutes and local days as everywhere in ``question``.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, timedelta
from functools import singledispatch

from practice.clinic.hours import Validity, cut_validity
from practice.scheduling.question import (
    Absence,
    ClosedDays,
    DatedWork,
    Exceptions,
    SetUp,
    Span,
    TherapistFacts,
    WeeklyWork,
)


@dataclass(frozen=True, slots=True)
class Ground:
    """What availability is computed from, apart from the diaries."""

    set_up: SetUp
    exceptions: Exceptions


@dataclass(frozen=True, slots=True)
class Away:
    """A therapist is away for a while."""

    therapist_id: int
    span: Span


@dataclass(frozen=True, slots=True)
class Closing:
    """A place (None: every place) is closed on local days, first and last included."""

    location_id: int | None
    first_on: date
    last_on: date
    name: str


@dataclass(frozen=True, slots=True)
class NewWeek:
    """Another week rules for a therapist on some days; ``last_on`` None means for good.

    ``weekly`` are her spans, valid on exactly these days.
    """

    therapist_id: int
    weekly: tuple[WeeklyWork, ...]
    first_on: date
    last_on: date | None


@dataclass(frozen=True, slots=True)
class Leaving:
    """A therapist works for the last time on a day."""

    therapist_id: int
    last_on: date


@dataclass(frozen=True, slots=True)
class RoomOut:
    """A room is out of order from now on."""

    room_id: int


@dataclass(frozen=True, slots=True)
class ServiceEnds:
    """A service is not given from now on."""

    service_id: int


@dataclass(frozen=True, slots=True)
class PlaceEnds:
    """A location is not used from now on."""

    location_id: int


Change = Away | Closing | NewWeek | Leaving | RoomOut | ServiceEnds | PlaceEnds


@singledispatch
def after(change: Change, _before: Ground) -> Ground:
    """Return the ground as it is once *change* is in force."""
    raise TypeError(f"{type(change).__name__} is no change of the ground")


@after.register
def _(change: Away, before: Ground) -> Ground:
    own = (*before.exceptions.absences.get(change.therapist_id, ()), Absence(change.therapist_id, change.span))
    absences = {**before.exceptions.absences, change.therapist_id: own}
    return replace(before, exceptions=_with(before.exceptions, absences=absences))


@after.register
def _(change: Closing, before: Ground) -> Ground:
    closed = ClosedDays(change.location_id, change.first_on, change.last_on, change.name)
    closures = (*before.exceptions.closures, closed)
    return replace(before, exceptions=replace(before.exceptions, closures=closures, remembered={}))


@after.register
def _(change: NewWeek, before: Ground) -> Ground:
    remaining = _cut(before.set_up.therapists[change.therapist_id], change.first_on, change.last_on)
    return _with_weekly(before, change.therapist_id, (*remaining, *change.weekly))


@after.register
def _(change: Leaving, before: Ground) -> Ground:
    leaves_on = change.last_on + timedelta(days=1)
    left = _with_weekly(before, change.therapist_id, _cut(before.set_up.therapists[change.therapist_id], leaves_on))
    dated = dict(before.exceptions.dated)
    own = dated.pop(change.therapist_id, {})
    if kept := {on: work for on, work in own.items() if on < leaves_on}:
        dated[change.therapist_id] = kept
    return replace(left, exceptions=_with(before.exceptions, dated=dated))


@after.register
def _(change: RoomOut, before: Ground) -> Ground:
    out = replace(before.set_up.rooms[change.room_id], is_active=False)
    return replace(before, set_up=replace(before.set_up, rooms={**before.set_up.rooms, out.id: out}))


@after.register
def _(change: ServiceEnds, before: Ground) -> Ground:
    ended = replace(before.set_up.services[change.service_id], is_active=False)
    return replace(before, set_up=replace(before.set_up, services={**before.set_up.services, ended.id: ended}))


@after.register
def _(change: PlaceEnds, before: Ground) -> Ground:
    ended = replace(before.set_up.locations[change.location_id], is_active=False)
    return replace(before, set_up=replace(before.set_up, locations={**before.set_up.locations, ended.id: ended}))


def _with(
    exceptions: Exceptions,
    *,
    absences: Mapping[int, tuple[Absence, ...]] | None = None,
    dated: Mapping[int, Mapping[date, tuple[DatedWork, ...]]] | None = None,
) -> Exceptions:
    """Return changed exceptions that remember nothing of what was computed from the old ones."""
    return Exceptions(
        exceptions.dated if dated is None else dated,
        exceptions.absences if absences is None else absences,
        exceptions.closures,
    )


def _with_weekly(before: Ground, therapist_id: int, weekly: tuple[WeeklyWork, ...]) -> Ground:
    changed = replace(before.set_up.therapists[therapist_id], weekly=weekly)
    therapists = {**before.set_up.therapists, therapist_id: changed}
    return Ground(replace(before.set_up, therapists=therapists), _with(before.exceptions))


def _cut(therapist: TherapistFacts, first_on: date, last_on: date | None = None) -> tuple[WeeklyWork, ...]:
    """Return the weekly hours of a therapist without the days from first to last."""
    return tuple(
        row._replace(valid_from=part.first_on, valid_until=part.last_on)
        for row in therapist.weekly
        for part in cut_validity(Validity(row.valid_from, row.valid_until), first_on, last_on)
    )
