"""What the calendar feed reads from a query, and the shape of its answer for the API's description."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from practice.scheduling.calendar.feed import By
from practice.web.schemas import Day, StrictSchema, Uid

MOST_DAYS = 42
MOST_COLUMNS = 100


class FeedQuerySchema(StrictSchema):
    """Local days, first and last included; no column means all of the location."""

    first_on = Day(required=True, data_key="from")
    last_on = Day(required=True, data_key="to")
    by = fields.Enum(By, by_value=True, load_default=By.THERAPIST)
    location = Uid(metadata={"description": "May be left out when the practice has one location."})
    column = fields.List(Uid(), validate=validate.Length(max=MOST_COLUMNS), load_default=list)

    @validates_schema
    def _check_range(self, data: dict[str, Any], **_kwargs: Any) -> None:
        days = (data["last_on"] - data["first_on"]).days + 1
        if not 1 <= days <= MOST_DAYS:
            raise ValidationError(f"Give a last day on or after the first; at most {MOST_DAYS} days.", "to")


class ColumnSchema(Schema):
    """A column of the calendar."""

    id = fields.String(required=True)
    title = fields.String(required=True)


class UnavailableSchema(Schema):
    """Wall times at which a column cannot be booked."""

    column = fields.String(required=True)
    start = fields.String(required=True)
    end = fields.String(required=True)


class EventSchema(UnavailableSchema):
    """An appointment or a block; a colleague's is only *busy*, without id, service and version."""

    id = fields.String()
    title = fields.String(required=True)
    state = fields.String(required=True)
    service = fields.String(metadata={"description": "The code of the service."})
    together = fields.String(
        data_key="with", allow_none=True, metadata={"description": "The room, or by room the therapist."}
    )
    kind = fields.String(metadata={"description": "What a block is for."})
    version = fields.Integer()


class FeedSchema(Schema):
    """Columns, appointments and the hours at which nobody can be booked, in wall times of the location."""

    location = fields.String(required=True)
    zone = fields.String(required=True)
    columns = fields.List(fields.Nested(ColumnSchema), required=True)
    events = fields.List(fields.Nested(EventSchema), required=True)
    unavailable = fields.List(fields.Nested(UnavailableSchema), required=True)
