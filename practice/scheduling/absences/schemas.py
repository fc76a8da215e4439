"""What changes of the ground read and show as JSON; shape only."""

from marshmallow import fields, validate

from practice.clinic.schemas import TIME_OFF_KINDS, ClockTime
from practice.scheduling.absences.applying import AnswerKind
from practice.scheduling.absences.asking import ASKABLE
from practice.scheduling.absences.calling import CallEnd
from practice.scheduling.absences.preview import MOST_HITS
from practice.web.schemas import MAX_ID, Day, Flag, Instant, LocalTime, StrictSchema, Text, Uid, WholeNumber

MAX_SPANS = 70


class WeekSpanSchema(StrictSchema):
    """Working at a location on a weekday (Monday = 0)."""

    weekday = WholeNumber(0, 6, required=True)
    opens = ClockTime(required=True)
    closes = ClockTime(required=True)
    location_uid = Uid(required=True)


class AskedSchema(StrictSchema):
    """What every face asks of a change, except its times of day; which fields count depends on ``kind``."""

    kind = fields.String(required=True, validate=validate.OneOf(ASKABLE))
    therapist_uid = Uid()
    location_uid = Uid()
    room_uid = Uid()
    service_uid = Uid()
    first_on = Day()
    last_on = Day()
    name = Text(longest=120)


class GroundChangeSchema(AskedSchema):
    """A change of absences, hours, rooms, services or places."""

    starts = ClockTime()
    ends = ClockTime()
    week = fields.List(fields.Nested(WeekSpanSchema), validate=validate.Length(max=MAX_SPANS))


class HitNameSchema(StrictSchema):
    """A uid and its name."""

    uid = fields.String()
    name = fields.String()


class NewTimeSchema(StrictSchema):
    """A time that is free for one of the visits, and for no other of them."""

    kind = fields.String()
    local_start = LocalTime()
    is_second_occurrence = fields.Boolean()
    therapist = fields.Nested(HitNameSchema)
    room = fields.Nested(HitNameSchema, allow_none=True)


class HitReasonSchema(StrictSchema):
    """Why a visit no longer fits."""

    code = fields.String()
    sentence = fields.String()


class HitSchema(StrictSchema):
    """A visit that would be hit."""

    visit_uid = fields.String()
    version = fields.Integer()
    client = fields.Nested(HitNameSchema)
    therapist = fields.Nested(HitNameSchema)
    local_start = LocalTime()
    zone = fields.String()
    reasons = fields.List(fields.Nested(HitReasonSchema))
    times = fields.List(fields.Nested(NewTimeSchema))


class ImpactSchema(StrictSchema):
    """What a change would do; send ``clinic_version`` and each visit's version back with the answers."""

    title = fields.String()
    clinic_version = fields.Integer()
    hits = fields.List(fields.Nested(HitSchema))


class AnswerSchema(StrictSchema):
    """What becomes of one visit; ``version`` is the one that the preview showed."""

    visit_uid = Uid(required=True)
    version = WholeNumber(1, MAX_ID, required=True)
    kind = fields.Enum(AnswerKind, by_value=True, required=True)
    local_start = LocalTime()
    is_second_occurrence = Flag()
    therapist_uid = Uid()
    room_uid = Uid(allow_none=True)
    reason = Text(longest=300)


class ApplySchema(StrictSchema):
    """A change with an answer for every visit that it hits."""

    change = fields.Nested(GroundChangeSchema, required=True)
    clinic_version = WholeNumber(0, MAX_ID, required=True)
    answers = fields.List(fields.Nested(AnswerSchema), required=True, validate=validate.Length(max=MOST_HITS))
    away_kind = fields.String(validate=validate.OneOf(list(TIME_OFF_KINDS)), load_default="holiday")
    note = Text(longest=200, load_default="")
    joins = Flag(load_default=False)


class ActSchema(StrictSchema):
    """A change that was carried out."""

    uid = fields.String()
    kind = fields.String()
    title = fields.String()
    at = Instant()


class CallRowSchema(StrictSchema):
    """One visit of an act: its answer, and what can be proposed while a call is open."""

    uid = fields.String()
    version = fields.Integer()
    answer = fields.String()
    outcome = fields.String(allow_none=True)
    reason = fields.String()
    tries = fields.Integer()
    is_open = fields.Boolean()
    visit_uid = fields.String()
    client = fields.Nested(HitNameSchema)
    local_start = LocalTime()
    zone = fields.String()
    times = fields.List(fields.Nested(NewTimeSchema))


class CallListSchema(ActSchema):
    """An act with every visit that it hit."""

    visits = fields.List(fields.Nested(CallRowSchema))


class OutTodaySchema(StrictSchema):
    """Who is out."""

    therapist_uid = Uid(required=True)


class SettleSchema(StrictSchema):
    """What was agreed in a call."""

    end = fields.Enum(CallEnd, by_value=True, required=True)
    version = WholeNumber(1, MAX_ID)
    local_start = LocalTime()
    is_second_occurrence = Flag()
    therapist_uid = Uid()
    room_uid = Uid(allow_none=True)
    reason = Text(longest=300, load_default="")
