"""Any number of workers, one mail each; a backlog after an outage leaves nothing behind."""

from contextlib import ExitStack
from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from practice.reminders.models import Message
from practice.scheduling.models import Appointment
from tests.factories import act
from tests.processes import Working, eventually
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer

WORKERS = 8


def book_many(clinic: Clinic, amount: int) -> None:
    client = clinic.client()
    first = clinic.book(client)

    def copy() -> None:
        columns = {
            column.name: getattr(first, column.name)
            for column in Appointment.__table__.columns
            if column.name not in {"id", "uid", "starts_at", "ends_at"}
        }
        for number in range(1, amount):
            shift = timedelta(minutes=number)
            clinic.session.add(Appointment(**columns, starts_at=first.starts_at + shift, ends_at=first.ends_at + shift))

    act(clinic.session, copy)


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
        assert eventually(lambda: len(server.delivered) >= amount, seconds=200)
        assert eventually(lambda: count(clinic, "sent") == amount)
        for worker in workers:
            worker.process.terminate()
        assert [worker.wait_for_end() for worker in workers] == [0] * WORKERS
    assert server.seen["data"] == amount
    assert len(set(server.message_ids)) == amount


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
