"""What the planner's forms send: wishes as a plain address, and a proposal as the visits that it was shown with."""

from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any

from marshmallow import ValidationError, fields, validate, validates_schema

from practice.desk.choice import Choice, read_choice
from practice.scheduling.question import SetUp
from practice.scheduling.wishes import get_by_uid
from practice.treatment_plans.course import Hours, Visit, With
from practice.treatment_plans.course_booking import Chosen
from practice.treatment_plans.planning import PlanWishes
from practice.web.forms import InvalidForm
from practice.web.schemas import Day, Flag, StrictSchema, Text, Uid

MOST_VISITS = 40
MOST_FEATURES = 20
DAY_ENDS = 24 * 60

_CLOCK = validate.Regexp(r"(?:[01][0-9]|2[0-3]):[0-5][0-9]\Z", error="Give a time as 09:00.")


class WishesForm(StrictSchema):
    """What suits the client; everything may be left open."""

    therapist = fields.Enum(With, by_value=True)
    with_uid = Uid()
    location = Uid()
    days = fields.List(fields.Integer(validate=validate.Range(0, 6)), validate=validate.Length(max=7))
    begins = fields.String(validate=_CLOCK)
    ends = fields.String(validate=_CLOCK)
    earliest = Day()
    features = fields.List(Text(longest=40), validate=validate.Length(max=MOST_FEATURES))
    again = Flag()

    @validates_schema
    def order(self, data: dict[str, Any], **_: Any) -> None:
        """Refuse hours that end before they begin."""
        if data.get("begins") and data.get("ends") and data["ends"] <= data["begins"]:
            raise ValidationError("Give an end after the beginning.", "ends")


class ChosenForm(WishesForm):
    """The course that was chosen, each visit as ``number|local start|therapist|``."""

    visits = fields.List(Text(longest=160), validate=validate.Length(min=1, max=MOST_VISITS), required=True)
    seen = Text(longest=16, required=True)


def wishes_of(said: Mapping[str, Any], own_uid: str | None) -> PlanWishes:
    """Return the wishes; a therapist who plans for the own diary only is proposed alone."""
    begins, ends = _minute(said.get("begins"), 0), _minute(said.get("ends"), DAY_ENDS)
    return PlanWishes(
        therapist=With.MUST if own_uid else said.get("therapist"),
        therapist_uid=own_uid or said.get("with_uid"),
        location_uid=said.get("location"),
        weekdays=frozenset(said.get("days", ())),
        hours=(Hours(begins, ends),) if (begins, ends) != (0, DAY_ENDS) else (),
        room_needs=frozenset(said.get("features", ())),
        earliest=said.get("earliest"),
    )


def _minute(clock: str | None, otherwise: int) -> int:
    if clock is None:
        return otherwise
    hours, minutes = clock.split(":")
    return int(hours) * 60 + int(minutes)


def written(visits: Mapping[int, Visit], uids: Mapping[int, str]) -> list[str]:
    """Return the visits of a proposal as a form carries them."""
    return [f"{number}|{Choice(_start(visit), uids[visit.therapist_id])}" for number, visit in visits.items()]


def _start(visit: Visit) -> datetime:
    hours, minutes = divmod(visit.minute, 60)
    return datetime.combine(date.fromordinal(visit.on), datetime.min.time()).replace(hour=hours, minute=minutes)


def chosen_of(said: Mapping[str, Any], set_up: SetUp) -> Chosen:
    """Return the course that a form carries; raises ``InvalidForm`` for one that no form of ours wrote."""
    return Chosen(
        visits=dict(_visits(said["visits"], set_up)),
        seen=said["seen"],
        location_uid=said.get("location"),
        room_needs=frozenset(said.get("features", ())),
        earliest=said.get("earliest"),
    )


def _visits(lines: Sequence[str], set_up: SetUp) -> list[tuple[int, Visit]]:
    try:
        return [_visit(line, set_up) for line in lines]
    except (ValueError, ValidationError) as foreign:
        raise InvalidForm({"visits": ["Choose one of the proposals shown."]}) from foreign


def _visit(line: str, set_up: SetUp) -> tuple[int, Visit]:
    number, _, raw = line.partition("|")
    choice = read_choice(raw)
    if choice is None or choice.local_start is None or not number.isdecimal():
        raise ValueError("no visit")
    start = choice.local_start
    therapist = get_by_uid(set_up.therapists, choice.therapist, "therapist")
    return int(number), Visit(start.toordinal(), start.hour * 60 + start.minute, therapist.id)
