"""The forms of a plan's page."""

from collections.abc import Iterable
from enum import StrEnum

from marshmallow import fields, validate

from practice.treatment_plans.consent_texts import ConsentBy, ConsentMode
from practice.treatment_plans.details import GOAL_MEASURES
from practice.treatment_plans.diagnosis import Branch, Cause, CauseSource, Side
from practice.treatment_plans.exercises import EXERCISES
from practice.treatment_plans.lifecycles import HoldReason, Outcome
from practice.treatment_plans.preferences import Preference
from practice.web.schemas import Day, Flag, StrictSchema, Text, Uid, WholeNumber


def _one_of(values: Iterable[StrEnum]) -> fields.String:
    return fields.String(required=True, validate=validate.OneOf([str(each) for each in values]))


class HoldSchema(StrictSchema):
    """Why a plan rests."""

    reason = _one_of(HoldReason)
    note = Text(longest=2000, multiline=True, load_default="")
    allows_booking = Flag(load_default=False)


class DischargeSchema(StrictSchema):
    """How a course ended."""

    outcome = _one_of(Outcome)
    measures_reason = Text(longest=500, load_default="")
    reason = Text(longest=2000, multiline=True, load_default="")


class ReferSchema(StrictSchema):
    """To whom a client is handed on."""

    reason = Text(longest=2000, shortest=1, multiline=True, required=True)
    outcome = fields.String(
        load_default=str(Outcome.REFERRED_PHYSICIAN),
        validate=validate.OneOf([str(Outcome.REFERRED_PHYSICIAN), str(Outcome.REFERRED_EMERGENCY)]),
    )


class BaselineSchema(StrictSchema):
    """The first scores."""

    leg = WholeNumber(0, 10, load_default=None)
    back = WholeNumber(0, 10, load_default=None)
    psfs = fields.Float(load_default=None, validate=validate.Range(0, 10), allow_nan=False)


class GoalSchema(StrictSchema):
    """One goal."""

    text = Text(longest=200, shortest=1, required=True)
    measure = fields.String(load_default="PSFS", validate=validate.OneOf(GOAL_MEASURES))
    baseline = fields.Float(load_default=None, validate=validate.Range(0, 100), allow_nan=False)
    target = fields.Float(load_default=None, validate=validate.Range(0, 100), allow_nan=False)
    due_number = WholeNumber(1, 99, load_default=None)


class ExerciseSchema(StrictSchema):
    """One exercise with its usual dose."""

    code = fields.String(required=True, validate=validate.OneOf(list(EXERCISES)))
    side = _one_of(Side)


class ConsentSchema(StrictSchema):
    """A consent after the six things were discussed: each of them is ticked."""

    mode = _one_of(ConsentMode)
    given_by = fields.String(
        load_default=str(ConsentBy.CLIENT), validate=validate.OneOf([str(each) for each in ConsentBy])
    )
    text_version = Text(longest=20, required=True)
    discussed = Flag(required=True, validate=validate.Equal(True, error="Discuss all six things, then tick the box."))


class NewPlanSchema(StrictSchema):
    """An episode and the first draft of its plan."""

    side = _one_of(Side)
    branch = fields.String(load_default=str(Branch.UNKNOWN), validate=validate.OneOf([str(each) for each in Branch]))
    onset_on = Day(load_default=None)
    cause = fields.String(load_default=str(Cause.UNKNOWN), validate=validate.OneOf([str(each) for each in Cause]))
    source = fields.String(
        load_default=str(CauseSource.UNKNOWN), validate=validate.OneOf([str(each) for each in CauseSource])
    )
    template = Text(longest=20, shortest=1, required=True)
    therapist = Uid(required=True)
    service = Uid(required=True)
    reassess_service = Uid(load_default=None)
    preference = fields.String(
        load_default=str(Preference.PREFER), validate=validate.OneOf([str(each) for each in Preference])
    )
