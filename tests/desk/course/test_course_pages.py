"""The planner's pages as plain forms: three proposals, one of them booked, mended, refused, and who falls behind."""

import html
import re
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

import pytest

from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.treatment_plans.sessions import list_sessions
from tests.desk.conftest import Desk
from tests.factories import act
from tests.scheduling.scene import RITA
from tests.treatment_plans.scene import Course

CLINICAL = ("sciatica", "SUBACUTE", "peroneal", "pain", "Sit through a meeting", "clearance", "NPRS", "disc")


@dataclass
class AtDesk:
    """The desk's clinic as the scene in which a plan is written."""

    desk: Desk
    clients: list[Any]

    @property
    def session(self):
        return self.desk.session

    @property
    def service(self):
        return self.desk.service

    @property
    def therapists(self):
        return [self.desk.ada, self.desk.ben]

    @property
    def now(self):
        return self.desk.clock()

    def do(self, verb, **over: Any):
        return act(self.session, lambda: verb(self.session, **{"now": self.now} | over))


@pytest.fixture
def course(desk: Desk) -> Course:
    return Course(AtDesk(desk, [desk.client()]))  # type: ignore[arg-type]  # as far as a plan needs a scene


@pytest.fixture
def plan(course: Course):
    return course.active()


def page(desk: Desk, plan, query: str = "") -> str:
    answer = desk.rita.get(f"/plans/{plan.uid}/course{query}")
    assert answer.status_code == 200
    return answer.get_data(as_text=True)


def proposal(text: str, number: int = 1) -> dict[str, Any]:
    """Return the fields of one proposal's form."""
    cards = re.findall(r'<form method="post" class="card-foot".*?</form>', text, flags=re.DOTALL)
    fields: dict[str, Any] = {}
    for name, value in re.findall(r'name="([a-z_]+)" value="([^"]*)"', cards[number - 1]):
        fields.setdefault(name, []).append(html.unescape(value))
    return fields


def test_three_proposals_stand_side_by_side_without_a_clinical_word(desk: Desk, plan) -> None:
    text = page(desk, plan)
    assert text.count('class="card flush course-card"') == 3
    assert "10 visits to book" in text
    assert not [word for word in CLINICAL if word in text]


def test_one_post_books_the_whole_course(desk: Desk, course: Course, plan) -> None:
    answer = desk.rita.post(f"/plans/{plan.uid}/course", data=proposal(page(desk, plan), 2))
    assert answer.status_code == 303
    assert len(desk.rows()) == 10
    assert "Every visit is booked" in page(desk, plan)
    assert page(desk, plan, "?again=1").count("Keep it so") >= 1


def test_a_form_sent_twice_books_once(desk: Desk, plan) -> None:
    form = proposal(page(desk, plan))
    for _ in range(2):
        assert desk.rita.post(f"/plans/{plan.uid}/course", data=form).status_code == 303
    assert len(desk.rows()) == 10


def test_a_lost_time_is_named_and_new_proposals_follow(desk: Desk, plan) -> None:
    form = proposal(page(desk, plan))
    third = form["visits"][2].split("|")[1]
    for who in (desk.ada, desk.ben):
        desk.book(desk.client("Bea Busy"), desk.at(0).fromisoformat(third), who)
    answer = desk.rita.post(f"/plans/{plan.uid}/course", data=form)
    text = answer.get_data(as_text=True)
    assert answer.status_code == 409
    assert "Visit 3" in text
    assert text.count('class="card flush course-card"') == 3
    assert len(desk.rows()) == 2


@pytest.mark.parametrize("visits", [["nonsense"], ["1|now||"], ["x|2026-11-30T10:00||"], []])
def test_visits_that_no_form_of_ours_wrote_are_refused(desk: Desk, plan, visits) -> None:
    form = proposal(page(desk, plan)) | {"visits": visits}
    assert desk.rita.post(f"/plans/{plan.uid}/course", data=form).status_code in {404, 422}
    assert desk.rows() == []


def test_wishes_are_an_address_and_wrong_ones_are_named(desk: Desk, plan) -> None:
    text = page(desk, plan, "?therapist=any&days=1&days=3&begins=09:00&ends=12:00")
    assert "Tuesdays and Thursdays at" in text
    assert "cannot be placed" in page(desk, plan, "?days=6")
    wrong = desk.rita.get(f"/plans/{plan.uid}/course?begins=12:00&ends=09:00")
    assert wrong.status_code == 422
    assert "Give an end after the beginning." in wrong.get_data(as_text=True)


def test_a_cancelled_visit_is_mended_and_what_changes_is_said(desk: Desk, course: Course, plan) -> None:
    desk.rita.post(f"/plans/{plan.uid}/course", data=proposal(page(desk, plan)))
    third = list_sessions(desk.session, plan.id)[2]
    desk.session.rollback()
    course.scene.do(cancel, appointment_uid=third.appointment_uid, reason="ill", by=CancelledBy.CLIENT, actor=RITA)
    text = page(desk, plan)
    assert "Mend the course" in text
    assert "is new:" in text
    assert desk.rita.post(f"/plans/{plan.uid}/course", data=proposal(text)).status_code == 303
    desk.session.rollback()
    assert all(view.starts_at for view in list_sessions(desk.session, plan.id))


def test_a_draft_has_nothing_to_plan(desk: Desk, course: Course) -> None:
    assert "Nothing to plan yet" in page(desk, course.draft())


def test_the_worklist_names_who_falls_behind(desk: Desk, plan, client_as) -> None:
    assert "No plan falls behind" in desk.rita.get("/plans/lapsing").get_data(as_text=True)
    desk.clock.advance(timedelta(days=9))
    text = client_as("rita").get("/plans/lapsing").get_data(as_text=True)
    assert "Anna Kowalska" in text
    assert "5 days behind" in text
    assert not [word for word in CLINICAL if word in text]


def test_the_client_s_page_says_how_far_the_plan_is(desk: Desk, plan) -> None:
    text = desk.rita.get(f"/clients/{plan.client.uid}").get_data(as_text=True)
    assert "booked 0 of 10" in text
