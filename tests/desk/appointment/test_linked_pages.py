"""Two visits booked at once at the desk, and the panel that knows of both."""

import html
import re

import pytest

from practice.clinic.models import Therapist
from practice.scheduling.lifecycle import AppointmentState as State
from practice.scheduling.models import Appointment
from tests.factories import act, make_client, make_service

HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture
def care(desk):
    return make_service(desk.session, name="Foot care", duration_minutes=30)


def post(desk, visit, verb, **fields):
    return desk.rita.post(f"/appointments/{visit.uid}/{verb}", data=fields, headers=HTMX)


def in_order(desk):
    return sorted(desk.rows(), key=lambda row: row.starts_at)


def test_two_visits_are_booked_moved_and_cancelled_together(desk, care):
    form = desk.form(client=desk.client().uid, choice=desk.choice(14), follow=care.uid)
    shown = desk.rita.post("/book/draft", data=form).text
    assert "Foot care follows at 15:15." in shown and "Book both, " in shown
    held = desk.only_row()
    assert desk.rita.post("/book", data=form | {"hold": held.uid, "held_for": "one"}).status_code == 303
    first, second = in_order(desk)
    assert first.link_id == second.link_id is not None
    panel = desk.rita.get(f"/appointments/{first.uid}").text
    assert "Linked with" in panel and f'href="/appointments/{second.uid}"' in panel
    assert 'name="together"' in desk.rita.get(f"/appointments/{first.uid}/move").text

    asked = post(desk, first, "move", start="2026-11-24T15:00")
    assert asked.status_code == 422 and "Move them together" in asked.text
    assert [row.version for row in in_order(desk)] == [first.version, second.version]
    ways = re.findall(r'name="choice" value="([^"]+)".*?name="together" value="(\d)"', asked.text, re.DOTALL)
    assert [both for _, both in ways] == ["1", "0"]
    post(desk, first, "move", choice=html.unescape(ways[0][0]), together="1")
    assert [row.local_start for row in in_order(desk)] == [desk.at(15), desk.at(16, 15)]
    post(desk, first, "move", choice=html.unescape(desk.choice(14)), together="0")
    assert [row.local_start for row in in_order(desk)] == [desk.at(14), desk.at(16, 15)]

    post(desk, first, "cancel", reason="ill", together="1")
    assert {row.state for row in desk.rows()} == {State.CANCELLED}


def test_a_therapist_moves_the_own_visit_and_hears_nothing_of_a_colleagues(desk, care, cast, client_as):
    form = desk.form(client=desk.client().uid, choice=desk.choice(14), follow=care.uid)
    desk.rita.post("/book/draft", data=form)
    desk.rita.post("/book", data=form | {"hold": desk.only_row().uid, "held_for": "one"})
    first, second = in_order(desk)

    def part():
        desk.session.get_one(Therapist, first.therapist_id).user_id = cast["theo"].id
        desk.session.get_one(Appointment, second.id).therapist_id = desk.ben.id

    act(desk.session, part)
    moved = client_as("theo").post(f"/appointments/{first.uid}/move", data={"start": "2026-11-24T16:30"}, headers=HTMX)
    assert "Foot care" not in moved.text
    assert "Move them together" not in moved.text


def test_somebody_at_the_door_gets_one_visit_and_a_second_that_does_not_fit_books_none(desk, care):
    client = desk.client()
    here = desk.rita.post("/book", data=desk.form(client=client.uid, choice="now", follow=care.uid))
    assert here.status_code == 422 and "one by one" in here.text
    desk.book(client, desk.at(15))
    other = make_client(desk.session).uid
    refused = desk.rita.post("/book", data=desk.form(client=other, choice=desk.choice(14), follow=care.uid))
    assert refused.status_code == 409
    assert "Visit 2" in refused.text and "Show more times" in refused.text
    assert len(desk.rows()) == 1
    unknown = desk.rita.post("/book", data=desk.form(client=other, choice=desk.choice(10), follow="nonsense"))
    assert unknown.status_code == 422 and len(desk.rows()) == 1
