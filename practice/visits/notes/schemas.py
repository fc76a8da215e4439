"""What is said about notes over JSON; for clinical roles only."""

from typing import Any

from marshmallow import fields, validate

from practice.visits.body_map import Side
from practice.visits.notes.consent import ELEMENTS, GIVERS, MODES, VERBAL
from practice.visits.notes.content import LONGEST, TECHNIQUES, TEXTS
from practice.visits.notes.reactions import MOST_HOURS, REACTIONS
from practice.visits.notes.techniques import MOST_MINUTES, MOST_ROWS, POSITIONS, TREATED, Technique
from practice.visits.notes.techniques import TECHNIQUES as KINDS
from practice.web.schemas import MAX_ID, Flag, Instant, LocalTime, StrictSchema, Text, Uid, WholeNumber

MOST_SIGNED = 20


def _one_of_or_empty(values: Any) -> validate.OneOf:
    return validate.OneOf(["", *values])


class TechniqueSchema(StrictSchema):
    """One row of the treatment; a draft may leave parts out, a signature asks for all of them."""

    technique = fields.String(required=True, validate=validate.OneOf(sorted(KINDS)))
    region = fields.String(load_default="", validate=_one_of_or_empty(sorted(TREATED)))
    side = fields.String(load_default="", validate=_one_of_or_empty(map(str, Side)))
    position = fields.String(load_default="", validate=_one_of_or_empty(POSITIONS))
    pressure = WholeNumber(1, 5, load_default=None, allow_none=True)
    minutes = WholeNumber(1, MOST_MINUTES, load_default=None, allow_none=True)
    response = Text(longest=200, load_default="")
    because = Text(longest=200, load_default="")


class DraftSchema(StrictSchema):
    """The parts of a note to be saved; those that are not named stay as they are."""

    subjective = Text(longest=LONGEST, multiline=True)
    objective = Text(longest=LONGEST, multiline=True)
    assessment = Text(longest=LONGEST, multiline=True)
    plan = Text(longest=LONGEST, multiline=True)
    home_care = Text(longest=LONGEST, multiline=True)
    next_visit = Text(longest=LONGEST, multiline=True)
    techniques = fields.List(fields.Nested(TechniqueSchema), validate=validate.Length(max=MOST_ROWS))
    is_taught = Flag()
    deviation = Text(longest=400)


class SavedSchema(StrictSchema):
    """Which edition of the draft was saved; its words are read with the note."""

    version = fields.Integer()
    saved_at = Instant()


class ContentSchema(StrictSchema):
    """What a note says; ``copied`` names what was taken over from an earlier one and not touched since."""

    texts = fields.Dict(keys=fields.String(validate=validate.OneOf(list(TEXTS))), values=fields.String())
    techniques = fields.List(fields.Nested(TechniqueSchema))
    is_taught = fields.Boolean()
    deviation = fields.String()
    copied = fields.List(fields.String())
    copied_from = fields.String()


class SignedEntrySchema(StrictSchema):
    """One signed entry; ``said`` is an addendum's text or the reason of an error mark."""

    uid = Uid()
    kind = fields.String()
    seq = fields.Integer()
    concerns = fields.String(allow_none=True)
    signed_at = Instant()
    signed_by = fields.String()
    registration = fields.String()
    is_late = fields.Boolean()
    is_in_error = fields.Boolean()
    said = fields.Dict(keys=fields.String())
    hash = fields.String()


class NoteSchema(StrictSchema):
    """The note of a visit: the draft with its version (0 for none), and everything that was signed."""

    visit_uid = Uid()
    version = fields.Integer()
    saved_at = Instant(allow_none=True)
    draft = fields.Nested(ContentSchema, allow_none=True)
    entries = fields.List(fields.Nested(SignedEntrySchema))


class PinSchema(StrictSchema):
    """The signing PIN; not needed in a browser in which it was typed in the last five minutes."""

    signing_pin = fields.String(load_default="", validate=validate.Length(max=20), load_only=True)


class AddendumSchema(PinSchema):
    """What is added to a signed note, and why."""

    text = Text(longest=LONGEST, shortest=1, multiline=True, required=True)
    reason = Text(longest=200, shortest=1, required=True)


class ErrorMarkSchema(PinSchema):
    """Why a signed note is an error."""

    reason = Text(longest=200, shortest=1, required=True)


class SignedSchema(StrictSchema):
    """Which entry was signed."""

    uid = Uid()
    seq = fields.Integer()
    hash = fields.String()


class SeveralSchema(PinSchema):
    """The visits whose notes were read and are signed together; ``versions`` are those of the drafts, by visit."""

    visit_uids = fields.List(Uid(), required=True, validate=validate.Length(min=1, max=MOST_SIGNED))
    versions = fields.Dict(
        keys=Uid(), values=WholeNumber(0, MAX_ID), load_default=dict, validate=validate.Length(max=MOST_SIGNED)
    )


class SeveralSignedSchema(StrictSchema):
    """Which entries were signed."""

    signed = fields.List(fields.Nested(SignedSchema))


class VisitConsentSchema(StrictSchema):
    """The consent of the day; without elements it says again what was agreed to before."""

    elements = fields.List(fields.String(validate=validate.OneOf(ELEMENTS)), load_default=list)
    mode = fields.String(validate=validate.OneOf(MODES), load_default=VERBAL)
    given_by = fields.String(validate=validate.OneOf(GIVERS), load_default=GIVERS[0])
    covers_buttock = Flag(load_default=False)


class RecordedConsentSchema(StrictSchema):
    """The consent that counts at a visit."""

    uid = Uid()
    is_full = fields.Boolean()
    mode = fields.String()
    given_by = fields.String()
    covers_buttock = fields.Boolean()
    given_at = Instant()


class ReactionSchema(StrictSchema):
    """What followed a treatment."""

    kind = fields.String(required=True, validate=validate.OneOf(sorted(REACTIONS)))
    severity = WholeNumber(1, 3, required=True)
    onset_hours = WholeNumber(0, MOST_HOURS, load_default=None, allow_none=True)
    duration_hours = WholeNumber(0, MOST_HOURS, load_default=None, allow_none=True)
    action = Text(longest=400, load_default="")


class RecordedReactionSchema(StrictSchema):
    """A reaction that was recorded; ``is_incident`` when the plan rests because of it."""

    uid = Uid()
    is_incident = fields.Boolean()


class UnsignedSchema(StrictSchema):
    """A visit that is over without a signed note."""

    appointment_uid = Uid()
    visit_uid = fields.String()
    has_draft = fields.Boolean()
    client = fields.String()
    therapist = fields.String()
    local_start = LocalTime()
    ended_at = Instant()


def read_draft(body: dict[str, Any]) -> dict[str, Any]:
    """Return the parts of a draft as values."""
    if TECHNIQUES not in body:
        return body
    return {**body, TECHNIQUES: tuple(Technique(**row) for row in body[TECHNIQUES])}
