"""One act that books, moves or cancels several visits of one client is told in one mail, whatever happens to it."""

from collections import Counter
from datetime import timedelta
from email.message import EmailMessage

import icalendar
import pytest
from sqlalchemy import bindparam, false, true
from sqlalchemy.orm import Session, sessionmaker

from practice.clinic.queries import list_tasks
from practice.core.clock import SettableClock
from practice.core.transact import transact
from practice.reminders import outbox
from practice.reminders.dispatching import Dispatcher
from practice.reminders.models import Message, Told
from practice.reminders.outbox import claim_due
from practice.reminders.reconciling import reconcile
from practice.reminders.sending_again import send_again
from practice.scheduling.models import Appointment
from tests.factories import RECEPTIONIST, act
from tests.reminders.conftest import Clinic
from tests.smtp_server import DROP, ScriptedServer

MINUTE = timedelta(minutes=1)
HOUR = timedelta(hours=1)
DAY = timedelta(days=1)


def events_of(mail: EmailMessage) -> list[tuple[str, str, object]]:
    """Return method, UID and start of every calendar file, read by a parser that is not ours."""
    found = []
    for part in mail.walk():
        if part.get_content_type() == "application/ics":
            calendar = icalendar.Calendar.from_ical(part.get_content())
            (event,) = calendar.walk("VEVENT")
            found.append((str(calendar["METHOD"]), str(event["UID"]), event.DTSTART))
    return found


def words_of(mail: EmailMessage) -> str:
    return "".join(str(part.get_content()) for part in mail.walk() if part.get_content_type() == "text/plain")


def confirmations(clinic: Clinic) -> list[Message]:
    return [message for message in clinic.messages() if message.kind == "confirmation"]


def starts(visits: list[Appointment]) -> list[object]:
    return [visit.starts_at for visit in visits]


def test_a_series_of_twelve_is_one_mail_with_twelve_dates(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    series = clinic.book_series(clinic.client(first_name="Ana"), 12)
    clock.advance(2 * MINUTE)
    assert postman.run(limit=1) == 1
    (delivered,) = server.delivered
    assert [start for _, _, start in events_of(delivered.mail)] == starts(series)
    assert {method for method, _, _ in events_of(delivered.mail)} == {"REQUEST"}
    assert words_of(delivered.mail).count("/m/") == 12
    rows = confirmations(clinic)
    assert {(row.state, row.message_id) for row in rows} == {("sent", delivered.message_id)}
    assert [clinic.session.get_one(Told, (visit.id, visit.client_id)).starts_at for visit in series] == starts(series)
    clock.advance(DAY)
    assert postman.drain() == 0


def test_reminders_stay_one_for_each_visit(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    first, second, _ = clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    postman.run()
    for visit in (first, second):
        clock.now = visit.starts_at - 48 * HOUR
        assert postman.drain() == 1
    assert server.delivered[-1].mail["Subject"].startswith("Reminder")
    assert [start for _, _, start in events_of(server.delivered[-1].mail)] == [second.starts_at]


def test_an_act_that_moves_and_cancels_is_one_mail_that_says_both(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    one, two, three = series = clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    postman.run()
    with clinic.one_act():
        clinic.move(one, DAY)
        clinic.move(two, DAY)
        clinic.cancel(three)
    clock.advance(5 * MINUTE)
    assert postman.run() == 1
    mail = server.delivered[-1].mail
    assert mail["Subject"] == "Changes to your appointments"
    assert [(method, start) for method, _, start in events_of(mail)] == [
        ("REQUEST", one.starts_at),
        ("REQUEST", two.starts_at),
        ("CANCEL", three.starts_at),
    ]
    assert {uid for _, uid, _ in events_of(mail)} == {uid for _, uid, _ in events_of(server.delivered[0].mail)}
    words = words_of(mail)
    assert words.index("These appointments have changed") < words.index("This appointment is cancelled")
    assert words.count("Was:") == 2
    assert [clinic.session.get_one(Told, (visit.id, visit.client_id)).is_cancelled for visit in series] == [
        False,
        False,
        True,
    ]


def test_two_clients_on_one_mailbox_get_a_mail_each(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    ana = clinic.client(first_name="Ana", email="both@example.com")
    leo = clinic.client(first_name="Leo", email="both@example.com")
    with clinic.one_act():
        theirs = {client.first_name: [clinic.book(client, days * DAY) for days in (14, 21)] for client in (ana, leo)}
    clock.advance(2 * MINUTE)
    assert postman.run() == 2
    for delivered in server.delivered:
        (name,) = [name for name in theirs if f"Hello {name}" in words_of(delivered.mail)]
        uids = {uid.partition("@")[0] for _, uid, _ in events_of(delivered.mail)}
        assert uids == {visit.uid for visit in theirs[name]}


def test_a_near_visit_takes_the_others_of_its_act_with_it(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    """Alone the later one would wait for the longer grace and for the morning."""
    client = clinic.client()
    near, far = clinic.book(client, 20 * HOUR), clinic.book(client, 20 * DAY)
    clock.advance(2 * MINUTE)
    postman.drain()
    with clinic.one_act():
        clinic.move(near, HOUR)
        clinic.move(far, HOUR)
    clock.advance(2 * MINUTE)
    assert postman.run() == 1
    assert [start for _, _, start in events_of(server.delivered[-1].mail)] == [near.starts_at, far.starts_at]


def test_a_visit_that_changed_again_keeps_its_own_grace_and_the_mail_says_only_what_is_true(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    one, two, three = clinic.book_series(clinic.client())
    clinic.session.refresh(two)
    clock.advance(MINUTE)
    clinic.move(two, DAY)
    clinic.cancel(three)
    clock.advance(MINUTE)
    assert postman.run() == 1
    clock.advance(MINUTE)
    assert postman.run() == 1
    told = [[start for _, _, start in events_of(delivered.mail)] for delivered in server.delivered]
    assert told == [[one.starts_at], [two.starts_at]]
    assert clinic.states(three) == []


def test_a_confirmed_visit_stays_in_the_mail_of_its_act(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    series = clinic.book_series(clinic.client())
    clinic.change(series[1], "confirm", confirmed_at=clock())
    clock.advance(2 * MINUTE)
    assert postman.drain() == 1
    assert [start for _, _, start in events_of(server.delivered[0].mail)] == starts(series)


def test_a_visit_moved_at_the_last_moment_holds_the_mail_back_as_a_whole(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    series = clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    answer = server.next_act

    def move_at_rcpt(stage: str) -> int | str:
        if stage == "rcpt" and server.seen["rcpt"] == 0:
            clinic.move(series[1], DAY)
        return answer(stage)

    server.next_act = move_at_rcpt  # type: ignore[method-assign]
    assert postman.run() == 0
    assert server.seen["data"] == 0
    assert {(row.copies, row.data_at) for row in confirmations(clinic)} == {(0, None)}
    assert postman.drain() == 1
    clock.advance(2 * MINUTE)
    assert postman.drain() == 1
    told = sorted(start for delivered in server.delivered for _, _, start in events_of(delivered.mail))
    assert told == sorted(starts(series))


def test_the_mail_waits_until_every_visit_of_the_act_was_looked_at(
    clinic: Clinic, sessions: sessionmaker[Session], clock: SettableClock
) -> None:
    clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    with sessions() as session:
        for looked_at, taken in ((2, 0), (1, 3)):
            assert (
                transact(session, lambda: reconcile(session, domain="example.com", now=clock(), limit=2)) == looked_at
            )
            leases = transact(session, lambda: claim_due(session, worker="one", limit=50, now=clock()))
            assert len(leases) == taken


def claimed_by_two(clinic: Clinic, sessions: sessionmaker[Session], clock: SettableClock) -> list[int]:
    """Return how many messages of one act each of two workers gets who take one at a time."""
    clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    taken = []
    for worker in ("one", "two"):
        with sessions() as session:
            transact(session, lambda: reconcile(session, domain="example.com", now=clock()))
            leases = transact(session, lambda: claim_due(session, worker=worker, limit=1, now=clock()))  # noqa: B023  # called at once
            taken.append(len(leases))
    return taken


def test_one_worker_gets_the_whole_mail(clinic: Clinic, sessions: sessionmaker[Session], clock: SettableClock) -> None:
    assert claimed_by_two(clinic, sessions, clock) == [3, 0]


def test_teeth_without_a_leader_two_workers_tear_a_mail_apart(
    clinic: Clinic, sessions: sessionmaker[Session], clock: SettableClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(outbox, "_leads", true)
    monkeypatch.setattr(outbox, "_TAKE_DUE", outbox._due().limit(bindparam("limit")))
    monkeypatch.setattr(outbox, "_TAKE_BESIDE", outbox._free().where(false()))
    assert claimed_by_two(clinic, sessions, clock) == [1, 1]


def test_what_is_tried_again_is_tried_together_under_the_same_id(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    server.will("data", 451)
    assert postman.run() == 0
    assert len({row.lease_until for row in confirmations(clinic)}) == 1
    clock.advance(5 * MINUTE)
    assert postman.run() == 1
    assert len(events_of(server.delivered[0].mail)) == 3


def test_a_refused_mail_is_one_task_and_is_sent_again_as_one(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    server.will("dot", 554)
    assert postman.run() == 0
    (task,) = list_tasks(clinic.session)
    message = clinic.session.get_one(Message, task.subject_id)
    act(
        clinic.session,
        lambda: send_again(clinic.session, message_uid=message.uid, actor=RECEPTIONIST, now=clock()),
    )
    assert list_tasks(clinic.session) == []
    assert postman.run() == 1
    assert len(events_of(server.delivered[0].mail)) == 3


def test_a_copy_of_a_mail_that_may_have_arrived_has_its_id_and_a_change_since_is_told_apart(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    series = clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    server.will("dot", "drop_after_accept")
    assert postman.run() == 0
    assert Counter(row.state for row in confirmations(clinic)) == {"unknown": 3}
    clinic.move(series[1], DAY)
    clock.advance(MINUTE)
    assert postman.drain() == 1
    first, copy = server.delivered
    assert copy.message_id == first.message_id
    assert [start for _, _, start in events_of(copy.mail)] == [series[0].starts_at, series[2].starts_at]
    clock.advance(5 * MINUTE)
    assert postman.drain() == 1
    assert server.delivered[-1].mail["Subject"].startswith("Changed")


def test_a_mail_that_may_have_arrived_twice_is_one_task(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    clinic.book_series(clinic.client())
    clock.advance(2 * MINUTE)
    server.will("dot", DROP, DROP)
    for _ in range(3):
        assert postman.drain() == 0
        clock.advance(2 * MINUTE)
    assert {(row.state, row.why) for row in confirmations(clinic)} == {("failed", "unsure_twice")}
    assert [task.kind for task in list_tasks(clinic.session)] == ["mail_undelivered"]


def test_a_new_address_gets_the_whole_mail(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    client = clinic.client(email="old@example.com")
    clinic.book_series(client)
    postman.run()
    clinic.edit_email(client, "new@example.com")
    clock.advance(2 * MINUTE)
    assert postman.drain() == 1
    assert server.delivered[0].recipient == "new@example.com"
    assert len(events_of(server.delivered[0].mail)) == 3
