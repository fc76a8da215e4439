"""Six hours without a mail server: what is still useful leaves once and soon, what is not is listed for the desk."""

from datetime import timedelta

import pytest
from sqlalchemy import func, select, update

from practice.clinic.models import PracticeSettings
from practice.clinic.queries import list_tasks
from practice.reminders.dispatching import Dispatcher
from practice.reminders.kinds import OPEN_STATES
from practice.reminders.models import Message
from practice.reminders.watching import list_too_late, watch
from practice.scheduling.models import Appointment
from tests.factories import act
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
USELESS = 5
KEPT = {"id", "uid", "starts_at", "ends_at"}


def book_copies(clinic: Clinic, first: Appointment, amount: int) -> None:
    """Book as many visits like *first*, a minute apart."""
    columns = [column.name for column in Appointment.__table__.columns if column.name not in KEPT]
    like_first = {name: getattr(first, name) for name in columns}
    act(
        clinic.session,
        lambda: clinic.session.add_all(
            Appointment(
                **like_first, starts_at=first.starts_at + number * MINUTE, ends_at=first.ends_at + number * MINUTE
            )
            for number in range(1, amount)
        ),
    )


def open_messages(clinic: Clinic) -> int:
    clinic.session.rollback()
    return clinic.session.execute(select(func.count()).where(Message.state.in_(OPEN_STATES))).scalar_one()


@pytest.mark.slow
@pytest.mark.timeout(600)
def test_a_backlog_is_cleared_within_ten_minutes_and_what_came_too_late_is_listed(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, request: pytest.FixtureRequest
) -> None:
    amount, step = (1000, MINUTE) if request.config.getoption("--full") else (20, 15 * MINUTE)
    act(clinic.session, lambda: clinic.session.execute(update(PracticeSettings).values(reminder_hours=[])))
    book_copies(clinic, clinic.book(clinic.client()), amount)
    soon = [clinic.book(clinic.client(), 4 * HOUR) for _ in range(USELESS)]
    answer, went_down_at = server.next_act, clinic.clock()
    server.next_act = lambda stage: 421 if stage == "connect" else answer(stage)  # type: ignore[method-assign]
    while clinic.clock() < went_down_at + 6 * HOUR:
        clinic.clock.advance(step)
        postman.drain()
    assert server.delivered == []
    server.next_act = answer  # type: ignore[method-assign]
    back_at = clinic.clock()
    while open_messages(clinic):
        postman.drain()
        clinic.clock.advance(timedelta(seconds=5))
    assert clinic.clock() - back_at <= 10 * MINUTE
    assert len(server.delivered) == len(set(server.message_ids)) == amount
    late = list_too_late(clinic.session, now=clinic.clock())
    assert {each.message.subject_id for each in late} == {visit.id for visit in soon}
    assert {each.message.state for each in late} == {"expired"}
    assert watch(clinic.session, now=clinic.clock()).too_late == USELESS
    assert [task.kind for task in list_tasks(clinic.session)] == ["mail_undelivered"] * USELESS
