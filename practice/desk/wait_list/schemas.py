"""What the desk's wait-list forms send; shape only."""

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.scheduling.wait_list.schemas import MOST_PAGES, MOST_THERAPISTS
from practice.scheduling.wait_list.states import EntryState, Urgency
from practice.web.schemas import Day, Flag, LocalTime, StrictSchema, Text, Uid, WholeNumber

_CLOCK = validate.Regexp(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Give a time as 09:00.")


class EntryForm(StrictSchema):
    """What somebody waits for: one stretch of the day on some weekdays, or any time."""

    client_uid = Uid()
    q = Text(longest=120)
    service_uid = Uid(required=True)
    location_uid = Uid()
    therapist_uids = fields.List(Uid(), validate=validate.Length(max=MOST_THERAPISTS))
    days = fields.List(WholeNumber(0, 6), validate=validate.Length(max=7))
    begins = fields.String(validate=_CLOCK, allow_none=True)
    ends = fields.String(validate=_CLOCK, allow_none=True)
    first_on = Day(allow_none=True)
    last_on = Day(allow_none=True)
    urgency = fields.Enum(Urgency, by_value=True, required=True)
    notice_minutes = WholeNumber(0, 30 * 24 * 60, required=True)
    may_phone = Flag()
    desk_note = Text(longest=500, multiline=True)

    @validates_schema
    def order(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse days or hours that end before they begin."""
        if data.get("first_on") and data.get("last_on") and data["last_on"] < data["first_on"]:
            raise ValidationError("Give a last day on or after the first.", "last_on")
        if data.get("begins") and data.get("ends") and data["ends"] <= data["begins"]:
            raise ValidationError("Give an end after the beginning.", "ends")


class ListForm(StrictSchema):
    """Which part of the list."""

    state = fields.Enum(EntryState, by_value=True)
    service = Uid()
    page = WholeNumber(1, MOST_PAGES)


class LogForm(StrictSchema):
    """Which page of the log."""

    page = WholeNumber(1, MOST_PAGES)


class PrefillForm(StrictSchema):
    """For whom and what a new entry is."""

    client = Uid()
    service = Uid()
    therapist = Uid()


class GapForm(StrictSchema):
    """The stretch to be filled, and at whose diary."""

    begins = LocalTime(required=True)
    ends = LocalTime(required=True)
    therapist = Uid()
    location = Uid()

    @validates_schema
    def length(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse a stretch that is none, or longer than a day."""
        if not timedelta(0) < data["ends"] - data["begins"] <= timedelta(days=1):
            raise ValidationError("A gap ends after it begins and lasts a day at most.", "ends")


class AboutForm(GapForm):
    """One time in a gap, for one who waits."""

    local_start = LocalTime(required=True)
    therapist_uid = Uid(required=True)
