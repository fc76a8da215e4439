"""Client records over JSON: search, open, read, change."""

from dataclasses import replace
from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_clients, require_own
from practice.accounts.permissions import Scope, may, scope_of
from practice.accounts.policy import requires
from practice.clients import queries, relations, service, shown
from practice.clients.details import ClientDetails, RelationDetails
from practice.clients.models import Client
from practice.clients.queries import ClientHit, Duplicate
from practice.clients.schemas import (
    ClientHitSchema,
    ClientSchema,
    DuplicateQuerySchema,
    DuplicateSchema,
    NewClientSchema,
    OpenedClientSchema,
    SearchSchema,
)
from practice.clinic.queries import ids_of, phone_region
from practice.core.actor import Actor
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_clients", __name__, url_prefix="/api/v1", description="Client records")

Body = dict[str, Any]
Read = tuple[Body, int, dict[str, str]]

_OPENING = ("alerts", "relations", "consents")


def read_with_etag(body: Body) -> Read:
    """Return one record as it is shown, its version as ETag."""
    return body, 200, {"ETag": etag(body["version"])}


@blueprint.route("/clients")
class Clients(MethodView):
    """The people treated."""

    @blueprint.arguments(SearchSchema, location="query")
    @blueprint.response(200, ClientHitSchema(many=True))
    @requires("client.search")
    def get(self, query: Body) -> list[ClientHit]:
        """Search by beginnings of names, parts of phone numbers, birth date; at most eight."""
        among = own_clients(session(), current_actor(), "client.search")
        if text := query.get("q", ""):
            return queries.search_clients(session(), text, among=among)
        return queries.list_newest_clients(session(), among=among)

    @blueprint.arguments(NewClientSchema)
    @blueprint.response(201, OpenedClientSchema)
    @requires("client.create")
    def post(self, body: Body) -> Response:
        """Open a record; the answer names records that may be the same person."""

        def work(opened: Session) -> Answer:
            row = open_record(opened, body)
            shown_row = shown.show_record(opened, row)
            shown_row["possible_duplicates"] = duplicates_for(opened, shown.details_of_client(row), own_id=row.id)
            return Answer(201, OpenedClientSchema().dump(shown_row), f"/api/v1/clients/{row.uid}")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/duplicates")
@blueprint.arguments(DuplicateQuerySchema, location="query")
@blueprint.response(200, DuplicateSchema(many=True))
@requires("client.create")
def find_duplicates(query: Body) -> list[Duplicate]:
    """List records that may be the person about to be entered."""
    return duplicates_for(session(), ClientDetails(**query))


@blueprint.route("/clients/<uid:uid>")
class OneClient(MethodView):
    """One record."""

    @blueprint.response(200, ClientSchema)
    @requires("client.read")
    def get(self, uid: str) -> Read:
        """Read a record; a therapist reads the part that the treatment needs."""
        row = readable(session(), uid, "client.read")
        show = shown.show_record if may(current_actor(), "client.edit") else shown.show_brief
        return read_with_etag(show(session(), row))

    @blueprint.arguments(ClientSchema)
    @blueprint.response(200, ClientSchema)
    @requires("client.edit")
    def patch(self, body: Body, uid: str) -> Read:
        """Change a record; ``email`` and ``phone`` are the primary ones, empty removes them."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = readable(opened, uid, "client.edit")
            details = replace(shown.details_of_client(row), **body)
            service.edit_client(opened, client=row, details=details, version=version, actor=current_actor(), now=now())
            return shown.show_record(opened, row)

        return read_with_etag(write(work))


def readable(opened: Session, uid: str, action: str) -> Client:
    """Return a record with its contacts, if it is one on which the actor may do *action*."""
    row = queries.get_record(opened, uid)
    require_own(opened, current_actor(), action, client_id=row.id)
    return row


def open_record(opened: Session, body: Body) -> Client:
    """Open a record with the relations, alerts and consents that came with it."""
    actor, instant = current_actor(), now()
    given = body.get("relations", [])
    details = ClientDetails(**{name: value for name, value in body.items() if name not in _OPENING})
    row = service.create_client(opened, details=details, has_relation=bool(given), actor=actor, now=instant)
    for relation in given:
        relations.add_relation(
            opened, client=row, details=relation_details(opened, relation), version=None, actor=actor, now=instant
        )
    for alert in body.get("alerts", []):
        service.add_alert(
            opened, client=row, kind=alert["kind"], text=alert.get("text", ""), version=None, actor=actor, now=instant
        )
    for consent in body.get("consents", []):
        service.set_consent(opened, client=row, **consent, actor=actor, now=instant)
    return row


def relation_details(opened: Session, body: Body) -> RelationDetails:
    """Return a relation with the client whom it names by id."""
    fields = {name: value for name, value in body.items() if name != "related_client_uid"}
    if uid := body.get("related_client_uid"):
        fields["related_client_id"] = ids_of(opened, Client, [uid])[0]
    return RelationDetails(**fields)


def duplicates_for(opened: Session, details: ClientDetails, *, own_id: int | None = None) -> list[Duplicate]:
    """Return likely duplicates, to those who may search all clients."""
    if not may_see_all(current_actor()):
        return []
    region = phone_region(opened, now())
    return queries.find_duplicates(opened, shown.likeness_of(details, region=region), own_id=own_id)


def may_see_all(actor: Actor) -> bool:
    """Return whether *actor* may find every client, not only his own."""
    return scope_of(actor, "client.search") is Scope.ALL
