"""Locations, rooms and services over JSON."""

from collections.abc import Callable
from dataclasses import replace
from typing import Any

from flask import Response
from flask.views import MethodView
from marshmallow import Schema
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clinic import queries, service, shown
from practice.clinic.details import LocationDetails, RoomDetails, ServiceDetails, details_of
from practice.clinic.models import Location, Service, Therapist
from practice.clinic.schemas import (
    ListQuerySchema,
    LocationSchema,
    NewLocationSchema,
    NewRoomSchema,
    NewServiceSchema,
    RoomSchema,
    ServiceSchema,
)
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_clinic", __name__, url_prefix="/api/v1", description="Places, rooms and services")

Body = dict[str, Any]
Read = tuple[Body, int, dict[str, str]]


def read_with_etag(body: Body) -> Read:
    """Return one row as it is shown, its version as ETag."""
    return body, 200, {"ETag": etag(body["version"])}


def create(work: Callable[[Session], Body], schema: Schema, collection: str) -> Response:
    """Answer a creating POST: *work* makes the row and returns it as it is shown."""

    def answer(opened: Session) -> Answer:
        body = schema.dump(work(opened))
        return Answer(201, body, f"/api/v1/{collection}/{body['uid']}")

    return post_once(answer, actor=current_actor(), now=now())


@blueprint.route("/locations")
class Locations(MethodView):
    """The practice's places."""

    @blueprint.arguments(ListQuerySchema(only=("include_inactive",)), location="query")
    @blueprint.response(200, LocationSchema(many=True))
    @requires("clinic.read")
    def get(self, query: Body) -> list[Body]:
        """List locations by name."""
        return shown.show_locations(queries.list_locations(session(), active_only=not query["include_inactive"]))

    @blueprint.arguments(NewLocationSchema)
    @blueprint.response(201, LocationSchema)
    @requires("clinic.manage")
    def post(self, body: Body) -> Response:
        """Open a location."""

        def work(opened: Session) -> Body:
            row = service.create_location(opened, details=LocationDetails(**body), actor=current_actor(), now=now())
            return shown.show_locations([row])[0]

        return create(work, LocationSchema(), "locations")


@blueprint.route("/locations/<uid:uid>")
class OneLocation(MethodView):
    """One place."""

    @blueprint.response(200, LocationSchema)
    @requires("clinic.read")
    def get(self, uid: str) -> Read:
        """Read a location."""
        return read_with_etag(shown.show_locations([queries.get_location(session(), uid)])[0])

    @blueprint.arguments(LocationSchema)
    @blueprint.response(200, LocationSchema)
    @requires("clinic.manage")
    def patch(self, body: Body, uid: str) -> Read:
        """Change a location."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_location(opened, uid)
            details = replace(details_of(LocationDetails, row), **body)
            service.change_location(
                opened, location=row, details=details, version=version, actor=current_actor(), now=now()
            )
            return shown.show_locations([row])[0]

        return read_with_etag(write(work))


@blueprint.route("/rooms")
class Rooms(MethodView):
    """The treatment rooms."""

    @blueprint.arguments(ListQuerySchema(only=("include_inactive", "location_uid")), location="query")
    @blueprint.response(200, RoomSchema(many=True))
    @requires("clinic.read")
    def get(self, query: Body) -> list[Body]:
        """List rooms by name."""
        place = queries.get_location(session(), query["location_uid"]).id if "location_uid" in query else None
        rows = queries.list_rooms(session(), location_id=place, active_only=not query["include_inactive"])
        return shown.show_rooms(session(), rows)

    @blueprint.arguments(NewRoomSchema)
    @blueprint.response(201, RoomSchema)
    @requires("clinic.manage")
    def post(self, body: Body) -> Response:
        """Add a room."""

        def work(opened: Session) -> Body:
            details = RoomDetails(**room_fields(opened, body))
            row = service.create_room(opened, details=details, actor=current_actor(), now=now())
            return shown.show_rooms(opened, [row])[0]

        return create(work, RoomSchema(), "rooms")


@blueprint.route("/rooms/<uid:uid>")
class OneRoom(MethodView):
    """One room."""

    @blueprint.response(200, RoomSchema)
    @requires("clinic.read")
    def get(self, uid: str) -> Read:
        """Read a room."""
        return read_with_etag(shown.show_rooms(session(), [queries.get_room(session(), uid)])[0])

    @blueprint.arguments(RoomSchema)
    @blueprint.response(200, RoomSchema)
    @requires("clinic.manage")
    def patch(self, body: Body, uid: str) -> Read:
        """Change a room or take it out of use."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_room(opened, uid)
            details = replace(details_of(RoomDetails, row), **room_fields(opened, body))
            service.change_room(opened, room=row, details=details, version=version, actor=current_actor(), now=now())
            return shown.show_rooms(opened, [row])[0]

        return read_with_etag(write(work))


@blueprint.route("/services")
class Services(MethodView):
    """What can be booked."""

    @blueprint.arguments(ListQuerySchema(only=("include_inactive",)), location="query")
    @blueprint.response(200, ServiceSchema(many=True))
    @requires("clinic.read")
    def get(self, query: Body) -> list[Body]:
        """List services by name."""
        return shown.show_services(
            session(), queries.list_services(session(), active_only=not query["include_inactive"])
        )

    @blueprint.arguments(NewServiceSchema)
    @blueprint.response(201, ServiceSchema)
    @requires("clinic.manage")
    def post(self, body: Body) -> Response:
        """Add a service."""

        def work(opened: Session) -> Body:
            therapist_ids = queries.ids_of(opened, Therapist, body.get("therapist_uids", []))
            fields = {name: value for name, value in body.items() if name != "therapist_uids"}
            row = service.create_service(
                opened,
                details=ServiceDetails(**fields),
                therapist_ids=therapist_ids,
                actor=current_actor(),
                now=now(),
            )
            return shown.show_services(opened, [row])[0]

        return create(work, ServiceSchema(), "services")


@blueprint.route("/services/<uid:uid>")
class OneService(MethodView):
    """One service."""

    @blueprint.response(200, ServiceSchema)
    @requires("clinic.read")
    def get(self, uid: str) -> Read:
        """Read a service."""
        return read_with_etag(shown.show_services(session(), [queries.get_service(session(), uid)])[0])

    @blueprint.arguments(ServiceSchema)
    @blueprint.response(200, ServiceSchema)
    @requires("clinic.manage")
    def patch(self, body: Body, uid: str) -> Read:
        """Change a service, or who offers it."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = queries.get_service(opened, uid)
            edit_service(opened, row, dict(body), version)
            return shown.show_services(opened, [row])[0]

        return read_with_etag(write(work))


def room_fields(opened: Session, body: Body) -> Body:
    """Return a room's fields with the location by id."""
    fields = {name: value for name, value in body.items() if name != "location_uid"}
    if "location_uid" in body:
        fields["location_id"] = queries.ids_of(opened, Location, [body["location_uid"]])[0]
    return fields


def edit_service(opened: Session, row: Service, body: Body, version: int | None) -> None:
    """Change a service and, if the body says so, who offers it."""
    therapist_uids = body.pop("therapist_uids", None)
    details = replace(details_of(ServiceDetails, row), **body)
    service.change_service(opened, service=row, details=details, version=version, actor=current_actor(), now=now())
    if therapist_uids is not None:
        service.set_offered_by(
            opened,
            service=row,
            therapist_ids=queries.ids_of(opened, Therapist, therapist_uids),
            version=None,
            actor=current_actor(),
            now=now(),
        )
