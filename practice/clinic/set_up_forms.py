"""The four kinds of things that the set-up pages list, open and change: what each reads, shows and does."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from marshmallow import Schema
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.models import User
from practice.clinic import queries, service, shown
from practice.clinic.api import edit_service, room_fields
from practice.clinic.details import LocationDetails, RoomDetails, ServiceDetails, TherapistDetails, details_of
from practice.clinic.hours import Span, in_words
from practice.clinic.models import Location, Room, Service, Therapist
from practice.clinic.schemas import (
    NewLocationSchema,
    NewRoomSchema,
    NewTherapistSchema,
    ServiceFormSchema,
)
from practice.clinic.therapists_api import edit_therapist, therapist_fields
from practice.web.database import now
from practice.web.form_pages import Body

Shown = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of thing: its words, its form, and the reads and verbs behind it."""

    one: str
    many: str
    schema: type[Schema]
    rows: Callable[[Session], Sequence[Shown]]
    row: Callable[[Session, str], Shown]
    create: Callable[[Session, Body], object]
    change: Callable[[Session, str, Body, int | None], object]
    choices: Callable[[Session], Shown]

    def form_values(self, row: Mapping[str, Any]) -> Body:
        """Return *row* as its form writes it."""
        written = self.schema().dump(row)
        return {"name": row["name"], **written}


def _location_rows(session: Session) -> list[Shown]:
    rows = queries.list_locations(session, active_only=False)
    hours: dict[int, list[Span]] = {}
    for each in queries.list_opening_hours(session):
        hours.setdefault(each.location_id, []).append(Span(each.weekday, each.opens_minute, each.closes_minute))
    return [
        each | {"hours": in_words(hours.get(row.id, ()))}
        for row, each in zip(rows, shown.show_locations(rows), strict=True)
    ]


def _location(session: Session, uid: str) -> Shown:
    return shown.show_locations([queries.get_location(session, uid)])[0]


def _open_location(session: Session, body: Body) -> Location:
    return service.create_location(session, details=LocationDetails(**body), actor=current_actor(), now=now())


def _change_location(session: Session, uid: str, body: Body, version: int | None) -> None:
    row = queries.get_location(session, uid)
    details = replace(details_of(LocationDetails, row), **body)
    service.change_location(session, location=row, details=details, version=version, actor=current_actor(), now=now())


def _location_choices(_session: Session) -> Shown:
    return {}


def _room_rows(session: Session) -> list[Shown]:
    return shown.show_rooms(session, queries.list_rooms(session, active_only=False))


def _room(session: Session, uid: str) -> Shown:
    return shown.show_rooms(session, [queries.get_room(session, uid)])[0]


def _add_room(session: Session, body: Body) -> Room:
    details = RoomDetails(**room_fields(session, body))
    return service.create_room(session, details=details, actor=current_actor(), now=now())


def _change_room(session: Session, uid: str, body: Body, version: int | None) -> None:
    row = queries.get_room(session, uid)
    details = replace(details_of(RoomDetails, row), **room_fields(session, body))
    service.change_room(session, room=row, details=details, version=version, actor=current_actor(), now=now())


def _room_choices(session: Session) -> Shown:
    return {"locations": [(row.uid, row.name) for row in queries.list_locations(session, active_only=False)]}


def _service_rows(session: Session) -> list[Shown]:
    return shown.show_services(session, queries.list_services(session, active_only=False))


def _service(session: Session, uid: str) -> Shown:
    return shown.show_services(session, [queries.get_service(session, uid)])[0]


def _add_service(session: Session, body: Body) -> Service:
    fields = {name: value for name, value in body.items() if name != "therapist_uids"}
    therapist_ids = queries.ids_of(session, Therapist, body["therapist_uids"])
    details = ServiceDetails(**fields)
    return service.create_service(
        session, details=details, therapist_ids=therapist_ids, actor=current_actor(), now=now()
    )


def _change_service(session: Session, uid: str, body: Body, version: int | None) -> None:
    edit_service(session, queries.get_service(session, uid), dict(body), version)


def _service_choices(session: Session) -> Shown:
    return {"therapists": [(row.uid, row.name) for row in queries.list_therapists(session, active_only=False)]}


def _therapist_rows(session: Session) -> list[Shown]:
    return shown.show_therapists(session, queries.list_therapists(session, active_only=False))


def _therapist(session: Session, uid: str) -> Shown:
    return shown.show_therapists(session, [queries.get_therapist(session, uid)])[0]


def _add_therapist(session: Session, body: Body) -> Therapist:
    return service.create_therapist(
        session,
        service_ids=queries.ids_of(session, Service, body["service_uids"]),
        details=TherapistDetails(**therapist_fields(session, body)),
        actor=current_actor(),
        now=now(),
    )


def _change_therapist(session: Session, uid: str, body: Body, version: int | None) -> None:
    edit_therapist(session, queries.get_therapist(session, uid), body, version)


def _therapist_choices(session: Session) -> Shown:
    users = select(User.uid, User.name, User.email).where(User.is_active).order_by(User.name)
    return {
        "rooms": [(row.uid, row.name) for row in queries.list_rooms(session)],
        "services": [(row.uid, row.name) for row in queries.list_services(session, active_only=False)],
        "users": [(row.uid, f"{row.name} ({row.email})") for row in session.execute(users.limit(queries.MAX_LISTED))],
    }


KINDS = {
    "locations": Kind(
        "location",
        "Locations",
        NewLocationSchema,
        _location_rows,
        _location,
        _open_location,
        _change_location,
        _location_choices,
    ),
    "rooms": Kind("room", "Rooms", NewRoomSchema, _room_rows, _room, _add_room, _change_room, _room_choices),
    "services": Kind(
        "service",
        "Services",
        ServiceFormSchema,
        _service_rows,
        _service,
        _add_service,
        _change_service,
        _service_choices,
    ),
    "therapists": Kind(
        "therapist",
        "Therapists",
        NewTherapistSchema,
        _therapist_rows,
        _therapist,
        _add_therapist,
        _change_therapist,
        _therapist_choices,
    ),
}
