"""From a booking to the client's mailbox and back: what goes out, to whom, when, and what never does."""

from datetime import timedelta
from email.message import EmailMessage

import icalendar

from practice.core.clock import SettableClock
from practice.reminders.dispatching import Dispatcher
from practice.reminders.models import Told
from practice.scheduling.lifecycle import AppointmentState
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def event_of(mail: EmailMessage) -> icalendar.Event:
    (part,) = (part for part in mail.walk() if part.get_content_type() == "text/calendar")
    calendar = icalendar.Calendar.from_ical(part.get_content())
    assert part.get_param("method") == calendar["METHOD"]
    (event,) = calendar.walk("VEVENT")
    event["METHOD"] = calendar["METHOD"]
    return event


def test_a_booking_is_confirmed_after_its_grace(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    visit = clinic.book(clinic.client(first_name="Ana", last_name="García", email="ana@example.com"))
    assert postman.run() == 0
    clock.advance(2 * MINUTE)
    assert postman.run() == 1
    (delivered,) = server.delivered
    assert (delivered.sender, delivered.recipient) == ("appointments@example.com", "ana@example.com")
    assert delivered.mail["To"] == "Ana García <ana@example.com>"
    event = event_of(delivered.mail)
    assert event["METHOD"] == "REQUEST"
    assert visit.starts_at == event.DTSTART
    assert event["SEQUENCE"] == 0
    assert clinic.states() == ["confirmation sent", "reminder queued", "reminder queued"]
    told = clinic.session.get_one(Told, (visit.id, visit.client_id))
    assert (told.starts_at, told.therapist_name, told.is_cancelled) == (visit.starts_at, "Bram Castellan", False)


def test_a_visit_is_told_moved_reminded_and_cancelled_in_one_calendar_entry(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    visit = clinic.book(clinic.client())
    clock.advance(2 * MINUTE)
    postman.run()
    clinic.move(visit, DAY)
    clock.advance(5 * MINUTE)
    assert postman.run() == 1
    clock.now = visit.starts_at - 48 * HOUR
    assert postman.run() == 1
    clinic.cancel(visit)
    clock.advance(5 * MINUTE)
    assert postman.run() == 1
    events = [event_of(mail.mail) for mail in server.delivered]
    assert [event["METHOD"] for event in events] == ["REQUEST", "REQUEST", "REQUEST", "CANCEL"]
    assert len({event["UID"] for event in events}) == 1
    assert [event["SEQUENCE"] for event in events] == [0, 1, 1, 2]
    assert [event.DTSTART for event in events[1:]] == [visit.starts_at] * 3
    assert events[-1]["STATUS"] == "CANCELLED"
    assert len(set(server.message_ids)) == 4
    clock.advance(40 * DAY)
    assert postman.run() == 0


def test_a_move_and_a_move_back_inside_the_grace_send_nothing(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    visit = clinic.book(clinic.client())
    clock.advance(2 * MINUTE)
    postman.run()
    clinic.move(visit, DAY)
    postman.run()
    clinic.move(visit, -DAY)
    clock.advance(10 * MINUTE)
    assert postman.run() == 0
    assert "moved superseded" in clinic.states()


def test_a_visit_cancelled_inside_the_grace_is_never_mentioned(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    visit = clinic.book(clinic.client())
    postman.run()
    clinic.cancel(visit)
    clock.advance(DAY)
    assert postman.run() == 0
    assert clinic.states(visit) == ["confirmation superseded", "reminder superseded", "reminder superseded"]


def test_a_visit_moved_after_the_claim_is_not_announced_at_its_old_time(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    """The appointment is asked once more when the recipient is accepted and before a byte of the mail leaves."""
    visit = clinic.book(clinic.client())
    clock.advance(2 * MINUTE)
    rcpt = server.next_act

    def move_at_rcpt(stage: str) -> int | str:
        if stage == "rcpt" and server.seen["rcpt"] == 0:
            clinic.move(visit, DAY)
        return rcpt(stage)

    server.next_act = move_at_rcpt  # type: ignore[method-assign]
    assert postman.run() == 0
    assert server.seen["data"] == 0
    clock.advance(2 * MINUTE)
    assert postman.run() == 1
    assert visit.starts_at == event_of(server.delivered[0].mail).DTSTART


def test_a_held_time_is_never_mentioned(clinic: Clinic, postman: Dispatcher, clock: SettableClock) -> None:
    clinic.book(None, state=AppointmentState.HELD, hold_ends_at=clock() + 5 * MINUTE)
    clock.advance(DAY)
    assert postman.run() == 0
    assert clinic.messages() == []


def test_five_hundred_ticks_send_one_mail(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    clinic.book(clinic.client())
    for _ in range(500):
        clock.advance(timedelta(seconds=2))
        postman.run()
    assert len(server.delivered) == 1


def test_after_six_hours_without_a_worker_each_useful_mail_goes_out_once(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    useful = clinic.book(clinic.client(), ahead=3 * DAY)
    over = clinic.book(clinic.client(), ahead=4 * HOUR)
    postman.reconcile()
    clock.advance(6 * HOUR)
    assert postman.drain() == 1
    assert clinic.states(useful)[0] == "confirmation sent"
    assert clinic.states(over) == ["confirmation expired", "reminder expired"]
    assert postman.drain() == 0


def test_a_clock_that_steps_back_sends_nothing_twice(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    clinic.book(clinic.client())
    clock.advance(2 * MINUTE)
    postman.run()
    clock.advance(-2 * HOUR)
    postman.run()
    clock.advance(DAY)
    postman.run()
    assert len(server.delivered) == 1


def test_an_address_edited_before_the_mail_leaves_gets_it(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    client = clinic.client(email="old@example.com")
    clinic.book(client)
    postman.reconcile()
    clinic.edit_email(client, "new@example.com")
    clock.advance(2 * MINUTE)
    postman.drain()
    assert [mail.recipient for mail in server.delivered] == ["new@example.com"]
