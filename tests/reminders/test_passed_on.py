"""A visit that becomes somebody else's, and whatever changes while its mail is on the wire: nobody keeps a false word."""

from datetime import timedelta

import pytest
from sqlalchemy.orm import Session, sessionmaker

from practice.clients.models import Client
from practice.core.transact import transact
from practice.reminders import reconciling
from practice.reminders.call_list import CallOutcome, list_calls, record_call
from practice.reminders.dispatching import Dispatcher
from practice.reminders.models import Told
from practice.scheduling.models import Appointment
from tests.factories import RECEPTIONIST, act
from tests.reminders.conftest import Clinic
from tests.reminders.test_sending import event_of
from tests.smtp_server import Delivered, ScriptedServer

MINUTE = timedelta(minutes=1)


@pytest.fixture
def ana(clinic: Clinic) -> Client:
    return clinic.client(first_name="Ana", email="ana@example.com")


@pytest.fixture
def ben(clinic: Clinic) -> Client:
    return clinic.client(first_name="Ben", email="ben@example.com")


def confirmed(clinic: Clinic, postman: Dispatcher, client: Client) -> Appointment:
    """Return a visit of which its client was told."""
    visit = clinic.book(client)
    clinic.clock.advance(2 * MINUTE)
    assert postman.run() == 1
    return visit


def subjects(server: ScriptedServer) -> list[tuple[str, str]]:
    """Return of each mail to whom it went and its first words."""
    return [(mail.recipient, str(mail.mail["Subject"]).partition(":")[0][:16]) for mail in server.delivered]


def test_whoever_was_promised_the_visit_hears_that_it_is_theirs_no_longer(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, ana: Client, ben: Client
) -> None:
    visit = confirmed(clinic, postman, ana)
    clinic.give_to(visit, ben)
    clinic.clock.advance(5 * MINUTE)
    assert postman.run() == 2
    assert sorted(subjects(server)[1:]) == [
        ("ana@example.com", "No longer yours"),
        ("ben@example.com", "Your appointment"),
    ]
    mails = {mail.recipient: mail.mail for mail in server.delivered[1:]}
    taken, given = event_of(mails["ana@example.com"]), event_of(mails["ben@example.com"])
    assert (taken["METHOD"], taken["STATUS"], given["METHOD"]) == ("CANCEL", "CANCELLED", "REQUEST")
    assert taken["UID"] == given["UID"] == event_of(server.delivered[0].mail)["UID"]
    # A couple on one mailbox may get both in either order: the visit stays in their calendar.
    assert 0 < taken["SEQUENCE"] < given["SEQUENCE"]
    text = mails["ana@example.com"].get_body(("plain",)).get_content()
    assert "This appointment is no longer yours. You do not need to come." in text
    assert "/m/" not in mails["ana@example.com"].as_string() and "Ben" not in text
    told = {one.id: clinic.session.get_one(Told, (visit.id, one.id)).is_cancelled for one in (ana, ben)}
    assert told == {ana.id: True, ben.id: False}
    clinic.clock.advance(60 * MINUTE)
    assert postman.run() == 0


def test_whoever_was_promised_nothing_hears_nothing(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, ana: Client, ben: Client
) -> None:
    visit = clinic.book(ana)
    postman.run()
    clinic.give_to(visit, ben)
    clinic.clock.advance(5 * MINUTE)
    postman.drain()
    assert subjects(server) == [("ben@example.com", "Your appointment")]


def test_given_away_and_back_inside_the_grace_nothing_is_said(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, ana: Client, ben: Client
) -> None:
    visit = confirmed(clinic, postman, ana)
    clinic.give_to(visit, ben)
    postman.run()
    assert "passed_on queued" in clinic.states(visit)
    clinic.give_to(visit, ana)
    clinic.clock.advance(5 * MINUTE)
    assert postman.drain() == 0
    assert "passed_on superseded" in clinic.states(visit)


def test_given_away_and_back_after_the_mails_each_is_told_each_time(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, ana: Client, ben: Client
) -> None:
    visit = confirmed(clinic, postman, ana)
    for owner in (ben, ana):
        clinic.give_to(visit, owner)
        clinic.clock.advance(5 * MINUTE)
        postman.drain()
    to_ana = [event_of(mail.mail) for mail in server.delivered if mail.recipient == "ana@example.com"]
    assert [event["METHOD"] for event in to_ana] == ["REQUEST", "CANCEL", "REQUEST"]
    sequences = [event["SEQUENCE"] for event in to_ana]
    assert sequences == sorted(set(sequences))


def test_whoever_has_no_address_any_more_is_called_by_name(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, ben: Client
) -> None:
    ana = clinic.client(first_name="Ana", email="ana@example.com", phone="+14165550177")
    visit = confirmed(clinic, postman, ana)
    clinic.edit_email(ana, "")
    clinic.give_to(visit, ben)
    clinic.clock.advance(5 * MINUTE)
    postman.drain()
    clinic.session.rollback()
    (call,) = list_calls(clinic.session, now=clinic.clock())
    assert (call.kind, call.client_name, call.phone) == ("call_passed_on", ana.display_name, "+14165550177")
    named = {"task_uid": call.uid, "outcome": CallOutcome.REACHED, "actor": RECEPTIONIST, "now": clinic.clock()}
    act(clinic.session, lambda: record_call(clinic.session, **named))
    assert clinic.session.get_one(Told, (visit.id, ana.id)).is_cancelled
    clinic.edit_email(ana, "ana@example.com")
    clinic.change(visit, "confirm")
    clinic.clock.advance(5 * MINUTE)
    postman.drain()
    assert [recipient for recipient, _ in subjects(server)] == ["ana@example.com", "ben@example.com"]


def change_on_the_wire(clinic: Clinic, sessions: sessionmaker[Session], server: ScriptedServer, change: object) -> None:
    """Do *change* when the first mail has left but is not acknowledged yet, and let another worker plan meanwhile."""

    def meanwhile(_: Delivered) -> None:
        server.on_accept = None
        change()  # type: ignore[operator]
        with sessions() as session:
            transact(session, lambda: reconciling.reconcile(session, domain="example.com", now=clinic.clock()))

    server.on_accept = meanwhile


@pytest.mark.parametrize("what", ["cancel", "give", "move"])
def test_what_changes_on_the_wire_is_corrected(
    clinic: Clinic,
    postman: Dispatcher,
    server: ScriptedServer,
    sessions: sessionmaker[Session],
    ana: Client,
    ben: Client,
    what: str,
) -> None:
    visit = clinic.book(ana)
    changes = {
        "cancel": lambda: clinic.cancel(visit),
        "give": lambda: clinic.give_to(visit, ben),
        "move": lambda: clinic.move(visit, timedelta(days=1)),
    }
    change_on_the_wire(clinic, sessions, server, changes[what])
    clinic.clock.advance(2 * MINUTE)
    postman.run()
    clinic.clock.advance(5 * MINUTE)
    postman.drain()
    first_words = {"cancel": "Cancelled", "give": "No longer yours", "move": "Changed"}
    to_ana = [words for recipient, words in subjects(server) if recipient == "ana@example.com"]
    assert to_ana == ["Your appointment", first_words[what]]


def test_teeth_planning_while_a_mail_is_on_the_wire_leaves_its_client_with_a_false_word(
    clinic: Clinic,
    postman: Dispatcher,
    server: ScriptedServer,
    sessions: sessionmaker[Session],
    ana: Client,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(reconciling, "_is_leaving", lambda *_: False)
    monkeypatch.setattr(reconciling, "_UNSURE", reconciling._UNSURE - {"sending"})
    visit = clinic.book(ana)
    change_on_the_wire(clinic, sessions, server, lambda: clinic.cancel(visit))
    clinic.clock.advance(2 * MINUTE)
    postman.run()
    clinic.clock.advance(5 * MINUTE)
    assert postman.drain() == 0
    assert subjects(server) == [("ana@example.com", "Your appointment")]


def test_a_worker_that_died_on_the_wire_does_not_keep_the_correction_back(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, ana: Client, ben: Client
) -> None:
    visit = clinic.book(ana)
    clinic.clock.advance(2 * MINUTE)
    server.will("dot", "drop_after_accept")
    postman.run()
    (mail, *_) = clinic.messages(visit)

    def die() -> None:
        message = clinic.session.merge(mail)
        message.state, message.lease_until = "sending", clinic.clock() + 2 * MINUTE

    act(clinic.session, die)
    clinic.give_to(visit, ben)
    for _ in range(4):
        clinic.clock.advance(2 * MINUTE)
        postman.drain()
    assert sorted(subjects(server)) == [
        ("ana@example.com", "No longer yours"),
        ("ana@example.com", "Your appointment"),
        ("ben@example.com", "Your appointment"),
    ]


def test_a_visit_that_was_given_away_and_then_cancelled_is_taken_back_once(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, ana: Client, ben: Client
) -> None:
    visit = confirmed(clinic, postman, ana)
    clinic.give_to(visit, ben)
    clinic.cancel(visit)
    clinic.clock.advance(60 * MINUTE)
    postman.drain()
    assert subjects(server)[1:] == [("ana@example.com", "No longer yours")]


def test_a_mail_that_may_not_have_arrived_is_written_again_when_it_says_the_truth_again(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, ana: Client
) -> None:
    visit = confirmed(clinic, postman, ana)
    clinic.move(visit, timedelta(days=1))
    clinic.clock.advance(5 * MINUTE)
    server.will("dot", "drop")
    postman.run()
    for days in (1, -1):
        clinic.move(visit, timedelta(days=days))
        act(clinic.session, lambda: reconciling.reconcile(clinic.session, domain="example.com", now=clinic.clock()))
    for _ in range(12):
        clinic.clock.advance(5 * MINUTE)
        postman.drain()
    assert subjects(server)[1:] == [("ana@example.com", "Changed")]
    assert event_of(server.delivered[-1].mail)["DTSTART"].dt == visit.starts_at
