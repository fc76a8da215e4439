"""The forms of a change and of its answers, read into what the verbs take."""

from collections.abc import Mapping, Sequence
from typing import Any

from flask import request
from marshmallow import fields, validate
from werkzeug.datastructures import MultiDict

from practice.clinic.hours import WEEKDAYS, tidy_clock
from practice.clinic.schemas import TIME_OFF_KINDS, TypedClock
from practice.desk.choice import Choice, read_choice
from practice.desk.schemas import ChoiceField, VersionSchema
from practice.scheduling.absences.applying import Answer, AnswerKind
from practice.scheduling.absences.asking import Asked
from practice.scheduling.absences.calling import CallEnd
from practice.scheduling.absences.preview import Seen
from practice.scheduling.absences.saving import Words
from practice.scheduling.absences.schemas import AskedSchema
from practice.scheduling.wishes import MoveWish
from practice.web.forms import InvalidForm, load_form
from practice.web.schemas import MAX_ID, Flag, Text, WholeNumber

Body = dict[str, Any]
DAYS = tuple(name.lower() for name in WEEKDAYS)
VISIT, SEEN = "visit-", "seen-"
_LONGEST_WEEKDAY = 80


class ChangeForm(AskedSchema):
    """A change as its form says it; a day of a new week is typed as ``9-12:30, 13-17``."""

    starts = TypedClock()
    ends = TypedClock()
    away_kind = fields.String(validate=validate.OneOf(list(TIME_OFF_KINDS)))
    note = Text(longest=200)
    joins = Flag()
    monday = Text(longest=_LONGEST_WEEKDAY)
    tuesday = Text(longest=_LONGEST_WEEKDAY)
    wednesday = Text(longest=_LONGEST_WEEKDAY)
    thursday = Text(longest=_LONGEST_WEEKDAY)
    friday = Text(longest=_LONGEST_WEEKDAY)
    saturday = Text(longest=_LONGEST_WEEKDAY)
    sunday = Text(longest=_LONGEST_WEEKDAY)


class AnswersForm(ChangeForm):
    """A change with what was seen; answers for the visits come beside it."""

    clinic_version = WholeNumber(0, MAX_ID, required=True)
    reason = Text(longest=300)


class SettleForm(VersionSchema):
    """What was agreed in a call."""

    end = fields.Enum(CallEnd, by_value=True)
    choice = ChoiceField()
    reason = Text(longest=300)


class TimesForm(VersionSchema):
    """The call whose client gets times to choose from; a reason typed for keeping the visit is left alone."""

    reason = Text(longest=300)


def asked_of(body: Body) -> Asked:
    """Return the change that a form asks for; raises :class:`InvalidForm` for hours that cannot be read."""
    names = ("kind", "therapist_uid", "location_uid", "room_uid", "service_uid", "first_on", "last_on")
    more = ("starts", "ends", "name")
    given = {name: body[name] for name in (*names, *more) if name in body}
    return Asked(**given, week=_week(body) if body["kind"] == "new_week" else ())


def words_of(body: Body) -> Words:
    """Return what is said with a change."""
    return Words(body.get("away_kind", "holiday"), body.get("note", ""), body.get("joins", False))


def _week(body: Body) -> Sequence[tuple[int, int, int, str]]:
    place = body.get("location_uid")
    if place is None:
        raise InvalidForm({"location_uid": ["Say where."]})
    return [(number, *span, place) for number, day in enumerate(DAYS) for span in _spans(day, body.get(day, ""))]


def _spans(day: str, typed: str) -> list[tuple[int, int]]:
    pieces = [
        piece.strip() for piece in typed.replace("\N{EN DASH}", "-").replace(" to ", "-").split(",") if piece.strip()
    ]
    return [_span(day, piece) for piece in pieces]


def _span(day: str, piece: str) -> tuple[int, int]:
    opens, dash, closes = piece.partition("-")
    clocks = [tidy_clock(opens), tidy_clock(closes)]
    if not dash or any(not _is_clock(clock) for clock in clocks):
        raise InvalidForm({day: ["Give hours such as 9-12:30, 13-17."]})
    first, last = (int(clock[:2]) * 60 + int(clock[3:]) for clock in clocks)
    return first, last


def _is_clock(text: str) -> bool:
    hours, _, minutes = text.partition(":")
    is_number = len(hours) == len(minutes) == 2 and (hours + minutes).isdecimal()
    return is_number and int(hours) * 60 + int(minutes) <= 24 * 60 and int(minutes) < 60


def load_answers() -> tuple[Body, Mapping[str, Answer], Seen]:
    """Return the posted change, the answers by visit, and what was seen; raises :class:`InvalidForm`."""
    posted = request.form
    own = MultiDict((name, value) for name, value in posted.items(multi=True) if not name.startswith((VISIT, SEEN)))
    body = load_form(AnswersForm(), own)
    reason = body.get("reason", "")
    answers = {uid: _answer(value, reason) for uid, value in _named(posted, VISIT)}
    seen = {uid: _version(value) for uid, value in _named(posted, SEEN)}
    return body, answers, Seen(body["clinic_version"], seen)


def _named(posted: MultiDict[str, str], start: str) -> list[tuple[str, str]]:
    return [(name.removeprefix(start), value) for name, value in posted.items() if name.startswith(start)]


def _answer(value: str, reason: str) -> Answer:
    if value in set(AnswerKind):
        return Answer(AnswerKind(value), reason=reason if value == AnswerKind.KEEP else "")
    try:
        chosen = read_choice(value)
    except ValueError as foreign:
        raise InvalidForm({"visits": ["Choose one of the answers shown."]}) from foreign
    return Answer(AnswerKind.MOVE, None if chosen is None else wish_of(chosen))


def wish_of(choice: Choice) -> MoveWish:
    """Return the place that a button of ours names."""
    return MoveWish(local_start=choice.local_start, therapist=choice.therapist or None, room=choice.room or None)


def _version(value: str) -> int:
    if not (value.isascii() and value.isdigit() and len(value) < 10):
        raise InvalidForm({"visits": ["Show the preview again."]})
    return int(value)
