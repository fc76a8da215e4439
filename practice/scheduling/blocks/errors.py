"""Refusals of blocks: a pattern that cannot be, and days that are taken, each one named."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date

from practice.core.errors import RELOAD, Conflict, Refusal, RuleViolation, WayOut


class ImpossibleBlock(RuleViolation):
    """No block can be like this."""

    code = "impossible_block"
    title = "This cannot be kept free"

    def __init__(self, sentence: str, *, field: str) -> None:
        ways = (WayOut("correct", "Correct it", {"field": field}),)
        super().__init__(sentence, ways_out=ways, context={"field": field})


class BlockConflict(Conflict):
    """Days of a block are taken, so none of it is kept; each refusal says of which day and diary it speaks."""

    code = "block_conflict"
    title = "This time is taken"

    def __init__(self, sentence: str, refusals: Sequence[Refusal], days: Sequence[date]) -> None:
        named = [day.isoformat() for day in days]
        left_out = WayOut("leave_out", "Leave these days out", {"days": " ".join(named)})
        ways = (left_out, WayOut("correct", "Choose another time", {"field": "starts"}))
        super().__init__(sentence, ways_out=ways, context={"days": named})
        self._refusals = tuple(replace(each, ways_out=ways) for each in refusals)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Return every day that does not fit."""
        return self._refusals


class KeptElsewhere(RuleViolation):
    """A block that was read from a file is changed where it comes from."""

    code = "kept_elsewhere"
    title = "This comes from another calendar"

    def __init__(self) -> None:
        super().__init__(
            "This time comes from the therapist's own calendar. Change it there and read the file again.",
            ways_out=(RELOAD, WayOut("open_settings", "Read the file again", {"href": "/busy-times"})),
        )


class NotACalendar(RuleViolation):
    """The file is no calendar, or a damaged one."""

    code = "not_a_calendar"
    title = "No calendar file"

    def __init__(self, sentence: str) -> None:
        super().__init__(sentence, ways_out=(WayOut("correct", "Choose another file", {"field": "file"}),))


class CalendarTooLarge(RuleViolation):
    """The file has more in it than a person's calendar of half a year."""

    code = "calendar_too_large"
    title = "The calendar is too large"

    def __init__(self, sentence: str) -> None:
        ways = (WayOut("correct", "Export a shorter time and choose that file", {"field": "file"}),)
        super().__init__(sentence, ways_out=ways)
