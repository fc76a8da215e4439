"""A furnished clinic behind the desk's pages: plain forms are posted, rows are looked at."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import event, select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import Location, Service, Therapist
from practice.core.actor import Actor, Role
from practice.core.clock import SettableClock
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import TimeWish
from practice.web.database import db
from tests.factories import act, make_client, make_location, make_room, make_service, make_therapist

TODAY = "2026-11-24"


@dataclass
class Desk:
    """The clinic and Rita's browser; ``at`` is a wall time of today."""

    app: Flask
    session: Session
    clock: SettableClock
    rita: Any
    rita_id: int
    location: Location
    service: Service
    ada: Therapist
    ben: Therapist

    def at(self, hour: int, minute: int = 0, day: int = 24) -> datetime:
        return datetime(2026, 11, day, hour, minute)

    def choice(self, hour: int, minute: int = 0, *, day: int = 24, who: Therapist | None = None) -> str:
        return f"{self.at(hour, minute, day).isoformat(timespec='minutes')}|{(who or self.ada).uid}|"

    def form(self, **over: object) -> dict[str, object]:
        return {"location": self.location.uid, "service": self.service.uid, **over}

    def book(self, client: Client, local_start: datetime, who: Therapist | None = None) -> Appointment:
        wish = TimeWish(
            service=self.service.uid,
            location=self.location.uid,
            therapist=(who or self.ada).uid,
            local_start=local_start,
        )
        actor = Actor(Role.RECEPTIONIST, user_id=self.rita_id, name="Rita")
        booking = partial(book_time, self.session, wish=wish, client_uid=client.uid)
        return act(self.session, lambda: booking(rules=SCHEDULING_RULES, actor=actor, now=self.clock()))

    def client(self, name: str = "Anna Kowalska", **over: object) -> Client:
        first, last = name.split(" ", 1)
        return make_client(self.session, first_name=first, last_name=last, **over)

    def rows(self) -> list[Appointment]:
        self.session.rollback()
        self.session.expire_all()
        return list(self.session.scalars(select(Appointment).order_by(Appointment.id)))

    def only_row(self) -> Appointment:
        (row,) = self.rows()
        return row

    def statements(self, work: Callable[[], object]) -> int:
        seen: list[str] = []

        def note(_conn: object, _cursor: object, statement: str, *_more: object) -> None:
            seen.append(statement)

        with self.app.app_context():
            engine = db.engine
        event.listen(engine, "before_cursor_execute", note)
        try:
            work()
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return len(seen)


@pytest.fixture
def desk(app: Flask, session: Session, clock: SettableClock, client_as: Any, cast: Any) -> Desk:
    location = make_location(session, name="Harbourline")
    for name in ("Room 1", "Room 2"):
        make_room(session, location, name=name)
    ada = make_therapist(session, location=location, name="Ada Able")
    ben = make_therapist(session, location=location, name="Ben Bold")
    service = make_service(session, name="Relax 60", code="RELAX-60", buffer_after_minutes=10)
    return Desk(app, session, clock, client_as("rita"), cast["rita"].id, location, service, ada, ben)
