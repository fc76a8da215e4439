"""Which coming visits of two records exclude each other, if both are one person."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.core.intervals import Interval
from practice.core.local_time import spoken


@dataclass(frozen=True, slots=True)
class ComingVisit:
    """One visit that is still to come, or under way; ``local_start`` is what was promised."""

    id: int
    uid: str
    client_id: int | None
    local_start: datetime
    interval: Interval
    therapist: str

    @property
    def words(self) -> str:
        """Return the visit as people speak of it."""
        return f"{spoken(self.local_start)} with {self.therapist}"


def clashes_between(
    ones: Sequence[ComingVisit], others: Sequence[ComingVisit]
) -> list[tuple[ComingVisit, ComingVisit]]:
    """Return each pair of visits at which one person would have to be in two places."""
    return [(one, other) for one in ones for other in others if one.interval.overlaps(other.interval)]
