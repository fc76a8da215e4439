"""What hours, time off and closures read and show as JSON and as forms; shape only."""

from marshmallow import fields, validate

from practice.clinic.schemas import TIME_OFF_KINDS, ClockTime, EditableSchema, TypedClock
from practice.web.schemas import Day, Instant, StrictSchema, Text, Uid, WholeNumber

MAX_SPANS = 70


class OpeningSpanSchema(StrictSchema):
    """Open on a weekday (Monday = 0) from one clock time to another."""

    weekday = WholeNumber(0, 6, required=True)
    opens = ClockTime(required=True, attribute="opens_minute")
    closes = ClockTime(required=True, attribute="closes_minute")


class WorkingSpanSchema(OpeningSpanSchema):
    """Working at a location on a weekday."""

    location_uid = Uid(required=True)


class OpeningHoursSchema(StrictSchema):
    """A location's whole week."""

    spans = fields.List(fields.Nested(OpeningSpanSchema), required=True, validate=validate.Length(max=MAX_SPANS))


class LocationHoursSchema(StrictSchema):
    """A location's week and the version to send back."""

    version = fields.Integer()
    spans = fields.List(fields.Nested(OpeningSpanSchema))


class DatedSpanSchema(WorkingSpanSchema):
    """Working hours with the days they rule, both included."""

    valid_from = Day(allow_none=True)
    valid_until = Day(allow_none=True)


class WeekSchema(StrictSchema):
    """A therapist's week from a day on."""

    spans = fields.List(fields.Nested(WorkingSpanSchema), required=True, validate=validate.Length(max=MAX_SPANS))
    valid_from = Day(allow_none=True)
    valid_until = Day(allow_none=True)


class HoursQuerySchema(StrictSchema):
    """Which day the hours are wanted for."""

    on = Day()


class TherapistHoursSchema(StrictSchema):
    """A therapist's weekly hours and the version to send back."""

    version = fields.Integer()
    spans = fields.List(fields.Nested(DatedSpanSchema))


class DaySpanSchema(StrictSchema):
    """Working at a location on that day."""

    opens = ClockTime(required=True, attribute="opens_minute")
    closes = ClockTime(required=True, attribute="closes_minute")
    location_uid = Uid(required=True)


class DayHoursSchema(StrictSchema):
    """A dated exception: these hours instead of the weekly ones; none means not working."""

    on = Day(dump_only=True)
    spans = fields.List(fields.Nested(DaySpanSchema), required=True, validate=validate.Length(max=12))
    reason = Text(longest=120, load_default="")


class DayFormSchema(StrictSchema):
    """A dated exception as its form says it; no time at all means not working."""

    on = Day(required=True)
    reason = Text(longest=120)
    location_uid = Uid(allow_none=True)
    opens = TypedClock(allow_none=True)
    closes = TypedClock(allow_none=True)
    opens_again = TypedClock(allow_none=True)
    closes_again = TypedClock(allow_none=True)


class TimeOffSchema(EditableSchema):
    """An absence between two instants."""

    therapist_uid = fields.String(dump_only=True)
    starts_at = Instant()
    ends_at = Instant()
    kind = fields.String(validate=validate.OneOf(list(TIME_OFF_KINDS)))
    note = Text(longest=200)


class NewTimeOffSchema(TimeOffSchema):
    """An absence to be noted."""

    starts_at = Instant(required=True)
    ends_at = Instant(required=True)


class TimeOffFormSchema(StrictSchema):
    """An absence as its form says it: wall times of the practice; without times it is whole days."""

    therapist_uid = Uid(required=True)
    first_on = Day(required=True)
    last_on = Day(allow_none=True)
    starts = TypedClock(allow_none=True)
    ends = TypedClock(allow_none=True)
    kind = fields.String(validate=validate.OneOf(list(TIME_OFF_KINDS)), required=True)
    note = Text(longest=200)


class ClosureSchema(EditableSchema):
    """Days, both included, on which one place (or all, without ``location_uid``) is closed."""

    name = Text(longest=120, shortest=1)
    first_on = Day()
    last_on = Day()
    location_uid = Uid(allow_none=True)


class YearSchema(StrictSchema):
    """Which year's public holidays are wanted; the present one if none is named."""

    year = WholeNumber(2000, 2100)


class ProposedClosureSchema(StrictSchema):
    """A public holiday; ``is_observed`` when it only stands in for one that falls on a weekend."""

    on = Day()
    name = fields.String()
    is_observed = fields.Boolean()
    is_closed = fields.Boolean()


class HolidaysSchema(StrictSchema):
    """The public holidays of one year on which a place is to be closed."""

    year = WholeNumber(2000, 2100, required=True)
    days = fields.List(Day(), required=True, validate=validate.Length(min=1, max=100))


class HolidaysFormSchema(HolidaysSchema):
    """The same as its form says it."""

    location_uid = Uid(required=True)


class NewClosureSchema(ClosureSchema):
    """A closure to be noted."""

    name = Text(longest=120, shortest=1, required=True)
    first_on = Day(required=True)
    last_on = Day(required=True)
