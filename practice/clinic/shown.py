"""Rows of the set-up as the API and the pages show them: references by uid, a constant number of statements."""

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.clinic import queries
from practice.clinic.details import (
    LocationDetails,
    PolicyDetails,
    RoomDetails,
    ServiceDetails,
    TherapistDetails,
    fields_of,
)
from practice.clinic.models import (
    Closure,
    DatedHours,
    Location,
    PracticeSettings,
    Room,
    Service,
    Therapist,
    TimeOff,
    WeeklyHours,
)
from practice.clinic.opening import ProposedClosure

Shown = dict[str, Any]


def show_locations(rows: Sequence[Location]) -> list[Shown]:
    """Return locations as they are."""
    return [_identity(row) | fields_of(LocationDetails, row) for row in rows]


def show_rooms(session: Session, rows: Sequence[Room]) -> list[Shown]:
    """Return rooms with their locations."""
    locations = queries.uids_of(session, Location, (row.location_id for row in rows))
    return [_identity(row) | fields_of(RoomDetails, row) | {"location_uid": locations[row.location_id]} for row in rows]


def show_services(session: Session, rows: Sequence[Service]) -> list[Shown]:
    """Return services with those who offer them."""
    offered = queries.offers(session)
    therapists = queries.uids_of(session, Therapist, {each for row in rows for each in offered.get(row.id, ())})
    return [
        _identity(row)
        | fields_of(ServiceDetails, row)
        | {"therapist_uids": [therapists[each] for each in sorted(offered.get(row.id, ()))]}
        for row in rows
    ]


def show_therapists(session: Session, rows: Sequence[Therapist]) -> list[Shown]:
    """Return therapists with their usual rooms, sign-ins and what they offer."""
    offered = _by_therapist(queries.offers(session))
    services = queries.uids_of(session, Service, {each for row in rows for each in offered.get(row.id, ())})
    rooms = queries.uids_of(session, Room, (row.usual_room_id for row in rows))
    users = queries.uids_of(session, User, (row.user_id for row in rows))
    return [
        _identity(row)
        | fields_of(TherapistDetails, row)
        | {
            "usual_room_uid": rooms.get(row.usual_room_id or 0),
            "user_uid": users.get(row.user_id or 0),
            "service_uids": [services[each] for each in sorted(offered.get(row.id, ()))],
        }
        for row in rows
    ]


def show_spans(session: Session, rows: Sequence[WeeklyHours] | Sequence[DatedHours]) -> list[Shown]:
    """Return weekly or dated hours with their locations."""
    locations = queries.uids_of(session, Location, (row.location_id for row in rows))
    names = ("weekday", "opens_minute", "closes_minute", "valid_from", "valid_until")
    return [
        {name: getattr(row, name, None) for name in names} | {"location_uid": locations[row.location_id or 0]}
        for row in rows
        if row.opens_minute is not None
    ]


def show_time_off(session: Session, rows: Sequence[TimeOff]) -> list[Shown]:
    """Return absences with their therapists."""
    therapists = queries.uids_of(session, Therapist, (row.therapist_id for row in rows))
    names = ("starts_at", "ends_at", "kind", "note")
    return [_identity(row) | _only(row, names) | {"therapist_uid": therapists[row.therapist_id]} for row in rows]


def show_closures(session: Session, rows: Sequence[Closure]) -> list[Shown]:
    """Return closures with their locations."""
    locations = queries.uids_of(session, Location, (row.location_id for row in rows))
    names = ("name", "first_on", "last_on")
    return [_identity(row) | _only(row, names) | {"location_uid": locations.get(row.location_id or 0)} for row in rows]


def show_holidays(proposed: Sequence[ProposedClosure]) -> list[Shown]:
    """Return public holidays with whether the place is closed on them already."""
    return [_only(each.holiday, ("on", "name", "is_observed")) | {"is_closed": each.is_closed} for each in proposed]


def show_policies(row: PracticeSettings) -> Shown:
    """Return one edition of the policies."""
    return _identity(row) | fields_of(PolicyDetails, row) | {"effective_on": row.effective_on}


def _identity(row: Any) -> Shown:
    return {"uid": row.uid, "version": row.version}


def _only(row: Any, names: Sequence[str]) -> Shown:
    return {name: getattr(row, name) for name in names}


def _by_therapist(offered: Mapping[int, set[int]]) -> dict[int, set[int]]:
    turned: dict[int, set[int]] = {}
    for service_id, therapist_ids in offered.items():
        for therapist_id in therapist_ids:
            turned.setdefault(therapist_id, set()).add(service_id)
    return turned
