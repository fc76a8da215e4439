"""Reads the practice's set-up in one statement, and the exceptions of a window of days in another."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import ScalarSelect, select
from sqlalchemy.orm import Session

from practice.clinic.limit_models import LocationService
from practice.clinic.models import (
    Closure,
    DatedHours,
    Location,
    OpeningHours,
    RegistrationStatus,
    Room,
    Service,
    Therapist,
    TherapistService,
    TimeOff,
    WeeklyHours,
)
from practice.scheduling.free_time.limit_rows import (
    LIMIT_COLUMNS,
    PAIRS,
    WISHES,
    client_limits_of,
    limits_of,
    travel_between,
    wishes_of,
)
from practice.scheduling.free_time.packing import json_rows, json_value, minute_of
from practice.scheduling.limits import Limits
from practice.scheduling.local_days import instant_of
from practice.scheduling.models import WORK_OF
from practice.scheduling.question import (
    Absence,
    ClosedDays,
    DatedWork,
    Exceptions,
    LocationFacts,
    RoomFacts,
    ServiceFacts,
    SetUp,
    Shape,
    Span,
    TherapistFacts,
    WeekdaySpan,
    WeeklyWork,
)

Row = Sequence[Any]


def load_set_up(session: Session, version: int) -> SetUp:
    """Read locations, services, rooms, therapists and their weekly hours."""
    parts: list[Sequence[Row]] = [found or () for found in session.execute(_SET_UP).one()]
    opening, weekly, offers, locations, services, rooms, therapists, given_at, *rest = parts
    (limits,), own_limits, travel, preferences, pairs = rest
    places = _grouped(given_at)
    practice_limits = limits_of(limits, own_limits)
    return SetUp(
        version,
        locations=_locations(locations, _grouped(opening)),
        services={row[0]: _service(row, places.get(row[0], ())) for row in services},
        rooms={row[0]: _room(row) for row in rooms},
        therapists=_therapists(therapists, _grouped(weekly), _grouped(offers), practice_limits),
        client_limits=client_limits_of(limits),
        apart=travel_between([row[0] for row in locations], limits, travel),
        wishes=wishes_of(preferences, pairs),
    )


def load_exceptions(session: Session, first_on: date, last_on: date, within: Span) -> Exceptions:
    """Read dated hours and closures of the local days and the absences of the UTC minutes."""
    return exceptions_of(session.execute(select(*exception_columns(first_on, last_on, within))).one())


def exception_columns(first_on: date, last_on: date, within: Span) -> tuple[ScalarSelect[Any], ...]:
    """Return what :func:`exceptions_of` reads, for a statement that selects more."""
    first_at, last_at = instant_of(within.begins), instant_of(within.ends)
    return (
        _all(_DATED, DatedHours.on_date >= first_on, DatedHours.on_date <= last_on),
        _all(_AWAY, TimeOff.starts_at < last_at, TimeOff.ends_at > first_at),
        _all(_CLOSED, Closure.first_on <= last_on, Closure.last_on >= first_on),
    )


def exceptions_of(row: Row) -> Exceptions:
    """Return the exceptions that :func:`exception_columns` selected."""
    dated, absences, closures = (found or () for found in row)
    return Exceptions(_dated(dated), _absences(absences), tuple(_closed(each) for each in closures))


def _all(columns: Sequence[Any], *conditions: Any) -> ScalarSelect[Any]:
    return select(json_rows(*columns)).where(*conditions).scalar_subquery()


_DATED = (
    DatedHours.therapist_id,
    DatedHours.location_id,
    DatedHours.on_date,
    DatedHours.opens_minute,
    DatedHours.closes_minute,
)
_AWAY = (TimeOff.therapist_id, minute_of(TimeOff.starts_at), minute_of(TimeOff.ends_at))
_CLOSED = (Closure.location_id, Closure.first_on, Closure.last_on, Closure.name)
_SET_UP = select(
    _all((OpeningHours.location_id, OpeningHours.weekday, OpeningHours.opens_minute, OpeningHours.closes_minute)),
    _all(
        (
            WeeklyHours.therapist_id,
            WeeklyHours.location_id,
            WeeklyHours.weekday,
            WeeklyHours.opens_minute,
            WeeklyHours.closes_minute,
            WeeklyHours.valid_from,
            WeeklyHours.valid_until,
        )
    ),
    _all((TherapistService.therapist_id, TherapistService.service_id)),
    _all((Location.id, Location.uid, Location.name, Location.zone, Location.is_active)),
    _all(
        (
            Service.id,
            Service.uid,
            Service.name,
            Service.duration_minutes,
            Service.buffer_before_minutes,
            Service.buffer_after_minutes,
            Service.grid_minutes,
            Service.notice_minutes,
            Service.portal_notice_minutes,
            Service.horizon_days,
            Service.needs_room,
            json_value(Service.room_needs),
            Service.is_active,
            Service.price_cents,
            Service.code,
            Service.kind,
            Service.group_size,
        )
    ),
    _all(
        (
            Room.id,
            Room.uid,
            Room.name,
            Room.diary_id,
            Room.location_id,
            json_value(Room.features),
            Room.is_active,
        )
    ),
    _all(
        (
            Therapist.id,
            Therapist.uid,
            Therapist.name,
            Therapist.diary_id,
            Therapist.usual_room_id,
            Therapist.is_active,
            Therapist.registration_status,
            Therapist.registered_from,
            Therapist.registered_until,
            Therapist.gender,
        )
    ),
    _all((LocationService.service_id, LocationService.location_id)),
    *(_all(columns) for columns in LIMIT_COLUMNS),
    WISHES.scalar_subquery(),
    PAIRS.scalar_subquery(),
)


def _grouped(rows: Sequence[Row]) -> dict[int, list[Row]]:
    groups: dict[int, list[Row]] = defaultdict(list)
    for first, *rest in rows:
        groups[first].append(rest)
    return groups


def _locations(rows: Sequence[Row], opening: dict[int, list[Row]]) -> dict[int, LocationFacts]:
    return {
        key: LocationFacts(key, uid, name, zone, bool(is_active), tuple(_opening(row) for row in opening.get(key, ())))
        for key, uid, name, zone, is_active in rows
    }


def _opening(row: Row) -> WeekdaySpan:
    weekday, opens, closes = row
    return WeekdaySpan(weekday, Span(opens, closes))


def _service(row: Row, places: Sequence[Row]) -> ServiceFacts:
    (
        key,
        uid,
        name,
        duration,
        before,
        after,
        grid,
        notice,
        portal_notice,
        horizon,
        needs_room,
        needs,
        is_active,
        price,
        code,
        kind,
        group_size,
    ) = row
    return ServiceFacts(
        key,
        uid,
        name,
        Shape(duration, before, after),
        grid,
        notice,
        portal_notice,
        horizon,
        bool(needs_room),
        frozenset(needs),
        bool(is_active),
        price,
        code,
        WORK_OF[kind],
        frozenset(place for (place,) in places),
        group_size,
    )


def _room(row: Row) -> RoomFacts:
    key, uid, name, diary_id, location_id, features, is_active = row
    return RoomFacts(key, uid, name, diary_id, location_id, frozenset(features), bool(is_active))


def _therapists(
    rows: Sequence[Row], weekly: dict[int, list[Row]], offers: dict[int, list[Row]], limits: Mapping[int, Limits]
) -> dict[int, TherapistFacts]:
    return {
        row[0]: replace(
            _therapist(row, weekly.get(row[0], ()), frozenset(service for (service,) in offers.get(row[0], ()))),
            limits=limits.get(row[0], limits[0]),
        )
        for row in rows
    }


def _therapist(row: Row, weekly: Sequence[Row], offers: frozenset[int]) -> TherapistFacts:
    key, uid, name, diary_id, usual_room_id, is_active, status, registered_from, registered_until, gender = row
    return TherapistFacts(
        key,
        uid,
        name,
        diary_id,
        usual_room_id,
        bool(is_active),
        status == RegistrationStatus.ACTIVE,
        _day(registered_from),
        _day(registered_until),
        offers,
        tuple(_weekly(each) for each in weekly),
        gender,
    )


def _weekly(row: Row) -> WeeklyWork:
    location_id, weekday, opens, closes, valid_from, valid_until = row
    return WeeklyWork(location_id, weekday, Span(opens, closes), _day(valid_from), _day(valid_until))


def _day(text: str | None) -> date | None:
    return None if text is None else date.fromisoformat(text)


def _dated(rows: Sequence[Row]) -> dict[int, dict[date, tuple[DatedWork, ...]]]:
    days: dict[int, dict[date, tuple[DatedWork, ...]]] = defaultdict(dict)
    for therapist_id, location_id, on_text, opens, closes in rows:
        on_date = date.fromisoformat(on_text)
        work = DatedWork(therapist_id, location_id, on_date, None if opens is None else Span(opens, closes))
        days[therapist_id][on_date] = (*days[therapist_id].get(on_date, ()), work)
    return dict(days)


def _absences(rows: Sequence[Row]) -> dict[int, tuple[Absence, ...]]:
    found: dict[int, list[Absence]] = defaultdict(list)
    for therapist_id, begins, ends in rows:
        found[therapist_id].append(Absence(therapist_id, Span(begins, ends)))
    return {key: tuple(away) for key, away in found.items()}


def _closed(row: Row) -> ClosedDays:
    location_id, first_on, last_on, name = row
    return ClosedDays(location_id, date.fromisoformat(first_on), date.fromisoformat(last_on), name)
