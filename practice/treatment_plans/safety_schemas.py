"""What is said of a client's safety over JSON; reading is for clinical roles, the desk sends forms and notes only."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.safety.catalogue import CATALOGUE, Clinician, Tier
from practice.scheduling.appointments.schemas import one_of
from practice.scheduling.free_time.schemas import NamedSchema
from practice.web.schemas import Day, Flag, Instant, StrictSchema, Text, Uid

LONGEST_WORDS = 2000
LONGEST_REASON = 500
MOST_FLAGS = 40


class FlagSchema(StrictSchema):
    """One open warning sign."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    code = fields.String(required=True)
    title = fields.String(required=True)
    tier = fields.String(required=True)
    region = fields.String(required=True)
    source = fields.String(required=True)
    note = fields.String(required=True)
    raised_at = Instant(required=True)
    ends_on = Day(required=True, allow_none=True)


class FlagsSchema(StrictSchema):
    """What is open about a client, the heaviest first, 100 at most."""

    flags = fields.List(fields.Nested(FlagSchema), required=True)


class RaiseInputSchema(StrictSchema):
    """A warning sign that a person raises, with its usual weight unless another is said."""

    code = Text(longest=24, shortest=1, required=True)
    tier = one_of(Tier)
    note = Text(longest=LONGEST_WORDS, multiline=True, load_default="")

    @validates_schema
    def known(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a code that there is not; the codes are in no description that the desk can read."""
        if data.get("code") not in CATALOGUE:
            raise ValidationError("There is no such warning sign.", "code")


class RaisedFlagSchema(StrictSchema):
    """What was raised, by its identifier; the words in it are read elsewhere."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)


class WeighInputSchema(StrictSchema):
    """A lighter weight for a warning sign, or its end, with the reason that is kept."""

    tier = one_of(Tier, allow_none=True, required=True)
    reason = Text(longest=LONGEST_REASON, load_default="")


class QuestionSchema(StrictSchema):
    """One question with the answers it takes, the usual one first."""

    key = fields.String(required=True)
    words = fields.String(required=True)
    choices = fields.List(fields.String(), required=True)


class QuestionsSchema(StrictSchema):
    """The form in force."""

    form_version = fields.String(required=True)
    questions = fields.List(fields.Nested(QuestionSchema), required=True)


class FilledFormSchema(StrictSchema):
    """A form as a client filled it in; it counts at once when she signed it here, else when a therapist signs it."""

    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    source = one_of(("tablet", "paper", "therapist"), load_default="tablet")
    clinician = Text(longest=120, load_default="")
    seen_on = Day(load_default=None, allow_none=True)
    is_signed = Flag(required=True)


class TakenFormSchema(StrictSchema):
    """Whether somebody must be told at once to seek help; nothing else of the answers is said."""

    is_urgent = fields.Boolean(required=True)


class ScreeningFormSchema(StrictSchema):
    """The latest form with its answers."""

    uid = fields.String(required=True)
    form_version = fields.String(required=True)
    source = fields.String(required=True)
    submitted_at = Instant(required=True)
    signed_at = Instant(required=True, allow_none=True)
    is_baseline = fields.Boolean(required=True)
    answers = fields.Dict(keys=fields.String(), values=fields.String(), required=True)


class ScreeningsSchema(StrictSchema):
    """The latest form of a client, none before the first."""

    screening = fields.Nested(ScreeningFormSchema, required=True, allow_none=True)


class HeardInputSchema(StrictSchema):
    """What a caller said about her health."""

    words = Text(longest=LONGEST_WORDS, shortest=1, multiline=True, required=True)


class HeardSchema(StrictSchema):
    """What a caller said, for a therapist."""

    uid = fields.String(required=True)
    words = fields.String(required=True)
    heard_at = Instant(required=True)
    read_at = Instant(required=True, allow_none=True)


class HeardWordsSchema(StrictSchema):
    """What callers said about a client, what nobody has read first, 100 at most."""

    heard = fields.List(fields.Nested(HeardSchema), required=True)


class ClearanceSchema(StrictSchema):
    """One clearance from the request to its end."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    flags = fields.List(fields.Nested(NamedSchema), required=True)
    document_uid = fields.String(required=True, allow_none=True)
    clinician = fields.String(required=True, allow_none=True)
    clinician_name = fields.String(required=True)
    dated_on = Day(required=True, allow_none=True)
    valid_from = Day(required=True, allow_none=True)
    valid_until = Day(required=True, allow_none=True)
    restrictions = fields.String(required=True)
    reason = fields.String(required=True)
    requested_at = Instant(required=True)
    received_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)


class ClearancesSchema(StrictSchema):
    """The clearances of a client, the newest first, 100 at most."""

    clearances = fields.List(fields.Nested(ClearanceSchema), required=True)


class WaitingClearanceSchema(StrictSchema):
    """A clearance that waits for somebody."""

    uid = fields.String(required=True)
    client = fields.Nested(NamedSchema, required=True)
    state = fields.String(required=True)
    requested_at = Instant(required=True)


class WaitingClearancesSchema(StrictSchema):
    """The clearances that wait, those to be read first, 100 at most."""

    clearances = fields.List(fields.Nested(WaitingClearanceSchema), required=True)


class ClearanceInputSchema(StrictSchema):
    """About which open warning signs a clinician is asked; none for a first word."""

    flags = fields.List(Uid(), validate=validate.Length(max=MOST_FLAGS), load_default=list)


class ReadingInputSchema(StrictSchema):
    """What a therapist read in the document."""

    clinician = one_of(Clinician, required=True)
    clinician_name = Text(longest=120, shortest=1, required=True)
    dated_on = Day(required=True)
    valid_from = Day(required=True)
    valid_until = Day(required=True)
    flags = fields.List(Uid(), validate=validate.Length(max=MOST_FLAGS), load_default=list)
    restrictions = Text(longest=LONGEST_WORDS, multiline=True, load_default="")


class ClearanceEndSchema(StrictSchema):
    """How a clearance ends: the answer is no, it counts no more, or the request is taken back."""

    state = one_of(("refused", "voided", "withdrawn"), required=True)
    reason = Text(longest=LONGEST_REASON, load_default="")


class ReceivedDocumentSchema(StrictSchema):
    """A document that was kept; it counts when a therapist has read it."""

    uid = fields.String(required=True)
    media_type = fields.String(required=True)
    size = fields.Integer(required=True)
