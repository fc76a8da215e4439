"""The demo is acted out through the services, so every rule has said yes to it; built here on telling days."""

from collections import Counter
from datetime import UTC, date, datetime, time, timedelta

import pytest
from sqlalchemy import func, select

from practice.app import create_app
from practice.clients.models import Client
from practice.clinic.models import StaffTask
from practice.core.clock import SettableClock
from practice.core.local_time import to_utc
from practice.demo.building import build
from practice.demo.mailbox import Mailbox, MailboxServer, part_of, read_mail
from practice.demo.postman import Postman
from practice.demo.premises import ZONE
from practice.reminders.models import Message
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.web.database import db
from tests.conftest import make_settings

BOUNDED = (date(2026, 12, 25), date(2027, 3, 14), date(2028, 2, 29))
FULL = tuple(date(2026, 11, 1) + timedelta(days=number) for number in range(400))


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "opened_on" in metafunc.fixturenames:
        days = (*FULL, *BOUNDED) if metafunc.config.getoption("--full") else BOUNDED
        metafunc.parametrize("opened_on", days, ids=str)


def at_three(day: date) -> datetime:
    return to_utc(datetime.combine(day, time(15)), ZONE)


@pytest.mark.timeout(300)
def test_every_rule_says_yes_on_any_day(app, sessions, session, opened_on):
    if session.get_bind().dialect.name != "sqlite":
        pytest.skip("one database is enough for the calendar; the other one builds below")
    build(sessions, rules=app.extensions["booking_rules"], now=at_three(opened_on), postman=lambda _at: None)
    assert session.scalar(select(func.count()).select_from(Client)) >= 120


@pytest.fixture
def built(engine_url, tmp_path):
    """A demo opened on a Thursday afternoon, its mail in a folder."""
    mailbox = Mailbox(tmp_path / "mail")
    server = MailboxServer(mailbox)
    settings = make_settings(engine_url, smtp_port=server.start(), mailbox_folder=str(tmp_path / "mail"))
    now = at_three(date(2026, 11, 26))
    app = create_app(settings, clock=SettableClock(now))
    postman = Postman(app.extensions["sessions"], settings)
    build(app.extensions["sessions"], rules=app.extensions["booking_rules"], now=now, postman=postman)
    postman.close()
    yield app, mailbox
    server.stop()
    with app.app_context():
        db.engine.dispose()


@pytest.mark.timeout(300)
def test_a_built_demo_is_a_practice_in_the_middle_of_its_day(built):
    app, mailbox = built
    with app.extensions["sessions"]() as session:
        states = Counter(session.scalars(select(Appointment.state)))
        assert states["completed"] > 100
        assert states["booked"] > 80
        assert min(states[state] for state in ("arrived", "in_progress", "cancelled", "no_show", "tentative")) >= 0
        assert states["no_show"] and states["cancelled"] and states["tentative"]
        messages = Counter(session.scalars(select(Message.state)))
        assert messages["sent"] == mailbox.count() > 300
        assert messages["failed"] == 1
        late = session.execute(select(Message.due_at, Message.sent_at).where(Message.sent_at.is_not(None)))
        assert max(sent - due for due, sent in late) <= timedelta(minutes=40)
        assert {"accepted", "declined", "open"} == set(session.scalars(select(WaitListOffer.state)))
        assert {"booked", "offered", "waiting", "withdrawn"} == set(session.scalars(select(WaitListEntry.state)))
        shared = select(Appointment.starts_at).where(Appointment.group_size > 1)
        assert list(Counter(session.scalars(shared)).values()) == [3]
        links = select(Appointment.link_id).where(Appointment.link_id.is_not(None))
        assert set(Counter(session.scalars(links)).values()) == {2}
        tasks = Counter(session.scalars(select(StaffTask.kind).where(StaffTask.state == "open")))
        assert tasks["call_reminder"] and tasks["mail_undelivered"] == 1
    _look_at_the_mail(app, mailbox)


def _parted(mails):
    """Offers of a time, which bring no calendar entry, apart from the others."""
    offers = [mail for mail in mails if mail.subject.startswith("A time for you")]
    return offers, [mail for mail in mails if mail not in offers]


def _look_at_the_mail(app, mailbox):
    offers, (newest, *_) = _parted(mailbox.page(offset=0, size=8))
    assert "BEGIN:VCALENDAR" in part_of(read_mail(mailbox.find(newest.name)), "text/calendar")
    browser = app.test_client()
    assert browser.get(f"/demo/mail/{offers[0].name}").status_code == 200
    assert newest.name in browser.get("/demo/mail").text
    assert browser.get(f"/demo/mail/{newest.name}").status_code == 200
    body = browser.get(f"/demo/mail/{newest.name}/body")
    assert "sandbox" in body.headers["Content-Security-Policy"]
    assert browser.get(f"/demo/mail/{newest.name}/invite.ics").text.startswith("BEGIN:VCALENDAR")
    assert browser.get(f"/demo/mail/{newest.name}/source").data == mailbox.find(newest.name)
    assert browser.get("/demo/mail/../../etc/passwd").status_code == 404
    assert browser.get("/demo/mail/20261124T100000-000000000000").status_code == 404


def test_a_mail_without_a_date_is_kept_too(tmp_path):
    mailbox = Mailbox(tmp_path)
    name = mailbox.keep(b"To: a@example.com\r\nSubject: Hello\r\n\r\nText")
    assert mailbox.page(offset=0, size=5)[0].sent_at == datetime(1970, 1, 1, tzinfo=UTC)
    assert mailbox.find(name) is not None
    assert mailbox.count(to="A@EXAMPLE") == 1
    assert mailbox.count(to="b@example.com") == 0
