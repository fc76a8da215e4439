"""The forms of the body map and of the activities that a client names: one field for each place and line."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.desk.charts.body_figure import PLACES, place_words
from practice.visits.body_map import Painted, Quality, Side
from practice.visits.measures import MOST_LINES
from practice.web.schemas import StrictSchema, Text, WholeNumber

LONGEST_WORDS = 120
NEW = "new"
LINES = (*range(1, MOST_LINES + 1), NEW)


def place_field(kind: str, region: str, side: str) -> str:
    """Return the name of a place's field; *kind* is ``intensity`` or ``quality``."""
    return f"{kind}-{region}-{side}"


def rating_field(line: int | str) -> str:
    """Return the name of the field that rates an activity."""
    return f"rating-{line}"


class _MapForm(StrictSchema):
    @validates_schema
    def _said_how_strong(self, said: Mapping[str, Any], **_options: Any) -> None:
        """Refuse a quality without a strength: half a place would silently be none."""
        half = [
            (region, side)
            for region, side in PLACES
            if said.get(place_field("quality", region, side)) is not None
            and said.get(place_field("intensity", region, side)) is None
        ]
        if half:
            wrong = {
                place_field("intensity", *place): [f"Say how strong it is: {place_words(*place)}."] for place in half
            }
            raise ValidationError(wrong)


_INTENSITIES = {
    place_field("intensity", region, side): WholeNumber(0, 10, load_default=None, allow_none=True)
    for region, side in PLACES
}
_QUALITIES = {
    place_field("quality", region, side): fields.String(
        load_default=None, allow_none=True, validate=validate.OneOf([str(each) for each in Quality])
    )
    for region, side in PLACES
}
MapForm = _MapForm.from_dict({**_INTENSITIES, **_QUALITIES}, name="MapForm")
"""How strong and how it feels at each place; a place without a strength is not painted."""

ActivitiesForm = StrictSchema.from_dict(
    {
        **{rating_field(line): WholeNumber(0, 10, load_default=None, allow_none=True) for line in LINES},
        "words": Text(longest=LONGEST_WORDS, load_default=""),
    },
    name="ActivitiesForm",
)
"""How well each activity goes, and one more in the client's words."""


def painted_of(said: Mapping[str, Any]) -> Sequence[Painted]:
    """Return what a form paints; what has no quality named aches."""
    return [
        Painted(region, Side(side), Quality(said[place_field("quality", region, side)] or Quality.ACHE), intensity)
        for region, side in PLACES
        if (intensity := said[place_field("intensity", region, side)]) is not None
    ]
