"""The form by the link in a mail: answered on the client's own screen, an emergency told there at once."""

import pytest
from sqlalchemy import select

from practice.app import BOOKING_RULES
from practice.clinic.models import StaffTask
from practice.safety.models import Flag, Screening
from tests.factories import make_client
from tests.safety.forms import answers

SIGNED = {"agrees": "1", "told_safe": "1", "clinician": "Dr Pell", "seen_on": "2026-11-20"}


def by_link(scene):
    return scene.session.scalars(select(Screening).where(Screening.source == "link")).all()


@pytest.fixture
def booked(scene):
    scene.clients[0] = make_client(scene.session, is_screened=False)
    return scene.book(rules=BOOKING_RULES)


@pytest.fixture
def visit(booked, visitor):
    return visitor(booked)


def test_a_visit_that_lacks_the_form_leads_to_it(visit):
    page = visit.get("").text
    assert "Answer the questions" in page
    assert "about three minutes" in visit.get("/form").text


def test_a_form_in_which_all_is_well_makes_the_visit_firm(scene, booked, visit):
    answer = visit.post("/form", answers() | SIGNED)
    assert "That is all we needed to ask" in answer.text
    row = scene.reload(booked)
    assert (row.state, row.tentative_reason) == ("booked", None)
    (screening,) = by_link(scene)
    assert (screening.source, screening.is_baseline, screening.recorded_by_id) == ("link", True, None)
    assert "Answer the questions" not in visit.get("").text


def test_an_emergency_is_answered_at_once_on_the_clients_screen(scene, booked, visit):
    answer = visit.post("/form", answers(saddle="yes") | SIGNED)
    assert "emergency department now" in answer.text
    row = scene.reload(booked)
    assert row.state == "cancelled"
    assert row.tell_client is False
    assert {task.kind for task in scene.session.scalars(select(StaffTask))} >= {"phone_now"}
    assert "saddle" not in answer.request.path


def test_a_block_leaves_the_visit_tentative_and_says_nothing_of_it(scene, booked, visit):
    answer = visit.post("/form", answers(cancer="yes") | SIGNED)
    assert "That is all we needed to ask" in answer.text
    row = scene.reload(booked)
    assert (row.state, row.tentative_reason) == ("tentative", "clearance_needed")
    assert [flag.code for flag in scene.session.scalars(select(Flag))] == ["CANCER_HX"]
    assert "cancer" not in visit.get("").text.lower()


@pytest.mark.parametrize("left_out", ["agrees", "calf"])
def test_what_is_missing_is_marked_and_what_was_typed_stays(scene, visit, left_out):
    given = answers(thinner="yes") | SIGNED
    del given[left_out]
    answer = visit.post("/form", given)
    assert answer.status_code == 422
    assert "Please answer this." in answer.text or "Please sign" in answer.text
    assert 'name="thinner" value="yes" checked' in answer.text
    assert by_link(scene) == []


def test_an_answer_that_no_form_offers_is_refused(visit):
    assert visit.post("/form", answers(calf="maybe") | SIGNED).status_code == 422


def test_the_link_of_a_visit_that_is_over_takes_no_form(scene, booked, visit, clock):
    visit.post("/form", answers(calf="no") | {"agrees": ""})
    clock.now = booked.ends_at
    page = visit.get("/form")
    assert (page.status_code, "This appointment is over" in page.text) == (422, True)
    refused = visit.post("/form", answers(saddle="yes") | SIGNED)
    assert (refused.status_code, "This appointment is over" in refused.text) == (422, True)
    assert by_link(scene) == []
    assert scene.session.scalars(select(Flag)).all() == []
