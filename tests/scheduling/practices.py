"""A small practice written straight into the tables, for reads; verbs have tests of their own."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import count

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from practice.clinic.models import Diary, Location, OpeningHours, Room, Service, Therapist, TherapistService, WeeklyHours
from practice.core.local_time import to_utc, wall_time
from practice.scheduling.models import Allocation, Appointment

ZONE = "America/Toronto"
MONDAY = date(2026, 11, 30)


@dataclass
class SmallPractice:
    """One location, a service, therapists and rooms; ``book`` takes time on their diaries."""

    session: Session
    location: Location
    service: Service
    therapists: list[Therapist] = field(default_factory=list)
    rooms: list[Room] = field(default_factory=list)

    def book(self, local: datetime, *, therapist: int = 0, room: int | None = 0, **over: object) -> Appointment:
        """Take time from a wall time on; states and holds by keyword."""
        starts_at = to_utc(local, self.location.zone)
        service, own_room = self.service, None if room is None else self.rooms[room]
        values = {
            "service_id": service.id,
            "therapist_id": self.therapists[therapist].id,
            "room_id": None if own_room is None else own_room.id,
            "location_id": self.location.id,
            "state": "booked",
            "local_start": wall_time(starts_at, self.location.zone),
            "zone": self.location.zone,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=service.duration_minutes),
            "duration_minutes": service.duration_minutes,
            "buffer_before_minutes": service.buffer_before_minutes,
            "buffer_after_minutes": service.buffer_after_minutes,
            "price_cents": service.price_cents,
            "created_at": datetime(2026, 11, 1, tzinfo=UTC),
        }
        appointment = Appointment(**{**values, **over})
        self.session.add(appointment)
        self.session.flush()
        diaries = [self.therapists[therapist].diary_id] + ([] if own_room is None else [own_room.diary_id])
        for diary_id in diaries:
            self.session.add(
                Allocation(
                    appointment_id=appointment.id,
                    diary_id=diary_id,
                    starts_at=appointment.starts_at,
                    ends_at=appointment.ends_at,
                    buffer_before=appointment.buffer_before_minutes,
                    buffer_after=appointment.buffer_after_minutes,
                )
            )
            diary = self.session.get(Diary, diary_id)
            diary.version += 1
        self.session.flush()
        return appointment
