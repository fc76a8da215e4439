"""A time as one value of a form: wall time, therapist and room travel together. Pure."""

from dataclasses import dataclass
from datetime import datetime

NOW = "now"
_LONGEST = 120


@dataclass(frozen=True, slots=True)
class Choice:
    """A time chosen at the desk; uids are empty for *any*, ``local_start`` is None for *here now*."""

    local_start: datetime | None
    therapist: str = ""
    room: str = ""

    def __str__(self) -> str:
        when = NOW if self.local_start is None else self.local_start.isoformat(timespec="minutes")
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
    local_start = None if when == NOW else datetime.fromisoformat(when)
    if local_start is not None and (local_start.tzinfo is not None or local_start.second or local_start.microsecond):
        raise ValueError("a choice is a wall time in whole minutes")
    return Choice(local_start, therapist, room)
