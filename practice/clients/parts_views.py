"""The smaller forms of a record's edit page: contacts, people around, who gets the messages, alerts, consent."""

from collections.abc import Callable

from flask import Blueprint, url_for
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.clients import queries, relations, service
from practice.clients.api import readable, relation_details
from practice.clients.consents import Purpose
from practice.clients.form_schemas import (
    AlertFormSchema,
    ConsentFormSchema,
    ContactFormSchema,
    MessagesToFormSchema,
    RecordFormSchema,
    RelationFormSchema,
)
from practice.clients.models import Client, ContactKind, MessagesTo
from practice.clients.parts_api import alert_of, contact_of
from practice.clients.shown import details_of_client
from practice.clients.views import edit_page
from practice.web.database import now, session
from practice.web.form_pages import Body, post_act, post_form, posted_version
from practice.web.forms import FormState

blueprint = Blueprint("client_parts", __name__)


@blueprint.post("/clients/<uid:uid>/contacts")
@requires("client.edit")
def post_contact(uid: str) -> Response:
    """Add an address or number."""

    def act(opened: Session, row: Client, body: Body) -> None:
        kind = ContactKind.EMAIL if "@" in body["value"] else ContactKind.PHONE
        service.add_contact(
            opened, client=row, kind=kind, value=body["value"], version=None, actor=current_actor(), now=now()
        )

    return post_part(uid, "contact", ContactFormSchema(), act, said="Added.")


@blueprint.post("/clients/<uid:uid>/contacts/<uid:part>/prefer")
@requires("client.edit")
def post_prefer_contact(uid: str, part: str) -> Response:
    """Use this address or number from now on."""

    def act(opened: Session) -> None:
        row = readable(opened, uid, "client.edit")
        contact = contact_of(row, part)
        service.prefer_contact(opened, client=row, contact=contact, version=None, actor=current_actor(), now=now())

    return post_act(act, _edit_url(uid), said="This one is used from now on.")


@blueprint.post("/clients/<uid:uid>/contacts/<uid:part>/remove")
@requires("client.edit")
def post_remove_contact(uid: str, part: str) -> Response:
    """Remove an address or number."""

    def act(opened: Session) -> None:
        row = readable(opened, uid, "client.edit")
        contact = contact_of(row, part)
        service.remove_contact(opened, client=row, contact=contact, version=None, actor=current_actor(), now=now())

    return post_act(act, _edit_url(uid), said="Removed.")


@blueprint.post("/clients/<uid:uid>/relations")
@requires("client.edit")
def post_relation(uid: str) -> Response:
    """Add a person."""

    def act(opened: Session, row: Client, body: Body) -> None:
        named = "" if body["related_client_uid"] else body["q"]
        fields = {name: value for name, value in body.items() if name != "q"} | {"name": named}
        details = relation_details(opened, fields)
        relations.add_relation(opened, client=row, details=details, version=None, actor=current_actor(), now=now())

    return post_part(uid, "relation", RelationFormSchema(), act, said="Added.")


@blueprint.post("/clients/<uid:uid>/relations/<uid:part>/remove")
@requires("client.edit")
def post_remove_relation(uid: str, part: str) -> Response:
    """Remove a person."""

    def act(opened: Session) -> None:
        row = readable(opened, uid, "client.edit")
        relation = queries.get_relation(opened, row.id, part)
        relations.remove_relation(opened, client=row, relation=relation, version=None, actor=current_actor(), now=now())

    return post_act(act, _edit_url(uid), said="Removed.")


@blueprint.post("/clients/<uid:uid>/messages-to")
@requires("client.edit")
def post_messages_to(uid: str) -> Response:
    """Say who gets the messages."""

    def act(opened: Session, row: Client, body: Body) -> None:
        to = body["to"]
        is_relation = to not in {MessagesTo.SELF, MessagesTo.NOBODY}
        relations.direct_messages(
            opened,
            client=row,
            to=MessagesTo.RELATION if is_relation else MessagesTo(to),
            relation=queries.get_relation(opened, row.id, to) if is_relation else None,
            version=posted_version(),
            actor=current_actor(),
            now=now(),
        )

    return post_part(uid, "messages_to", MessagesToFormSchema(), act, said="Saved.")


@blueprint.post("/clients/<uid:uid>/alerts")
@requires("client.edit")
def post_alert(uid: str) -> Response:
    """Add what the desk must know."""

    def act(opened: Session, row: Client, body: Body) -> None:
        service.add_alert(
            opened,
            client=row,
            kind=body["kind"],
            text=body["text"],
            version=None,
            actor=current_actor(),
            now=now(),
        )

    return post_part(uid, "alert", AlertFormSchema(), act, said="Added.")


@blueprint.post("/clients/<uid:uid>/alerts/<uid:part>/remove")
@requires("client.edit")
def post_remove_alert(uid: str, part: str) -> Response:
    """Remove a desk alert."""

    def act(opened: Session) -> None:
        row = readable(opened, uid, "client.edit")
        alert = alert_of(row, part)
        service.remove_alert(opened, client=row, alert=alert, version=None, actor=current_actor(), now=now())

    return post_act(act, _edit_url(uid), said="Removed.")


@blueprint.post("/clients/<uid:uid>/consent")
@requires("client.consent")
def post_consent(uid: str) -> Response:
    """Note that the sentence was read aloud and agreed to."""

    def act(opened: Session, row: Client, body: Body) -> None:
        service.set_consent(
            opened,
            client=row,
            purpose=Purpose.REMINDER_EMAIL,
            text_version=body["text_version"],
            channel="desk",
            actor=current_actor(),
            now=now(),
        )

    return post_part(uid, "consent", ConsentFormSchema(), act, said="The consent is noted.")


@blueprint.post("/clients/<uid:uid>/consent/withdraw")
@requires("client.consent")
def post_withdraw_consent(uid: str) -> Response:
    """End the consent."""

    def act(opened: Session) -> None:
        row = readable(opened, uid, "client.consent")
        service.withdraw_consent(
            opened, client=row, purpose=Purpose.REMINDER_EMAIL, channel="desk", actor=current_actor(), now=now()
        )

    return post_act(act, _edit_url(uid), said="The consent is withdrawn; no more reminders by mail.")


def _edit_url(uid: str) -> str:
    return url_for("clients.show_edit", uid=uid)


def post_part(
    uid: str, part: str, schema: Schema, act: Callable[[Session, Client, Body], None], *, said: str
) -> Response:
    """Act on one of the smaller forms and return to the edit page, or show the page with that form again."""

    def work(opened: Session, body: Body, _version: int | None) -> str:
        act(opened, readable(opened, uid, "client.edit"), body)
        return _edit_url(uid)

    def again(form: FormState, status: int) -> Response:
        row = readable(session(), uid, "client.edit")
        record = FormState(values=RecordFormSchema().dump(details_of_client(row)))
        return edit_page(row, record, status=status, **{part: form})

    return post_form(schema, work, again, said=said, actor=current_actor())
