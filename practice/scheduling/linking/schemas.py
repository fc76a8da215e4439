"""What the API of linked visits reads and shows; shape only."""

from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.scheduling.appointments.booking import TENTATIVE_REASONS
from practice.scheduling.appointments.schemas import (
    LONGEST_NOTE,
    LONGEST_REASON,
    AppointmentSchema,
    CancellationSchema,
    one_of,
)
from practice.scheduling.linking.back_to_back import MOST_LINKED
from practice.web.schemas import Flag, LocalTime, StrictSchema, Text, Uid


class LinkedWishSchema(StrictSchema):
    """One of the visits; all but the first may leave out the start and follow at once."""

    service_uid = Uid(required=True)
    therapist_uid = Uid()
    room_uid = Uid()
    local_start = LocalTime()
    is_second_occurrence = Flag(load_default=False)


class NewLinkedSchema(StrictSchema):
    """Visits that follow each other at once, to be booked all or none."""

    client_uid = Uid(required=True)
    location_uid = Uid()
    visits = fields.List(
        fields.Nested(LinkedWishSchema), required=True, validate=validate.Length(min=2, max=MOST_LINKED)
    )
    tentative_reason = one_of(TENTATIVE_REASONS)
    override_reason = Text(longest=LONGEST_REASON, load_default="")
    desk_note = Text(longest=LONGEST_NOTE, multiline=True, load_default="")
    tell_client = Flag(load_default=True)

    @validates_schema
    def _begins_somewhen(self, data: dict[str, Any], **_: Any) -> None:
        visits = data.get("visits", [])
        if visits and "local_start" not in visits[0]:
            raise ValidationError({"visits": {0: {"local_start": ["Say when the first visit begins."]}}})


class LinkedMoveSchema(StrictSchema):
    """Where one visit goes; those linked to it move by as much."""

    local_start = LocalTime()
    is_second_occurrence = Flag(load_default=False)
    therapist_uid = Uid()
    room_uid = Uid()
    override_reason = Text(longest=LONGEST_REASON, load_default="")


class LinkedCancellationSchema(CancellationSchema):
    """Why and by whom all of them are called off."""


class LinkedSchema(StrictSchema):
    """The visits of a link in the order of their starts, as they stand now."""

    link_id = fields.String(allow_none=True, required=True)
    appointments = fields.List(fields.Nested(AppointmentSchema), required=True)
