"""Ctrl-Z: one's own last act is taken back whole while nobody was told of it; otherwise it is said why not."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import select

from practice.core.actor import SYSTEM, Actor, Role
from practice.reminders.kinds import MessageKind, MessageState
from practice.reminders.models import Message
from practice.scheduling.absences.models import GroundAct
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.lifecycle import AppointmentState as State
from practice.scheduling.models import AppointmentChange
from practice.scheduling.wishes import MoveWish, TimeWish
from tests.desk.scenes import counting
from tests.factories import act

HTMX = {"HX-Request": "true"}


@pytest.fixture
def visit(desk):
    """Anna at ten, booked by Rita a moment ago."""
    return desk.book(desk.client(), desk.at(10))


def undo(desk, who=None, **headers):
    return (who or desk.rita).post("/undo", headers=headers)


def move(desk, visit, hour=14):
    desk.rita.post(f"/appointments/{visit.uid}/move", data={"choice": desk.choice(hour)})


def wait(desk, minutes):
    desk.clock.advance(timedelta(minutes=minutes))


def book_four(desk, visit):
    """Four Wednesdays at ten as one act."""
    form = desk.form(client=visit.client.uid, choice=desk.choice(10, day=25), every="1", count="4")
    desk.rita.post("/book/series/book", data=form)


def by_system(desk, verb, visit, **wanted):
    """Somebody else does something."""
    about = {"appointment_uid": visit.uid} if visit else {}
    desk.session.rollback()
    work = partial(verb, desk.session, rules=SCHEDULING_RULES, actor=SYSTEM, now=desk.clock(), **about, **wanted)
    act(desk.session, work)


def mail_left(desk, visit, kind=MessageKind.CONFIRMATION):
    now = desk.clock()
    message = Message(
        dedupe_key=f"{kind}:{visit.id}",
        kind=kind,
        subject_kind="appointment",
        subject_id=visit.id,
        client_id=visit.client_id,
        to_address="anna@example.com",
        due_at=now,
        expires_at=now + timedelta(days=1),
        state=MessageState.SENT,
        data_at=now,
        sent_at=now,
        message_id="<a@example.com>",
        created_at=now,
    )
    act(desk.session, lambda: desk.session.add(message))


def test_the_last_acts_are_taken_back_one_by_one_and_it_is_said_what(desk, visit):
    move(desk, visit)
    answer = undo(desk, **HTMX)
    assert answer.status_code == 204
    assert "Taken back: the move of Anna Kowalska. The visit is at Tue 10:00 as before." in answer.headers["HX-Trigger"]
    assert desk.only_row().local_start == desk.at(10)
    assert "Taken back: the booking" in undo(desk, **HTMX).headers["HX-Trigger"]
    assert desk.only_row().state == State.ENTERED_IN_ERROR
    refused = undo(desk, **HTMX)
    assert (refused.status_code, refused.headers["HX-Reswap"]) == (409, "none")
    assert "You have done nothing lately" in refused.headers["HX-Trigger"]


def test_the_plain_form_leads_to_the_visit_and_says_the_same(desk, visit):
    desk.rita.post(f"/appointments/{visit.uid}/arrive")
    assert "data-undo" in desk.rita.get(f"/appointments/{visit.uid}").text
    answer = undo(desk)
    assert (answer.status_code, answer.location) == (303, f"/appointments/{visit.uid}")
    assert "Taken back: the arrival of Anna Kowalska" in desk.rita.get(answer.location).text
    wait(desk, 3)
    page = undo(desk)
    assert page.status_code == 422
    assert "more than 2 minutes ago" in page.text


def test_without_any_act_the_plain_form_leads_back_to_today(desk):
    assert undo(desk).location == "/today"
    assert "You have done nothing lately" in desk.rita.get("/today").text


@pytest.mark.parametrize(("verb", "minutes", "status"), [("book", 2, 204), ("book", 3, 422), ("move", 5, 204)])
def test_the_grace_of_its_mail_is_the_time_of_an_act(desk, visit, verb, minutes, status):
    if verb == "move":
        move(desk, visit)
    wait(desk, minutes)
    assert undo(desk, **HTMX).status_code == status


def test_what_a_mail_has_told_is_not_taken_back_unseen(desk, visit):
    wait(desk, 1)
    mail_left(desk, visit)
    refused = undo(desk, **HTMX)
    assert refused.status_code == 422
    assert "The mail about it left at 09:01" in refused.headers["HX-Trigger"]
    assert f'"/appointments/{visit.uid}"' in refused.headers["HX-Trigger"]
    assert desk.only_row().state == State.BOOKED
    # The mail told of the booking, not of what was done after it.
    wait(desk, 1)
    move(desk, visit)
    assert undo(desk, **HTMX).status_code == 204


def test_a_series_goes_back_as_one_act(desk, visit):
    book_four(desk, visit)
    assert len(desk.rows()) == 5
    answer = undo(desk, **HTMX)
    assert "Taken back: the booking of 4 visits of Anna Kowalska" in answer.headers["HX-Trigger"]
    assert [row.state for row in desk.rows()] == [State.BOOKED, *[State.ENTERED_IN_ERROR] * 4]
    undone = desk.session.scalars(select(AppointmentChange.act_id).where(AppointmentChange.verb == "undo")).all()
    assert len(undone) == 4
    assert len(set(undone)) == 1


def test_nothing_of_an_act_goes_back_when_one_visit_was_changed_since(desk, visit):
    book_four(desk, visit)
    third = desk.rows()[3]
    by_system(desk, reschedule, third, wish=MoveWish(local_start=desk.at(15, day=9).replace(month=12)))
    refused = undo(desk, **HTMX)
    assert "A visit of this act was changed since" in refused.headers["HX-Trigger"]
    assert {row.state for row in desk.rows()} == {State.BOOKED}


def test_what_a_therapist_asked_for_stays(desk, visit):
    desk.rita.post(f"/appointments/{visit.uid}/cancel", data={"reason": "therapist_asked"})
    assert "therapist's decision" in undo(desk, **HTMX).headers["HX-Trigger"]


def test_what_an_absence_brought_stays(desk, visit):
    absence = GroundAct(kind="out_today", title="Away", at=desk.clock())
    act(desk.session, lambda: desk.session.add(absence))
    by_rita = Actor(Role.RECEPTIONIST, user_id=desk.rita_id)
    wish = MoveWish(local_start=desk.at(14))
    moving = partial(reschedule, desk.session, appointment_uid=visit.uid, wish=wish, act_id=absence.uid)
    desk.session.rollback()
    act(desk.session, lambda: moving(rules=SCHEDULING_RULES, actor=by_rita, now=desk.clock()))
    assert "belongs to an absence" in undo(desk, **HTMX).headers["HX-Trigger"]
    assert desk.only_row().local_start == desk.at(14)


def test_a_colleagues_act_is_not_taken_back(desk, visit, client_as):
    assert undo(desk, client_as("oscar"), **HTMX).status_code == 409
    assert desk.only_row().state == State.BOOKED


def test_a_time_given_away_since_is_refused_with_its_ways(desk, visit):
    move(desk, visit)
    wish = TimeWish(
        service=desk.service.uid, location=desk.location.uid, therapist=desk.ada.uid, local_start=desk.at(10)
    )
    by_system(desk, book_time, None, wish=wish, client_uid=desk.client("Per Lund").uid)
    page = undo(desk)
    assert page.status_code == 409
    assert "data-refusal" in page.text
    assert "Show the next free times" in page.text


def test_looking_for_the_last_act_reads_the_newest_changes_only(desk, visit):
    with counting(desk.app) as sent:
        undo(desk, **HTMX)
    found = [one for one in sent if "appointment_change.actor_user_id =" in one]
    assert len(found) == 1
    assert "max(appointment_change.id)" in found[0]
