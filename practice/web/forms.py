"""Plain forms read by the same schemas as JSON."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from flask import request
from marshmallow import Schema, ValidationError, fields
from werkzeug.datastructures import MultiDict

from practice.core.errors import PracticeError
from practice.web.schemas import from_text

_OURS = frozenset({"csrf_token", "idempotency_key"})


class InvalidForm(Exception):
    """The form does not fit its schema; ``errors`` maps field names to sentences."""

    def __init__(self, errors: Mapping[str, list[str]]) -> None:
        super().__init__("the form has errors")
        self.errors = errors


@dataclass(frozen=True, slots=True)
class FormState:
    """What a form shows again after it was not accepted: what was typed, what is wrong, why it was refused."""

    values: Mapping[str, Any] = field(default_factory=dict)
    errors: Mapping[str, list[str]] = field(default_factory=dict)
    refusal: PracticeError | None = None


def load_form(schema: Schema, form: MultiDict[str, str] | None = None) -> dict[str, Any]:
    """Return the posted form's values; empty fields count as not given. Raises :class:`InvalidForm`."""
    posted = request.form if form is None else form
    try:
        loaded: dict[str, Any] = schema.load(form_data(schema, posted))
    except ValidationError as invalid:
        raise InvalidForm(_by_field(invalid.messages)) from invalid
    return loaded


def form_data(schema: Schema, posted: MultiDict[str, str]) -> dict[str, Any]:
    """Return the posted fields as a mapping: lists where the schema wants lists, nothing for empty fields."""
    data: dict[str, Any] = {}
    for name in posted:
        if name in _OURS:
            continue
        known = schema.fields.get(name)
        values = [from_text(known, value) for value in posted.getlist(name) if value.strip()]
        if isinstance(known, fields.List):
            data[name] = values
        elif values:
            data[name] = values[-1]
    return data


def _by_field(messages: Any) -> dict[str, list[str]]:
    return {name: _sentences(inner) for name, inner in messages.items()}


def _sentences(messages: Any) -> list[str]:
    if isinstance(messages, Mapping):
        return [sentence for inner in messages.values() for sentence in _sentences(inner)]
    return [str(message) for message in messages]
