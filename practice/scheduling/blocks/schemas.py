"""What the API of blocks reads and shows; shape only, whether a pattern can be is the pattern's own business."""

from datetime import timedelta
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.scheduling.appointments.schemas import one_of
from practice.scheduling.blocks.calendar_file import LONGEST_FILE
from practice.scheduling.blocks.editing import Scope
from practice.scheduling.blocks.pattern import LONGEST_MINUTES, MOST_BLOCKS, MOST_WEEKS_APART, SHORTEST_MINUTES
from practice.scheduling.blocks.wishes import MOST_THERAPISTS
from practice.scheduling.free_time.schemas import NamedSchema
from practice.scheduling.models import BlockKind
from practice.web.schemas import Day, Flag, Instant, LocalTime, StrictSchema, Text, Uid, WholeNumber

Body = dict[str, Any]

KEPT_KINDS = tuple(kind for kind in BlockKind if kind is not BlockKind.ELSEWHERE)
LONGEST_TITLE = 80
MOST_DAYS = 42


class WeeklySchema(StrictSchema):
    """On weekdays (Monday = 0) of every so many weeks, until a day that is included; skipped days are left out."""

    weekdays = fields.List(WholeNumber(0, 6), required=True, validate=validate.Length(max=7))
    until = Day(required=True)
    every = WholeNumber(1, MOST_WEEKS_APART, load_default=1)
    skipped = fields.List(Day(), load_default=list, validate=validate.Length(max=MOST_BLOCKS))


class BlockWishSchema(StrictSchema):
    """Whose time is kept free for what, from when on and how long; wall time at the location."""

    kind = one_of(KEPT_KINDS, required=True)
    title = Text(longest=LONGEST_TITLE, load_default="")
    location_uid = Uid(load_default=None, allow_none=True)
    therapist_uids = fields.List(Uid(), load_default=list, validate=validate.Length(max=MOST_THERAPISTS))
    room_uid = Uid(load_default=None, allow_none=True)
    local_start = LocalTime(required=True)
    minutes = WholeNumber(SHORTEST_MINUTES, LONGEST_MINUTES, required=True)
    touches_buffers = Flag(load_default=False)


class NewBlockSchema(BlockWishSchema):
    """Time to be kept free, once or by a pattern."""

    pattern = fields.Nested(WeeklySchema, load_default=None, allow_none=True)


class BlockChangeSchema(BlockWishSchema):
    """What a block shall be, and how far the change reaches."""

    scope = one_of(Scope, load_default=str(Scope.THIS))


class RemovalSchema(StrictSchema):
    """How far the removal reaches."""

    scope = one_of(Scope, load_default=str(Scope.THIS))


class PatternSchema(WeeklySchema):
    """The rule as it was asked for, and the days taken out since."""

    first_on = Day(required=True)


class BlockSchema(StrictSchema):
    """One stretch of time kept free; ``source`` is ``import`` for what came from a file."""

    uid = fields.String(required=True)
    version = fields.Integer(required=True)
    kind = fields.String(required=True)
    title = fields.String(required=True)
    source = fields.String(required=True)
    zone = fields.String(required=True)
    local_start = LocalTime(required=True)
    starts_at = Instant(required=True)
    ends_at = Instant(required=True)
    therapists = fields.List(fields.Nested(NamedSchema), required=True)
    room = fields.Nested(NamedSchema, required=True, allow_none=True)


class OneBlockSchema(BlockSchema):
    """A block with the rule by which it was made."""

    pattern = fields.Nested(PatternSchema, required=True, allow_none=True)


class BlocksSchema(StrictSchema):
    """Blocks by start."""

    blocks = fields.List(fields.Nested(BlockSchema), required=True)


class BlockQuerySchema(StrictSchema):
    """Local days at a location, first and last included."""

    first_on = Day(required=True, data_key="from")
    last_on = Day(required=True, data_key="to")
    therapist_uid = Uid()

    @validates_schema
    def _check_range(self, data: Body, **_kwargs: Any) -> None:
        if not timedelta(0) <= data["last_on"] - data["first_on"] < timedelta(days=MOST_DAYS):
            raise ValidationError(f"Give a last day on or after the first; at most {MOST_DAYS} days.", "to")


class CalendarFileSchema(StrictSchema):
    """The text of a calendar file (.ics)."""

    calendar = Text(longest=LONGEST_FILE, shortest=1, multiline=True, required=True)


class BookedMeanwhileSchema(StrictSchema):
    """A visit that is booked while the file says busy."""

    uid = fields.String(required=True)
    local_start = LocalTime(required=True)


class ImportedSchema(StrictSchema):
    """What became of a file; ``unread_rules`` repeat in a way of which only the first time was kept."""

    entries = fields.Integer(required=True)
    kept = fields.Integer(required=True)
    unread_rules = fields.Integer(required=True)
    unknown_zones = fields.Integer(required=True)
    clashes = fields.List(fields.Nested(BookedMeanwhileSchema), required=True)
