"""What the pages of the month and of the gaps are asked; shape only."""

from typing import Any

from marshmallow import fields

from practice.desk.month.gaps import GapsAsked, Part
from practice.web.schemas import Day, StrictSchema, Uid, WholeNumber

SHORTEST, LONGEST = 15, 240


class MonthForm(StrictSchema):
    """Which month is shown: of whom, and for which service."""

    at = Uid(allow_none=True)
    therapist = Uid(allow_none=True)
    service = Uid(allow_none=True)


class GapsForm(MonthForm):
    """Which gaps are looked for."""

    minutes = WholeNumber(SHORTEST, LONGEST)
    from_on = Day(allow_none=True)
    weekday = WholeNumber(0, 6, allow_none=True)
    part = fields.Enum(Part, by_value=True)


def asked_gaps(values: dict[str, Any], location: str) -> GapsAsked:
    """Return the wish that a loaded form stands for."""
    chosen = {name: value for name, value in values.items() if name != "at" and value not in {None, ""}}
    return GapsAsked(location=location, **chosen)
