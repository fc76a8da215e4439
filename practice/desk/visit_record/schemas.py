"""The forms of a visit."""

from collections.abc import Mapping
from typing import Any

from marshmallow import fields, validate

from practice.visits.measures import Timing
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
