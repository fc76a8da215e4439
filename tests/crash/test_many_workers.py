"""Any number of workers, one mail each; a backlog after an outage leaves nothing behind."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from practice.reminders.models import Message
from practice.scheduling.models import Appointment, AppointmentChange
from tests.factories import act, make_client
from tests.processes import Working, eventually
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer

WORKERS = 8
ACTS, VISITS = 10, 6


def book_many(clinic: Clinic, amount: int) -> None:
    client = clinic.client()
    first = clinic.book(client)

    def copy() -> None:
        for number in range(1, amount):
            clinic.session.add(copy_of(first, timedelta(minutes=number)))

    act(clinic.session, copy)


def copy_of(first: Appointment, later: timedelta, **over: object) -> Appointment:
    columns = {
        column.name: getattr(first, column.name)
        for column in Appointment.__table__.columns
        if column.name not in {"id", "uid", "starts_at", "ends_at"}
    }
    return Appointment(**columns | over, starts_at=first.starts_at + later, ends_at=first.ends_at + later)


def book_acts(clinic: Clinic) -> None:
    """Book series, each for a client of its own and as one act."""
    first = clinic.session.scalars(select(Appointment)).first()
    assert first is not None
    for number in range(ACTS):
        client = make_client(clinic.session, email=f"series{number}@example.com")
        for week in range(VISITS):
            copy = copy_of(first, timedelta(days=week, minutes=number), client_id=client.id)
            clinic.session.add(copy)
            clinic.session.flush()
            line = {"verb": "book", "actor_role": "receptionist", "state_after": "booked", "at": first.created_at}
            clinic.session.add(AppointmentChange(appointment_id=copy.id, act_id=f"act-{number}", **line))


def count(clinic: Clinic, state: str) -> int:
    clinic.session.rollback()
    return clinic.session.execute(select(func.count()).where(Message.state == state)).scalar_one()


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_eight_workers_send_each_mail_once(
    engine_url: str, clinic: Clinic, server: ScriptedServer, request: pytest.FixtureRequest
) -> None:
    amount = 1000 if request.config.getoption("--full") else 200
    with ExitStack() as stack:
        workers = [stack.enter_context(Working(engine_url, smtp_port=server.port)) for _ in range(WORKERS)]
        assert eventually(lambda: all("worker started" in worker.said() for worker in workers))
        book_many(clinic, amount)
        act(clinic.session, lambda: book_acts(clinic))
        assert eventually(lambda: len(server.delivered) >= amount + ACTS, seconds=200)
        assert eventually(lambda: count(clinic, "sent") == amount + ACTS * VISITS)
        for worker in workers:
            worker.process.terminate()
        assert [worker.wait_for_end() for worker in workers] == [0] * WORKERS
    assert server.seen["data"] == amount + ACTS
    assert len(set(server.message_ids)) == amount + ACTS


@pytest.mark.alone
@pytest.mark.slow
@pytest.mark.timeout(300)
def test_a_worker_killed_under_load_loses_nothing(engine_url: str, clinic: Clinic, server: ScriptedServer) -> None:
    book_many(clinic, 60)
    with Working(engine_url, smtp_port=server.port) as victim:
        assert eventually(lambda: len(server.delivered) >= 10)
        victim.process.kill()
        victim.wait_for_end()
    act(
        clinic.session,
        lambda: clinic.session.execute(
            update(Message).where(Message.lease_until.is_not(None)).values(lease_until=clinic.clock())
        ),
    )
    with Working(engine_url, smtp_port=server.port):
        assert eventually(lambda: count(clinic, "sent") == 60)
    assert len(set(server.message_ids)) == 60
    assert len(server.delivered) <= 61
