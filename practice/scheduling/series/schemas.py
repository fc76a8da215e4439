"""What the series API reads and shows; shape only, whether a rule can be is the rule's own business."""

from typing import Any

from marshmallow import fields, validate

from practice.scheduling.appointments.booking import TENTATIVE_REASONS
from practice.scheduling.appointments.cancelling import CANCEL_REASONS, CancelledBy
from practice.scheduling.appointments.schemas import (
    LONGEST_NOTE,
    LONGEST_REASON,
    AppointmentSchema,
    WishSchema,
    one_of,
)
from practice.scheduling.free_time.schemas import NamedSchema
from practice.scheduling.series.editing import Scope
from practice.scheduling.series.rule import LONGEST_INTERVAL, MOST_VISITS, Instead, Unit
from practice.web.schemas import Day, Flag, LocalTime, RefusalSchema, StrictSchema, Text, Uid, WayOutSchema, WholeNumber


class RuleSchema(StrictSchema):
    """Every so many weeks or days, on weekdays (Monday = 0), so often or until a day; weeks begin on Monday."""

    every = WholeNumber(1, LONGEST_INTERVAL, load_default=1)
    unit = one_of(Unit, load_default=Unit.WEEKS)
    weekdays = fields.List(WholeNumber(0, 6), validate=validate.Length(max=7), load_default=list)
    count = WholeNumber(1, MOST_VISITS, allow_none=True, load_default=None)
    until = Day(allow_none=True, load_default=None)
    on_closed = one_of(Instead, load_default=Instead.REFUSE)
    on_skipped_time = one_of(Instead, load_default=Instead.REFUSE)


class OtherPlaceSchema(StrictSchema):
    """Where one visit goes instead of where the rule puts it."""

    visit = WholeNumber(1, MOST_VISITS, required=True)
    local_start = LocalTime(required=True)
    therapist_uid = Uid()
    room_uid = Uid()


class SeriesWishSchema(WishSchema):
    """The first visit, the rule, and what is different by hand: visits put elsewhere or left out, by number."""

    client_uid = Uid(required=True)
    service_uid = Uid(required=True)
    local_start = LocalTime(required=True)
    is_second_occurrence = Flag(load_default=False)
    rule = fields.Nested(RuleSchema, required=True)
    instead = fields.List(fields.Nested(OtherPlaceSchema), validate=validate.Length(max=MOST_VISITS), load_default=list)
    left_out = fields.List(WholeNumber(1, MOST_VISITS), validate=validate.Length(max=MOST_VISITS), load_default=list)


class NewSeriesSchema(SeriesWishSchema):
    """Several appointments to be booked at once, all or none."""

    tentative_reason = one_of(TENTATIVE_REASONS)
    desk_note = Text(longest=LONGEST_NOTE, multiline=True, load_default="")
    tell_client = Flag(load_default=True)


class BookedSeriesSchema(StrictSchema):
    """The appointments of a series in the order of their starts; ``rule`` is null for visits only tied together."""

    series_id = fields.String(required=True)
    rule = fields.Nested(RuleSchema, allow_none=True, required=True)
    appointments = fields.List(fields.Nested(AppointmentSchema), required=True)


class SeenVisitSchema(StrictSchema):
    """One visit as it would be booked now: ``refusals`` is empty if it fits, ``nearest`` are times that would."""

    visit = fields.Integer(required=True)
    local_start = LocalTime(required=True)
    shifted_because = fields.String(allow_none=True, required=True)
    therapist = fields.Nested(NamedSchema, allow_none=True, required=True)
    room = fields.Nested(NamedSchema, allow_none=True, required=True)
    refusals = fields.List(fields.Nested(RefusalSchema), required=True)
    nearest = fields.List(fields.Nested(WayOutSchema), required=True)


class SkippedDaySchema(StrictSchema):
    """A day that the rule names and on which there would be no visit."""

    on = Day(required=True)
    because = fields.String(required=True)


class PreviewSchema(StrictSchema):
    """What booking would do at this moment; nothing is kept for it."""

    zone = fields.String(required=True)
    visits = fields.List(fields.Nested(SeenVisitSchema), required=True)
    skipped = fields.List(fields.Nested(SkippedDaySchema), required=True)


class SeriesMoveSchema(StrictSchema):
    """How far the act reaches and what changes: the new start of this visit shifts the others by as many days."""

    scope = one_of(Scope, required=True)
    local_start = LocalTime()
    is_second_occurrence = Flag(load_default=False)
    therapist_uid = Uid()
    room_uid = Uid()
    any_therapist = Flag(load_default=False)
    override_reason = Text(longest=LONGEST_REASON, load_default="")


class SeriesCancellationSchema(StrictSchema):
    """How far the act reaches, why and by whom."""

    scope = one_of(Scope, required=True)
    reason = one_of(CANCEL_REASONS, required=True)
    by = one_of([CancelledBy.CLIENT, CancelledBy.CLINIC], load_default=CancelledBy.CLIENT)
    comment = Text(longest=LONGEST_REASON, load_default="")
    tell_client = Flag(load_default=True)


class ActedOnSchema(StrictSchema):
    """The appointments that an act changed, as they stand now."""

    appointments = fields.List(fields.Nested(AppointmentSchema), required=True)


Body = dict[str, Any]
