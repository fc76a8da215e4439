"""What the forms of this feature send; shape only. A question that was left out is named by the verb."""

from collections.abc import Mapping
from typing import Any

from marshmallow import Schema, fields, validate

from practice.safety.answering import Attestation
from practice.safety.catalogue import CATALOGUE, Clinician, Tier
from practice.safety.questions import FORM
from practice.safety.screening import FilledForm
from practice.web.schemas import Day, StrictSchema, Text, Uid

LONGEST_WORDS = 2000


class SignedFormSchema(StrictSchema):
    """What stands below the questions: a doctor's word, and the signature."""

    clinician = Text(longest=120)
    seen_on = Day(allow_none=True)
    told_safe = fields.Boolean()
    agrees = fields.Boolean()


_QUESTIONS: dict[str, fields.Field[Any]] = {
    key: fields.String(validate=validate.OneOf(question.values)) for key, question in FORM.questions.items()
}
ScreeningSchema: type[Schema] = SignedFormSchema.from_dict(_QUESTIONS, name="ScreeningSchema")


def form_of(body: Mapping[str, Any], *, source: str) -> FilledForm:
    """Return the form that a loaded body stands for; it is signed when the client agreed."""
    answers = {key: body[key] for key in FORM.questions if body.get(key)}
    attestation = None
    if body.get("told_safe") and body.get("clinician") and body.get("seen_on"):
        attestation = Attestation(body["clinician"], body["seen_on"])
    return FilledForm(answers, source, attestation, is_signed=bool(body.get("agrees")))


class WordsSchema(StrictSchema):
    """What a caller said."""

    words = Text(longest=LONGEST_WORDS, shortest=1, required=True)


class ReasonSchema(StrictSchema):
    """Why something ends."""

    reason = Text(longest=500)


class LowerSchema(ReasonSchema):
    """To which tier a flag is lowered, and why."""

    tier = fields.Enum(Tier, by_value=True, required=True)


class RaiseSchema(StrictSchema):
    """A flag that a person raises."""

    code = fields.String(required=True, validate=validate.OneOf(tuple(CATALOGUE)))
    tier = fields.Enum(Tier, by_value=True)
    note = Text(longest=LONGEST_WORDS)


class RequestSchema(StrictSchema):
    """About which flags a clinician is asked."""

    flags = fields.List(Uid())


class ReadingSchema(StrictSchema):
    """What a therapist read in a document."""

    clinician = fields.Enum(Clinician, by_value=True, required=True)
    clinician_name = Text(longest=120, shortest=1, required=True)
    dated_on = Day(required=True)
    valid_from = Day(required=True)
    valid_until = Day(required=True)
    flags = fields.List(Uid())
    restrictions = Text(longest=LONGEST_WORDS)
