"""A mail that comes back days later fails after all: once, believed only about what we sent there, never a crash."""

from datetime import timedelta
from pathlib import Path

import pytest

from practice.clinic.queries import list_tasks
from practice.core.clock import SettableClock
from practice.reminders.bounces import Bounce, NoReport, read_bounces
from practice.reminders.dispatching import Dispatcher
from practice.reminders.returning import Returned, put_away, reports_in, take_bounce
from practice.reminders.sending_again import is_closed
from tests.factories import act
from tests.reminders.conftest import Clinic
from tests.smtp_server import ScriptedServer

NESTED = b"".join(b'Content-Type: multipart/mixed; boundary="b%d"\r\n\r\n--b%d\r\n' % (at, at) for at in range(1500))
REPORT = """From: MAILER-DAEMON@mx.example.com
To: appointments@example.com
Subject: Undelivered
MIME-Version: 1.0
Content-Type: multipart/report; report-type=delivery-status; boundary="b"

--b
Content-Type: text/plain

Sorry.
--b
Content-Type: message/delivery-status

Reporting-MTA: dns; mx.example.com

Final-Recipient: rfc822; {address}
Action: {action}
Status: {status}
Diagnostic-Code: smtp; 550 5.1.1
 no such user

--b
Content-Type: {kind}

Message-ID: {message_id}
Subject: Your appointment

--b--
"""


def report(**over: str) -> bytes:
    values = {
        "address": "Ana@Example.com",
        "action": "failed",
        "status": "5.1.1",
        "kind": "message/rfc822",
        "message_id": "<1@example.com>",
    }
    return REPORT.format(**values | over).replace("\n", "\r\n").encode()


@pytest.mark.parametrize("kind", ["message/rfc822", "text/rfc822-headers"])
def test_a_report_says_which_mail_did_not_reach_whom(kind: str) -> None:
    (bounce,) = read_bounces(report(kind=kind))
    assert bounce == Bounce("<1@example.com>", "ana@example.com", "5.1.1", "smtp; 550 5.1.1 no such user")
    assert bounce.closes_address


@pytest.mark.parametrize(
    ("over", "closes"),
    [
        ({"status": "5.1.1"}, [True]),
        ({"status": "5.2.1 (disabled)"}, [True]),
        ({"status": "5.7.1"}, [False]),  # refused for what it says, or for who sends it
        ({"status": "5.2.2"}, [False]),  # a full mailbox is emptied some day
        ({"status": "4.4.7"}, []),
        ({"action": "delayed", "status": "4.4.1"}, []),
        ({"action": "delivered", "status": "2.0.0"}, []),
        ({"status": "nonsense"}, []),
        ({"address": "nobody"}, []),
        ({"address": ""}, []),
        ({"address": "ana\0@example.com"}, []),
    ],
)
def test_only_what_is_for_good_counts_and_only_a_wrong_address_is_closed(
    over: dict[str, str], closes: list[bool]
) -> None:
    assert [each.closes_address for each in read_bounces(report(**over))] == closes


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"\x00\xff\xfe",
        b"Subject: Out of office\r\n\r\nI am away.",
        report().replace(b"delivery-status", b"disposition-notification"),
        report().replace(b"multipart/report", b"multipart/mixed"),
        report(message_id="").replace(b"Message-ID", b"X-Other"),
        report(message_id="<1\0@example.com>"),
        NESTED.replace(b"multipart/mixed", b"multipart/report; report-type=delivery-status", 1),
        report() + b"x" * 1024 * 1024,
        report()[:150],
    ],
)
def test_what_is_no_report_is_refused(content: bytes) -> None:
    with pytest.raises(NoReport):
        read_bounces(content)


def test_a_reply_keeps_only_what_can_be_stored() -> None:
    (bounce,) = read_bounces(report().replace(b"no such user", b"no \0such\x1b[2J user"))
    assert bounce.reply == "smtp; 550 5.1.1 no such[2J user"


def test_a_mail_that_came_back_is_told_to_the_desk_and_its_address_closed(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock, tmp_path: Path
) -> None:
    client = clinic.client(email="ana@example.com")
    visit = clinic.book(client)
    clock.advance(timedelta(minutes=2))
    postman.run()
    (message_id,) = server.message_ids
    clock.advance(timedelta(days=1))

    def taken(**over: str) -> list[Returned]:
        found = read_bounces(report(**{"message_id": message_id} | over))
        return [
            act(clinic.session, lambda each=each: take_bounce(clinic.session, bounce=each, now=clock()))
            for each in found
        ]

    assert taken(address="somebody@example.com") == [Returned.UNKNOWN]
    assert taken(message_id="<forged@example.com>") == [Returned.UNKNOWN]
    assert not is_closed(clinic.session, "ana@example.com")
    assert taken() == [Returned.CLOSED]
    assert taken() == [Returned.UNKNOWN]
    assert is_closed(clinic.session, "ana@example.com")
    assert "confirmation failed" in clinic.states(visit)
    assert [task.kind for task in list_tasks(clinic.session)].count("mail_undelivered") == 1
    clinic.session.rollback()
    postman.reconcile()
    assert {task.kind for task in list_tasks(clinic.session)} == {"mail_undelivered", "call_reminder"}


def test_an_old_report_is_not_believed_and_a_refused_mail_keeps_its_address(
    clinic: Clinic, postman: Dispatcher, server: ScriptedServer, clock: SettableClock
) -> None:
    clinic.book(clinic.client(email="ana@example.com"))
    clock.advance(timedelta(minutes=2))
    postman.run()
    (refused,) = read_bounces(report(message_id=server.message_ids[0], status="5.7.1"))
    late = clock() + timedelta(days=8)
    assert act(clinic.session, lambda: take_bounce(clinic.session, bounce=refused, now=late)) is Returned.UNKNOWN
    now = clock()
    assert act(clinic.session, lambda: take_bounce(clinic.session, bounce=refused, now=now)) is Returned.REFUSED
    assert not is_closed(clinic.session, "ana@example.com")


def test_a_folder_is_read_once(tmp_path: Path) -> None:
    (tmp_path / "new").mkdir()
    (tmp_path / "new" / "1.mail").write_bytes(report())
    (tmp_path / "new" / "2.mail").write_bytes(b"Subject: hello\r\n\r\nno report")
    found = dict(reports_in(tmp_path))
    assert [None if each is None else len(each) for each in found.values()] == [1, None]
    for path, bounces in found.items():
        if bounces is not None:
            put_away(tmp_path, path)
    assert [path.name for path, _ in reports_in(tmp_path)] == ["2.mail"]
    assert [path.name for path in (tmp_path / "cur").iterdir()] == ["1.mail:2,S"]
