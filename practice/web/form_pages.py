"""One round of a plain form: read it, act, go on; or show it again with what was typed and why not."""

from collections.abc import Callable, Mapping
from typing import Any

from flask import flash, redirect, request
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response

from practice.core.actor import Actor
from practice.core.errors import Conflict, PracticeError, RuleViolation, StaleVersion
from practice.web.database import now, write
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.idempotency import Answer, once, request_key
from practice.web.problems import status_of
from practice.web.schemas import Text

Body = dict[str, Any]
Act = Callable[[Session, Body, int | None], str]
"""Does what the form asks with its values and the version that was seen; returns where to go on."""
Show = Callable[[FormState, int], Response]

_LONGEST_VERSION = 9


def post_form(schema: Schema, act: Act, show: Show, *, said: str, actor: Actor) -> Response:
    """Act on the posted form and go on, or show it again: 422, 409 or 412.

    A form that carries an idempotency key acts once, however often it is sent.
    """
    try:
        body = complete(schema, load_form(schema, without_version(request.form)))
        target = write(lambda session: _act_once(session, lambda: act(session, body, posted_version()), actor))
    except InvalidForm as invalid:
        return show(FormState(typed_values(schema), invalid.errors), 422)
    except (Conflict, RuleViolation, StaleVersion) as refused:
        return show(FormState(typed_values(schema), errors_of(refused), refused), status_of(refused))
    flash(said, "ok")
    return redirect(target, 303)


def _act_once(session: Session, work: Callable[[], str], actor: Actor) -> str:
    answer = once(session, lambda: Answer(303, {}, work()), key=request_key(), actor=actor, now=now())
    return answer.location or request.path


def post_act(act: Callable[[Session], object], target: str, *, said: str) -> Response:
    """Do what a single button asks and go on; a refusal is said where the button was."""
    try:
        write(act)
    except (Conflict, RuleViolation, StaleVersion) as refused:
        flash(refused.sentence, "warn")
    else:
        flash(said, "ok")
    return redirect(target, 303)


def complete(schema: Schema, body: Mapping[str, Any]) -> Body:
    """Return *body* with what a form cannot say: an unticked box is False, an emptied field is empty."""
    blanks = {field.attribute or name: _blank(field) for name, field in schema.load_fields.items()}
    return {name: value for name, value in blanks.items() if value is not ...} | dict(body)


def _blank(field: fields.Field[Any]) -> Any:
    if field.required:
        return ...
    if isinstance(field, fields.Boolean):
        return False
    if isinstance(field, fields.List):
        return []
    if field.allow_none:
        return None
    return "" if isinstance(field, Text) else ...


def typed_values(schema: Schema) -> Body:
    """Return what was typed, for showing it again: lists where the schema reads lists."""
    return {
        name: request.form.getlist(name) if isinstance(field, fields.List) else request.form.get(name, "")
        for name, field in schema.load_fields.items()
    }


def errors_of(refused: PracticeError) -> dict[str, list[str]]:
    """Return the refusal at the field that its way out names, if it names one."""
    named = [way.values["field"] for way in refused.ways_out if way.act == "correct" and "field" in way.values]
    return {named[0]: [refused.sentence]} if named else {}


def posted_version() -> int | None:
    """Return the version that the form was made from."""
    digits = request.form.get("version", "")
    return int(digits) if digits.isascii() and digits.isdigit() and len(digits) <= _LONGEST_VERSION else None


def without_version(form: MultiDict[str, str]) -> MultiDict[str, str]:
    """Return the form's own fields."""
    return MultiDict((name, value) for name, value in form.items(multi=True) if name != "version")


def clashes(schema: Schema, form: FormState, stored: Mapping[str, Any]) -> list[tuple[str, str, str]]:
    """Return (field, typed, stored) for each field in which a stale form and the stored row differ."""
    if not isinstance(form.refusal, StaleVersion):
        return []
    pairs = [(name, _said(form.values.get(name)), _said(stored.get(name))) for name in schema.load_fields]
    return [(name, typed, now) for name, typed, now in pairs if typed != now]


def _said(value: Any) -> str:
    if isinstance(value, list):
        return ", ".join(sorted(map(str, value)))
    if isinstance(value, bool):
        return "1" if value else ""
    return "" if value is None else str(value)
