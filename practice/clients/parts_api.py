"""The parts of a client's record over JSON: contacts, relations, desk alerts, consents, who gets the messages."""

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients import queries, relations, service, shown
from practice.clients.api import Body, Read, read_with_etag, readable, relation_details
from practice.clients.consents import Purpose
from practice.clients.models import Client, ClientContact, Consent, ContactKind, DeskAlert, MessagesTo
from practice.clients.schemas import (
    AlertSchema,
    ClientSchema,
    ConsentSchema,
    ContactSchema,
    MessagesToSchema,
    RelationSchema,
)
from practice.core.errors import NotFound
from practice.web.api import ApiBlueprint, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_client_parts", __name__, url_prefix="/api/v1", description="Parts of client records")


@blueprint.route("/clients/<uid:uid>/contacts", methods=["POST"])
@blueprint.arguments(ContactSchema)
@blueprint.response(201, ContactSchema)
@requires("client.edit")
def add_contact(body: Body, uid: str) -> Response:
    """Add an address or number."""

    def work(opened: Session) -> Answer:
        row = readable(opened, uid, "client.edit")
        made = service.add_contact(
            opened,
            client=row,
            kind=ContactKind(body["kind"]),
            value=body["value"],
            version=None,
            actor=current_actor(),
            now=now(),
        )
        return Answer(201, ContactSchema().dump(made))

    return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/contacts/<uid:part>")
class OneContact(MethodView):
    """One address or number."""

    @blueprint.response(200, ClientSchema)
    @requires("client.edit")
    def put(self, uid: str, part: str) -> Read:
        """Make it the one that is used."""
        version = if_match_version()

        def work(opened: Session) -> Body:
            row = readable(opened, uid, "client.edit")
            service.prefer_contact(
                opened,
                client=row,
                contact=contact_of(row, part),
                version=version,
                actor=current_actor(),
                now=now(),
            )
            return shown.show_record(opened, row)

        return read_with_etag(write(work))

    @blueprint.response(204)
    @requires("client.edit")
    def delete(self, uid: str, part: str) -> None:
        """Remove it."""
        version = if_match_version()

        def work(opened: Session) -> None:
            row = readable(opened, uid, "client.edit")
            contact = contact_of(row, part)
            service.remove_contact(
                opened, client=row, contact=contact, version=version, actor=current_actor(), now=now()
            )

        write(work)


@blueprint.route("/clients/<uid:uid>/relations")
class Relations(MethodView):
    """The people around a client."""

    @blueprint.response(200, RelationSchema(many=True))
    @requires("client.edit")
    def get(self, uid: str) -> list[Body]:
        """List them."""
        row = readable(session(), uid, "client.edit")
        return [shown.show_relation(*each) for each in queries.list_relations(session(), row.id)]

    @blueprint.arguments(RelationSchema)
    @blueprint.response(201, RelationSchema)
    @requires("client.edit")
    def post(self, body: Body, uid: str) -> Response:
        """Add a person; with ``gets_messages`` the messages go there from now on."""

        def work(opened: Session) -> Answer:
            row = readable(opened, uid, "client.edit")
            details = relation_details(opened, body)
            made = relations.add_relation(
                opened, client=row, details=details, version=None, actor=current_actor(), now=now()
            )
            person = opened.get(Client, made.related_client_id) if made.related_client_id else None
            return Answer(201, RelationSchema().dump(shown.show_relation(made, person)))

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/relations/<uid:part>", methods=["DELETE"])
@blueprint.response(204)
@requires("client.edit")
def remove_relation(uid: str, part: str) -> None:
    """Remove a person."""
    version = if_match_version()

    def work(opened: Session) -> None:
        row = readable(opened, uid, "client.edit")
        relation = queries.get_relation(opened, row.id, part)
        relations.remove_relation(
            opened, client=row, relation=relation, version=version, actor=current_actor(), now=now()
        )

    write(work)


@blueprint.route("/clients/<uid:uid>/messages-to", methods=["PUT"])
@blueprint.arguments(MessagesToSchema)
@blueprint.response(200, ClientSchema)
@requires("client.edit")
def direct_messages(body: Body, uid: str) -> Read:
    """Say who gets the messages."""
    version = if_match_version()

    def work(opened: Session) -> Body:
        row = readable(opened, uid, "client.edit")
        part = body.get("relation_uid")
        relations.direct_messages(
            opened,
            client=row,
            to=MessagesTo(body["to"]),
            relation=queries.get_relation(opened, row.id, part) if part else None,
            version=version,
            actor=current_actor(),
            now=now(),
        )
        return shown.show_record(opened, row)

    return read_with_etag(write(work))


@blueprint.route("/clients/<uid:uid>/alerts", methods=["POST"])
@blueprint.arguments(AlertSchema)
@blueprint.response(201, AlertSchema)
@requires("client.edit")
def add_alert(body: Body, uid: str) -> Response:
    """Add what the desk must know; never anything clinical."""

    def work(opened: Session) -> Answer:
        row = readable(opened, uid, "client.edit")
        made = service.add_alert(
            opened,
            client=row,
            kind=body["kind"],
            text=body.get("text", ""),
            version=None,
            actor=current_actor(),
            now=now(),
        )
        return Answer(201, AlertSchema().dump(made))

    return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/alerts/<uid:part>", methods=["DELETE"])
@blueprint.response(204)
@requires("client.edit")
def remove_alert(uid: str, part: str) -> None:
    """Remove a desk alert."""
    version = if_match_version()

    def work(opened: Session) -> None:
        row = readable(opened, uid, "client.edit")
        alert = alert_of(row, part)
        service.remove_alert(opened, client=row, alert=alert, version=version, actor=current_actor(), now=now())

    write(work)


@blueprint.route("/clients/<uid:uid>/consents")
class Consents(MethodView):
    """What the client agreed to."""

    @blueprint.response(200, ConsentSchema(many=True))
    @requires("client.consent")
    def get(self, uid: str) -> list[Consent]:
        """List consents, withdrawn ones too, the latest first."""
        row = readable(session(), uid, "client.consent")
        return list(queries.list_consents(session(), row.id))

    @blueprint.arguments(ConsentSchema)
    @blueprint.response(201, ConsentSchema)
    @requires("client.consent")
    def post(self, body: Body, uid: str) -> Response:
        """Note that the client agreed to the sentence of ``text_version``."""

        def work(opened: Session) -> Answer:
            row = readable(opened, uid, "client.consent")
            made = service.set_consent(opened, client=row, **body, actor=current_actor(), now=now())
            return Answer(201, ConsentSchema().dump(made))

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/consents/<string:purpose>", methods=["DELETE"])
@blueprint.response(204)
@requires("client.consent")
def withdraw_consent(uid: str, purpose: str) -> None:
    """End the consent in force; without one nothing happens."""
    if purpose not in set(Purpose):
        raise NotFound("There is no such purpose.")

    def work(opened: Session) -> None:
        row = readable(opened, uid, "client.consent")
        service.withdraw_consent(
            opened, client=row, purpose=Purpose(purpose), channel="desk", actor=current_actor(), now=now()
        )

    write(work)


def contact_of(row: Client, uid: str) -> ClientContact:
    """Return one contact of a record; raises ``NotFound``."""
    contact = next((each for each in row.contacts if each.uid == uid), None)
    if contact is None:
        raise NotFound("There is no such address or number.")
    return contact


def alert_of(row: Client, uid: str) -> DeskAlert:
    """Return one desk alert of a record; raises ``NotFound``."""
    alert = next((each for each in row.alerts if each.uid == uid), None)
    if alert is None:
        raise NotFound("There is no such alert.")
    return alert
