"""A small clinic for reads: one location, room, therapist and service (60 minutes, buffers 10 and 5)."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

from sqlalchemy import event
from sqlalchemy.orm import Session

from practice.core.local_time import wall_time
from practice.scheduling.free_time.availability import OfferedStart, offered_starts
from practice.scheduling.free_time.facts import load_facts
from practice.scheduling.local_days import instant_of
from practice.scheduling.models import Appointment
from practice.scheduling.question import Question
from tests.conftest import NOW
from tests.factories import make_location, make_room, make_service, make_therapist
from tests.scheduling.taking import take_time

MONDAY = date(2026, 11, 30)
ZONE = "America/Toronto"


class Clinic:
    """Asks and takes time with as few words as a test needs."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.location = make_location(session)
        self.room = make_room(session, self.location)
        self.therapist = make_therapist(session, location=self.location)
        self.service = make_service(session, buffer_before_minutes=10, buffer_after_minutes=5)

    def question(self, **over: object) -> Question:
        values = {
            "service_id": self.service.id,
            "location_id": self.location.id,
            "first_on": MONDAY,
            "last_on": MONDAY,
            "asked_at": NOW,
        }
        return Question(**{**values, **over})

    def take(self, hour: int, minute: int = 0, *, on: date = MONDAY, **over: object) -> Appointment:
        values = {"therapist": self.therapist, "service": self.service, "location": self.location, "room": self.room}
        local = datetime(on.year, on.month, on.day, hour, minute)
        return take_time(self.session, local, **{**values, **over})

    def starts(self, **over: object) -> list[str]:
        question = self.question(**over)
        return walls(offered_starts(question, load_facts(self.session, question)))


def walls(offers: list[OfferedStart]) -> list[str]:
    return [f"{wall_time(instant_of(offer.begins), ZONE):%H:%M}" for offer in offers]


@contextmanager
def captured(session: Session) -> Iterator[list[tuple[str, object]]]:
    """Collect the statements sent meanwhile with their values, but for what opens and closes a transaction."""
    sent: list[tuple[str, object]] = []

    def note(_connection: object, _cursor: object, statement: str, values: object, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append((statement, values))

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield sent
    finally:
        event.remove(engine, "before_cursor_execute", note)


def plan_of(session: Session, statement: str, values: object) -> str:
    """Return how the database goes about a statement; on PostgreSQL when it would rather use an index."""
    connection = session.connection()
    explain = "EXPLAIN QUERY PLAN"
    if connection.dialect.name == "postgresql":
        connection.exec_driver_sql("SET LOCAL enable_seqscan = off")
        explain = "EXPLAIN"
    return "\n".join(str(row[-1]) for row in connection.exec_driver_sql(f"{explain} {statement}", values))
