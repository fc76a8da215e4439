import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.clinic.models import StaffTask
from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import Role
from practice.core.errors import PracticeError
from practice.reminders.calls import DECIDE_KIND
from practice.reminders.facts import LastTold, Truth
from practice.reminders.heartbeat import pause_sending
from practice.reminders.kinds import MessageKind, MessageState, Why
from practice.reminders.models import Message, Told
from practice.reminders.reopening import take_back
from practice.reminders.told import remember
from practice.reminders.undelivered import report_undelivered
from practice.scheduling.lifecycle import AppointmentState
from practice.visits.notes.signing import DEVIATION
from tests.callers import caller
from tests.desk.scenes import Clinic, statements_of
from tests.desk.today.test_today import open_call, text_of
from tests.factories import OWNER, RECEPTIONIST, act, guardian, make_client

DAY = timedelta(days=1)


@pytest.fixture
def clinic(session):
    return Clinic(session)


@pytest.fixture
def rita(client_as):
    return client_as("rita")


def task_of(clinic):
    clinic.session.rollback()
    clinic.session.expire_all()
    return clinic.session.scalars(select(StaffTask)).one()


def returned_mail(clinic, visit, now, why=Why.ADDRESS_REFUSED):
    message = Message(
        dedupe_key=f"test-{visit.id}",
        kind=MessageKind.CONFIRMATION,
        subject_kind="appointment",
        subject_id=visit.id,
        client_id=visit.client_id,
        to_address="gone@example.com",
        due_at=now,
        expires_at=now + DAY,
        state=MessageState.FAILED,
        why=why,
        message_id=f"<test-{visit.id}@example.com>",
        created_at=now,
    )

    def work():
        clinic.session.add(message)
        clinic.session.flush()
        report_undelivered(clinic.session, message, now=now)

    act(clinic.session, work)
    return message


def test_without_calls_the_page_says_so(clinic, rita):
    page = text_of(rita.get("/calls"))
    assert "Nobody to call" in page
    assert "No call yet today." in page


def test_a_call_shows_whom_on_which_number_about_which_visit(clinic, rita, now):
    client = make_client(clinic.session, last_name="Landline", phone="+14165550142", email="")
    open_call(clinic, clinic.visit(now + DAY, client), now)
    page = text_of(rita.get("/calls"))
    assert page.index("Due now") < page.index("Clara Landline")
    assert 'href="tel:+14165550142"' in page
    assert "(416) 555-0142" in page
    assert "Tomorrow 09:00</a> with Ada Able" in page


def test_the_words_for_the_machine_name_neither_service_nor_client(clinic, rita, now):
    open_call(clinic, clinic.visit(now + DAY), now)
    page = text_of(rita.get("/calls"))
    words = page[page.index("<blockquote>") : page.index("</blockquote>")]
    assert "Please call us back" in words
    assert "Deep Tissue" not in page
    assert "Clara" not in words


def test_a_childs_guardian_is_called(clinic, rita, now):
    mother = make_client(clinic.session, first_name="Mara", last_name="Mother", email="", phone="+14165550177")
    child = make_client(clinic.session, first_name="Kit", phone="", email="", relations=[guardian(mother)])
    open_call(clinic, clinic.visit(now + DAY, child), now)
    page = text_of(rita.get("/calls"))
    assert "Mara Mother" in page
    assert 'href="tel:+14165550177"' in page


def test_a_call_without_any_number_leads_to_the_record(clinic, rita, now):
    client = make_client(clinic.session, phone="")
    open_call(clinic, clinic.visit(now + DAY, client), now)
    page = text_of(rita.get("/calls"))
    assert "No number is known." in page
    assert f"/clients/{client.uid}/edit" in page


def test_one_press_notes_that_somebody_was_reached(clinic, rita, now):
    call = open_call(clinic, clinic.visit(now + DAY), now)
    answer = rita.post(f"/calls/{call.uid}/outcome", data={"outcome": "reached", "note": "all well", "version": 1})
    assert (answer.status_code, answer.location) == (303, "/calls")
    done = task_of(clinic)
    assert (done.state, done.outcome, done.note) == ("done", "reached", "all well")
    page = text_of(rita.get("/calls"))
    assert "Nobody to call" in page
    assert "reached · Rita Rossi · “all well”" in page


def test_nobody_answering_brings_the_call_back_later(clinic, rita, now):
    call = open_call(clinic, clinic.visit(now + DAY), now)
    rita.post(f"/calls/{call.uid}/outcome", data={"outcome": "no_answer"})
    page = text_of(rita.get("/calls"))
    assert "no answer, again from 11:00" in page
    assert "Due now" not in page


def test_a_call_that_a_colleague_made_is_refused_with_what_is_true(clinic, rita, now):
    call = open_call(clinic, clinic.visit(now + DAY), now)
    rita.post(f"/calls/{call.uid}/outcome", data={"outcome": "reached"})
    again = rita.post(f"/calls/{call.uid}/outcome", data={"outcome": "voicemail"}, headers={"HX-Request": "true"})
    assert again.status_code == 422
    assert "Somebody has made this call already." in again.text
    assert task_of(clinic).outcome == "reached"


def test_htmx_gets_the_list_and_the_news(clinic, rita, now):
    call = open_call(clinic, clinic.visit(now + DAY), now)
    answer = rita.post(f"/calls/{call.uid}/outcome", data={"outcome": "voicemail"}, headers={"HX-Request": "true"})
    assert answer.status_code == 200
    assert "<html" not in answer.text
    assert "voicemail left" in answer.text
    assert "diary:changed" in answer.headers["HX-Trigger"]


@pytest.mark.parametrize("data", [{}, {"outcome": "maybe"}, {"outcome": "reached", "version": "x"}])
def test_an_outcome_that_is_none_is_refused(clinic, rita, now, data):
    call = open_call(clinic, clinic.visit(now + DAY), now)
    answer = rita.post(f"/calls/{call.uid}/outcome", data=data)
    assert answer.status_code == 422
    assert task_of(clinic).state == "open"


def test_a_visit_that_is_over_needs_no_call(clinic, rita, now):
    open_call(clinic, clinic.visit(now - DAY), now)
    assert "Nobody to call" in text_of(rita.get("/calls"))
    assert "call due" not in text_of(rita.get("/today"))
    assert "call due" not in text_of(rita.get("/diary/2026-11-24/status"))


def test_a_returned_mail_is_to_be_settled(clinic, rita, now):
    message = returned_mail(clinic, clinic.visit(now + DAY, make_client(clinic.session, last_name="Lost")), now)
    page = text_of(rita.get("/calls"))
    assert "Clara Lost did not get the confirmation" in page
    assert "Ask for another one." in page
    assert f"/messages/{message.uid}" in page
    closed = rita.post(f"/tasks/{task_of(clinic).uid}/close", data={"version": 1})
    assert closed.status_code == 303
    assert "nothing waits for a decision" in text_of(rita.get("/calls"))


def test_how_a_note_was_signed_is_settled_by_the_owner_alone(app, clinic, rita, client_as, now):
    visit = clinic.visit(now - DAY)

    def work():
        about = {"kind": DEVIATION, "subject_kind": "appointment", "subject_id": visit.id, "dedupe_key": "deviation"}
        task = open_task(clinic.session, **about, due_at=now, now=now)
        assign_task(clinic.session, task=task, role=Role.OWNER, user_id=None, actor=OWNER, now=now)

    act(clinic.session, work)
    uid, oscar = task_of(clinic).uid, client_as("oscar")
    close = f"/tasks/{uid}/close"
    assert "how a note about" in rita.get("/calls").text
    assert close not in rita.get("/calls").text
    assert rita.post(close, data={"version": task_of(clinic).version}).status_code == 403
    assert caller(app, "receptionist").post(f"/tasks/{uid}/finish", {"outcome": "done"}).status_code == 403
    assert task_of(clinic).state == "open"
    assert close in oscar.get("/calls").text
    assert oscar.post(close, data={"version": task_of(clinic).version}).status_code == 303


def test_a_tentative_visit_waits_for_a_decision_that_closing_is_not(clinic, rita, now):
    visit = clinic.visit(now + DAY, state=AppointmentState.TENTATIVE)
    act(
        clinic.session,
        lambda: open_task(
            clinic.session,
            kind=DECIDE_KIND,
            subject_kind="appointment",
            subject_id=visit.id,
            due_at=now,
            dedupe_key="decide",
            now=now,
        ),
    )
    page = text_of(rita.get("/calls"))
    assert "is still tentative" in page
    assert f"/appointments/{visit.uid}" in page
    assert "/close" not in page


def test_paused_mail_is_the_owners_to_mend(clinic, rita, now):
    act(
        clinic.session,
        lambda: pause_sending(clinic.session, because="535 no", worker="w", now=now),
    )
    page = text_of(rita.get("/calls"))
    assert "No mail leaves" in page
    assert "for the owner" in page


def test_the_number_of_statements_does_not_grow_with_the_calls(app, clinic, rita, now):
    def add(count):
        for number in range(count):
            at = now + DAY + timedelta(minutes=number)
            open_call(clinic, clinic.visit(at), now)
            returned_mail(clinic, clinic.visit(at), now)
            made = open_call(clinic, clinic.visit(at), now)
            rita.post(f"/calls/{made.uid}/outcome", data={"outcome": "reached"})

    add(1)
    few = statements_of(app, lambda: rita.get("/calls"))
    add(4)
    assert statements_of(app, lambda: rita.get("/calls")) == few


def test_an_outcome_noted_by_mistake_is_taken_back(clinic, rita, clock):
    client = make_client(clinic.session, last_name="Landline", phone="+14165550142", email="")
    visit = clinic.visit(clock() + DAY, client)
    open_call(clinic, visit, clock())
    task = task_of(clinic)
    htmx = {"HX-Request": "true", "HX-Target": "calls"}
    form = {"version": task.version, "outcome": "reached", "note": "Comes by bus"}
    noted = rita.post(f"/calls/{task.uid}/outcome", data=form, headers=htmx)
    undo = json.loads(noted.headers["HX-Trigger"])["toast"]["undo"]
    assert undo == {"post": f"/tasks/{task.uid}/undo", "target": "#calls"}
    clinic.session.rollback()
    assert clinic.session.get(Told, (visit.id, client.id)) is not None
    assert f'action="{undo["post"]}"' in noted.text
    back = rita.post(undo["post"], headers=htmx)
    assert "Taken back" in back.headers["HX-Trigger"]
    task = task_of(clinic)
    assert (task.state, task.outcome, task.note, task.done_at) == ("open", None, "", None)
    assert clinic.session.get(Told, (visit.id, client.id)) is None
    assert "Reached Clara Landline" in back.text
    again = rita.post(undo["post"], headers=htmx)
    assert again.status_code == 409
    assert "Nothing was noted here that could be taken back." in again.text


def test_taking_a_call_back_restores_what_was_told_before_it_and_when_it_is_due(clinic, rita, clock):
    client = make_client(clinic.session, phone="+14165550142", email="")
    visit = clinic.visit(clock() + DAY, client)
    open_call(clinic, visit, clock())
    uid, due_at = task_of(clinic).uid, task_of(clinic).due_at
    earlier = LastTold(
        client.id, Truth(clock() + 2 * DAY, visit.zone, visit.location_id, "Ada Able"), False, clock(), 3
    )
    act(clinic.session, lambda: remember(clinic.session, visit.id, earlier, 3))
    for outcome in ("no_answer", "voicemail"):
        clock.advance(timedelta(minutes=5))
        rita.post(f"/calls/{uid}/outcome", data={"version": task_of(clinic).version, "outcome": outcome})
    later = task_of(clinic).due_at
    assert later > due_at
    rita.post(f"/tasks/{uid}/undo", data={"version": task_of(clinic).version})
    task = task_of(clinic)
    assert (task.outcome, task.due_at) == ("no_answer", later)
    told = clinic.session.get_one(Told, (visit.id, client.id), populate_existing=True)
    assert (told.starts_at, told.sequence, told.at) == (earlier.truth.starts_at, 3, earlier.at)


@pytest.mark.parametrize(
    ("hours", "seen", "refusal"), [(11, 0, None), (13, 0, "task_not_undone"), (1, -1, "stale_version")]
)
def test_a_settled_task_comes_back_within_the_day(clinic, rita, clock, hours, seen, refusal):
    returned_mail(clinic, clinic.visit(clock() + DAY), clock())
    task = task_of(clinic)
    rita.post(f"/tasks/{task.uid}/close", data={"version": task.version})
    clock.advance(timedelta(hours=hours))
    named = {"task_uid": task.uid, "version": task_of(clinic).version + seen, "actor": RECEPTIONIST, "now": clock()}
    if refusal is None:
        act(clinic.session, lambda: take_back(clinic.session, **named))
    else:
        with pytest.raises(PracticeError) as refused:
            act(clinic.session, lambda: take_back(clinic.session, **named))
        assert refused.value.code == refusal
    assert (task_of(clinic).state == "open") == (refusal is None)


def test_over_json_a_task_is_taken_back_once(app, clinic, clock):
    returned_mail(clinic, clinic.visit(clock() + DAY), clock())
    api, uid = caller(app, "receptionist"), task_of(clinic).uid
    assert api.post(f"/tasks/{uid}/undo", None).json["code"] == "task_not_undone"
    api.post(f"/tasks/{uid}/finish", {"outcome": "done"})
    assert api.post(f"/tasks/{uid}/undo", None).json["state"] == "open"
    assert api.post(f"/tasks/{uid}/undo", None).status_code == 409
