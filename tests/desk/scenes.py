"""A practice with visits around ``NOW``, and the statements that a request sends."""

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta

from flask import Flask
from sqlalchemy import event
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.core.local_time import wall_time
from practice.reminders.heartbeat import FOLLOWING, SENDING
from practice.reminders.models import WorkerPulse
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.web.database import db
from tests.conftest import NOW
from tests.factories import act, make_client, make_location, make_room, make_service, make_therapist

ZONE = "America/Toronto"


class Clinic:
    """A place with two rooms and two therapists, whose diary is written as each test needs it."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.location = make_location(session, phone="+14165550100")
        self.rooms = [make_room(session, self.location) for _ in range(2)]
        self.ada = make_therapist(session, name="Ada Able", colour=1)
        self.ben = make_therapist(session, name="Ben Bold", colour=2)
        self.service = make_service(session, name="Deep Tissue 60")

    def visit(self, starts_at: datetime = NOW, client: Client | None = None, **over: object) -> Appointment:
        """A booked hour with Ada in the first room; stored as it is, whatever the rules would say."""
        who = client or make_client(self.session)
        values: dict[str, object] = {
            "client_id": who.id,
            "service_id": self.service.id,
            "therapist_id": self.ada.id,
            "room_id": self.rooms[0].id,
            "location_id": self.location.id,
            "state": AppointmentState.BOOKED,
            "local_start": wall_time(starts_at, ZONE),
            "zone": ZONE,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(hours=1),
            "duration_minutes": 60,
            "buffer_before_minutes": 0,
            "buffer_after_minutes": 10,
            "price_cents": 11000,
            "created_at": NOW - timedelta(days=3),
        }
        row = Appointment(**(values | over))
        act(self.session, lambda: self.session.add(row))
        return row


@contextmanager
def counting(app: Flask) -> Iterator[list[str]]:
    """Collect the statements that the application sends."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        sent.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def statements_of(app: Flask, look: Callable[[], object]) -> int:
    """Return how many statements a second look takes, when caches are warm."""
    look()
    with counting(app) as sent:
        look()
    return len(sent)


def worker_runs(session: Session, now: datetime) -> None:
    """Let the worker's jobs have run just now."""
    act(session, lambda: session.add_all(WorkerPulse(job=job, beat_at=now) for job in (SENDING, FOLLOWING)))
