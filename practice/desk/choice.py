"""A time as one value of a form: wall time, therapist and room travel together. Pure."""

from dataclasses import dataclass, field
from datetime import date, datetime

from practice.core.local_time import local_text, read_local_text

NOW = "now"
FIRST_DAY, LAST_DAY = date(2000, 1, 10), date(2190, 1, 1)
"""What a diary can show: far from where dates end, so that weeks and zones can be reckoned around every day."""

_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Choice:
    """A time chosen at the desk; uids are empty for *any*, ``local_start`` is None for *here now*.

    ``fold`` tells two choices apart whose wall times are equal: the hour that the clocks repeat.
    """

    local_start: datetime | None
    therapist: str = ""
    room: str = ""
    fold: int = field(init=False, default=0)

    def __post_init__(self) -> None:
        if self.local_start is not None:
            object.__setattr__(self, "fold", self.local_start.fold)

    def __str__(self) -> str:
        when = NOW if self.local_start is None else local_text(self.local_start)
        return f"{when}|{self.therapist}|{self.room}"

    @property
    def is_now(self) -> bool:
        """Return whether somebody stands at the desk."""
        return self.local_start is None


def read_choice(raw: str) -> Choice | None:
    """Return the choice that a form's value carries; raises ``ValueError`` for one that no form of ours wrote."""
    if not raw:
        return None
    when, therapist, room = [*raw.split("|"), "", ""][:3] if len(raw) <= _LONGEST else ("", "", "")
    local_start = None if when == NOW else read_local_text(when)
    if local_start is not None:
        _require_showable(local_start)
    return Choice(local_start, therapist, room)


def _require_showable(local_start: datetime) -> None:
    if local_start.tzinfo is not None or local_start.second or local_start.microsecond:
        raise ValueError("a choice is a wall time in whole minutes")
    if not FIRST_DAY <= local_start.date() <= LAST_DAY:
        raise ValueError("a choice lies on a day that a diary can show")
