"""What clinical roles read of episodes and plans over JSON: why, from where to where, by what and what was found."""

from marshmallow import fields

from practice.scheduling.free_time.schemas import NamedSchema
from practice.web.schemas import Day, Instant, RefusalSchema, StrictSchema


class EpisodeSchema(StrictSchema):
    """One course of sciatica; ``codes`` are derived from the side and the first back pain score of its plan."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    client = fields.Nested(NamedSchema, required=True)
    side = fields.String(required=True)
    branch = fields.String(required=True)
    onset_on = Day(required=True, allow_none=True)
    causes = fields.List(fields.String(), required=True)
    source = fields.String(required=True)
    created_at = Instant(required=True)


class EpisodesSchema(StrictSchema):
    """The episodes of a client, the newest first, 100 at most."""

    episodes = fields.List(fields.Nested(EpisodeSchema), required=True)


class PlanBlockSchema(StrictSchema):
    """``times`` sessions every ``every_weeks`` weeks, ``periods`` times over, with the days between two."""

    times = fields.Integer(required=True)
    every_weeks = fields.Integer(required=True)
    periods = fields.Integer(required=True)
    gap_min_days = fields.Integer(required=True)
    gap_max_days = fields.Integer(required=True)


class GoalSchema(StrictSchema):
    """One goal, its numbers in the measure's own units."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    text = fields.String(required=True)
    measure = fields.String(required=True)
    is_functional = fields.Boolean(required=True)
    baseline = fields.Float(required=True, allow_none=True)
    target = fields.Float(required=True, allow_none=True)
    due_on = Day(required=True, allow_none=True)
    due_number = fields.Integer(required=True, allow_none=True)
    state = fields.String(required=True)


class PlanConsentSchema(StrictSchema):
    """The consent in force for a version."""

    text_version = fields.String(required=True)
    mode = fields.String(required=True)
    given_by = fields.String(required=True)
    given_at = Instant(required=True)


class PlanVersionSchema(StrictSchema):
    """One edition of a plan; ``version`` is its ETag while it is a draft."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    number = fields.Integer(required=True)
    state = fields.String(required=True)
    service = fields.Nested(NamedSchema, required=True)
    reassess_service = fields.Nested(NamedSchema, required=True, allow_none=True)
    minutes = fields.Integer(required=True)
    preference = fields.String(required=True)
    therapist = fields.Nested(NamedSchema, required=True, allow_none=True)
    first_number = fields.Integer(required=True)
    blocks = fields.List(fields.Nested(PlanBlockSchema), required=True)
    checkpoints = fields.List(fields.Integer(), required=True)
    baseline_leg = fields.Integer(required=True, allow_none=True)
    baseline_back = fields.Integer(required=True, allow_none=True)
    baseline_psfs = fields.Float(required=True, allow_none=True)
    goals = fields.List(fields.Nested(GoalSchema), required=True)
    consent = fields.Nested(PlanConsentSchema, required=True, allow_none=True)
    reason = fields.String(required=True)
    created_at = Instant(required=True)
    activated_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)


class PlanVersionsSchema(StrictSchema):
    """Every edition of a plan, the newest first, 100 at most."""

    versions = fields.List(fields.Nested(PlanVersionSchema), required=True)


class PrescribedSchema(StrictSchema):
    """One exercise of the home programme with its dose."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    code = fields.String(required=True)
    name = fields.String(required=True)
    side = fields.String(required=True)
    state = fields.String(required=True)
    sets = fields.Integer(required=True)
    reps = fields.Integer(required=True)
    hold_seconds = fields.Integer(required=True)
    minutes = fields.Integer(required=True)
    times_per_day = fields.Integer(required=True)
    days_per_week = fields.Integer(required=True)
    starts_on = Day(required=True)
    ends_on = Day(required=True, allow_none=True)


class PlanHoldSchema(StrictSchema):
    """A time in which a plan rests."""

    reason = fields.String(required=True)
    note = fields.String(required=True)
    allows_booking = fields.Boolean(required=True)
    from_at = Instant(required=True)
    until_at = Instant(required=True, allow_none=True)


class ReassessmentSchema(StrictSchema):
    """What a checkpoint found: the verdict as computed and as decided, and the step that follows."""

    uid = fields.String(required=True)
    after_number = fields.Integer(required=True)
    verdict = fields.String(required=True)
    decided = fields.String(required=True)
    decision = fields.String(required=True)
    reason = fields.String(required=True)
    numbers = fields.Dict(required=True)
    done_at = Instant(required=True)


class PlanChartSchema(StrictSchema):
    """The whole course; ``missing`` is what keeps the draft from coming into force."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    client = fields.Nested(NamedSchema, required=True)
    therapist = fields.Nested(NamedSchema, required=True)
    state = fields.String(required=True)
    template = fields.String(required=True)
    replaces_uid = fields.String(required=True, allow_none=True)
    outcome = fields.String(required=True, allow_none=True)
    reason = fields.String(required=True)
    codes = fields.List(fields.String(), required=True)
    episode = fields.Nested(EpisodeSchema, required=True)
    in_force = fields.Nested(PlanVersionSchema, required=True, allow_none=True)
    draft = fields.Nested(PlanVersionSchema, required=True, allow_none=True)
    exercises = fields.List(fields.Nested(PrescribedSchema), required=True)
    holds = fields.List(fields.Nested(PlanHoldSchema), required=True)
    reassessments = fields.List(fields.Nested(ReassessmentSchema), required=True)
    missing = fields.List(fields.Nested(RefusalSchema), required=True)


class MeasuredChangeSchema(StrictSchema):
    """A measure's way from the first visit to now; ``answer`` says whether it changed as much as ``source`` asks."""

    code = fields.String(required=True)
    before = fields.Float(required=True, allow_none=True)
    after = fields.Float(required=True, allow_none=True)
    answer = fields.String(required=True)
    matters_from = fields.Float(required=True, allow_none=True)
    source = fields.String(required=True)


class CheckpointSchema(StrictSchema):
    """The verdict as it would be computed now, and the steps that each one leaves open.

    Before the first visit there is none: number, verdict and pain are null.
    """

    after_number = fields.Integer(required=True, allow_none=True)
    delivered = fields.Integer(required=True)
    verdict = fields.String(required=True, allow_none=True)
    reference = fields.String(required=True)
    pain = fields.Nested(MeasuredChangeSchema, required=True, allow_none=True)
    function = fields.List(fields.Nested(MeasuredChangeSchema), required=True)
    signs = fields.List(fields.String(), required=True)
    goals_met = fields.Boolean(required=True)
    steps = fields.Dict(keys=fields.String(), values=fields.List(fields.String()), required=True)
