"""What is said about visits over JSON; for clinical roles only."""

from typing import Any

from marshmallow import fields, validate

from practice.visits.body_map import REGIONS, Quality, Side
from practice.visits.definitions import DEFAULTS, Better
from practice.visits.measures import Timing
from practice.visits.opening import NotTreated
from practice.visits.pre_check import CODES, QUESTIONS
from practice.web.schemas import Day, Flag, Instant, StrictSchema, Text, Uid, WholeNumber

MOST_NUMBERS = 80
FOLLOW_UPS = [f"{question.code}.{name}" for question in QUESTIONS for name in question.follow_ups]


def one_of(kind: type[Timing] | type[Side] | type[Quality] | type[Better] | type[NotTreated]) -> validate.OneOf:
    """Return the check that a text is one of an enumeration's values."""
    return validate.OneOf([str(each) for each in kind])


class Real(fields.Float):
    """A number, also a fraction; text, infinity and booleans are refused."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(allow_nan=False, validate=validate.Range(-100_000, 100_000), **kwargs)

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class AnswersSchema(StrictSchema):
    """Which short questions were answered with yes, and which follow-ups with no; empty when all were no."""

    yes = fields.List(fields.String(validate=validate.OneOf(CODES)), load_default=list)
    ruled_out = fields.List(fields.String(validate=validate.OneOf(FOLLOW_UPS)), load_default=list)
    regions = fields.List(fields.String(validate=validate.OneOf(sorted(REGIONS))), load_default=list)


class RaisedSchema(StrictSchema):
    """A flag that what was recorded raised."""

    code = fields.String()
    tier = fields.String()
    region = fields.String()


class PreCheckSchema(StrictSchema):
    """The answers that count."""

    at = Instant()
    all_no = fields.Boolean(attribute="answers.all_no")
    yes = fields.Function(lambda each: sorted(each.answers.yes))
    ruled_out = fields.Function(lambda each: sorted(each.answers.ruled_out))
    regions = fields.Function(lambda each: sorted(each.answers.regions))


class ReadingSchema(StrictSchema):
    """One reading of vital signs."""

    timing = fields.String(validate=one_of(Timing), load_default=str(Timing.PRE))
    systolic = WholeNumber(0, 400, load_default=None, allow_none=True)
    diastolic = WholeNumber(0, 400, load_default=None, allow_none=True)
    heart_rate = WholeNumber(0, 400, load_default=None, allow_none=True)
    breathing_rate = WholeNumber(0, 400, load_default=None, allow_none=True)
    tension = WholeNumber(0, 10, load_default=None, allow_none=True)
    uid = Uid(dump_only=True)
    recorded_at = Instant(dump_only=True)


class CorrectedReadingSchema(ReadingSchema):
    """A reading in the place of a wrong one."""

    reason = Text(longest=200, required=True)


class NumberSchema(StrictSchema):
    """One number of a measure."""

    code = fields.String(required=True, validate=validate.OneOf(sorted(DEFAULTS)))
    part = Text(longest=30, required=True)
    timing = fields.String(validate=one_of(Timing), load_default=str(Timing.PRE))
    value = Real(required=True)


class NumbersSchema(StrictSchema):
    """Numbers recorded together, all or none."""

    measures = fields.List(
        fields.Nested(NumberSchema), required=True, validate=validate.Length(min=1, max=MOST_NUMBERS)
    )


class CorrectionSchema(StrictSchema):
    """The right value and why the first one was wrong."""

    value = Real(required=True)
    reason = Text(longest=200, required=True)


class MeasureSchema(NumberSchema):
    """One number as it was recorded; one that was corrected is not current."""

    uid = Uid()
    recorded_at = Instant()
    is_current = fields.Boolean()


class ScoreSchema(StrictSchema):
    """A score computed from numbers."""

    code = fields.String()
    timing = fields.String()
    value = fields.Float()
    prorated = fields.Boolean()


class PaintedSchema(StrictSchema):
    """One region of the body map."""

    region = fields.String(required=True, validate=validate.OneOf(sorted(REGIONS)))
    side = fields.String(required=True, validate=one_of(Side))
    quality = fields.String(required=True, validate=one_of(Quality))
    intensity = WholeNumber(0, 10, required=True)
    timing = fields.String(dump_only=True)


class BodyMapSchema(StrictSchema):
    """A body map, which takes the place of what was painted before."""

    timing = fields.String(validate=one_of(Timing), load_default=str(Timing.PRE))
    painted = fields.List(fields.Nested(PaintedSchema), required=True, validate=validate.Length(max=MOST_NUMBERS))


class ActivitySchema(StrictSchema):
    """An activity in the client's own words; ``number`` names its line in PSFS."""

    uid = Uid(dump_only=True)
    number = fields.Integer(dump_only=True)
    words = Text(longest=120, shortest=2, required=True)
    is_ended = fields.Boolean(dump_only=True)
    version = fields.Integer(dump_only=True)


class VisitSchema(StrictSchema):
    """Everything recorded at a visit."""

    uid = Uid(attribute="visit.uid")
    version = fields.Integer(attribute="visit.version")
    appointment_uid = Uid()
    opened_at = Instant(attribute="visit.opened_at")
    not_treated_at = Instant(attribute="visit.not_treated_at", allow_none=True)
    not_treated_reason = fields.String(attribute="visit.not_treated_reason", allow_none=True)
    pre_check = fields.Nested(PreCheckSchema, allow_none=True)
    vitals = fields.List(fields.Nested(ReadingSchema))
    measures = fields.List(fields.Nested(MeasureSchema))
    scores = fields.List(fields.Nested(ScoreSchema))
    body_map = fields.List(fields.Nested(PaintedSchema))
    distal_level = fields.Integer(allow_none=True)
    branch = fields.String()
    prompts = fields.List(fields.String())
    activities = fields.List(fields.Nested(ActivitySchema))


class OpenedSchema(StrictSchema):
    """Which visit it is. Answers that are kept for a repeated request say nothing of what was recorded."""

    uid = Uid()
    version = fields.Integer()


class RecordedSchema(OpenedSchema):
    """The visit to which something was added, and the flags that this raised."""

    raised = fields.List(fields.Nested(RaisedSchema))


class AddedActivitySchema(StrictSchema):
    """Which activity was added; its words are read with the others."""

    uid = Uid()
    number = fields.Integer()
    version = fields.Integer()


class NotTreatedSchema(StrictSchema):
    """Why a client who came was not treated."""

    reason = fields.String(required=True, validate=one_of(NotTreated))


class DefinitionSchema(StrictSchema):
    """What a measure is from a day on."""

    code = fields.String(dump_only=True)
    applies_from = Day(required=True)
    low = Real(required=True)
    high = Real(required=True)
    step = Real(required=True)
    better = fields.String(required=True, validate=one_of(Better))
    mic_abs = Real(load_default=None, allow_none=True)
    mic_pct = Real(load_default=None, allow_none=True)
    floor = Real(load_default=None, allow_none=True)
    ceiling = Real(load_default=None, allow_none=True)
    source = Text(longest=160, required=True)
    licence = Text(longest=160, required=True)
    version = fields.Integer(load_default=None, allow_none=True)


class DefinitionInForceSchema(DefinitionSchema):
    """A definition in force; ``applies_from`` is missing for the product's own."""

    applies_from = Day(allow_none=True)
    is_own = Flag()
