"""What the appointment API reads and shows; shape only."""

from collections.abc import Iterable, Mapping
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.scheduling.appointments.booking import TENTATIVE_REASONS
from practice.scheduling.appointments.cancelling import CANCEL_REASONS, CancelledBy
from practice.scheduling.appointments.queries import MOST_LISTED
from practice.scheduling.appointments.recording import STEPS_TO
from practice.scheduling.appointments.shown import read_cursor
from practice.scheduling.appointments.swapping import Swapped
from practice.scheduling.free_time.schemas import NamedSchema
from practice.scheduling.lifecycle import AppointmentState
from practice.web.schemas import Day, Flag, Instant, LocalTime, StrictSchema, Text, Uid, WholeNumber

LONGEST_REASON = 300
LONGEST_NOTE = 2000
LONGEST_CURSOR = 120
MOST_FORM_FIELDS = 30


def one_of(codes: Iterable[str], **kwargs: Any) -> fields.String:
    """Return a field that takes one of some codes."""
    names = [str(code) for code in codes]
    return fields.String(validate=validate.OneOf(names, error=f"Choose one of: {', '.join(names)}."), **kwargs)


class PlacedSchema(StrictSchema):
    """Where and when something lies."""

    uid = fields.String(required=True)
    service = fields.Nested(NamedSchema, required=True)
    therapist = fields.Nested(NamedSchema, required=True)
    location = fields.Nested(NamedSchema, required=True)
    room = fields.Nested(NamedSchema, allow_none=True, required=True)
    local_start = LocalTime(required=True)
    zone = fields.String(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    duration_minutes = fields.Integer(required=True)


class AppointmentSchema(PlacedSchema):
    """An appointment; prices and fees are shown to the desk and the owner only."""

    version = fields.Integer(required=True)
    state = fields.String(required=True)
    client = fields.Nested(NamedSchema, allow_none=True)
    tentative_reason = fields.String(allow_none=True)
    sequence = fields.Integer()
    series_id = fields.String(allow_none=True)
    link_id = fields.String(allow_none=True)
    group_size = fields.Integer()
    tell_client = fields.Boolean()
    desk_note = fields.String()
    confirmed_at = Instant(allow_none=True)
    arrived_at = Instant(allow_none=True)
    started_at = Instant(allow_none=True)
    ended_at = Instant(allow_none=True)
    cancelled_at = Instant(allow_none=True)
    cancelled_by = fields.String(allow_none=True)
    cancel_reason = fields.String(allow_none=True)
    cancelled_late = fields.Boolean(allow_none=True)
    created_at = Instant()
    price_cents = fields.Integer()
    fee_proposed_cents = fields.Integer(allow_none=True)
    fee_waived_reason = fields.String(allow_none=True)


class AppointmentPageSchema(StrictSchema):
    """Some appointments; ``next`` goes into ``cursor`` to read on and is null at the end."""

    appointments = fields.List(fields.Nested(AppointmentSchema), required=True)
    next = fields.String(allow_none=True, required=True)


class ChangeSchema(StrictSchema):
    """One act of an appointment's history."""

    uid = fields.String(required=True)
    at = Instant(required=True)
    verb = fields.String(required=True)
    actor_role = fields.String(required=True)
    state_before = fields.String(allow_none=True)
    state_after = fields.String(required=True)
    changed = fields.List(fields.String())
    local_start_before = fields.String(allow_none=True)
    local_start_after = fields.String(allow_none=True)
    reason = fields.String()
    undone_at = Instant(allow_none=True)


class Cursor(fields.String):
    """Where a page goes on, as the page before it said."""

    def __init__(self, **kwargs: Any) -> None:
        super().__init__(validate=validate.Length(max=LONGEST_CURSOR), **kwargs)

    def _deserialize(self, value: Any, attr: str | None, data: Mapping[str, Any] | None, **kwargs: Any) -> Any:
        text = super()._deserialize(value, attr, data, **kwargs)
        try:
            return read_cursor(text)
        except ValueError as foreign:
            raise ValidationError("Give the cursor as the page before it returned it.") from foreign


class AppointmentQuerySchema(StrictSchema):
    """Which appointments are listed; instants bound their starts."""

    begins_at = Instant()
    ends_at = Instant()
    therapist_uid = Uid()
    client_uid = Uid()
    state = one_of(AppointmentState)
    cursor = Cursor()
    limit = WholeNumber(1, MOST_LISTED, load_default=MOST_LISTED)


class WishSchema(StrictSchema):
    """What is wanted; without a therapist anyone, without a room any suitable one, without a location the only one."""

    service_uid = Uid()
    location_uid = Uid()
    therapist_uid = Uid()
    room_uid = Uid()
    override_reason = Text(longest=LONGEST_REASON, load_default="")


class TimedWishSchema(WishSchema):
    """A time that is wanted: wall time at the location, of a repeated one the first unless said otherwise."""

    local_start = LocalTime()
    is_second_occurrence = Flag(load_default=False)


class NewHoldSchema(TimedWishSchema):
    """A time to keep free while a call goes on."""

    service_uid = Uid(required=True)
    local_start = LocalTime(required=True)


class NewAppointmentSchema(TimedWishSchema):
    """A booking: of a time, or of a hold."""

    client_uid = Uid(required=True)
    hold_uid = Uid()
    tentative_reason = one_of(TENTATIVE_REASONS)
    desk_note = Text(longest=LONGEST_NOTE, multiline=True, load_default="")
    tell_client = Flag(load_default=True)

    @validates_schema
    def _needs_a_time(self, data: dict[str, Any], **_: Any) -> None:
        if "hold_uid" not in data:
            for name in ("service_uid", "local_start"):
                if name not in data:
                    raise ValidationError("Give this, or the hold that is to be booked.", name)


class WalkInSchema(WishSchema):
    """Somebody at the desk, to be treated from now on."""

    client_uid = Uid(required=True)
    service_uid = Uid(required=True)
    desk_note = Text(longest=LONGEST_NOTE, multiline=True, load_default="")


class PastVisitSchema(StrictSchema):
    """A visit of the last seven days that nobody wrote down."""

    client_uid = Uid(required=True)
    service_uid = Uid(required=True)
    therapist_uid = Uid(required=True)
    location_uid = Uid()
    room_uid = Uid()
    local_start = LocalTime(required=True)
    is_second_occurrence = Flag(load_default=False)
    outcome = one_of(STEPS_TO, required=True)
    reason = Text(longest=LONGEST_REASON, shortest=1, required=True)
    started_at = Instant()
    ended_at = Instant()
    desk_note = Text(longest=LONGEST_NOTE, multiline=True, load_default="")


class MoveSchema(StrictSchema):
    """What shall change; a room or a length is changed on its own, without news for the client about the room."""

    local_start = LocalTime()
    is_second_occurrence = Flag(load_default=False)
    location_uid = Uid()
    therapist_uid = Uid()
    room_uid = Uid()
    any_therapist = Flag(load_default=False)
    client_uid = Uid()
    duration_minutes = WholeNumber(5, 480)
    override_reason = Text(longest=LONGEST_REASON, load_default="")

    @validates_schema
    def _changes_one_thing(self, data: dict[str, Any], **_: Any) -> None:
        for name in ("client_uid", "duration_minutes"):
            if name in data and len(data.keys() & _MOVES) > 1:
                raise ValidationError("Change this in a request of its own.", name)


_MOVES = frozenset({"local_start", "location_uid", "therapist_uid", "room_uid", "client_uid", "duration_minutes"})


class CancellationSchema(StrictSchema):
    """Why and by whom an appointment is called off."""

    reason = one_of(CANCEL_REASONS, required=True)
    by = one_of([CancelledBy.CLIENT, CancelledBy.CLINIC], load_default=CancelledBy.CLIENT)
    comment = Text(longest=LONGEST_REASON, load_default="")
    tell_client = Flag(load_default=True)


class TreatmentStartSchema(StrictSchema):
    """Who treats and since when; both default to what is booked and now."""

    therapist_uid = Uid()
    started_at = Instant()


class ShorteningSchema(StrictSchema):
    """Fewer minutes, or a shorter service: one of the two."""

    minutes = WholeNumber(5, 480)
    service_uid = Uid()
    override_reason = Text(longest=300, load_default="")

    @validates_schema
    def _one_of_both(self, data: dict[str, object], **_more: object) -> None:
        if ("minutes" in data) == ("service_uid" in data):
            raise ValidationError("Say either minutes or a service.", "minutes")


class TreatmentEndSchema(StrictSchema):
    """When the treatment ended; now by default."""

    ended_at = Instant()


class NoShowSchema(StrictSchema):
    """Whether the practice's fee is proposed."""

    charge_fee = Flag(required=True)


class ReasonSchema(StrictSchema):
    """A reason in words."""

    reason = Text(longest=LONGEST_REASON, shortest=1, required=True)


class TentativeSchema(StrictSchema):
    """What is still missing."""

    reason = one_of(TENTATIVE_REASONS, required=True)


class SwapSchema(StrictSchema):
    """With which appointment, and what."""

    other_uid = Uid(required=True)
    what = one_of(Swapped, required=True)
    override_reason = Text(longest=LONGEST_REASON, load_default="")


class HoldSchema(PlacedSchema):
    """A held time and until when."""

    hold_ends_at = Instant(required=True)


class NewParkedCallSchema(StrictSchema):
    """What was said so far; ``form`` keeps fields of the booking panel as they were typed."""

    label = Text(longest=120, load_default="")
    client_uid = Uid()
    hold_uid = Uid()
    wanted_on = Day()
    form = fields.Dict(
        keys=Text(longest=40, shortest=1),
        values=Text(longest=LONGEST_NOTE, multiline=True),
        validate=validate.Length(max=MOST_FORM_FIELDS),
        load_default=dict,
    )


class ParkedCallSchema(StrictSchema):
    """A call in the tray; ``hold`` is null when no time is held any more."""

    uid = fields.String(required=True)
    label = fields.String(required=True)
    wanted_on = Day(allow_none=True)
    form = fields.Dict(keys=fields.String(), values=fields.String(), required=True)
    created_at = Instant(required=True)
    hold = fields.Nested(HoldSchema, allow_none=True, required=True)
