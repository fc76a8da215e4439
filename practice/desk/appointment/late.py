"""A client who comes late: how much of the time is left, and whether the full length still fits. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.core.local_time import wall_time
from practice.desk.visits import EXPECTED, State, Visit
from practice.scheduling.appointments.shorter import shortened_end
from practice.scheduling.question import ServiceFacts

MINUTE = timedelta(minutes=1)
WORTH_SAYING = 5
_STEP = 5
_QUARTER = 15
_MOST_LENGTHS = 2
_MOST_SERVICES = 3
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
    shorter: Sequence["Shorter"] = ()


@dataclass(frozen=True, slots=True)
class Shorter:
    """Treating less than what is left: fewer minutes of the same, or a shorter service, until a wall time."""

    label: str
    ends: datetime
    fields: Mapping[str, object]


def late_choice(
    visit: Visit, others: Iterable[Visit], now: datetime, services: Iterable[ServiceFacts] = ()
) -> LateChoice | None:
    """Return the choice for a visit that should have begun, None for every other; *services* are shorter ones."""
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
        shorter=[*_fewer_minutes(visit, now), *_as_services(visit, services, now)],
    )


def _fewer_minutes(visit: Visit, now: datetime) -> list[Shorter]:
    found = []
    for minutes in range(visit.minutes - _QUARTER, 0, -_QUARTER):
        ends_at = shortened_end(visit.starts_at, visit.ends_at, minutes, now)
        if ends_at is not None and ends_at < visit.ends_at:
            found.append(Shorter(f"Shorten to {minutes} min", wall_time(ends_at, visit.zone), {"minutes": minutes}))
    return found[:_MOST_LENGTHS]


def _as_services(visit: Visit, services: Iterable[ServiceFacts], now: datetime) -> list[Shorter]:
    found = []
    for service in services:
        ends_at = shortened_end(visit.starts_at, visit.ends_at, service.shape.duration, now)
        if ends_at is not None:
            found.append(Shorter(f"Make it {service.name}", wall_time(ends_at, visit.zone), {"service": service.uid}))
    return found[:_MOST_SERVICES]


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
