"""The set-up pages of the words in mails: the list, and one text with its preview and its editions."""

from dataclasses import dataclass
from urllib.parse import urlencode

from flask import Blueprint, Response, current_app, request, url_for
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic.views import set_up_tabs
from practice.core.errors import RuleViolation
from practice.reminders.rendering import Rendered
from practice.reminders.texts import service
from practice.reminders.texts.names import LANGUAGES, MEANINGS, Parts, Which, fields_of
from practice.reminders.texts.preview import preview
from practice.reminders.texts.queries import read_name
from practice.reminders.texts.rules import judge_text
from practice.reminders.texts.schemas import BringBackSchema, TextFormSchema
from practice.reminders.texts.shown import TITLES, ShownText, shown_editions, shown_text, shown_texts
from practice.reminders.writing import sender_of
from practice.web.database import now, session
from practice.web.form_pages import (
    Act,
    Body,
    clashes,
    errors_of,
    post_form,
    posted_version,
    typed_values,
    without_version,
)
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.framing import framed
from practice.web.pages import render_page
from practice.web.schemas import StrictSchema

blueprint = Blueprint("message_texts", __name__, template_folder="templates")

_ONE = "/settings/texts/<name>/<language>"
LABELS = {"subject": "Subject", "lead": "At the top", "foot": "At the foot"}


@dataclass(frozen=True, slots=True)
class Preview:
    """One mail as it reads; ``frame_url`` is where its designed body is."""

    language: str
    subject: str
    text: str
    frame_url: str


@blueprint.get("/settings/texts")
@requires("settings.read")
def show_texts() -> Response:
    """List every text in both languages."""
    rows = shown_texts(session())
    by_name = [(name, *TITLES[name], [row for row in rows if row.name is name]) for name in TITLES]
    return render_page("texts/texts.html", tabs_shown=set_up_tabs("texts"), texts=by_name, languages=LANGUAGES)


@blueprint.get(_ONE)
@requires("settings.read")
def show_text(name: str, language: str) -> Response:
    """Show one text: as it is used, as it reads, and as it was."""
    return _page(name, language, FormState())


@blueprint.post(_ONE)
@requires("settings.manage")
def post_text(name: str, language: str) -> AnyResponse:
    """Say it otherwise from now on."""
    which = read_name(name, language)

    def act(opened: Session, body: Body, version: int | None) -> str:
        service.set_text(
            opened, which=which, parts=Parts(**body), seen_number=version, actor=current_actor(), now=now()
        )
        return _address(which)

    def again(form: FormState, status: int) -> Response:
        return _page(name, language, form, status)

    return post_form(TextFormSchema(), act, again, said="The words are saved.", actor=current_actor())


@blueprint.post(f"{_ONE}/preview")
@requires("settings.read")
def post_preview(name: str, language: str) -> Response:
    """Show how typed words would read; nothing is saved."""
    which = read_name(name, language)
    try:
        judge_text(which.name, _typed())
    except (InvalidForm, RuleViolation) as refused:
        errors = refused.errors if isinstance(refused, InvalidForm) else errors_of(refused)
        return _page(name, language, FormState(typed_values(TextFormSchema()), errors), 422)
    return _page(name, language, FormState(typed_values(TextFormSchema())))


@blueprint.get(f"{_ONE}/body")
@requires("settings.read")
def show_body(name: str, language: str) -> Response:
    """Show the designed body of the sample mail, with the words that the address carries or those in use."""
    which = read_name(name, language)
    typed = [request.args.get(field) for field in LABELS]
    parts = shown_text(session(), which).parts
    if None not in typed:
        parts = judge_text(which.name, Parts(*(each or "" for each in typed)))
    return framed(_sample(which, parts).html)


@blueprint.post(f"{_ONE}/reset")
@requires("settings.manage")
def post_reset(name: str, language: str) -> AnyResponse:
    """Go back to the standard words."""
    which = read_name(name, language)

    def act(opened: Session, _body: Body, version: int | None) -> str:
        service.reset_text(opened, which=which, seen_number=version, actor=current_actor(), now=now())
        return _address(which)

    return _post_small(StrictSchema(), act, (name, language), "The standard words are used again.")


@blueprint.post(f"{_ONE}/bring-back")
@requires("settings.manage")
def post_bring_back(name: str, language: str) -> AnyResponse:
    """Use an older edition again."""
    which = read_name(name, language)

    def act(opened: Session, body: Body, version: int | None) -> str:
        words = {"number": body["number"], "seen_number": version}
        service.bring_back(opened, which=which, **words, actor=current_actor(), now=now())
        return _address(which)

    return _post_small(BringBackSchema(), act, (name, language), "That edition is used again.")


def _post_small(schema: Schema, act: Act, which: tuple[str, str], said: str) -> AnyResponse:
    def again(form: FormState, status: int) -> Response:
        return _page(*which, FormState(refusal=form.refusal), status)

    return post_form(schema, act, again, said=said, actor=current_actor())


def _address(which: Which) -> str:
    return url_for("message_texts.show_text", **which._asdict())


def _typed() -> Parts:
    return Parts(**load_form(TextFormSchema(), without_version(request.form)))


def _sample(which: Which, parts: Parts) -> Rendered:
    sender = sender_of(current_app.extensions["settings"])
    return preview(session(), which, parts, sender=sender, now=now())


def _page(name: str, language: str, form: FormState, status: int = 200) -> Response:
    which = read_name(name, language)
    row = shown_text(session(), which)
    stored = {field: getattr(row.parts, field) for field in LABELS}
    values = form.values or stored
    typed = Parts(*(str(values.get(field) or "") for field in LABELS)) if form.values and not form.errors else None
    return render_page(
        "texts/text.html",
        fragment="texts/previews.html",
        status=status,
        tabs_shown=set_up_tabs("texts"),
        row=row,
        title=TITLES[which.name],
        version=posted_version() if form.refusal else row.version,
        form=FormState(values, form.errors, form.refusal),
        clash_rows=clashes(TextFormSchema(), form, stored),
        labels=LABELS,
        languages=LANGUAGES,
        meanings={each: MEANINGS[each] for each in row.placeholders},
        has=fields_of(which.name),
        previews=_previews(row, typed),
        editions=shown_editions(session(), which),
        may_change=may(current_actor(), "settings.manage"),
    )


def _previews(row: ShownText, typed: Parts | None) -> list[Preview]:
    """Return the mail in the language of the text, with what was typed, and then in the others."""
    others = [shown_text(session(), Which(row.name, each)) for each in LANGUAGES if each != row.language]
    return [_preview(row, typed), *(_preview(other, None) for other in others)]


def _preview(row: ShownText, typed: Parts | None) -> Preview:
    sample = _sample(Which(row.name, row.language), row.parts if typed is None else typed)
    url = url_for("message_texts.show_body", name=row.name, language=row.language)
    query = "" if typed is None else "?" + urlencode({field: getattr(typed, field) for field in LABELS})
    return Preview(LANGUAGES[row.language], sample.subject, sample.text, url + query)
