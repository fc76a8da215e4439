"""What the desk reads of plans over JSON: names, dates and states; why is said in ``chart_schemas`` alone."""

from marshmallow import fields

from practice.scheduling.appointments.schemas import one_of
from practice.scheduling.free_time.schemas import NamedSchema
from practice.treatment_plans.lifecycles import PlanState
from practice.web.schemas import Day, Instant, LocalTime, StrictSchema, Uid, WholeNumber

MOST_LISTED = 100


class PlannedVisitSchema(StrictSchema):
    """One numbered session and the visit that it has; after a checkpoint the course is assessed again."""

    number = fields.Integer(required=True)
    state = fields.String(required=True)
    is_tentative = fields.Boolean(required=True)
    is_checkpoint = fields.Boolean(required=True)
    local_start = LocalTime(required=True, allow_none=True)
    appointment_uid = fields.String(required=True, allow_none=True)
    therapist = fields.Nested(NamedSchema, required=True, allow_none=True)


class PlanLineSchema(StrictSchema):
    """One plan in a list."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    client = fields.Nested(NamedSchema, required=True)
    therapist = fields.Nested(NamedSchema, required=True)
    state = fields.String(required=True)
    created_at = Instant(required=True)
    activated_at = Instant(required=True, allow_none=True)
    ended_at = Instant(required=True, allow_none=True)


class PlanSchema(PlanLineSchema):
    """One plan with its sessions: what was delivered, what is booked, and since when it rests."""

    held_since = Instant(required=True, allow_none=True)
    delivered = fields.Integer(required=True)
    booked = fields.Integer(required=True)
    sessions = fields.List(fields.Nested(PlannedVisitSchema), required=True)


class PlanPageSchema(StrictSchema):
    """Some plans, the newest first; ``next`` goes into ``cursor`` to read on and is null at the end."""

    plans = fields.List(fields.Nested(PlanLineSchema), required=True)
    next = fields.String(required=True, allow_none=True)


class PlanQuerySchema(StrictSchema):
    """Which plans are listed."""

    state = one_of(PlanState)
    therapist_uid = Uid()
    client_uid = Uid()
    cursor = Uid()
    limit = WholeNumber(1, MOST_LISTED, load_default=MOST_LISTED)


class PaceSchema(StrictSchema):
    """One plan that lapses or falls behind its rhythm."""

    plan_uid = fields.String(required=True)
    client = fields.Nested(NamedSchema, required=True)
    therapist_name = fields.String(required=True)
    sessions = fields.Integer(required=True)
    delivered = fields.Integer(required=True)
    booked = fields.Integer(required=True)
    days_behind = fields.Integer(required=True)
    is_lapsing = fields.Boolean(required=True)
    due_on = Day(required=True)
    next_on = Day(required=True, allow_none=True)


class PacesSchema(StrictSchema):
    """The plans that need somebody, those that lapse and the farthest behind first."""

    plans = fields.List(fields.Nested(PaceSchema), required=True)
