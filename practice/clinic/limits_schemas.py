"""What limits read and show as JSON and as forms; shape only."""

from marshmallow import fields, validate

from practice.clinic.schemas import MAX_LISTED_UIDS, EditableSchema
from practice.web.schemas import StrictSchema, Uid, WholeNumber

A_WEEK_OF_MINUTES = 7 * 24 * 60


class OwnLimitsSchema(StrictSchema):
    """The most that one therapist does; null leaves what holds for everybody."""

    visits_a_day = WholeNumber(1, 100, allow_none=True)
    visits_a_week = WholeNumber(1, 500, allow_none=True)
    hands_on_minutes_a_day = WholeNumber(5, 24 * 60, allow_none=True)
    hands_on_minutes_a_week = WholeNumber(5, A_WEEK_OF_MINUTES, allow_none=True)
    rest_after_minutes = WholeNumber(5, 24 * 60, allow_none=True)


class LimitsSchema(OwnLimitsSchema, EditableSchema):
    """What holds for everybody; null and 0 mean no limit."""

    rest_minutes = WholeNumber(5, 240)
    gap_days_hands_on = WholeNumber(0, 60)
    gap_days_assessment = WholeNumber(0, 60)
    gap_days_phone = WholeNumber(0, 60)
    client_visits_a_day = WholeNumber(1, 20, allow_none=True)
    travel_minutes = WholeNumber(0, 240)


class LimitsFormSchema(OwnLimitsSchema):
    """The same as a form says it: every number that must be there is asked for."""

    rest_minutes = WholeNumber(5, 240, required=True)
    gap_days_hands_on = WholeNumber(0, 60, required=True)
    gap_days_assessment = WholeNumber(0, 60, required=True)
    gap_days_phone = WholeNumber(0, 60, required=True)
    client_visits_a_day = WholeNumber(1, 20, allow_none=True)
    travel_minutes = WholeNumber(0, 240, required=True)


class TherapistLimitsSchema(OwnLimitsSchema):
    """Limits of one therapist, with the version of the therapist."""

    version = fields.Integer(dump_only=True)


class PlacesSchema(StrictSchema):
    """Where a service is given; none or all of the locations mean everywhere."""

    location_uids = fields.List(Uid(), required=True, validate=validate.Length(max=MAX_LISTED_UIDS))
    version = fields.Integer(dump_only=True)


class WaySchema(StrictSchema):
    """How far another location lies; null leaves the practice's usual minutes."""

    location_uid = Uid(required=True)
    minutes = WholeNumber(0, 240, required=True, allow_none=True)


class TravelSchema(StrictSchema):
    """How far other locations lie from one."""

    ways = fields.List(fields.Nested(WaySchema), required=True, validate=validate.Length(max=MAX_LISTED_UIDS))
    version = fields.Integer(dump_only=True)
