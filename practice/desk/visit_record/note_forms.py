"""The form of a note: its texts and the rows of the treatment, each row with fields of its own."""

from collections.abc import Mapping, Sequence
from typing import Any

from marshmallow import fields, validate

from practice.visits.body_map import Side
from practice.visits.notes.consent import ELEMENTS, GIVERS, MODES, VERBAL
from practice.visits.notes.content import DEVIATION, LONGEST, TECHNIQUES, TEXTS, Content
from practice.visits.notes.reactions import MOST_HOURS, REACTIONS
from practice.visits.notes.schemas import PinSchema
from practice.visits.notes.techniques import MOST_MINUTES, MOST_ROWS, POSITIONS, TREATED, Technique
from practice.visits.notes.techniques import TECHNIQUES as KINDS
from practice.web.schemas import MAX_ID, UID_PATTERN, Flag, StrictSchema, Text, Uid, WholeNumber

ROWS = range(1, MOST_ROWS + 1)
SPARE_ROWS = 2
"""Empty rows shown below those that are filled."""

PLACES: Mapping[str, str] = {
    f"{code}.{side}": f"{region.label.capitalize()}, {side}" if len(region.sides) > 1 else region.label.capitalize()
    for code, region in TREATED.items()
    for side in Side
    if side in region.sides
}
"""Where a technique is given: region and side as one choice."""

MINUTES = (2, 3, 5, 8, 10, 12, 15, 20, 25, 30, 40, 45, 60)
PARTS = ("technique", "place", "position", "pressure", "minutes", "response", "because")


def row_field(part: str, number: int) -> str:
    """Return the name of a part of a row."""
    return f"{part}-{number}"


def _row(number: int) -> dict[str, fields.Field[Any]]:
    values: tuple[fields.Field[Any], ...] = (
        fields.String(load_default="", validate=validate.OneOf(["", *KINDS])),
        fields.String(load_default="", validate=validate.OneOf(["", *PLACES])),
        fields.String(load_default="", validate=validate.OneOf(["", *POSITIONS])),
        WholeNumber(1, 5, load_default=None, allow_none=True),
        WholeNumber(1, MOST_MINUTES, load_default=None, allow_none=True),
        Text(longest=200, load_default=""),
        Text(longest=200, load_default=""),
    )
    return {row_field(part, number): value for part, value in zip(PARTS, values, strict=True)}


NoteForm = StrictSchema.from_dict(
    {
        **{name: Text(longest=LONGEST, multiline=True, load_default="") for name in TEXTS},
        **{name: field for number in ROWS for name, field in _row(number).items()},
        "is_taught": Flag(load_default=False),
        DEVIATION: Text(longest=400, load_default=""),
        "version": WholeNumber(0, MAX_ID, load_default=0),
    },
    name="NoteForm",
)
"""Everything that a note says; a row without a technique is none."""


class SignForm(PinSchema):
    """The signature under the version that was read; ``ends`` says that the treatment is over with it."""

    ends = Flag(load_default=False)
    version = WholeNumber(0, MAX_ID, load_default=None)


class ConsentForm(StrictSchema):
    """The consent of the day; nothing ticked says again what was agreed to before."""

    elements = fields.List(fields.String(validate=validate.OneOf(ELEMENTS)), load_default=list)
    mode = fields.String(validate=validate.OneOf(MODES), load_default=VERBAL)
    given_by = fields.String(validate=validate.OneOf(GIVERS), load_default=GIVERS[0])
    covers_buttock = Flag(load_default=False)


class ReactionForm(StrictSchema):
    """What the last treatment was followed by."""

    kind = fields.String(required=True, validate=validate.OneOf(list(REACTIONS)))
    severity = WholeNumber(1, 3, required=True)
    onset_hours = WholeNumber(0, MOST_HOURS, load_default=None)
    duration_hours = WholeNumber(0, MOST_HOURS, load_default=None)
    action = Text(longest=400, load_default="")


class AmendForm(PinSchema):
    """What is done to a signed note: added to, signed beside, or marked as an error."""

    note = Uid(required=True)
    addendum = Text(longest=LONGEST, multiline=True, load_default="")
    reason = Text(longest=200, load_default="")


class SignSeveralForm(PinSchema):
    """The visits whose notes were read, each with the version that was."""

    read = fields.List(
        fields.String(validate=validate.Regexp(rf"{UID_PATTERN}(\.[0-9]{{1,9}})?\Z")),
        load_default=list,
        validate=validate.Length(max=20),
    )


def versions_read(read: Sequence[str]) -> dict[str, int | None]:
    """Return the visits that were ticked with the version that was read, None where none was named."""
    parts = (each.partition(".") for each in read)
    return {uid: int(version) if version else None for uid, _, version in parts}


def parts_of(said: Mapping[str, Any]) -> dict[str, Any]:
    """Return the parts of a note that a form holds, all of them."""
    rows = tuple(_technique(said, number) for number in ROWS if said[row_field("technique", number)])
    texts = {name: said[name] for name in TEXTS}
    return {**texts, TECHNIQUES: rows, "is_taught": said["is_taught"], DEVIATION: said[DEVIATION]}


def values_of(content: Content) -> dict[str, str]:
    """Return a note as the fields of its form, for showing what is there."""
    found = {name: content.texts.get(name, "") for name in TEXTS}
    found |= {"is_taught": "1" if content.is_taught else "", DEVIATION: content.deviation}
    for number, row in enumerate(content.techniques, 1):
        place = f"{row.region}.{row.side}" if row.region else ""
        values = (row.technique, place, row.position, row.pressure, row.minutes, row.response, row.because)
        for part, value in zip(PARTS, values, strict=True):
            found[row_field(part, number)] = "" if value is None else str(value)
    return found


def _technique(said: Mapping[str, Any], number: int) -> Technique:
    technique, place, position, pressure, minutes, response, because = (said[row_field(part, number)] for part in PARTS)
    region, _, side = place.partition(".")
    return Technique(technique, region, side, position, pressure, minutes, response, because)
