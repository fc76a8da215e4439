"""A client who comes late: how much of the time is left, and whether the full length still fits. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.core.local_time import wall_time
from practice.desk.visits import EXPECTED, State, Visit

MINUTE = timedelta(minutes=1)
WORTH_SAYING = 5
_STEP = 5
_NOT_BEGUN = EXPECTED | {State.ARRIVED}


@dataclass(frozen=True, slots=True)
class LateChoice:
    """What can be done: shorten to the ``left`` minutes until ``ends``, or keep the length until ``keep_until``.

    ``longer`` is the booked length, in minutes, that keeping needs; ``next_starts`` is who comes after, if somebody
    does today with the same therapist or in the same room. All times are wall times.
    """

    late: int
    left: int
    ends: datetime
    keep_until: datetime
    longer: int
    next_starts: datetime | None
    fits: bool


def late_choice(visit: Visit, others: Iterable[Visit], now: datetime) -> LateChoice | None:
    """Return the choice for a visit that should have begun, None for every other."""
    late = (now - visit.starts_at) // MINUTE
    if visit.state not in _NOT_BEGUN or late < WORTH_SAYING or now >= visit.ends_at:
        return None
    longer = visit.minutes + -(-late // _STEP) * _STEP
    keep_until = visit.starts_at + longer * MINUTE
    following = _following(visit, others)
    fits = following is None or keep_until + _apart(visit, following) <= following.starts_at
    return LateChoice(
        late=late,
        left=(visit.ends_at - now) // MINUTE,
        ends=visit.local_end,
        keep_until=wall_time(keep_until, visit.zone),
        longer=longer,
        next_starts=following.local_start if following else None,
        fits=fits,
    )


def _following(visit: Visit, others: Iterable[Visit]) -> Visit | None:
    """Return who comes next to the same therapist or into the same room."""
    after = [
        other
        for other in others
        if other.starts_at >= visit.ends_at
        and (other.therapist_id == visit.therapist_id or (visit.room and other.room == visit.room))
    ]
    return min(after, key=lambda other: other.starts_at, default=None)


def _apart(visit: Visit, following: Visit) -> timedelta:
    return (visit.buffer_after + following.buffer_before) * MINUTE
