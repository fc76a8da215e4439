"""A small clinic with a mailbox: visits are made and changed, a postman is sent round."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import fields
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.details import ClientDetails
from practice.clients.models import Client, ContactKind
from practice.clients.queries import get_record
from practice.clients.service import edit_client, set_consent
from practice.clinic.models import Location, Service, Therapist
from practice.core.clock import SettableClock
from practice.core.db import new_uid
from practice.core.local_time import wall_time
from practice.reminders.delivery import Courier, MailServer
from practice.reminders.dispatching import Dispatcher
from practice.reminders.models import Message
from practice.reminders.writing import Sender
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment, AppointmentChange
from tests.factories import RECEPTIONIST, act, make_client, make_location, make_service, make_therapist
from tests.smtp_server import ScriptedServer, serving

SENDER = Sender("appointments@example.com", "http://localhost", "test-link-key-0123456789abcdefghijkl")


class Clinic:
    """A therapist, a service, a place; visits written as the booking verbs write them."""

    def __init__(self, session: Session, clock: SettableClock) -> None:
        self.session = session
        self.clock = clock
        self.act_id: str | None = None
        self.location: Location = make_location(session, name="Harbour", phone="+14165550100")
        self.therapist: Therapist = make_therapist(session, name="Bram Castellan")
        self.other: Therapist = make_therapist(session, name="Ines Moreau")
        self.service: Service = make_service(session)

    def client(self, **over: object) -> Client:
        """A client who agreed to reminders."""
        client = make_client(self.session, **over)
        self.consent(client)
        return client

    def consent(self, client: Client) -> None:
        act(
            self.session,
            lambda: set_consent(
                self.session,
                client=client,
                purpose=Purpose.REMINDER_EMAIL,
                text_version=CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version,
                channel="desk",
                actor=RECEPTIONIST,
                now=self.clock(),
            ),
        )

    def edit_email(self, client: Client, email: str) -> None:
        """Give the client another address, or none."""

        def work() -> None:
            record = get_record(self.session, client.uid)
            names = {each.name for each in fields(ClientDetails)} - {"email", "phone"}
            kept = {name: getattr(record, name) for name in names}
            phones = [each.value for each in record.contacts if each.kind == ContactKind.PHONE]
            details = ClientDetails(**kept, email=email, phone=phones[0] if phones else "")
            edit_client(
                self.session, client=record, details=details, version=None, actor=RECEPTIONIST, now=self.clock()
            )

        act(self.session, work)

    @contextmanager
    def one_act(self) -> Iterator[None]:
        """Let everything that is done meanwhile be one act."""
        self.act_id = new_uid()
        yield
        self.act_id = None

    def book_series(self, client: Client, amount: int = 3) -> list[Appointment]:
        """Book visits a week apart as one act."""
        with self.one_act():
            return [self.book(client, timedelta(days=14 + 7 * number)) for number in range(amount)]

    def book(self, client: Client | None, ahead: timedelta = timedelta(days=14), **over: object) -> Appointment:
        starts_at = self.clock() + ahead
        values: dict[str, object] = {
            "client_id": None if client is None else client.id,
            "service_id": self.service.id,
            "therapist_id": self.therapist.id,
            "location_id": self.location.id,
            "state": AppointmentState.BOOKED,
            "local_start": wall_time(starts_at, self.location.zone),
            "zone": self.location.zone,
            "starts_at": starts_at,
            "ends_at": starts_at + timedelta(minutes=60),
            "duration_minutes": 60,
            "buffer_before_minutes": 0,
            "buffer_after_minutes": 0,
            "price_cents": 11000,
            "created_at": self.clock(),
        }

        def work() -> Appointment:
            appointment = Appointment(**values | over)
            self.session.add(appointment)
            self.session.flush()
            self._note(appointment, "book")
            return appointment

        return act(self.session, work)

    def change(self, appointment: Appointment, verb: str, **values: object) -> None:
        """Change a visit as a verb would: SEQUENCE for what calendars show, ``change_seq`` always."""

        def work() -> None:
            current = self.session.get_one(Appointment, appointment.id, populate_existing=True)
            for name, value in values.items():
                setattr(current, name, value)
            current.sequence += verb in {"reschedule", "cancel"}
            current.change_seq += 1
            self._note(current, verb)

        act(self.session, work)

    def move(self, appointment: Appointment, by: timedelta, **values: object) -> None:
        starts_at = appointment.starts_at + by
        self.change(
            appointment,
            "reschedule",
            starts_at=starts_at,
            ends_at=starts_at + timedelta(minutes=60),
            local_start=wall_time(starts_at, appointment.zone),
            **values,
        )
        self.session.refresh(appointment)

    def cancel(self, appointment: Appointment) -> None:
        self.change(appointment, "cancel", state=AppointmentState.CANCELLED, cancelled_at=self.clock())

    def give_to(self, appointment: Appointment, client: Client) -> None:
        """Give a visit to another client: its SEQUENCE skips the number that takes it back from the one before."""
        current = self.session.get_one(Appointment, appointment.id, populate_existing=True)
        self.change(appointment, "change_client", client_id=client.id, confirmed_at=None, sequence=current.sequence + 2)

    def messages(self, appointment: Appointment | None = None) -> list[Message]:
        self.session.rollback()
        rows = select(Message).order_by(Message.due_at, Message.id).execution_options(populate_existing=True)
        if appointment is not None:
            rows = rows.where(Message.subject_id == appointment.id)
        return list(self.session.execute(rows).scalars())

    def states(self, appointment: Appointment | None = None) -> list[str]:
        return [f"{message.kind} {message.state}" for message in self.messages(appointment)]

    def _note(self, appointment: Appointment, verb: str) -> None:
        self.session.add(
            AppointmentChange(
                appointment_id=appointment.id,
                at=self.clock(),
                verb=verb,
                act_id=self.act_id,
                actor_role="receptionist",
                state_after=str(appointment.state),
            )
        )


@pytest.fixture
def clinic(session: Session, clock: SettableClock) -> Clinic:
    return Clinic(session, clock)


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with serving() as script:
        yield script


def make_dispatcher(
    sessions: sessionmaker[Session], clock: SettableClock, port: int, *, worker: str = "worker-1", total: float = 60
) -> Dispatcher:
    courier = Courier(MailServer("127.0.0.1", port), connect=min(total, 10), total=total)
    return Dispatcher(sessions, clock, courier, SENDER, worker=worker)


@pytest.fixture
def postman(
    sessions: sessionmaker[Session], clock: SettableClock, server: ScriptedServer, clinic: Clinic
) -> Iterator[Dispatcher]:
    dispatcher = make_dispatcher(sessions, clock, server.port)
    yield dispatcher
    dispatcher.close()
