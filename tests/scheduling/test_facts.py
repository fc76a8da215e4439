"""What is read for the time rules, and in how many statements."""

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime

import pytest
from sqlalchemy import event
from sqlalchemy.orm import Session

from practice.scheduling.availability import offered_starts
from practice.scheduling.facts import load_facts
from practice.scheduling.question import Question
from tests.conftest import NOW
from tests.factories import make_client, make_location, make_room, make_service, make_therapist
from tests.scheduling.taking import take_time

MONDAY = date(2026, 11, 30)
ZONE = "America/Toronto"


@contextmanager
def counted(session: Session) -> Iterator[list[str]]:
    """Collect the statements sent meanwhile."""
    statements: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            statements.append(statement)

    engine = session.get_bind()
    event.listen(engine, "before_cursor_execute", note)
    try:
        yield statements
    finally:
        event.remove(engine, "before_cursor_execute", note)


class Clinic:
    """One location, room, therapist and service (60 minutes, buffers 10 and 5)."""

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

    def take(self, local: datetime, **over: object) -> object:
        values = {
            "therapist": self.therapist,
            "service": self.service,
            "location": self.location,
            "room": self.room,
        }
        return take_time(self.session, local, **{**values, **over})

    def starts(self, **over: object) -> list[str]:
        question = self.question(**over)
        return walls(offered_starts(question, load_facts(self.session, question)))


def walls(offers: object) -> list[str]:
    from practice.core.local_time import wall_time
    from practice.scheduling.local_days import instant_of

    return [f"{wall_time(instant_of(offer.begins), ZONE):%H:%M}" for offer in offers]


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return Clinic(session)


def test_a_free_day_offers_every_grid_start_inside_the_hours(clinic: Clinic) -> None:
    starts = clinic.starts()
    assert starts[0] == "09:00"
    assert "11:30" in starts
    assert "11:45" not in starts
    assert "13:00" in starts
    assert starts[-1] == "16:00"


def test_taken_time_and_its_buffers_are_not_offered(clinic: Clinic) -> None:
    clinic.take(datetime(2026, 11, 30, 14, 0), client_id=make_client(clinic.session).id)
    starts = clinic.starts()
    assert not {"13:00", "13:15", "14:00", "15:00"} & set(starts)
    assert starts[-4:] == ["15:15", "15:30", "15:45", "16:00"]
