"""Pages of client records: finding one, opening one, editing one."""

from typing import Any

from flask import Blueprint, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_clients
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clients import queries, service, shown
from practice.clients.api import duplicates_for, open_record, readable
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.details import ClientDetails
from practice.clients.form_schemas import RELATION_KINDS, NewClientFormSchema, RecordFormSchema
from practice.clients.matching import SENTENCES
from practice.clients.models import Client
from practice.clients.preference_schemas import STRENGTHS
from practice.clients.preferences import GENDERS, list_kept_apart, list_preferences
from practice.clients.queries import ClientHit, Duplicate
from practice.clients.record_page import record_page
from practice.clients.schemas import ALERT_KINDS, LANGUAGES
from practice.clinic.queries import list_therapists, practice_today
from practice.core.text import clean_text
from practice.web.database import now, session
from practice.web.form_pages import Body, clashes, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page

blueprint = Blueprint("clients", __name__, template_folder="templates")

LONGEST_SEARCH = 100
LABELS = {
    "first_name": "First name",
    "last_name": "Last name",
    "preferred_name": "Preferred name",
    "pronouns": "Pronouns",
    "born_on": "Birth date",
    "language": "Language",
    "phone": "Phone",
    "email": "Email",
    "desk_note": "Note for the desk",
    "q": "Who speaks for the client",
    "relation_kind": "What this person is",
}


class PossibleDuplicate(Exception):
    """Records that may be the same person were found, and nobody has said that it is somebody else."""

    def __init__(self, duplicates: list[Duplicate]) -> None:
        super().__init__("possible duplicate")
        self.duplicates = duplicates


@blueprint.get("/clients")
@requires("client.search")
def show_clients() -> Response:
    """Show the clients that match what is typed, or the newest records."""
    typed = typed_search()
    return render_page(
        "clients/clients.html",
        fragment="clients/hits.html",
        hits=find_clients(typed),
        typed=typed,
        may_create=may(current_actor(), "client.create"),
    )


@blueprint.get("/clients/options")
@requires("client.search")
def show_options() -> Response:
    """Show what is typed as options of a field that takes a client."""
    return render_page("clients/options.html", hits=find_clients(typed_search()))


@blueprint.get("/clients/new")
@requires("client.create")
def show_new() -> Response:
    """Show the form of a new record, the typed name already in it."""
    first, _, last = typed_search().partition(" ")
    values = {"first_name": first, "last_name": last, "language": "en", "relation_kind": ""}
    return _new_page(FormState(values=values))


@blueprint.post("/clients/new")
@requires("client.create")
def post_new() -> Response:
    """Open a record, after asking once when it may exist already."""
    schema = NewClientFormSchema()

    def act(opened: Session, body: Body, _version: int | None) -> str:
        fields = opening_body(body)
        if not body["is_somebody_else"]:
            details = ClientDetails(**record_fields(body))
            if found := duplicates_for(opened, details):
                raise PossibleDuplicate(found)
        return record_url(open_record(opened, fields).uid)

    try:
        return post_form(schema, act, _new_page, said="The record is open.", actor=current_actor())
    except PossibleDuplicate as found:
        return _new_page(FormState(values=_typed(schema)), 409, found.duplicates)


@blueprint.get("/clients/<uid:uid>/edit")
@requires("client.edit")
def show_edit(uid: str) -> Response:
    """Show the record for editing."""
    row = readable(session(), uid, "client.edit")
    return edit_page(row, FormState(values=_values(row)))


@blueprint.post("/clients/<uid:uid>/edit")
@requires("client.edit")
def post_edit(uid: str) -> Response:
    """Change the record."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        row = readable(opened, uid, "client.edit")
        details = ClientDetails(**body)
        service.edit_client(opened, client=row, details=details, version=version, actor=current_actor(), now=now())
        return record_url(uid)

    def again(form: FormState, status: int) -> Response:
        return edit_page(readable(session(), uid, "client.edit"), form, status=status)

    return post_form(RecordFormSchema(), act, again, said="Saved.", actor=current_actor())


def record_url(uid: str) -> str:
    """Return the address of a client's page."""
    return f"/clients/{uid}"


def typed_search() -> str:
    """Return what is typed into the search; what cannot be searched for is left out."""
    typed = request.args.get("q", "")[:LONGEST_SEARCH]
    try:
        return clean_text(typed)
    except ValueError:
        return clean_text("".join(character for character in typed if character.isprintable() and character.isascii()))


def find_clients(typed: str) -> list[ClientHit]:
    """Return hits for the actor: all clients for the desk, a therapist's own."""
    among = own_clients(session(), current_actor(), "client.search")
    if typed:
        return queries.search_clients(session(), typed, among=among)
    return queries.list_newest_clients(session(), among=among)


def record_fields(body: Body) -> Body:
    """Return the fields of the record itself."""
    return {name: body[name] for name in RecordFormSchema().fields}


def opening_body(body: Body) -> Body:
    """Return the form as :func:`open_record` takes it."""
    fields = record_fields(body)
    if body["q"] or body["related_client_uid"]:
        fields["relations"] = [
            {
                "kind": body.get("relation_kind") or "guardian",
                "name": "" if body["related_client_uid"] else body["q"],
                "related_client_uid": body["related_client_uid"],
                "phone": body["relation_phone"],
                "email": body["relation_email"],
                "gets_messages": body["relation_gets_messages"],
            }
        ]
    if body["reminder_email"]:
        consent = {"purpose": Purpose.REMINDER_EMAIL, "text_version": body["text_version"], "channel": "desk"}
        fields["consents"] = [consent]
    return fields


def edit_page(row: Client, form: FormState, *, status: int = 200, **parts: FormState) -> Response:
    """Render the edit page; *parts* are the states of its smaller forms."""
    stored = _values(row)
    return render_page(
        "clients/edit.html",
        status=status,
        record=record_page(session(), row, today=practice_today(session(), now())),
        form=form,
        parts=parts,
        labels=LABELS,
        clash_rows=clashes(RecordFormSchema(), form, stored),
        languages=list(LANGUAGES.items()),
        alert_kinds=list(ALERT_KINDS.items()),
        relation_kinds=[(str(kind), words) for kind, words in RELATION_KINDS.items()],
        preferences=list_preferences(session(), row.id),
        kept_apart=list_kept_apart(session(), row.id),
        strengths=[(str(strength), words) for strength, words in STRENGTHS.items()],
        strength_words=STRENGTHS,
        subjects=[(each.uid, each.name) for each in list_therapists(session())] + list(GENDERS.items()),
        therapists=[(each.uid, each.name) for each in list_therapists(session())],
    )


def _values(row: Client) -> Body:
    values: dict[str, Any] = RecordFormSchema().dump(shown.details_of_client(row))
    return values


def _typed(schema: NewClientFormSchema) -> Body:
    return {name: request.form.get(name, "") for name in schema.fields}


def _new_page(form: FormState, status: int = 200, duplicates: list[Duplicate] | None = None) -> Response:
    text = CONSENT_TEXTS[Purpose.REMINDER_EMAIL]
    return render_page(
        "clients/new.html",
        status=status,
        form=form,
        labels=LABELS,
        duplicates=[(each.hit, [SENTENCES[reason] for reason in each.reasons]) for each in duplicates or ()],
        consent=text,
        languages=list(LANGUAGES.items()),
        relation_kinds=[(str(kind), words) for kind, words in RELATION_KINDS.items()],
    )
