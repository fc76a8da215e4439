"""Keeping time free: asked for, changed and given back in the panel beside the diary."""

from typing import Any

from flask import Blueprint, Response, make_response, request
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.clinic.models import Therapist
from practice.clinic.queries import practice_today
from practice.core.errors import PracticeError
from practice.desk.answer_views import go_on, with_news
from practice.desk.blocks.page import block_panel, new_values, values_of
from practice.desk.blocks.schemas import AboutForm, ChangeForm, NewBlockForm, RemoveForm, wish_of
from practice.desk.diary.beside_views import panel_answer
from practice.desk.not_readable import unreadable
from practice.scheduling.blocks.editing import Scope, change_block, remove_block
from practice.scheduling.blocks.keeping import keep_free
from practice.scheduling.blocks.ownership import require_own_block, require_own_wish, require_part_of_block
from practice.scheduling.blocks.queries import get_block
from practice.web.database import now, session, write
from practice.web.form_pages import errors_of, posted_version, typed_values, without_version
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.idempotency import Answer, once, request_key
from practice.web.pages import wants_fragment
from practice.web.problems import status_of

blueprint = Blueprint("blocks", __name__, url_prefix="/blocks", template_folder="../templates")

MANAGE = "block.manage"


@blueprint.get("/new")
@requires(MANAGE)
def show_new() -> Response:
    """Ask whose time is to be kept free, from the day and column that the diary names."""
    try:
        said = load_form(AboutForm(), request.args)
    except InvalidForm as invalid:
        raise unreadable(invalid) from invalid
    own_id = own_therapist_id(session(), current_actor(), MANAGE)
    own = "" if own_id is None else session().get_one(Therapist, own_id).uid
    values = new_values(said, practice_today(session(), now()), own)
    return _show(FormState(values))


@blueprint.post("/new")
@requires(MANAGE)
def post_new() -> AnyResponse:
    """Keep time free, on every day of a pattern or on none."""
    key, actor = request_key(), current_actor()

    def work(opened: Session, body: dict[str, Any]) -> Answer:
        wish = wish_of(body)
        require_own_wish(opened, wish, actor, MANAGE)
        kept = keep_free(opened, wish=wish, actor=actor, now=now())
        return Answer(201, {"blocks": len(kept), "on": kept[0].local_start.date().isoformat()})

    try:
        body = load_form(NewBlockForm())
        answer = write(lambda opened: once(opened, lambda: work(opened, body), key=key, actor=actor, now=now()))
    except InvalidForm as invalid:
        return _again(FormState(_typed(NewBlockForm()), invalid.errors), 422)
    except PracticeError as refused:
        return _again(FormState(_typed(NewBlockForm()), errors_of(refused), refused), status_of(refused))
    amount = answer.body["blocks"]
    return _done("Kept free." if amount == 1 else f"Kept free on {amount} days.", str(answer.body["on"]))


@blueprint.get("/<uid:uid>")
@requires("block.read")
def show(uid: str) -> Response:
    """Show what is kept free, for whom and how often."""
    return _show_block(uid)


@blueprint.post("/<uid:uid>")
@requires(MANAGE)
def post_change(uid: str) -> AnyResponse:
    """Change this block, this and those after it, or all that are still to come."""

    def work(opened: Session, body: dict[str, Any]) -> str:
        wish, actor = wish_of(body), current_actor()
        require_own_block(opened, uid, actor, MANAGE)
        require_own_wish(opened, wish, actor, MANAGE)
        change_block(
            opened,
            block_uid=uid,
            wish=wish,
            scope=Scope(body.get("scope", Scope.THIS)),
            version=posted_version(),
            actor=actor,
            now=now(),
        )
        return wish.local_start.date().isoformat()

    try:
        body = load_form(ChangeForm(), without_version(request.form))
        on = write(lambda opened: work(opened, body))
    except InvalidForm as invalid:
        return _show_block(uid, FormState(_typed(ChangeForm()), invalid.errors), 422)
    except PracticeError as refused:
        state = FormState(_typed(ChangeForm()), errors_of(refused), refused)
        return _show_block(uid, state, status_of(refused))
    return _done("Changed.", on)


@blueprint.post("/<uid:uid>/remove")
@requires(MANAGE)
def post_remove(uid: str) -> AnyResponse:
    """Give time back that was kept free."""

    def work(opened: Session, body: dict[str, Any]) -> str:
        actor = current_actor()
        require_own_block(opened, uid, actor, MANAGE)
        on = get_block(opened, uid).local_start.date().isoformat()
        scope = Scope(body.get("scope", Scope.THIS))
        remove_block(opened, block_uid=uid, scope=scope, version=body.get("version"), actor=actor, now=now())
        return on

    try:
        asked = ((name, value) for name, value in request.form.items() if name in RemoveForm().fields)
        body = load_form(RemoveForm(), MultiDict(asked))
        on = write(lambda opened: work(opened, body))
    except InvalidForm as invalid:
        return _show_block(uid, FormState(refusal=unreadable(invalid)), 422)
    except PracticeError as refused:
        return _show_block(uid, FormState(refusal=refused), status_of(refused))
    return _done("The time is free again.", on)


def _done(words: str, on: str) -> AnyResponse:
    if wants_fragment():
        return with_news(make_response(""), words)
    return go_on(f"/diary/{on}", words)


def _typed(schema: NewBlockForm | ChangeForm) -> dict[str, Any]:
    """Return what was typed; days that a button left out stay left out."""
    values = typed_values(schema)
    more = values.pop("leave_out", "")
    return values | ({"skipped": f"{values['skipped']} {more}".strip()} if more else {})


def _again(form: FormState, status: int) -> Response:
    readable = "first_on" not in form.errors and form.values.get("first_on")
    values = form.values if readable else {**form.values, "first_on": practice_today(session(), now()).isoformat()}
    return _show(FormState(values, form.errors, form.refusal), status)


def _show(form: FormState, status: int = 200) -> Response:
    own_therapist_id(session(), current_actor(), MANAGE)
    panel = block_panel(session(), form, None, None, actor=current_actor())
    return panel_answer("desk/block_panel.html", panel.behind, status=status, panel=panel)


def _show_block(uid: str, form: FormState | None = None, status: int = 200) -> Response:
    """Show a block; after a refusal with what was typed and the version that was seen."""
    owners = require_part_of_block(session(), uid, current_actor(), "block.read")
    block = get_block(session(), uid)
    stored = values_of(block, owners)
    typed = FormState(stored) if form is None else FormState({**stored, **form.values}, form.errors, form.refusal)
    panel = block_panel(session(), typed, block, owners, actor=current_actor())
    return panel_answer("desk/block_panel.html", panel.behind, status=status, panel=panel)
