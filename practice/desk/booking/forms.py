"""Reads the booking form into a draft: what the diary, the search, a link or the panel itself sent."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import datetime
from typing import Any

from flask import request
from werkzeug.datastructures import MultiDict

from practice.desk.booking.draft import NEW_CLIENT, Draft, NewClient, draft_of, phone_in, split_name
from practice.desk.booking.schemas import BookingSchema
from practice.desk.choice import Choice
from practice.web.forms import load_form


def read_draft(sent: MultiDict[str, str]) -> Draft:
    """Return the draft that was sent; raises ``InvalidForm``."""
    values = load_form(BookingSchema(), sent)
    draft = draft_of(values | _choice_of(values))
    return _with_name(draft) if draft.client == NEW_CLIENT else draft


def readable_part(sent: MultiDict[str, str], unreadable: Mapping[str, object]) -> Draft:
    """Return the draft without the fields that are not right."""
    return read_draft(MultiDict([(name, value) for name, value in sent.items(multi=True) if name not in unreadable]))


def changed_field() -> str:
    """Return the field whose change asked for the panel anew."""
    return request.headers.get("HX-Trigger-Name", "")


def _choice_of(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return the time chosen: a free time clicked in the grid, a time typed, or a radio that is not merely proposed."""
    if start := values.get("start"):
        return {"choice": Choice(start, values.get("therapist", ""), values.get("room", ""))}
    if values.get("other_on") and values.get("other_at") and values.get("take_other"):
        start = datetime.combine(values["other_on"], values["other_at"])
        return {"choice": Choice(start, values.get("therapist", ""))}
    return {"choice": _with_therapist(values)}


def _with_therapist(values: Mapping[str, Any]) -> Choice | None:
    """Return the chosen time, with the therapist who was chosen after it."""
    choice: Choice | None = values.get("choice")
    is_only_proposed = choice == values.get("proposed") and not values.get("hold")
    if choice is None or (is_only_proposed and changed_field() not in {"", "choice"}):
        return None
    if changed_field() == "therapist":
        return replace(choice, therapist=values.get("therapist", ""), room="")
    return choice


def _with_name(draft: Draft) -> Draft:
    """Return the draft of a new client with the name or number that was typed into the search."""
    new = draft.new_client
    if new != NewClient():
        return draft
    first, last = split_name(draft.typed)
    return replace(draft, new_client=replace(new, first_name=first, last_name=last, phone=phone_in(draft.typed)))
