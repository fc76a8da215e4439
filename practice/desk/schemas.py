"""The desk's forms: strict, bounded, read once."""

from collections.abc import Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate

from practice.desk.booking_draft import NEW_CLIENT
from practice.desk.choice import Choice, read_choice
from practice.scheduling.appointments.swapping import Swapped
from practice.scheduling.lifecycle import AppointmentState
from practice.web.schemas import UID_PATTERN, Day, Flag, LocalTime, StrictSchema, Text, Uid, WholeNumber

OUTCOMES = (AppointmentState.COMPLETED, AppointmentState.NO_SHOW)


class ChoiceField(fields.Field[Choice]):
    """A time with its therapist and room, as a button of ours wrote it."""

    def _deserialize(
        self,
        value: Any,
        attr: str | None,  # noqa: ARG002  # their hook
        data: Mapping[str, Any] | None,  # noqa: ARG002  # their hook
        **_kwargs: Any,
    ) -> Any:
        try:
            return read_choice(str(value))
        except ValueError as foreign:
            raise ValidationError("Choose one of the times shown.") from foreign


class BookingSchema(StrictSchema):
    """The booking panel's form, however little of it is filled in; ``start`` and ``room`` come from the grid."""

    location = Uid()
    client = fields.String(validate=validate.Regexp(f"({NEW_CLIENT}|{UID_PATTERN})\\Z"))
    typed = Text(longest=120)
    first_name = Text(longest=80)
    last_name = Text(longest=80)
    phone = Text(longest=40)
    email = Text(longest=254)
    may_mail = Flag()
    service = Uid()
    therapist = Uid()
    choice = ChoiceField()
    proposed = ChoiceField()
    hold = Uid()
    held_for = Text(longest=250)
    from_on = Day()
    other_on = Day()
    other_at = fields.Time(format="%H:%M")
    more = Flag()
    tentative_reason = Text(longest=40)
    override_reason = Text(longest=300)
    desk_note = Text(longest=1000, multiline=True)
    outcome = fields.String(validate=validate.OneOf([outcome.value for outcome in OUTCOMES]))
    past_reason = Text(longest=300)
    take_other = Flag()
    start = LocalTime()
    room = Uid()


class VersionSchema(StrictSchema):
    """An act that needs to know only which state the desk has seen."""

    version = WholeNumber(1, 2**31 - 1)


class MoveSchema(VersionSchema):
    """A move: to a choice of ours, to a time and column of the grid, or to another length."""

    choice = ChoiceField()
    start = LocalTime()
    therapist = Uid()
    room = Uid()
    minutes = WholeNumber(5, 480)
    override_reason = Text(longest=300)


class CancelSchema(VersionSchema):
    """Why, and by whom."""

    reason = Text(longest=30)
    comment = Text(longest=300)
    quiet = Flag()


class NoShowSchema(VersionSchema):
    """Whether the fee is proposed."""

    charge_fee = Flag()


class WaiverSchema(VersionSchema):
    """Why the fee is let go."""

    reason = Text(longest=120)


class SwapSchema(VersionSchema):
    """With which other appointment, and what of both."""

    other = Uid(required=True)
    what = fields.Enum(Swapped, by_value=True, required=True)


class ClientChangeSchema(VersionSchema):
    """To whom the time is given."""

    client = Uid(required=True)
    typed = Text(longest=120)
    override_reason = Text(longest=300)
