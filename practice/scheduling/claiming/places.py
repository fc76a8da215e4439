"""What is to be placed, and the place found for it: values that the acts under the lock pass on."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.clients.models import Client
from practice.core.actor import Actor
from practice.core.intervals import Interval
from practice.core.local_time import to_utc
from practice.scheduling.claiming.reach import known_around
from practice.scheduling.claiming.rules import Notice, Verb
from practice.scheduling.models import Appointment
from practice.scheduling.question import (
    DiaryFacts,
    LocationFacts,
    Question,
    RoomFacts,
    ServiceFacts,
    Shape,
    TherapistFacts,
    shape_of,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Placing:
    """One appointment to be placed.

    ``facts`` are the set-up and its exceptions; the diaries are read under the lock. ``waived`` are codes of rules
    about what stays as it was; the present time of ``moving`` and ``also_moving_id`` counts as free. ``is_past``
    records what happened: no rule refuses it.
    """

    verb: Verb
    question: Question
    facts: DiaryFacts
    local_start: datetime
    client: Client | None = None
    moving: Appointment | None = None
    also_moving_id: int | None = None
    prefers_room_id: int | None = None
    waived: frozenset[str] = frozenset()
    override_reason: str = ""
    is_past: bool = False

    @property
    def service(self) -> ServiceFacts:
        """Return the service asked for."""
        return self.facts.set_up.services[self.question.service_id]

    @property
    def location(self) -> LocationFacts:
        """Return the place asked for."""
        return self.facts.set_up.locations[self.question.location_id]

    @property
    def shape(self) -> Shape:
        """Return the lengths asked for."""
        return shape_of(self.question, self.facts)

    @property
    def treatment(self) -> Interval:
        """Return the time asked for; raises ``NonexistentLocalTime``."""
        starts_at = to_utc(self.local_start, self.location.zone)
        return Interval(starts_at, starts_at + timedelta(minutes=self.shape.duration))

    @property
    def around(self) -> Interval:
        """Return the time that must be known of the diaries for every rule; raises ``NonexistentLocalTime``."""
        return known_around(self.question, self.facts.set_up, self.treatment)

    @property
    def giving_back(self) -> set[int]:
        """Return the appointments whose present time is given back in the same act."""
        moving_id = None if self.moving is None else self.moving.id
        return {appointment_id for appointment_id in (moving_id, self.also_moving_id) if appointment_id is not None}

    def is_overridden_by(self, actor: Actor) -> bool:
        """Return whether soft rules give way: staff said so and gave a reason."""
        return actor.is_staff and bool(self.override_reason)


@dataclass(frozen=True, slots=True)
class Place:
    """Where an appointment goes: decided under the lock, allowed by every rule save those overridden."""

    service: ServiceFacts
    location: LocationFacts
    shape: Shape
    therapist: TherapistFacts
    room: RoomFacts | None
    local_start: datetime
    treatment: Interval
    overridden: tuple[str, ...] = ()
    notices: tuple[Notice, ...] = ()
