"""Takes time straight in the tables, in any state: reads must be right about rows that no verb writes any more."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta

from sqlalchemy import update
from sqlalchemy.orm import Session

from practice.clinic.models import Diary, Location, Room, Service, Therapist
from practice.core.local_time import to_utc
from practice.scheduling.models import Allocation, Appointment

LONG_AGO = datetime(2026, 1, 1, tzinfo=UTC)


def take_time(
    session: Session,
    local: datetime,
    *,
    therapist: Therapist,
    service: Service,
    location: Location,
    room: Room | None = None,
    also_on: Sequence[int] = (),
    occupies: bool = True,
    minutes: int | None = None,
    **over: object,
) -> Appointment:
    """Take *minutes* (the service's length) from a wall time on, on the therapist's, the room's and more diaries."""
    starts_at = to_utc(local, location.zone)
    duration = minutes or service.duration_minutes
    values: dict[str, object] = {
        "service_id": service.id,
        "therapist_id": therapist.id,
        "room_id": None if room is None else room.id,
        "location_id": location.id,
        "state": "held",
        "hold_ends_at": datetime(2100, 1, 1, tzinfo=UTC),
        "local_start": local,
        "zone": location.zone,
        "starts_at": starts_at,
        "ends_at": starts_at + timedelta(minutes=duration),
        "duration_minutes": duration,
        "buffer_before_minutes": service.buffer_before_minutes,
        "buffer_after_minutes": service.buffer_after_minutes,
        "price_cents": service.price_cents,
        "created_at": LONG_AGO,
    }
    if "client_id" in over:
        values |= {"state": "booked", "hold_ends_at": None}
    appointment = Appointment(**{**values, **over})
    session.add(appointment)
    session.flush()
    diaries = [therapist.diary_id, *([] if room is None else [room.diary_id]), *also_on]
    for diary_id in diaries:
        session.add(
            Allocation(
                appointment_id=appointment.id,
                diary_id=diary_id,
                starts_at=appointment.starts_at,
                ends_at=appointment.ends_at,
                buffer_before=appointment.buffer_before_minutes,
                buffer_after=appointment.buffer_after_minutes,
                occupies=occupies,
            )
        )
    session.execute(update(Diary).where(Diary.id.in_(diaries)).values(version=Diary.version + 1))
    session.commit()
    return appointment
