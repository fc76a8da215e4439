"""What is sent to write episodes and plans over JSON; shape only, whether a course can be is the rules' business."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.scheduling.appointments.schemas import one_of
from practice.treatment_plans.consent_texts import ConsentBy, ConsentMode
from practice.treatment_plans.details import GOAL_MEASURES
from practice.treatment_plans.diagnosis import Branch, Cause, CauseSource, Side
from practice.treatment_plans.exercises import EXERCISES
from practice.treatment_plans.lifecycles import ExerciseState, GoalState, HoldReason, Outcome
from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.preferences import Preference
from practice.treatment_plans.progress import Verdict
from practice.web.schemas import Day, Flag, StrictSchema, Text, Uid, WholeNumber

LONGEST_REASON = 2000
MOST_BLOCKS = 12


class Score(fields.Float):
    """A number from 0 up, also a fraction; text, infinity and booleans are refused."""

    def __init__(self, high: float, **kwargs: Any) -> None:
        super().__init__(allow_nan=False, validate=validate.Range(0, high), **kwargs)

    def _validated(self, value: Any) -> float:
        if isinstance(value, bool | str):
            raise self.make_error("invalid", input=value)
        return super()._validated(value)


class EpisodeInputSchema(StrictSchema):
    """One course of sciatica."""

    side = one_of(Side, required=True)
    branch = one_of(Branch, load_default=Branch.UNKNOWN)
    onset_on = Day(load_default=None, allow_none=True)
    causes = fields.List(one_of(Cause), validate=validate.Length(max=len(Cause)), load_default=list)
    source = one_of(CauseSource, load_default=CauseSource.UNKNOWN)


class BlockInputSchema(StrictSchema):
    """``times`` sessions every ``every_weeks`` weeks, ``periods`` times over, with the days between two."""

    times = WholeNumber(1, 36, required=True)
    every_weeks = WholeNumber(1, 12, required=True)
    periods = WholeNumber(1, 12, required=True)
    gap_min_days = WholeNumber(1, 90, required=True)
    gap_max_days = WholeNumber(1, 180, required=True)


class CourseInputSchema(StrictSchema):
    """How a version treats; without ``blocks`` the course stays what it was, with them each part says its own."""

    service_uid = Uid(required=True)
    reassess_service_uid = Uid(load_default=None, allow_none=True)
    blocks = fields.List(fields.Nested(BlockInputSchema), validate=validate.Length(max=MOST_BLOCKS), load_default=list)
    minutes = WholeNumber(15, 240, load_default=None, allow_none=True)
    checkpoints = fields.List(WholeNumber(1, 999), validate=validate.Length(max=MOST_BLOCKS), load_default=list)
    preference = one_of(Preference, load_default=Preference.PREFER)
    therapist_uid = Uid(load_default=None, allow_none=True)


class PlanInputSchema(CourseInputSchema):
    """The first draft of a plan, from a template; ``treating_uid`` is whose plan it is."""

    treating_uid = Uid(required=True)
    template = Text(longest=20, shortest=1, required=True)
    replaces_uid = Uid(load_default=None, allow_none=True)


class RevisionSchema(CourseInputSchema):
    """The draft of the next version, and why there is one."""

    reason = Text(longest=LONGEST_REASON, multiline=True, required=True)


class BaselineInputSchema(StrictSchema):
    """The first scores."""

    leg = WholeNumber(0, 10, required=True, allow_none=True)
    back = WholeNumber(0, 10, required=True, allow_none=True)
    psfs = Score(10, required=True, allow_none=True)


class GoalInputSchema(StrictSchema):
    """One goal; one about what the client can do is measured by the own activities or by disability."""

    text = Text(longest=200, shortest=1, required=True)
    measure = fields.String(load_default="PSFS", validate=validate.OneOf(GOAL_MEASURES))
    baseline = Score(100, load_default=None, allow_none=True)
    target = Score(100, load_default=None, allow_none=True)
    due_on = Day(load_default=None, allow_none=True)
    due_number = WholeNumber(1, 999, load_default=None, allow_none=True)


class GoalEndSchema(StrictSchema):
    """How a goal ended."""

    state = one_of([GoalState.ACHIEVED, GoalState.NOT_ACHIEVED], required=True)


class DoseSchema(StrictSchema):
    """How much: seconds for a hold, minutes for walking and breathing, 0 where it does not apply."""

    sets = WholeNumber(1, 10, load_default=1)
    reps = WholeNumber(1, 100, load_default=1)
    hold_seconds = WholeNumber(0, 300, load_default=0)
    minutes = WholeNumber(0, 120, load_default=0)
    times_per_day = WholeNumber(1, 12, load_default=1)
    days_per_week = WholeNumber(1, 7, load_default=7)


class ExerciseInputSchema(StrictSchema):
    """One exercise, with its usual dose unless another is given."""

    code = fields.String(required=True, validate=validate.OneOf(list(EXERCISES)))
    side = one_of(Side, required=True)
    dose = fields.Nested(DoseSchema, load_default=None, allow_none=True)


class ExerciseChangeSchema(StrictSchema):
    """Either the state or another dose, which ends the prescription and writes a new one."""

    state = one_of(ExerciseState)
    dose = fields.Nested(DoseSchema)

    @validates_schema
    def one_thing(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a body that says neither or both."""
        if ("state" in data) == ("dose" in data):
            raise ValidationError("Say either the state or another dose.", "state")


class ConsentInputSchema(StrictSchema):
    """A consent after the six things were discussed, to the text in force."""

    text_version = Text(longest=20, shortest=1, required=True)
    mode = one_of(ConsentMode, required=True)
    given_by = one_of(ConsentBy, load_default=ConsentBy.CLIENT)
    discussed = Flag(required=True, validate=validate.Equal(True, error="Discuss all six things first."))


class WithdrawalSchema(StrictSchema):
    """What was said when a consent was taken back."""

    note = Text(longest=LONGEST_REASON, multiline=True, load_default="")


class HoldInputSchema(StrictSchema):
    """Why a plan rests."""

    reason = one_of(HoldReason, required=True)
    note = Text(longest=LONGEST_REASON, multiline=True, load_default="")
    allows_booking = Flag(load_default=False)


class DischargeInputSchema(StrictSchema):
    """How a course ended; without final measures it says why there are none."""

    outcome = one_of(Outcome, required=True)
    measures_reason = Text(longest=500, load_default="")
    reason = Text(longest=LONGEST_REASON, multiline=True, load_default="")


class ReferralInputSchema(StrictSchema):
    """To whom a client is handed on, by which letter or record."""

    reason = Text(longest=LONGEST_REASON, multiline=True, required=True)
    outcome = one_of([Outcome.REFERRED_PHYSICIAN, Outcome.REFERRED_EMERGENCY], load_default=Outcome.REFERRED_PHYSICIAN)


class CancellationInputSchema(StrictSchema):
    """Why a plan that never began is dropped."""

    reason = Text(longest=LONGEST_REASON, multiline=True, load_default="")


class ReassessmentInputSchema(StrictSchema):
    """What is decided at a checkpoint: the verdict, confirmed or overridden with a reason, and the step after it."""

    after_number = WholeNumber(1, 999, required=True)
    decided = one_of(Verdict, required=True)
    decision = one_of(Step, required=True)
    reason = Text(longest=LONGEST_REASON, multiline=True, load_default="")
    adherence = Score(100, load_default=None, allow_none=True)


class MadeSchema(StrictSchema):
    """What was made; what was written in it is read elsewhere."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)


class KeptSchema(StrictSchema):
    """What was kept and is never changed again."""

    uid = fields.String(required=True)
