"""News that does not arrive: what rested on it goes by itself, and the news follows as soon as it can."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import update

from practice.core.clock import SettableClock
from practice.reminders import context, results
from practice.reminders.dispatching import Dispatcher
from practice.reminders.kinds import MessageKind
from practice.reminders.models import Message, Told
from practice.reminders.sending_again import open_address
from practice.reminders.wanted import plan_messages
from practice.scheduling.appointments.asking import ask_form
from practice.scheduling.models import Appointment
from tests.factories import RECEPTIONIST, act
from tests.reminders.conftest import Clinic
from tests.reminders.test_wanted import BY_MAIL, POLICY, VISIT, at, mails
from tests.smtp_server import ScriptedServer

MINUTE, HOUR, DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
REFUSED, NO_SUCH_ADDRESS = 554, 550
LOST_END = "drop_after_accept"


def subjects(server: ScriptedServer) -> list[str]:
    """Return how the subject of each mail that arrived begins."""
    return [str(each.mail["Subject"]).split()[0] for each in server.delivered]


def put_off(clinic: Clinic, kind: MessageKind, by: timedelta) -> None:
    """Let a mail wait as it does after refusals that pass."""
    waits = {"state": "retry", "lease_until": clinic.clock() + by}
    act(clinic.session, lambda: clinic.session.execute(update(Message).where(Message.kind == kind).values(waits)))


def live_on(clinic: Clinic, postman: Dispatcher, visit: Appointment) -> None:
    """Send round every hour until the visit begins."""
    while clinic.clock() < visit.starts_at:
        postman.drain()
        clinic.clock.advance(HOUR)


def assert_knows(clinic: Clinic, visit: Appointment) -> None:
    """Require that the client was told for certain what is true."""
    clinic.session.rollback()
    told = clinic.session.get_one(Told, (visit.id, visit.client_id), populate_existing=True)
    assert (told.starts_at, told.is_certain) == (visit.starts_at, True)


CONFIRMATION = "appointment:7:3:confirmation:first"


@pytest.mark.parametrize(
    ("unheard", "now", "expected"),
    [
        ((), (13, "14:00"), ["15 11:00"]),  # the confirmation that is about to leave says the first
        ((), (15, "11:00"), []),
        ((CONFIRMATION,), (13, "14:00"), ["13 14:00", "15 11:00"]),
        ((CONFIRMATION,), (15, "11:00"), ["15 11:00"]),
        (("appointment:7:3:moved:x",), (15, "11:00"), []),  # that is another one
    ],
)
def test_a_reminder_rests_on_news_that_is_late_and_not_on_news_that_does_not_come(unheard, now, expected) -> None:
    plan = plan_messages(replace(VISIT, unheard=frozenset(unheard)), None, BY_MAIL, POLICY, at(*now))
    assert [when for what, when in mails(plan).items() if what.startswith("reminder")] == expected


def refuse_the_booking(clinic: Clinic, postman: Dispatcher, server: ScriptedServer) -> Appointment:
    visit = clinic.book(clinic.client(), 5 * DAY)
    clinic.clock.advance(2 * MINUTE)
    server.will("dot", REFUSED)
    assert postman.drain() == 0
    return visit


def test_reminders_leave_although_the_confirmation_was_refused(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    visit = refuse_the_booking(clinic, postman, server)
    live_on(clinic, postman, visit)
    assert subjects(server) == ["Reminder:", "Reminder:"]
    assert clinic.states(visit) == ["confirmation failed", "reminder sent", "reminder sent"]


def test_without_knowing_of_the_refusal_no_reminder_leaves(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(context, "unheard_keys", lambda *_given, **_named: {})
    live_on(clinic, postman, refuse_the_booking(clinic, postman, server))
    assert server.delivered == []


@pytest.mark.parametrize("is_planned_anew", [True, False])
def test_a_reminder_left_out_for_news_comes_back_when_that_is_refused(
    clinic: Clinic,
    postman: Dispatcher,
    server: ScriptedServer,
    monkeypatch: pytest.MonkeyPatch,
    is_planned_anew: bool,
) -> None:
    """The reminder was due in the two minutes in which the confirmation waited."""
    if not is_planned_anew:
        monkeypatch.setattr(results, "plan_anew", lambda *_given, **_named: None)
    visit = clinic.book(clinic.client(), 48 * HOUR + MINUTE)
    postman.reconcile()
    assert clinic.states(visit) == ["confirmation queued", "reminder queued"]
    clinic.clock.advance(2 * MINUTE)
    server.will("dot", REFUSED)
    postman.drain()
    assert subjects(server) == ["Reminder:"] * is_planned_anew


@pytest.mark.parametrize(("by", "expected"), [(10 * MINUTE, ["Your"]), (2 * HOUR, ["Reminder:"])])
def test_a_reminder_waits_for_news_that_is_tried_again_soon_and_not_for_longer(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, by: timedelta, expected: list[str]
) -> None:
    visit = clinic.book(clinic.client(), 5 * DAY)
    postman.reconcile()
    clinic.clock.now = visit.starts_at - 48 * HOUR
    put_off(clinic, MessageKind.CONFIRMATION, by)
    postman.drain()
    clinic.clock.advance(by)
    postman.drain()
    assert subjects(server) == expected
    assert_knows(clinic, visit)


def ask_and_move(clinic: Clinic, postman: Dispatcher, clock: SettableClock) -> Appointment:
    """Bring a visit two days before its start, where a form is asked for while the news of a move is put off."""
    visit = clinic.book(clinic.client(), 10 * DAY)
    clock.advance(2 * MINUTE)
    asked = {"appointment_uid": visit.uid, "actor": RECEPTIONIST, "now": clock()}
    act(clinic.session, lambda: ask_form(clinic.session, **asked))
    for _ in range(3):
        postman.drain()
        clock.advance(10 * MINUTE)
    clinic.move(visit, HOUR)
    postman.reconcile()
    clock.now = visit.starts_at - 48 * HOUR
    put_off(clinic, MessageKind.MOVED, 2 * HOUR)
    stop_reminders = update(Message).where(Message.kind == MessageKind.REMINDER).values(lease_until=clock() + HOUR)
    act(clinic.session, lambda: clinic.session.execute(stop_reminders))
    return visit


def test_a_form_asked_for_is_no_news_of_a_move_for_calendars_learn_nothing_of_it(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    visit = ask_and_move(clinic, postman, clock)
    postman.drain()
    clock.advance(MINUTE)
    postman.drain()
    assert subjects(server) == ["Your", "A", "A", "Changed:"]
    assert_knows(clinic, visit)


def test_taken_for_news_it_would_leave_the_calendar_wrong(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(results, "WITHOUT_CALENDAR", frozenset())
    visit = ask_and_move(clinic, postman, clock)
    live_on(clinic, postman, visit)
    assert "Changed:" not in subjects(server)


def test_a_form_asked_for_takes_no_reminders_place(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    """Both are due two days before; the reminder is held up for a minute."""
    visit = clinic.book(clinic.client(), 10 * DAY)
    clock.advance(2 * MINUTE)
    asked = {"appointment_uid": visit.uid, "actor": RECEPTIONIST, "now": clock()}
    act(clinic.session, lambda: ask_form(clinic.session, **asked))
    for _ in range(3):
        postman.drain()
        clock.advance(10 * MINUTE)
    clock.now = visit.starts_at - 48 * HOUR
    put_off(clinic, MessageKind.REMINDER, MINUTE)
    postman.drain()
    clock.advance(MINUTE)
    postman.drain()
    assert subjects(server) == ["Your", "A", "A", "Reminder:"]


def test_an_address_that_is_open_again_gets_the_news_that_it_missed(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    client = clinic.client()
    visit = clinic.book(client, 5 * DAY)
    clinic.clock.advance(2 * MINUTE)
    server.will("rcpt", NO_SUCH_ADDRESS)
    postman.drain()
    postman.reconcile()
    opening = {"address": clinic.messages(visit)[0].to_address, "actor": RECEPTIONIST, "now": clinic.clock()}
    act(clinic.session, lambda: open_address(clinic.session, **opening))
    assert postman.drain() == 1
    live_on(clinic, postman, visit)
    assert subjects(server) == ["Your", "Reminder:", "Reminder:"]


def test_news_that_was_refused_is_tried_again_when_there_is_other_news(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    visit = refuse_the_booking(clinic, postman, server)
    clinic.move(visit, HOUR)
    clinic.clock.advance(5 * MINUTE)
    assert postman.drain() == 1
    assert subjects(server) == ["Your"]
    assert_knows(clinic, visit)


@pytest.mark.parametrize(("act_on_it", "said"), [("move", "Changed:"), ("cancel", "Cancelled:")])
def test_who_may_have_had_both_copies_of_a_mail_hears_of_what_happens_then(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, act_on_it: str, said: str
) -> None:
    visit = clinic.book(clinic.client(), 5 * DAY)
    server.will("dot", LOST_END, LOST_END)
    for _ in range(4):
        clinic.clock.advance(2 * MINUTE)
        postman.drain()
    assert clinic.states(visit)[0] == "confirmation failed"
    if act_on_it == "move":
        clinic.move(visit, HOUR)
    else:
        clinic.cancel(visit)
    for _ in range(3):
        clinic.clock.advance(5 * MINUTE)
        postman.drain()
    assert subjects(server) == ["Your", "Your", said]


def test_a_server_out_of_reach_for_six_hours_makes_no_mail_wait_longer(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer
) -> None:
    """What fails for want of a server is not the message's fault: nothing waits for hours once it is back."""
    visits = [clinic.book(clinic.client(), 5 * DAY) for _ in range(3)]
    clinic.clock.advance(2 * MINUTE)
    server.will("connect", *[421] * 24)
    while server.script["connect"]:
        postman.drain()
        clinic.clock.advance(15 * MINUTE)
    assert postman.drain() >= len(visits) - 1
    clinic.clock.advance(2 * MINUTE)
    postman.drain()
    assert [clinic.states(visit)[0] for visit in visits] == ["confirmation sent"] * 3
    assert {message.failures for message in clinic.messages()} == {0}
