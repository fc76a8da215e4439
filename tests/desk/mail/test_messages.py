from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.service import set_consent
from practice.clinic.models import StaffTask
from practice.reminders.heartbeat import pause_sending
from practice.reminders.kinds import MessageKind, MessageState, Why
from practice.reminders.models import Message, SuppressedAddress
from tests.desk.calls.test_calls import returned_mail
from tests.desk.scenes import Clinic, statements_of, worker_runs
from tests.desk.today.test_today import text_of
from tests.factories import RECEPTIONIST, act, make_client

DAY = timedelta(days=1)
HTMX = {"HX-Request": "true"}


@pytest.fixture
def clinic(session):
    return Clinic(session)


@pytest.fixture
def rita(client_as):
    return client_as("rita")


def mail(clinic, visit, due_at, state=MessageState.QUEUED, **over):
    values = {
        "dedupe_key": f"mail-{visit.id}-{due_at:%d%H%M}-{state}",
        "kind": MessageKind.REMINDER,
        "subject_kind": "appointment",
        "subject_id": visit.id,
        "client_id": visit.client_id,
        "to_address": "clara@example.com",
        "due_at": due_at,
        "expires_at": due_at + DAY,
        "state": state,
        "message_id": "<one@example.com>",
        "created_at": due_at,
    }
    row = Message(**values | over)
    act(clinic.session, lambda: clinic.session.add(row))
    return row


def stored(clinic, kind=Message):
    clinic.session.rollback()
    clinic.session.expire_all()
    return clinic.session.scalars(select(kind)).all()


def test_the_next_48_hours_show_what_leaves_and_nothing_later(clinic, rita, now):
    visit = clinic.visit(now + 5 * DAY, make_client(clinic.session, last_name="Soon"))
    later = clinic.visit(now + 9 * DAY, make_client(clinic.session, last_name="Later"))
    mail(clinic, visit, now + DAY)
    mail(clinic, later, now + 3 * DAY)
    page = text_of(rita.get("/messages"))
    assert "Clara Soon" in page
    assert "Clara Later" not in page
    assert "<b>Tomorrow</b> 09:00" in page


def test_each_part_of_the_ledger_has_its_own_states(clinic, rita, now):
    for name, state in (
        ("Went", MessageState.SENT),
        ("Came Back", MessageState.FAILED),
        ("Stale", MessageState.EXPIRED),
    ):
        mail(clinic, clinic.visit(now + DAY, make_client(clinic.session, last_name=name)), now - DAY, state)
    sent, problems = text_of(rita.get("/messages?tab=sent")), text_of(rita.get("/messages?tab=problems"))
    assert "Clara Went" in sent
    assert "Came Back" not in sent
    assert "Clara Came Back" in problems
    assert "Clara Stale" in problems
    assert 'Problems <span class="count">2</span>' in problems


@pytest.mark.parametrize(
    ("tab", "words"),
    [
        ("next", "Nothing goes out in the next 48 hours"),
        ("problems", "Every mail arrived"),
        ("sent", "No message yet"),
        ("nonsense", "Nothing goes out in the next 48 hours"),
    ],
)
def test_an_empty_part_says_what_would_stand_there(clinic, rita, tab, words):
    assert words in text_of(rita.get(f"/messages?tab={tab}"))


def test_of_one_client_it_says_why_no_mail_came(clinic, rita, now):
    client = make_client(clinic.session, last_name="Silent")
    clinic.visit(now + 3 * DAY, client)
    page = text_of(rita.get("/messages?q=silent"))
    assert "What Clara Silent gets" in page
    assert "The client has not agreed to reminders" in page


def test_somebody_without_an_address_is_called(clinic, rita, now):
    client = make_client(clinic.session, last_name="Landline", email="")
    clinic.visit(now + 3 * DAY, client)
    page = text_of(rita.get("/messages?q=landline"))
    assert "by phone" in page


def test_a_search_without_a_hit_says_so(clinic, rita):
    assert "Nobody matches “zzz”" in text_of(rita.get("/messages?q=zzz"))


def test_one_message_shows_attempts_reply_and_id(clinic, rita, now):
    row = mail(
        clinic,
        clinic.visit(now + DAY),
        now - DAY,
        MessageState.FAILED,
        why=Why.ADDRESS_REFUSED,
        attempt=3,
        last_code=550,
        last_reply="5.1.1 no such user",
    )
    page = text_of(rita.get(f"/messages/{row.uid}"))
    assert "<dt>Attempts</dt><dd>3</dd>" in page
    assert "550 5.1.1 no such user" in page
    assert "&lt;one@example.com&gt;" in page
    assert "this address does not exist" in page


def test_a_mail_that_came_back_is_sent_again_to_the_opened_address(clinic, rita, now):
    returned_mail(clinic, clinic.visit(now + 2 * DAY), now)
    act(clinic.session, lambda: clinic.session.add(SuppressedAddress(address="gone@example.com", since=now)))
    message = stored(clinic)[0]
    answer = rita.post(f"/messages/{message.uid}/again", headers=HTMX)
    assert answer.status_code == 200
    assert "diary:changed" in answer.headers["HX-Trigger"]
    assert stored(clinic, SuppressedAddress) == []
    assert [task.state for task in stored(clinic, StaffTask)] == ["done"]
    assert [(row.state, row.why, row.due_at) for row in stored(clinic)] == [("queued", "", now)]


@pytest.mark.parametrize(
    ("state", "due", "sentence"),
    [
        (MessageState.SENT, 0, "Only a mail that was not delivered can be sent again."),
        (MessageState.FAILED, -3, "It would come too late to be useful."),
    ],
)
def test_what_cannot_be_sent_again_is_refused_in_words(clinic, rita, now, state, due, sentence):
    row = mail(clinic, clinic.visit(now + DAY), now + due * DAY, state)
    answer = rita.post(f"/messages/{row.uid}/again", headers=HTMX)
    assert answer.status_code == 422
    assert sentence in answer.text
    assert stored(clinic)[0].state == state


def test_a_closed_address_can_be_opened_when_the_mail_is_too_late(clinic, rita, now):
    row = mail(clinic, clinic.visit(now + DAY), now - 3 * DAY, MessageState.FAILED, why=Why.ADDRESS_REFUSED)
    act(clinic.session, lambda: clinic.session.add(SuppressedAddress(address="clara@example.com", since=now)))
    assert "Write to this address again" in text_of(rita.get(f"/messages/{row.uid}"))
    assert rita.post(f"/messages/{row.uid}/open-address").status_code == 303
    assert stored(clinic, SuppressedAddress) == []


def test_when_mail_does_not_leave_the_page_says_what_to_do(clinic, rita, now):
    assert "start “practice worker”" in text_of(rita.get("/messages"))
    worker_runs(clinic.session, now)
    assert "practice worker" not in text_of(rita.get("/messages"))
    mail(clinic, clinic.visit(now + DAY), now - timedelta(minutes=6))
    assert "1 message has waited for more than five minutes" in text_of(rita.get("/messages"))


def test_paused_mail_goes_out_again_by_one_button(clinic, rita, now):
    act(clinic.session, lambda: pause_sending(clinic.session, because="535 no", worker="w", now=now))
    assert "refused our sign-in (535 no)" in text_of(rita.get("/messages"))
    assert rita.post("/messages/resume").status_code == 303
    assert "535" not in text_of(rita.get("/messages"))
    assert [task.state for task in stored(clinic, StaffTask)] == ["done"]


def test_a_therapist_reads_the_mails_of_own_clients_and_sends_none(clinic, client_as, cast, now):
    act(clinic.session, lambda: setattr(clinic.session.merge(clinic.ben), "user_id", cast["theo"].id))
    foreign = mail(clinic, clinic.visit(now + DAY, make_client(clinic.session, last_name="Adas")), now)
    bens = clinic.visit(now + DAY, make_client(clinic.session, last_name="Bens"), therapist_id=clinic.ben.id)
    own = mail(clinic, bens, now, MessageState.FAILED)
    theo = client_as("theo")
    page = text_of(theo.get("/messages?tab=all"))
    assert "Clara Bens" in page
    assert "Clara Adas" not in page
    assert theo.get(f"/messages/{foreign.uid}").status_code == 404
    assert "Send again" not in text_of(theo.get(f"/messages/{own.uid}"))


def test_the_number_of_statements_does_not_grow_with_the_messages(app, clinic, rita, now):
    client = make_client(clinic.session, last_name="Busy")
    text = CONSENT_TEXTS[Purpose.REMINDER_EMAIL]
    act(
        clinic.session,
        lambda: set_consent(
            clinic.session,
            client=clinic.session.merge(client),
            purpose=Purpose.REMINDER_EMAIL,
            text_version=text.version,
            channel="desk",
            actor=RECEPTIONIST,
            now=now,
        ),
    )

    def add(first, count):
        for number in range(first, first + count):
            mail(clinic, clinic.visit(now + DAY + timedelta(hours=number), client), now)

    add(0, 1)
    few = statements_of(app, lambda: rita.get("/messages?q=busy"))
    add(1, 6)
    assert statements_of(app, lambda: rita.get("/messages?q=busy")) == few


def test_one_mail_for_several_visits_is_one_line_that_says_so_and_its_panel_names_them(clinic, rita, now):
    client = make_client(clinic.session, last_name="Weekly")
    shared = {"kind": MessageKind.CONFIRMATION, "act_id": "one-act", "state": MessageState.SENT, "sent_at": now}
    visits = [clinic.visit(now + days * DAY, client) for days in (5, 12, 19)]
    rows = [mail(clinic, visit, now - DAY, **shared) for visit in visits]
    alone = mail(clinic, visits[0], now, **shared | {"message_id": "<two@example.com>"}, dedupe_key="another")
    page = rita.get("/messages?tab=sent")
    assert text_of(page).count("one mail for 3 visits") == 1
    assert [f"/messages/{row.uid}" in page.text for row in (*rows, alone)] == [True, False, False, True]
    panel = rita.get(f"/messages/{rows[0].uid}", headers=HTMX)
    assert "It is one mail for 3 visits." in text_of(panel)
    assert all(f"/appointments/{visit.uid}" in panel.text for visit in visits)


def test_the_ledger_reads_mails_about_several_visits_in_a_constant_number_of_statements(app, clinic, rita, now):
    def ledger():
        assert rita.get("/messages?tab=sent").status_code == 200

    for number in range(2):
        client = make_client(clinic.session)
        for days in (5, 12):
            visit = clinic.visit(now + (days + number) * DAY, client)
            mail(clinic, visit, now, MessageState.SENT, sent_at=now, act_id=f"act-{number}")
        if number == 0:
            few = statements_of(app, ledger)
    assert statements_of(app, ledger) == few
