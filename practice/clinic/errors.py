"""Refusals of the practice's own set-up; each names the field to correct and an act that leads out."""

from datetime import date

from practice.core.errors import Conflict, RuleViolation, WayOut
from practice.core.local_time import spoken_date


def correct(field: str, label: str) -> tuple[WayOut, ...]:
    """Return the way out of a value that was typed wrong: the same form with that field in focus."""
    return (WayOut("correct", label, {"field": field}),)


class UnknownZone(RuleViolation):
    """The time zone is not one that the pinned tz database knows."""

    code = "unknown_zone"
    title = "Unknown time zone"


class HoursOrder(RuleViolation):
    """Hours end before, or when, they begin."""

    code = "hours_order"
    title = "The hours end before they begin"


class HoursOverlap(RuleViolation):
    """Two spans of one day overlap."""

    code = "hours_overlap"
    title = "The hours overlap"


class DatesOrder(RuleViolation):
    """A period ends before it starts."""

    code = "dates_order"
    title = "The end is before the start"


class AlreadyUsed(Conflict):
    """A value that must be unique, such as a service code, belongs to another record."""

    code = "already_used"
    title = "Already in use"


class RoomNotInUse(RuleViolation):
    """A therapist's usual room is not open for use."""

    code = "room_inactive"
    title = "That room is not in use"


class PolicyInPast(RuleViolation):
    """A policy cannot be changed for days that are over."""

    code = "policy_in_past"
    title = "That day is over"


class TaskDone(Conflict):
    """The task was finished already."""

    code = "task_done"
    title = "Already done"


class TaskNotUndone(Conflict):
    """The end of the task cannot be taken back: there is none, or it is too long ago."""

    code = "task_not_undone"
    title = "Cannot be taken back"


class AbsenceOverlaps(RuleViolation):
    """Somebody, or a place, is away already on some of the days."""

    code = "absence_overlaps"
    title = "Away already"

    def __init__(self, sentence: str, *, joined: str = "") -> None:
        join = (WayOut("join", joined, {"joins": "true"}),) if joined else ()
        super().__init__(sentence, ways_out=(*join, *correct("first_on", "Correct the dates")))


class NoHoliday(RuleViolation):
    """A day was sent as a public holiday that is none there."""

    code = "no_holiday"
    title = "Not a public holiday"

    def __init__(self, on: date) -> None:
        super().__init__(
            f"{spoken_date(on)} is no public holiday there. Close that day by a closure of its own.",
            ways_out=correct("days", "Choose among the days shown"),
        )


class UnknownRegion(RuleViolation):
    """No public holidays are known for such a country or region."""

    code = "unknown_region"
    title = "Unknown region"

    def __init__(self, region: str) -> None:
        super().__init__(
            f"No public holidays are known for “{region}”. Give a country such as CA, or a region such as CA-ON.",
            ways_out=correct("holiday_region", "Correct the region"),
        )
