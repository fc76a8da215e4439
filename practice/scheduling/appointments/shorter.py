"""What fits into the rest of a visit whose client comes late: fewer minutes, or a shorter service. Pure."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from practice.scheduling.question import ServiceFacts, SetUp, is_given_at
from practice.scheduling.wishes import get_by_uid

STEP = timedelta(minutes=5)
_EPOCH = datetime(2000, 1, 1, tzinfo=UTC)


def shortened_end(starts_at: datetime, ends_at: datetime, minutes: int, now: datetime) -> datetime | None:
    """Return when so many minutes end that begin with the next five minutes of the clock.

    None when they end after the visit does, or when the visit has not begun.
    """
    begins_at = now + (_EPOCH - now) % STEP
    end = begins_at + timedelta(minutes=minutes)
    return end if starts_at < now and end <= ends_at else None


def shorter_services(
    set_up: SetUp, *, service_uid: str, location_id: int, therapist_id: int, below: int
) -> Sequence[ServiceFacts]:
    """Return the services of the same kind that take at most *below* minutes, the longest first.

    Only what this therapist offers and this place gives.
    """
    booked = get_by_uid(set_up.services, service_uid, "service")
    offered = set_up.therapists[therapist_id].offers
    fitting = [
        service
        for service in set_up.services.values()
        if service.is_active
        and service.id != booked.id
        and service.id in offered
        and service.work == booked.work
        and service.shape.duration <= min(below, booked.shape.duration)
        and is_given_at(service, location_id)
    ]
    return sorted(fitting, key=lambda service: (-service.shape.duration, service.name))
