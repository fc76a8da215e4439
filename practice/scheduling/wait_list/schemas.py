"""What the wait list reads and shows as JSON; shape only."""

from typing import Any

from marshmallow import Schema, ValidationError, fields, validate, validates_schema

from practice.scheduling.free_time.schemas import NamedSchema
from practice.scheduling.wait_list.states import EntryState, OfferState, Urgency
from practice.web.schemas import Day, Flag, Instant, LocalTime, StrictSchema, Text, Uid, WholeNumber

MOST_THERAPISTS = 20
MOST_WINDOWS = 14
LONGEST_NOTICE = 30 * 24 * 60
MOST_PAGES = 10_000


def _one_of(codes: Any, **kwargs: Any) -> fields.String:
    names = [str(code) for code in codes]
    return fields.String(validate=validate.OneOf(names, error=f"Choose one of: {', '.join(names)}."), **kwargs)


class WindowSchema(StrictSchema):
    """A weekday (Monday = 0) and wall minutes between which the whole treatment shall lie."""

    weekday = WholeNumber(0, 6, required=True)
    begins = WholeNumber(0, 24 * 60, required=True)
    ends = WholeNumber(0, 24 * 60, required=True)

    @validates_schema
    def order(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a window that ends before it begins."""
        if data["begins"] >= data["ends"]:
            raise ValidationError("A window must end after it begins.", "ends")


class WishedSchema(StrictSchema):
    """What somebody waits for; no therapists and no windows mean any."""

    service_uid = Uid(required=True)
    location_uid = Uid()
    therapist_uids = fields.List(Uid(), load_default=list, validate=validate.Length(max=MOST_THERAPISTS))
    windows = fields.List(fields.Nested(WindowSchema), load_default=list, validate=validate.Length(max=MOST_WINDOWS))
    first_on = Day()
    last_on = Day(allow_none=True, load_default=None)
    urgency = _one_of(Urgency, load_default=str(Urgency.SOON))
    notice_minutes = WholeNumber(0, LONGEST_NOTICE, load_default=120)
    may_phone = Flag(load_default=True)
    desk_note = Text(longest=500, multiline=True, load_default="")

    @validates_schema
    def dates(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a last day before the first."""
        first_on, last_on = data.get("first_on"), data.get("last_on")
        if first_on is not None and last_on is not None and last_on < first_on:
            raise ValidationError("Give a last day on or after the first.", "last_on")


class NewEntrySchema(WishedSchema):
    """Somebody who shall wait."""

    client_uid = Uid(required=True)


class EntrySchema(StrictSchema):
    """Somebody who waits."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    state = fields.String(required=True)
    client = fields.Nested(NamedSchema, required=True)
    service = fields.Nested(NamedSchema, required=True)
    location = fields.Nested(NamedSchema, required=True)
    therapists = fields.List(fields.Nested(NamedSchema), required=True)
    windows = fields.List(fields.Nested(WindowSchema), required=True)
    first_on = fields.Date(required=True)
    last_on = fields.Date(required=True, allow_none=True)
    urgency = fields.String(required=True)
    notice_minutes = fields.Integer(required=True)
    may_phone = fields.Boolean(required=True)
    desk_note = fields.String(required=True)
    created_at = Instant(required=True)
    closed_at = Instant(required=True, allow_none=True)


class EntryPageSchema(StrictSchema):
    """One page of the list and how many entries there are."""

    entries = fields.List(fields.Nested(EntrySchema), required=True)
    total = fields.Integer(required=True)


class EntryQuerySchema(StrictSchema):
    """Which entries; those that are open unless a state is named."""

    state = _one_of(EntryState)
    service_uid = Uid()
    client_uid = Uid()
    page = WholeNumber(1, MOST_PAGES, load_default=1)


class OfferSchema(StrictSchema):
    """One line of the log: who was offered what, when, why, and how it ended."""

    uid = fields.String(required=True)
    entry_uid = fields.String(required=True)
    client = fields.Nested(NamedSchema, required=True)
    service = fields.Nested(NamedSchema, required=True)
    therapist = fields.Nested(NamedSchema, required=True)
    local_start = LocalTime(required=True)
    zone = fields.String(required=True)
    starts_at = Instant(required=True)
    channel = fields.String(required=True)
    state = fields.String(required=True)
    offered_at = Instant(required=True)
    expires_at = Instant(required=True)
    ended_at = Instant(required=True, allow_none=True)
    ended_by = fields.String(required=True, allow_none=True)
    why = fields.List(fields.String(), required=True)
    among = fields.Integer(required=True)
    appointment_uid = fields.String(required=True, allow_none=True)


class OfferPageSchema(StrictSchema):
    """One page of the log and how many offers there are."""

    offers = fields.List(fields.Nested(OfferSchema), required=True)
    total = fields.Integer(required=True)


class OfferQuerySchema(StrictSchema):
    """Which offers, the newest first."""

    state = _one_of(OfferState)
    entry_uid = Uid()
    client_uid = Uid()
    page = WholeNumber(1, MOST_PAGES, load_default=1)


class CallAboutSchema(StrictSchema):
    """The time that a call is about: wall time at the entry's location."""

    local_start = LocalTime(required=True)
    therapist_uid = Uid(required=True)


class CallOutcomeSchema(CallAboutSchema):
    """What a call came to."""

    outcome = _one_of(("declined", "unanswered"), required=True)


class GapQuerySchema(StrictSchema):
    """The stretch to be filled, and at whose diary; no therapist means anybody's."""

    begins_at = Instant(required=True)
    ends_at = Instant(required=True)
    therapist_uid = Uid()
    location_uid = Uid()

    @validates_schema
    def length(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a stretch that is none, or longer than a day."""
        if not 0 < (data["ends_at"] - data["begins_at"]).total_seconds() <= 24 * 60 * 60:
            raise ValidationError("A gap ends after it begins and lasts a day at most.", "ends_at")


class CalledSchema(Schema):
    """One call to make, and why this one."""

    entry_uid = fields.String(required=True)
    client = fields.Nested(NamedSchema, required=True)
    call_name = fields.String(required=True)
    phone = fields.String(required=True, allow_none=True)
    service = fields.String(required=True)
    therapist = fields.Nested(NamedSchema, required=True)
    local_start = LocalTime(required=True)
    zone = fields.String(required=True)
    minutes = fields.Integer(required=True)
    is_short = fields.Boolean(required=True)
    why = fields.List(fields.String(), required=True)
