"""What availability reads from a query, and the shape of its answers for the API's description."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from practice.scheduling.free_time.search import MOST_DAYS, StartsQuery
from practice.web.schemas import Day, LocalTime, RefusalSchema, StrictSchema, Uid, WholeNumber

MOST_STARTS = 6000
MOST_THERAPISTS = 100


class TimesQuerySchema(StrictSchema):
    """Which service, where and with whom; no therapist means anyone who offers it."""

    service = Uid(required=True)
    location = Uid(metadata={"description": "May be left out when the practice has one location."})
    therapist = fields.List(Uid(), validate=validate.Length(max=MOST_THERAPISTS), load_default=list)
    room = Uid()
    client = Uid(metadata={"description": "Respects the client's own diary."})
    then = Uid(metadata={"description": "Only starts after which this service can follow at once."})


class RangeQuerySchema(TimesQuerySchema):
    """Local days, first and last included."""

    first_on = Day(required=True, data_key="from")
    last_on = Day(required=True, data_key="to")
    limit = WholeNumber(1, MOST_STARTS, load_default=MOST_STARTS)

    @validates_schema
    def _check_range(self, data: dict[str, Any], **_kwargs: Any) -> None:
        require_days(data, MOST_DAYS)


def require_days(data: dict[str, Any], most: int) -> None:
    """Raise unless the range of a query is in order and not too long."""
    days = (data["last_on"] - data["first_on"]).days + 1
    if not 1 <= days <= most:
        raise ValidationError(f"Give a last day on or after the first; at most {most} days.", "to")


class NextQuerySchema(TimesQuerySchema):
    """From which local day on; left out: today."""

    from_on = Day(data_key="from")
    amount = WholeNumber(1, 10, load_default=3)


class ExplainQuerySchema(TimesQuerySchema):
    """The wall time asked about."""

    start = LocalTime(required=True)


def starts_query(query: dict[str, Any]) -> StartsQuery:
    """Return what the service asks from what the query said."""
    return StartsQuery(
        service_uid=query["service"],
        location_uid=query.get("location"),
        therapist_uids=tuple(query["therapist"]),
        room_uid=query.get("room"),
        client_uid=query.get("client"),
        then_uid=query.get("then"),
    )


class NamedSchema(Schema):
    """A uid and its name."""

    uid = fields.String(required=True)
    name = fields.String(required=True)


class _TimesSchema(Schema):
    service = fields.String(required=True)
    location = fields.String(required=True)
    zone = fields.String(required=True)
    duration_minutes = fields.Integer(required=True)


class StartSchema(Schema):
    """A start with everyone who is free, and the room proposed for the first of them."""

    start = fields.AwareDateTime(required=True)
    therapists = fields.List(fields.String(), required=True)
    room = fields.String(required=True, allow_none=True)
    places = fields.Integer(metadata={"description": "Of a service for groups: how many may still come."})


class StartsSchema(_TimesSchema):
    """Every offered start of the days asked for; ``has_more`` when the limit cut some off."""

    has_more = fields.Boolean(required=True)
    starts = fields.List(fields.Nested(StartSchema), required=True)
    therapists = fields.List(fields.Nested(NamedSchema), required=True)
    rooms = fields.List(fields.Nested(NamedSchema), required=True)


class ProposalSchema(Schema):
    """One time to read aloud."""

    start = fields.AwareDateTime(required=True)
    therapist = fields.Nested(NamedSchema, required=True)
    room = fields.Nested(NamedSchema, required=True, allow_none=True)
    places = fields.Integer(metadata={"description": "Of a service for groups: how many may still come."})


class ProposalsSchema(_TimesSchema):
    """The next fitting times, best first; nothing was looked for after ``searched_to``."""

    searched_to = fields.Date(required=True)
    proposals = fields.List(fields.Nested(ProposalSchema), required=True)


class ExplanationSchema(Schema):
    """Whether a start is offered, every reason why not, and ``beside`` what speaks against the client."""

    is_offered = fields.Boolean(required=True)
    refusals = fields.List(fields.Nested(RefusalSchema), required=True)
    beside = fields.List(fields.Nested(RefusalSchema), required=True)
