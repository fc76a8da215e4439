"""A clinic by the machine's own clock, so that real worker processes share it."""

from collections.abc import Iterator
from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.clinic.models import PracticeSettings
from practice.core.clock import SettableClock, system_clock
from practice.reminders.delivery import Courier, MailServer
from practice.reminders.dispatching import Dispatcher
from practice.reminders.models import Message
from practice.reminders.writing import Sender
from tests.factories import act
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer, serving

SENDER = Sender("appointments@example.com", "http://localhost:8000", "test-link-key-0123456789abcdefghijkl")


@pytest.fixture
def server() -> Iterator[ScriptedServer]:
    with serving() as script:
        yield script


@pytest.fixture
def clinic(app: Flask, session: Session) -> Clinic:
    """A clinic whose confirmations are due at once."""
    made = Clinic(session, SettableClock(system_clock()))

    def hurry() -> None:
        session.execute(update(PracticeSettings).values(confirmation_grace_seconds=0, reminder_hours=[]))

    act(session, hurry)
    return made


@pytest.fixture
def other_worker(app: Flask, clinic: Clinic, server: ScriptedServer) -> Iterator[Dispatcher]:
    """A second worker, by the machine's clock."""
    courier = Courier(MailServer("127.0.0.1", server.port))
    dispatcher = Dispatcher(app.extensions["sessions"], system_clock, courier, SENDER, worker="other")
    yield dispatcher
    dispatcher.close()


def only_message(clinic: Clinic) -> Message:
    clinic.session.rollback()
    rows = select(Message).execution_options(populate_existing=True)
    return clinic.session.execute(rows).scalar_one()


def let_leases_run_out(clinic: Clinic) -> None:
    """Do what two minutes would do."""
    over = system_clock() - timedelta(seconds=1)
    act(
        clinic.session,
        lambda: clinic.session.execute(
            update(Message).where(Message.lease_until.is_not(None)).values(lease_until=over)
        ),
    )
