"""What the practice's set-up reads and shows as JSON and as forms; shape only."""

import re
from collections.abc import Mapping
from enum import StrEnum
from typing import Any

from marshmallow import ValidationError, fields, validate

from practice.clinic.hours import MIDNIGHT, show_minute, tidy_clock
from practice.clinic.models import RegistrationStatus, ServiceKind
from practice.core.local_time import zone
from practice.web.schemas import Day, Flag, Instant, StrictSchema, Text, Uid, WholeNumber

ROOM_FEATURES = {
    "step_free": "Step-free",
    "hydraulic_table": "Height-adjustable table",
    "low_table": "Low table",
    "quiet": "Quiet",
    "shower": "Shower",
    "scent_free": "Scent-free",
}
TIME_OFF_KINDS = {"holiday": "Holiday", "ill": "Ill", "course": "Course", "other": "Other"}
GENDERS = {"female": "Woman", "male": "Man", "other": "Other"}
COLOURS = 8
SAFETY_POLICIES = ("strict", "risk_based")
MAX_LISTED_UIDS = 100

_AMOUNT = re.compile(r"([0-9]{1,5})(?:\.([0-9]{1,2}))?", re.ASCII)
_CLOCK = re.compile(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]|24:00", re.ASCII)


class ZoneName(Text):
    """An IANA time zone that the pinned tz database knows."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(longest=64, shortest=1, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> str:
        name = super()._deserialize(value, attr, data, **kwargs)
        try:
            zone(name)
        except ValueError as unknown:
            raise ValidationError("Give an IANA time zone such as America/Toronto.") from unknown
        return name


class ClockTime(fields.String):
    """Minutes after local midnight, written as ``09:30``; the end of a day is ``24:00``."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(metadata={"pattern": f"^(?:{_CLOCK.pattern})$"}, **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        if _CLOCK.fullmatch(text) is None:
            raise ValidationError("Give a time such as 09:30; 24:00 ends the day.")
        hours, _, minutes = text.partition(":")
        return int(hours) * 60 + int(minutes)

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002  # their hook
        return None if value is None else show_minute(value)


class TypedClock(ClockTime):
    """A clock time as people type it: 9, 9.30, 930 and 09:30 are all read."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        return super()._deserialize(tidy_clock(value) if isinstance(value, str) else value, attr, data, **kwargs)


class Money(fields.String):
    """An amount typed as ``110`` or ``110.50``, read as cents."""

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs).strip().removeprefix("$").replace(",", ".")
        if (amount := _AMOUNT.fullmatch(text)) is None:
            raise ValidationError("Give an amount such as 110 or 110.50.")
        return int(amount[1]) * 100 + int((amount[2] or "").ljust(2, "0"))

    def _serialize(self, value: Any, attr: str | None, obj: Any, **kwargs: Any) -> str | None:  # noqa: ARG002  # their hook
        return None if value is None else f"{value // 100}.{value % 100:02d}"


def _codes(names: Mapping[str, str], what: str) -> fields.List[Any]:
    sentence = f"Choose {what} from: {', '.join(names)}."
    one = fields.String(validate=validate.OneOf(list(names), error=sentence))
    return fields.List(one, validate=validate.Length(max=len(names)))


def _one_of(kind: type[StrEnum]) -> fields.String:
    names = [str(each) for each in kind]
    return fields.String(validate=validate.OneOf(names, error=f"Choose one of: {', '.join(names)}."))


class EditableSchema(StrictSchema):
    """What every editable row shows."""

    uid = fields.String(dump_only=True)
    version = fields.Integer(dump_only=True)


class LocationSchema(EditableSchema):
    """A place with its zone."""

    name = Text(longest=120, shortest=1)
    address = Text(longest=300, shortest=1)
    phone = Text(longest=40)
    zone = ZoneName()
    arrive_early_minutes = WholeNumber(0, 120)
    holiday_region = Text(longest=10)
    is_active = Flag()


class NewLocationSchema(LocationSchema):
    """A place to be opened."""

    name = Text(longest=120, shortest=1, required=True)
    address = Text(longest=300, shortest=1, required=True)
    zone = ZoneName(required=True)


class RoomSchema(EditableSchema):
    """A treatment room."""

    name = Text(longest=60, shortest=1)
    location_uid = Uid()
    features = _codes(ROOM_FEATURES, "features")
    is_active = Flag()


class NewRoomSchema(RoomSchema):
    """A room to be added."""

    name = Text(longest=60, shortest=1, required=True)
    location_uid = Uid(required=True)


class ServiceSchema(EditableSchema):
    """What can be booked; ``therapist_uids`` are those who offer it."""

    code = Text(longest=20, shortest=1)
    name = Text(longest=80, shortest=1)
    kind = _one_of(ServiceKind)
    duration_minutes = WholeNumber(5, 480)
    buffer_before_minutes = WholeNumber(0, 120)
    buffer_after_minutes = WholeNumber(0, 120)
    price_cents = WholeNumber(0, 10_000_000)
    grid_minutes = WholeNumber(5, 240)
    notice_minutes = WholeNumber(0, 60 * 24 * 60)
    portal_notice_minutes = WholeNumber(0, 60 * 24 * 60)
    horizon_days = WholeNumber(1, 730)
    group_size = WholeNumber(1, 12)
    needs_room = Flag()
    room_needs = _codes(ROOM_FEATURES, "room needs")
    is_active = Flag()
    therapist_uids = fields.List(Uid(), validate=validate.Length(max=MAX_LISTED_UIDS))


class NewServiceSchema(ServiceSchema):
    """A service to be added."""

    code = Text(longest=20, shortest=1, required=True)
    name = Text(longest=80, shortest=1, required=True)
    duration_minutes = WholeNumber(5, 480, required=True)
    price_cents = WholeNumber(0, 10_000_000, required=True)


class ServiceFormSchema(NewServiceSchema):
    """A service as its form says it: the price as people write it."""

    price_cents = Money(required=True)  # type: ignore[assignment]  # the same amount, as people type it


class TherapistBriefSchema(EditableSchema):
    """A therapist as colleagues and the desk see him."""

    name = Text(longest=120, shortest=1)
    colour = WholeNumber(1, COLOURS)
    registration_status = _one_of(RegistrationStatus)
    usual_room_uid = Uid(allow_none=True)
    is_active = Flag()
    gender = fields.String(validate=validate.OneOf(["", *GENDERS], error=f"Choose one of: {', '.join(GENDERS)}."))
    service_uids = fields.List(Uid(), validate=validate.Length(max=MAX_LISTED_UIDS))


class TherapistSchema(TherapistBriefSchema):
    """A therapist as the owner sees him: with the registration and the sign-in."""

    registration_number = Text(longest=40, shortest=1)
    registered_from = Day(allow_none=True)
    registered_until = Day(allow_none=True)
    user_uid = Uid(allow_none=True)


class NewTherapistSchema(TherapistSchema):
    """A therapist to be added."""

    name = Text(longest=120, shortest=1, required=True)
    registration_number = Text(longest=40, shortest=1, required=True)


class PracticeSchema(EditableSchema):
    """The policies in force from a day on."""

    effective_on = Day()
    name = Text(longest=120, shortest=1)
    sender_alias = Text(longest=120, shortest=1)
    reply_to = fields.Email(allow_none=True, validate=validate.Length(max=254))
    locale = fields.String(validate=validate.OneOf(["en_CA", "fr_CA", "en_GB", "en_US", "de_DE"]))
    currency = fields.String(validate=validate.Regexp(r"[A-Z]{3}\Z", error="Give a code such as CAD."))
    default_region = fields.String(validate=validate.Regexp(r"[A-Z]{2}\Z", error="Give a country code such as CA."))
    cancel_notice_minutes = WholeNumber(0, 60 * 24 * 30)
    late_cancel_fee_percent = WholeNumber(0, 100)
    no_show_fee_percent = WholeNumber(0, 100)
    quiet_from_minute = WholeNumber(0, MIDNIGHT)
    quiet_until_minute = WholeNumber(0, MIDNIGHT)
    confirmation_grace_seconds = WholeNumber(0, 3600)
    change_grace_seconds = WholeNumber(0, 3600)
    reminder_hours = fields.List(WholeNumber(1, 24 * 30), validate=validate.Length(max=5))
    form_reminder_hours = fields.List(WholeNumber(1, 24 * 30), validate=validate.Length(max=5))
    safety_policy = fields.String(validate=validate.OneOf(SAFETY_POLICIES))
    screening_days = WholeNumber(1, 365)
    needs_pregnancy_note = fields.Boolean()


class PolicyFormSchema(StrictSchema):
    """The policies as their form says them: hours where people think in hours, clock times for quiet hours."""

    effective_on = Day(required=True)
    name = Text(longest=120, shortest=1, required=True)
    sender_alias = Text(longest=120, shortest=1, required=True)
    reply_to = fields.Email(allow_none=True, validate=validate.Length(max=254))
    default_region = fields.String(
        required=True, validate=validate.Regexp(r"[A-Z]{2}\Z", error="Give a country code such as CA.")
    )
    cancel_notice_hours = WholeNumber(0, 24 * 30, required=True)
    late_cancel_fee_percent = WholeNumber(0, 100, required=True)
    no_show_fee_percent = WholeNumber(0, 100, required=True)
    quiet_from = TypedClock(required=True)
    quiet_until = TypedClock(required=True)
    confirmation_grace_seconds = WholeNumber(0, 3600, required=True)
    change_grace_seconds = WholeNumber(0, 3600, required=True)
    first_reminder_hours = WholeNumber(1, 24 * 30, allow_none=True)
    second_reminder_hours = WholeNumber(1, 24 * 30, allow_none=True)
    first_form_hours = WholeNumber(1, 24 * 30, allow_none=True)
    second_form_hours = WholeNumber(1, 24 * 30, allow_none=True)
    safety_policy = fields.String(required=True, validate=validate.OneOf(SAFETY_POLICIES))
    screening_days = WholeNumber(1, 365, required=True)
    needs_pregnancy_note = fields.Boolean(required=True)


class TaskSchema(EditableSchema):
    """Something that a person must do."""

    kind = fields.String()
    subject_kind = fields.String()
    assigned_role = fields.String()
    due_at = Instant()
    state = fields.String()
    outcome = fields.String(allow_none=True)
    note = fields.String()
    created_at = Instant()
    done_at = Instant(allow_none=True)


class TaskQuerySchema(StrictSchema):
    """Which tasks are wanted."""

    state = fields.String(validate=validate.OneOf(["open", "done", "withdrawn"]), load_default="open")
    kind = Text(longest=40)
    due_before = Instant()


class FinishTaskSchema(StrictSchema):
    """How a task ended."""

    outcome = Text(longest=40, shortest=1, required=True)
    note = Text(longest=2000, multiline=True, load_default="")


class ListQuerySchema(StrictSchema):
    """Whether what is out of use is wanted too."""

    include_inactive = Flag(load_default=False)
    location_uid = Uid()
    service_uid = Uid()
