"""What an outage held up: by night a reminder waits for the morning, and what comes too late is told to the desk."""

from datetime import timedelta

from practice.clinic.queries import list_tasks
from practice.core.clock import SettableClock
from practice.reminders.dispatching import Dispatcher
from practice.reminders.kinds import MessageKind, Why
from practice.reminders.wanted import plan_messages
from tests.reminders.conftest import Clinic
from tests.reminders.test_following import follow
from tests.reminders.test_wanted import BY_MAIL, POLICY, VISIT, at, mails, told_of, visit, why
from tests.smtp_server import ScriptedServer

TOLD = told_of(VISIT, at(1, "10:02"))


def test_a_reminder_that_is_overdue_in_the_night_waits_for_the_morning() -> None:
    by_day = mails(plan_messages(VISIT, TOLD, BY_MAIL, POLICY, at(13, "19:00")))
    assert by_day == {"reminder 1": "13 14:00", "reminder 2": "15 11:00"}
    at_night = mails(plan_messages(VISIT, TOLD, BY_MAIL, POLICY, at(13, "21:00")))
    assert at_night == {"reminder 1": "14 08:00", "reminder 2": "15 11:00"}
    after_midnight = mails(plan_messages(VISIT, TOLD, BY_MAIL, POLICY, at(14, "03:00")))
    assert after_midnight == at_night


def test_a_reminder_whose_morning_is_too_late_does_not_leave() -> None:
    early = visit(at(16, "08:30"), at(1, "10:00"))
    planned = plan_messages(early, told_of(early, at(1, "10:02")), BY_MAIL, POLICY, at(15, "23:00"))
    assert mails(planned) == {}
    assert why(planned, MessageKind.REMINDER)[-1] is Why.TOO_LATE


def test_the_mail_loop_keeps_the_night_and_the_desk_hears_of_what_came_too_late(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    ahead = at(16, "08:30") - clock()
    early = clinic.book(clinic.client(), ahead)
    later = clinic.book(clinic.client(), ahead + timedelta(hours=34, minutes=30))
    clock.advance(timedelta(minutes=2))
    postman.drain()
    clock.now = at(16, "02:00")
    assert postman.drain() == 0
    assert clinic.states(later) == ["confirmation sent", "reminder queued", "reminder queued"]
    follow(clinic, postman)
    assert "reminder expired" in clinic.states(early)
    assert "mail_undelivered" in {task.kind for task in list_tasks(clinic.session)}
    clock.now = at(16, "08:00")
    assert postman.drain() == 1
    assert str(server.delivered[-1].mail["Subject"]).startswith("Reminder")
