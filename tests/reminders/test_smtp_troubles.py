"""Every stage of the conversation with every reply, a hang and a hang-up: what becomes of the message."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.clinic.queries import list_tasks
from practice.core.clock import SettableClock
from practice.reminders import rendering
from practice.reminders.delivery import Courier, MailServer
from practice.reminders.dispatching import Dispatcher
from practice.reminders.heartbeat import is_paused, resume_sending
from practice.reminders.models import Message, SuppressedAddress
from practice.reminders.rendering import compile_shape
from practice.scheduling.models import Appointment
from tests.factories import OWNER, act
from tests.reminders.conftest import SENDER, Clinic, make_dispatcher
from tests.smtp_server import DROP, HANG, ScriptedServer, closed_port

# A silent server is told from a slow machine by time alone.
among_silence = pytest.mark.alone

MINUTE = timedelta(minutes=1)
STAGES = ("connect", "helo", "auth", "mail", "rcpt", "data", "dot")
REPLIES = (421, 450, 451, 452, 432, 535, 550, 552, 554, DROP)

FAILED, RETRY, QUEUED, UNKNOWN = "failed", "retry", "queued", "unknown"


def expected(stage: str, reply: int | str) -> str:
    """Return the state of the message after one such reply."""
    if reply in {DROP, HANG}:
        return UNKNOWN if stage == "dot" else RETRY
    if reply == 535 or (stage == "auth" and int(reply) >= 500):
        return QUEUED  # all sending is paused
    if int(reply) < 500 or stage in {"connect", "helo"} or reply == 552:
        return RETRY
    return FAILED


@dataclass(frozen=True)
class Posts:
    """What makes a postman who signs in."""

    sessions: sessionmaker[Session]
    clock: SettableClock
    server: ScriptedServer

    @contextmanager
    def postman(self, *, waits: float) -> Iterator[Dispatcher]:
        """One who waits that many seconds for a silent server."""
        server = MailServer("127.0.0.1", self.server.port, user="practice", password="secret")
        courier = Courier(server, connect=waits, total=waits)
        dispatcher = Dispatcher(self.sessions, self.clock, courier, SENDER, worker="signed in")
        yield dispatcher
        dispatcher.close()


@pytest.fixture
def posts(sessions: sessionmaker[Session], clock: SettableClock, server: ScriptedServer, clinic: Clinic) -> Posts:
    return Posts(sessions, clock, server)


@pytest.fixture
def signed_in(posts: Posts) -> Iterator[Dispatcher]:
    """A postman who signs in and has all the time that a slow machine may need."""
    with posts.postman(waits=60) as dispatcher:
        yield dispatcher


@pytest.fixture
def impatient(posts: Posts) -> Iterator[Dispatcher]:
    """A postman who signs in and waits a second for a silent server."""
    with posts.postman(waits=1) as dispatcher:
        yield dispatcher


def due_visit(clinic: Clinic) -> Appointment:
    visit = clinic.book(clinic.client())
    clinic.clock.advance(2 * MINUTE)
    return visit


def first_of(clinic: Clinic, visit: Appointment) -> Message:
    return clinic.messages(visit)[0]


@pytest.mark.parametrize("stage", STAGES)
def test_each_reply_leaves_the_state_of_the_table_and_no_second_copy(
    stage: str, clinic: Clinic, signed_in: Dispatcher, postman: Dispatcher, server: ScriptedServer
) -> None:
    for reply in REPLIES:
        meet(clinic, server, stage, reply, first=signed_in, then=postman)


@among_silence
@pytest.mark.parametrize("stage", STAGES)
def test_silence_leaves_the_state_of_the_table_and_no_second_copy(
    stage: str, clinic: Clinic, impatient: Dispatcher, postman: Dispatcher, server: ScriptedServer
) -> None:
    meet(clinic, server, stage, HANG, first=impatient, then=postman)


def meet(
    clinic: Clinic, server: ScriptedServer, stage: str, reply: int | str, *, first: Dispatcher, then: Dispatcher
) -> None:
    """Let a postman meet one reply at one stage, look at the table, and let another come when all is well again."""
    visit = due_visit(clinic)
    # A refused greeting is tried as EHLO and as HELO, a refused sign-in by each way that the server offers.
    server.will(stage, *[reply] * (2 if stage in {"helo", "auth"} else 1))
    first.close()
    first.run()
    message = first_of(clinic, visit)
    assert message.state == expected(stage, reply), (stage, reply, message.last_reply)
    assert message.lease_until is None or message.state in {RETRY, UNKNOWN}
    server.script[stage].clear()
    act(clinic.session, lambda: resume_sending(clinic.session, actor=OWNER, now=clinic.clock()))
    clinic.clock.advance(10 * MINUTE)
    then.drain()
    final = first_of(clinic, visit)
    assert final.state == (FAILED if expected(stage, reply) == FAILED else "sent"), (stage, reply)
    sent = [mail for mail in server.delivered if mail.message_id == final.message_id]
    assert len(sent) == (0 if final.state == FAILED else 1)


def test_a_mail_whose_end_is_lost_is_sent_once_more_with_the_same_id(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    visit = due_visit(clinic)
    server.will("dot", "drop_after_accept")
    signed_in.run()
    assert first_of(clinic, visit).state == UNKNOWN
    clinic.clock.advance(MINUTE)
    signed_in.run()
    assert first_of(clinic, visit).state == "sent"
    assert len(server.delivered) == 2
    assert len(set(server.message_ids)) == 1


def test_a_mail_whose_end_is_lost_twice_ends_in_a_task(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    visit = due_visit(clinic)
    server.will("dot", "drop_after_accept", "drop_after_accept")
    for _ in range(6):
        signed_in.run()
        clinic.clock.advance(10 * MINUTE)
    assert (first_of(clinic, visit).state, first_of(clinic, visit).why) == (FAILED, "unsure_twice")
    assert len(server.delivered) == 2
    assert [task.kind for task in list_tasks(clinic.session)] == ["mail_undelivered"]


def test_a_mail_that_may_have_arrived_and_is_no_longer_true_is_corrected(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    """It is not repeated: the correction tells what is true, because the client may believe the first one."""
    visit = due_visit(clinic)
    server.will("dot", "drop_after_accept")
    signed_in.run()
    clinic.move(visit, timedelta(days=1))
    clinic.clock.advance(5 * MINUTE)
    for _ in range(3):
        signed_in.run()
        clinic.clock.advance(10 * MINUTE)
    assert [str(mail.mail["Subject"])[:7] for mail in server.delivered] == ["Your ap", "Changed"]


def test_an_address_that_does_not_exist_gets_no_more_mail_and_a_call_instead(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    visit = due_visit(clinic)
    server.will("rcpt", 550)
    signed_in.run()
    signed_in.reconcile()
    clinic.session.rollback()
    assert clinic.session.execute(select(SuppressedAddress.code)).scalars().all() == [550]
    assert sorted(task.kind for task in list_tasks(clinic.session)) == ["call_reminder", "mail_undelivered"]
    clinic.move(visit, timedelta(days=1))
    signed_in.reconcile()
    clinic.clock.advance(timedelta(days=1))
    assert signed_in.drain() == 0
    assert not [state for state in clinic.states(visit) if state.endswith("queued")]


def test_a_new_address_after_a_refusal_gets_the_confirmation(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    client = clinic.client()
    visit = clinic.book(client)
    clinic.clock.advance(2 * MINUTE)
    server.will("rcpt", 550)
    signed_in.run()
    clinic.edit_email(client, "new@example.com")
    clinic.change(visit, "note")
    clinic.clock.advance(2 * MINUTE)
    signed_in.drain()
    assert [mail.recipient for mail in server.delivered] == ["new@example.com"]


def test_a_refused_sign_in_stops_all_sending_until_it_is_mended(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    due_visit(clinic)
    due_visit(clinic)
    server.will("auth", 535, 535, 535)
    signed_in.run()
    tries = server.seen["auth"]
    clinic.clock.advance(60 * MINUTE)
    signed_in.run()
    assert server.seen["auth"] == tries
    clinic.session.rollback()
    assert is_paused(clinic.session)
    (alarm,) = list_tasks(clinic.session)
    assert (alarm.kind, alarm.assigned_role) == ("mail_paused", "owner")
    server.script["auth"].clear()
    act(clinic.session, lambda: resume_sending(clinic.session, actor=OWNER, now=clinic.clock()))
    assert signed_in.drain() == 2


def test_one_refused_recipient_keeps_nobody_else_from_the_mail(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    bad, good = clinic.book(clinic.client()), clinic.book(clinic.client())
    clinic.clock.advance(2 * MINUTE)
    server.will("rcpt", 550)
    signed_in.run()
    assert first_of(clinic, bad).state == FAILED
    assert first_of(clinic, good).state == "sent"
    assert server.seen["connect"] == 1


@pytest.mark.parametrize("trouble", ["refused", pytest.param("hang", marks=among_silence), "down"])
def test_an_hour_without_a_mail_server_loses_and_repeats_nothing(
    clinic: Clinic,
    sessions: sessionmaker[Session],
    clock: SettableClock,
    server: ScriptedServer,
    trouble: str,
) -> None:
    visits = [clinic.book(clinic.client()) for _ in range(3)]
    clock.advance(2 * MINUTE)
    port = closed_port() if trouble == "down" else server.port
    dispatcher = make_dispatcher(sessions, clock, port, total=0.2)
    server.will("connect", *[421 if trouble == "refused" else HANG] * 40)
    for _ in range(30):
        dispatcher.run()
        clock.advance(2 * MINUTE)
    dispatcher.close()
    assert server.delivered == []
    server.script["connect"].clear()
    server.released.set()
    back = make_dispatcher(sessions, clock, server.port)
    clock.advance(timedelta(hours=2))
    back.drain()
    back.close()
    assert [first_of(clinic, visit).state for visit in visits] == ["sent"] * 3
    assert len(server.delivered) == len(set(server.message_ids)) == 3


def test_a_server_that_dies_in_the_middle_of_a_mail_gets_it_again(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    visit = due_visit(clinic)
    server.will("data", DROP)
    signed_in.run()
    assert first_of(clinic, visit).state == RETRY
    clinic.clock.advance(5 * MINUTE)
    assert signed_in.run() == 1


def test_a_connection_that_died_while_idle_costs_no_attempt(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    due_visit(clinic)
    assert postman.run() == 1
    server.will("mail", DROP)
    visit = due_visit(clinic)
    postman.run()
    clinic.clock.advance(2 * MINUTE)
    postman.run()
    assert first_of(clinic, visit).state == "sent"


def test_a_message_that_cannot_be_written_is_put_aside_and_stops_nobody(
    clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer
) -> None:
    poison = clinic.book(clinic.client(last_name="Ok"))
    others = [clinic.book(clinic.client()) for _ in range(3)]
    clinic.clock.advance(2 * MINUTE)
    signed_in.reconcile()

    def break_it() -> None:
        row = clinic.session.get_one(Message, clinic.messages(poison)[0].id)
        row.message_id = "<not a plain id>"

    act(clinic.session, break_it)
    for _ in range(5):
        signed_in.run()
        clinic.clock.advance(2 * MINUTE)
    message = first_of(clinic, poison)
    assert (message.state, message.why, message.render_errors) == (FAILED, "not_rendered", 3)
    assert [first_of(clinic, visit).state for visit in others] == ["sent"] * 3
    (task,) = list_tasks(clinic.session)
    assert (task.kind, task.assigned_role) == ("mail_undelivered", "owner")


def test_shapes_are_compiled_once(clinic: Clinic, signed_in: Dispatcher, server: ScriptedServer) -> None:
    for _ in range(5):
        clinic.book(clinic.client())
    clinic.clock.advance(2 * MINUTE)
    compile_shape.cache_clear()
    signed_in.drain()
    assert rendering.compile_shape.cache_info().misses == 1
