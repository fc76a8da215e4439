"""Reads what an impact preview needs in at most five statements, however many visits and people there are."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Select, or_, select
from sqlalchemy.orm import Session

from practice.scheduling.absences.changes import (
    Away,
    Change,
    Closing,
    Ground,
    Leaving,
    NewWeek,
    PlaceEnds,
    RoomOut,
    ServiceEnds,
)
from practice.scheduling.absences.errors import TooManyVisits
from practice.scheduling.absences.impact import Booked
from practice.scheduling.absences.new_times import SEARCHED_DAYS, Ledger
from practice.scheduling.claiming.loading import WITH_EVERYBODY
from practice.scheduling.claiming.making import shape_as_booked
from practice.scheduling.diary_time import LONGEST_TREATMENT, Taken
from practice.scheduling.free_time.set_up import load_exceptions
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.local_days import floor_minute, instant_of
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.question import Exceptions, SetUp, Span

MOST_READ = 2000
"""Visits that one change may concern at all; beyond that it is done in parts."""

TO_COME = (AppointmentState.TENTATIVE, AppointmentState.BOOKED, AppointmentState.ARRIVED)
_DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Days:
    """The local days whose exceptions matter, with the UTC minutes around them."""

    first_on: date
    last_on: date

    @property
    def minutes(self) -> Span:
        """Return the days in UTC minutes, wide enough for every zone."""
        begins = floor_minute(_midnight(self.first_on) - _DAY)
        return Span(begins, floor_minute(_midnight(self.last_on) + 2 * _DAY))


def _midnight(day: date) -> datetime:
    return instant_of((day - date(1970, 1, 1)).days * 24 * 60)


def read_visits(session: Session, change: Change, *, now: datetime) -> Sequence[Appointment]:
    """Return the visits to come that *change* may concern, by start, everybody loaded; one statement.

    Raises :class:`TooManyVisits`.
    """
    statement = (
        select(Appointment)
        .where(Appointment.state.in_(TO_COME), *_ends_after(now), *_concerned(change))
        .order_by(Appointment.starts_at, Appointment.id)
        .limit(MOST_READ + 1)
        .options(*WITH_EVERYBODY)
        .execution_options(populate_existing=True)
    )
    found = session.scalars(statement).all()
    if len(found) > MOST_READ:
        raise TooManyVisits(MOST_READ)
    return found


def _ends_after(instant: datetime) -> tuple[ColumnElement[bool], ...]:
    """Return the condition of ending after an instant, in the reach of an index on the start."""
    return Appointment.ends_at > instant, Appointment.starts_at > instant - LONGEST_TREATMENT


def _concerned(change: Change) -> list[ColumnElement[bool]]:
    """Return the conditions that narrow to what a change may concern; the pure rule decides."""
    match change:
        case Away(therapist_id, span):
            within = Appointment.starts_at < instant_of(span.ends), *_ends_after(instant_of(span.begins))
            return [Appointment.therapist_id == therapist_id, *within]
        case Closing(location_id, first_on, last_on):
            here = [] if location_id is None else [Appointment.location_id == location_id]
            return [*here, *_between(first_on, last_on)]
        case NewWeek(therapist_id, _, first_on, last_on):
            return [Appointment.therapist_id == therapist_id, *_between(first_on, last_on)]
        case Leaving(therapist_id, last_on):
            return [Appointment.therapist_id == therapist_id, *_between(last_on, None)]
    return [_needs(change)]


def _needs(change: RoomOut | ServiceEnds | PlaceEnds) -> ColumnElement[bool]:
    match change:
        case RoomOut(room_id):
            return Appointment.room_id == room_id
        case ServiceEnds(service_id):
            return Appointment.service_id == service_id
        case PlaceEnds(location_id):
            return Appointment.location_id == location_id


def _between(first_on: date, last_on: date | None) -> list[ColumnElement[bool]]:
    """Return the condition of starting on local days, a day wider on both sides, whatever the zone."""
    since = Appointment.starts_at > _midnight(first_on) - _DAY
    return [since] if last_on is None else [since, Appointment.starts_at < _midnight(last_on) + 2 * _DAY]


def days_of(visits: Sequence[Appointment], *, now: datetime) -> Days:
    """Return the days on which visits lie and new times for them are looked for."""
    reach = timedelta(days=SEARCHED_DAYS + 1)
    lie_on = [visit.local_start.date() for visit in visits]
    first_on, last_on = min(lie_on, default=now.date()), max(lie_on, default=now.date())
    return Days(min(first_on - reach, now.date()), max(last_on, now.date()) + reach)


def read_ground(session: Session, set_up: SetUp, days: Days) -> Ground:
    """Return the set-up with what differs from it on some days; one statement."""
    return Ground(set_up, _exceptions(session, days))


def _exceptions(session: Session, days: Days) -> Exceptions:
    return load_exceptions(session, days.first_on, days.last_on, days.minutes)


def booked_of(appointment: Appointment) -> Booked:
    """Return a visit as the rules see it."""
    client = appointment.client
    if client is None:
        raise ValueError("a visit belongs to somebody")
    return Booked(
        id=appointment.id,
        uid=appointment.uid,
        version=appointment.version,
        client_id=client.kept_id,
        client_diary_id=client.time_diary_id,
        service_id=appointment.service_id,
        therapist_id=appointment.therapist_id,
        room_id=appointment.room_id,
        location_id=appointment.location_id,
        local_start=appointment.local_start,
        begins=floor_minute(appointment.starts_at),
        shape=shape_as_booked(appointment),
    )


def read_ledger(session: Session, set_up: SetUp, visits: Iterable[Booked], days: Days, *, now: datetime) -> Ledger:
    """Return what is taken on the diaries of all therapists and rooms and of these clients; one statement."""
    diaries = {one.diary_id for one in set_up.therapists.values()} | {one.diary_id for one in set_up.rooms.values()}
    diaries |= {visit.client_diary_id for visit in visits}
    return Ledger(_taken(session, diaries, days, now))


Entries = dict[int, list[tuple[int, Taken]]]


def _taken(session: Session, diary_ids: Collection[int], days: Days, now: datetime) -> Entries:
    taken: Entries = {diary_id: [] for diary_id in diary_ids}
    for diary_id, number, starts_at, ends_at, before, after in session.execute(_allocations(diary_ids, days, now)):
        taken[diary_id].append((number, Taken(floor_minute(starts_at), floor_minute(ends_at), before, after)))
    return taken


def _allocations(diary_ids: Collection[int], days: Days, now: datetime) -> Select[*tuple[Any, ...]]:
    first_at, last_at = instant_of(days.minutes.begins), instant_of(days.minutes.ends)
    return (
        select(
            Allocation.diary_id,
            Allocation.appointment_id,
            Allocation.starts_at,
            Allocation.ends_at,
            Allocation.buffer_before,
            Allocation.buffer_after,
        )
        .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
        .where(
            Allocation.diary_id.in_(sorted(diary_ids)),
            Allocation.occupies.is_(True),
            Allocation.starts_at > first_at - LONGEST_TREATMENT,
            Allocation.starts_at < last_at,
            or_(Appointment.hold_ends_at.is_(None), Appointment.hold_ends_at > now),
        )
    )
