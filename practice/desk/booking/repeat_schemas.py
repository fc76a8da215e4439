"""The form of a repeated booking: what the booking form carries, and the rule; strict, bounded, read once."""

from datetime import datetime
from typing import Any

from marshmallow import ValidationError, fields, validate
from werkzeug.datastructures import MultiDict

from practice.desk.booking.repeat import USUAL_VISITS, Repeat, read_by_hand
from practice.desk.choice import Choice
from practice.scheduling.series.rule import LONGEST_INTERVAL, MOST_VISITS, Instead
from practice.web.forms import InvalidForm, load_form
from practice.web.schemas import Day, Flag, StrictSchema, Text, WholeNumber


class RepeatSchema(StrictSchema):
    """How often, until when, and what goes elsewhere."""

    every = WholeNumber(1, LONGEST_INTERVAL)
    count = WholeNumber(1, MOST_VISITS)
    until = Day()
    weekdays = fields.List(WholeNumber(0, 6), validate=validate.Length(max=7))
    on_closed = fields.Enum(Instead, by_value=True)
    by_hand = fields.List(Text(longest=160), validate=validate.Length(max=2 * MOST_VISITS))
    move_number = WholeNumber(1, MOST_VISITS)
    move_on = Day()
    move_at = fields.Time(format="%H:%M")
    move = Flag()


def split(sent: MultiDict[str, str]) -> tuple[MultiDict[str, str], MultiDict[str, str]]:
    """Return the fields of the booking and those of the rule."""
    own = RepeatSchema().fields
    booking = MultiDict([(name, value) for name, value in sent.items(multi=True) if name not in own])
    return booking, MultiDict([(name, value) for name, value in sent.items(multi=True) if name in own])


def read_repeat(sent: MultiDict[str, str]) -> Repeat:
    """Return the rule that was sent; raises ``InvalidForm``."""
    values = load_form(RepeatSchema(), sent)
    try:
        chosen = read_by_hand(values.get("by_hand", ()))
    except (ValueError, ValidationError) as foreign:
        raise InvalidForm({"by_hand": ["Choose one of the times shown."]}) from foreign
    return Repeat(
        every=values.get("every", 1),
        count=values.get("count", None if values.get("until") else USUAL_VISITS),
        until=values.get("until"),
        weekdays=frozenset(values.get("weekdays", ())),
        on_closed=values.get("on_closed", Instead.REFUSE),
        by_hand=chosen | _moved(values),
    )


def _moved(values: dict[str, Any]) -> dict[int, Choice | None]:
    """Return the visit that was put at a time typed by hand."""
    if not values.get("move") or not all(values.get(name) for name in ("move_number", "move_on", "move_at")):
        return {}
    return {values["move_number"]: Choice(datetime.combine(values["move_on"], values["move_at"]))}
