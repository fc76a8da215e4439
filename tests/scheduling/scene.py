"""One clinic in which every test of booking plays: a place, two rooms, two therapists, one service, two clients."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from typing import Any, TypeVar

from sqlalchemy import event, select, text
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.details import PolicyDetails
from practice.clinic.models import Location, Room, Service, Therapist
from practice.clinic.policies import set_policies
from practice.core.actor import Actor, Role
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.scheduling.wishes import BookingDetails, TimeWish
from tests.conftest import NOW
from tests.factories import OWNER, act, make_client, make_location, make_room, make_service, make_therapist

T = TypeVar("T")

RITA = Actor(Role.RECEPTIONIST, name="Rita Receptionist")
TEN = datetime(2026, 11, 30, 10, 0)
"""Ten o'clock on the Monday after ``NOW``; everybody works from 9 to 12:30 and from 13 to 17."""


def at(hour: int, minute: int = 0, *, day: int = 30) -> datetime:
    """Return a wall time in November 2026; the 30th is a Monday."""
    return datetime(2026, 11, day, hour, minute)


@dataclass
class Scene:
    """The cast, and acts by whoever is at the desk."""

    session: Session
    now: datetime = NOW
    location: Location = field(init=False)
    rooms: list[Room] = field(init=False)
    therapists: list[Therapist] = field(init=False)
    service: Service = field(init=False)
    clients: list[Client] = field(init=False)

    def __post_init__(self) -> None:
        self.location = make_location(self.session)
        self.rooms = [make_room(self.session, self.location) for _ in range(2)]
        self.therapists = [
            make_therapist(self.session, location=self.location, services=(), usual_room_id=room.id)
            for room in self.rooms
        ]
        self.service = make_service(self.session, duration_minutes=60)
        self.clients = [make_client(self.session) for _ in range(3)]
        details = PolicyDetails(name="Harbour Massage", sender_alias="Harbour")
        act(
            self.session,
            lambda: set_policies(
                self.session, details=details, effective_on=NOW.date(), version=None, actor=OWNER, now=NOW
            ),
        )

    def do(self, verb: Callable[..., T], **over: Any) -> T:
        """Run one verb in its own transaction, as Rita, now."""
        named = {"actor": RITA, "now": self.now} | over
        return act(self.session, lambda: verb(self.session, **named))

    def wish(self, local: datetime = TEN, **over: Any) -> TimeWish:
        """Return a wish for the first therapist and any room."""
        values = {"service": self.service.uid, "therapist": self.therapists[0].uid} | over
        return TimeWish(local_start=local, **values)

    def book(self, local: datetime = TEN, *, client: int = 0, **over: Any) -> Appointment:
        """Book the first therapist (or others) for a client."""
        details = over.pop("details", BookingDetails())
        actor, rules = over.pop("actor", RITA), over.pop("rules", SCHEDULING_RULES)
        return self.do(
            book_time,
            wish=self.wish(local, **over),
            client_uid=self.clients[client].uid,
            details=details,
            actor=actor,
            rules=rules,
        )

    def reload(self, appointment: Appointment) -> Appointment:
        """Return the row as the database has it."""
        if self.session.in_transaction():
            self.session.commit()
        found = self.session.execute(
            select(Appointment).where(Appointment.id == appointment.id).execution_options(populate_existing=True)
        )
        return found.scalar_one()

    def taken(self, appointment: Appointment) -> set[int]:
        """Return the diaries on which the appointment occupies time."""
        rows = select(Allocation.diary_id).where(
            Allocation.appointment_id == appointment.id, Allocation.occupies.is_(True)
        )
        return set(self.session.scalars(rows))

    def history(self, appointment: Appointment) -> list[AppointmentChange]:
        """Return the acts on an appointment, oldest first."""
        rows = select(AppointmentChange).where(AppointmentChange.appointment_id == appointment.id)
        return list(self.session.scalars(rows.order_by(AppointmentChange.id)))

    def later(self, **by: float) -> None:
        """Let time pass."""
        self.now += timedelta(**by)


def overlapping_pairs(session: Session) -> int:
    """Return how many pairs of occupying allocations overlap on a lane: must be 0, ever."""
    statement = text(
        "SELECT count(*) FROM allocation a JOIN allocation b ON a.diary_id = b.diary_id AND a.lane = b.lane "
        "AND a.id < b.id AND a.starts_at < b.ends_at AND b.starts_at < a.ends_at "
        "WHERE a.occupies AND b.occupies"
    )
    return int(session.execute(statement).scalar_one())


@contextmanager
def statements(session: Session) -> Iterator[list[str]]:
    """Collect the statements of a piece of work, BEGIN, PRAGMA and the audit log left out."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")) and "audit_" not in statement:
            sent.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)
