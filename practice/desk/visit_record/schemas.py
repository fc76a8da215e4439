"""The forms of a visit."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from practice.visits.measures import SYMPTOMS, Timing
from practice.visits.measuring import Number
from practice.visits.pre_check import CODES, QUESTIONS, Answers
from practice.web.schemas import StrictSchema, WholeNumber

FOLLOW_UPS = tuple(f"{question.code}.{name}" for question in QUESTIONS for name in question.follow_ups)
PAINS: Mapping[str, str] = {"leg": "NPRS_LEG", "back": "NPRS_BACK", "buttock": "NPRS_BUTTOCK"}


class PreCheckForm(StrictSchema):
    """Which questions were answered with yes, and which follow-ups with no."""

    yes = fields.List(fields.String(validate=validate.OneOf(CODES)), load_default=list)
    ruled_out = fields.List(fields.String(validate=validate.OneOf(FOLLOW_UPS)), load_default=list)


class NumbersForm(StrictSchema):
    """Pain and pressure before or after treatment; what is left empty was not asked."""

    timing = fields.String(required=True, validate=validate.OneOf([str(each) for each in Timing]))
    leg = WholeNumber(0, 10, load_default=None)
    back = WholeNumber(0, 10, load_default=None)
    buttock = WholeNumber(0, 10, load_default=None)
    systolic = WholeNumber(0, 400, load_default=None)
    diastolic = WholeNumber(0, 400, load_default=None)
    heart_rate = WholeNumber(0, 400, load_default=None)


def answers_of(said: Mapping[str, Any]) -> Answers:
    """Return the answers of a form; a follow-up to a question that was not answered with yes does not count."""
    yes = frozenset(said["yes"])
    return Answers(yes, frozenset(name for name in said["ruled_out"] if name.partition(".")[0] in yes))


SINGLES: Mapping[str, str] = {
    "RMDQ": "Roland-Morris total",
    "SLR_L": "Straight leg raise left, degrees",
    "SLR_R": "Straight leg raise right, degrees",
    "FTF": "Finger to floor, cm",
    "GROC": "Change since the plan began, -5 to 5",
}
"""What is measured at the first visit and at checkpoints, beside activities and pain (clinical.md 3)."""


def symptom_field(name: str) -> str:
    """Return the name of the field that says how bothersome a symptom is."""
    return f"sbi-{name}"


MeasuresForm = StrictSchema.from_dict(
    {
        **{code: WholeNumber(-5, 200, load_default=None) for code in SINGLES},
        **{symptom_field(name): WholeNumber(0, 6, load_default=None) for name in SYMPTOMS},
    },
    name="MeasuresForm",
)
"""Measures of a checkpoint; what is left empty was not measured."""


def numbers_of(said: Mapping[str, Any]) -> list[Number]:
    """Return the numbers of a form of measures."""
    singles = [Number(code, "score", said[code], Timing.PRE) for code in SINGLES if said[code] is not None]
    bothered = {name: said[symptom_field(name)] for name in SYMPTOMS}
    return [
        *singles,
        *(Number("SBI", name, value, Timing.PRE) for name, value in bothered.items() if value is not None),
    ]
