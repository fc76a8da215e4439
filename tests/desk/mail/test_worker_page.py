from datetime import timedelta

import pytest

from practice.reminders.heartbeat import pause_sending
from practice.reminders.kinds import MessageState, Why
from practice.reminders.undelivered import report_undelivered
from tests.desk.mail.test_messages import mail
from tests.desk.scenes import Clinic, worker_runs
from tests.desk.today.test_today import text_of
from tests.factories import act, make_client

DAY = timedelta(days=1)


@pytest.fixture
def clinic(session):
    return Clinic(session)


@pytest.fixture
def rita(client_as):
    return client_as("rita")


def test_it_says_of_each_job_whether_it_runs(clinic, rita, now):
    page = text_of(rita.get("/messages/worker"))
    assert "Mail is not leaving" in page
    assert page.count("never ran") == 5
    worker_runs(clinic.session, now)
    page = text_of(rita.get("/messages/worker"))
    assert "Mail leaves" in page
    assert page.count("<span>runs</span>") == 2
    assert page.count("<small>0 s ago</small>") == 2


def test_what_waits_and_what_the_server_said_stand_in_figures(clinic, rita, now):
    visit = clinic.visit(now + 2 * DAY)
    mail(clinic, visit, now + DAY)
    mail(clinic, visit, now - timedelta(minutes=9), MessageState.RETRY, last_code=451, dedupe_key="later")
    page = text_of(rita.get("/messages/worker"))
    assert "<b>1</b> due now" in page
    assert "<b>Today 08:51</b>" in page
    assert "451<small>" in page


def test_what_came_too_late_after_an_outage_is_listed_until_somebody_saw_to_it(clinic, rita, now):
    visit = clinic.visit(now + DAY, make_client(clinic.session, last_name="Unheard"))
    row = mail(clinic, visit, now - DAY, MessageState.EXPIRED, why=Why.TOO_LATE)
    assert "Nothing came too late" in text_of(rita.get("/messages/worker"))
    act(clinic.session, lambda: report_undelivered(clinic.session, row, now=now))
    page = text_of(rita.get("/messages/worker"))
    assert "Clara Unheard" in page
    assert f'href="/messages/{row.uid}"' in page
    assert "to be called" in page


def test_paused_mail_can_be_let_out_from_here(clinic, rita, now):
    worker_runs(clinic.session, now)
    act(clinic.session, lambda: pause_sending(clinic.session, because="535 no", worker="w", now=now))
    assert "Let mail go out again" in text_of(rita.get("/messages/worker"))
