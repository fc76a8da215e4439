"""The forms of the acts on one appointment: strict, bounded, read once."""

from marshmallow import ValidationError, fields, validates_schema

from practice.desk.schemas import ChoiceField, VersionSchema
from practice.scheduling.appointments.swapping import Swapped
from practice.scheduling.series.editing import Scope
from practice.web.schemas import Flag, LocalTime, Text, Uid, WholeNumber


class MoveSchema(VersionSchema):
    """A move: to a choice of ours, to a time and column of the grid, or to another length."""

    choice = ChoiceField()
    start = LocalTime()
    therapist = Uid()
    room = Uid()
    minutes = WholeNumber(5, 480)
    override_reason = Text(longest=300)
    scope = fields.Enum(Scope, by_value=True)
    together = Flag()


class ShortenSchema(VersionSchema):
    """Fewer minutes, or a shorter service: one of the two."""

    minutes = WholeNumber(5, 480)
    service = Uid()
    override_reason = Text(longest=300)

    @validates_schema
    def _one_of_both(self, data: dict[str, object], **_more: object) -> None:
        if ("minutes" in data) == ("service" in data):
            raise ValidationError("Choose either minutes or a service.", "minutes")


class CancelSchema(VersionSchema):
    """Why, and by whom."""

    reason = Text(longest=30)
    comment = Text(longest=300)
    quiet = Flag()
    scope = fields.Enum(Scope, by_value=True)
    together = Flag()


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
