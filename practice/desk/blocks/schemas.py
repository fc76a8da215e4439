"""The forms of time kept free; strict, bounded, read once."""

from datetime import date, datetime, time
from typing import Any

from marshmallow import ValidationError, fields, validate

from practice.scheduling.appointments.schemas import one_of
from practice.scheduling.blocks.editing import Scope
from practice.scheduling.blocks.pattern import MOST_BLOCKS, MOST_WEEKS_APART, Weekly
from practice.scheduling.blocks.schemas import KEPT_KINDS, LONGEST_TITLE
from practice.scheduling.blocks.wishes import MOST_THERAPISTS, BlockWish
from practice.scheduling.models import BlockKind
from practice.web.forms import InvalidForm
from practice.web.schemas import Day, Flag, StrictSchema, Text, Uid, WholeNumber

Body = dict[str, Any]
LONGEST_DAYS = 11 * MOST_BLOCKS


class Days(Text):
    """Days with blanks between them."""

    def _deserialize(self, value: Any, attr: Any, data: Any, **kwargs: Any) -> Any:
        raw = super()._deserialize(value, attr, data, **kwargs)
        try:
            return frozenset(date.fromisoformat(word) for word in raw.replace(",", " ").split())
        except ValueError as foreign:
            raise ValidationError("Give days as 2026-12-24, with blanks between them.") from foreign


class AboutForm(StrictSchema):
    """What a link into the panel brings."""

    on = Day()
    location = Uid()
    therapist = Uid()
    room = Uid()


class BlockForm(StrictSchema):
    """Whose time is kept free for what, and when."""

    kind = one_of(KEPT_KINDS, required=True)
    title = Text(longest=LONGEST_TITLE)
    location_uid = Uid()
    therapist_uids = fields.List(Uid(), validate=validate.Length(max=MOST_THERAPISTS))
    room_uid = Uid()
    first_on = Day(required=True)
    starts = fields.Time(format="%H:%M", required=True)
    ends = fields.Time(format="%H:%M", required=True)
    touches_buffers = Flag()


class NewBlockForm(BlockForm):
    """The same with how often."""

    repeats = Flag()
    weekdays = fields.List(WholeNumber(0, 6), validate=validate.Length(max=7))
    every = WholeNumber(1, MOST_WEEKS_APART)
    until = Day()
    skipped = Days(longest=LONGEST_DAYS)
    leave_out = Days(longest=LONGEST_DAYS)


class ChangeForm(BlockForm):
    """The same with how far the change reaches."""

    scope = one_of(Scope)


class RemoveForm(StrictSchema):
    """How far the removal reaches."""

    scope = one_of(Scope)
    version = WholeNumber(1, 2**31 - 1)


def wish_of(body: Body) -> BlockWish:
    """Return what a form asks for; raises ``InvalidForm``."""
    start, end = datetime.combine(body["first_on"], body["starts"]), datetime.combine(body["first_on"], body["ends"])
    if end <= start:
        raise InvalidForm({"ends": ["Give an end after the start."]})
    return BlockWish(
        kind=BlockKind(body["kind"]),
        title=body.get("title") or "",
        local_start=start,
        minutes=int((end - start).total_seconds()) // 60,
        location=body.get("location_uid"),
        therapists=tuple(body.get("therapist_uids") or ()),
        room=body.get("room_uid"),
        rule=_rule(body) if body.get("repeats") else None,
        touches_buffers=bool(body.get("touches_buffers")),
    )


def _rule(body: Body) -> Weekly:
    if body.get("until") is None:
        raise InvalidForm({"until": ["Say until when."]})
    return Weekly(
        weekdays=frozenset(body.get("weekdays") or {body["first_on"].weekday()}),
        until=body["until"],
        every=body.get("every") or 1,
        skipped=(body.get("skipped") or frozenset()) | (body.get("leave_out") or frozenset()),
    )


def clock(moment: time) -> str:
    """Return a time as a form shows it."""
    return f"{moment:%H:%M}"
