"""The pages of a plan: the desk sees dates and states, clinical roles what is behind them, and every act works there."""

import html

import pytest
from sqlalchemy import func, select

from practice.audit.models import AuditEvent
from practice.clinic.models import Therapist
from practice.core.transact import transact
from practice.desk.plans.overview import read_overview
from practice.desk.plans.page import plan_page
from practice.treatment_plans.caseload import list_caseload
from practice.treatment_plans.holding import hold
from practice.treatment_plans.lifecycles import HoldReason, PlanState
from practice.treatment_plans.models import TreatmentPlan
from practice.visits.activities import add_activity
from tests.cast import sign_in
from tests.conftest import NOW
from tests.factories import OWNER
from tests.scheduling.scene import Scene, at, statements
from tests.treatment_plans.scene import Course

CLINICAL = (
    "imaging",
    "M54",
    "Sit through a meeting",
    "Nerve slider",
    "incident",
    "bruise",
    "SUBACUTE",
    "leg pain",
)


@pytest.fixture
def course(app, session, cast) -> Course:
    course = Course(Scene(session))

    def own() -> None:
        session.get_one(Therapist, course.scene.therapists[0].id).user_id = cast["theo"].id

    session.rollback()
    transact(session, own)
    course.scene.book(at(16, day=25))
    return course


@pytest.fixture
def plan(course) -> TreatmentPlan:
    plan = course.active()
    course.deliver(plan, 1, course.scene.book(at(10)))
    course.link(plan, 2, course.scene.book(at(10, day=26)))
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.INCIDENT, note="a bruise")
    return plan


def body_of(answer) -> str:
    assert answer.status_code == 200
    return answer.text.partition("<body")[2]


def test_the_desk_sees_dates_and_states_and_no_word_of_why(app, plan, cast):
    shown = body_of(sign_in(app, cast["rita"]).get(f"/plans/{plan.uid}"))
    assert "On hold" in shown and "<b>1 of 10</b> delivered" in shown and "<b>1</b> booked" in shown and "<svg" in shown
    assert [word for word in CLINICAL if word in shown] == []
    listed = body_of(sign_in(app, cast["rita"]).get("/plans"))
    assert f"/plans/{plan.uid}" in listed and [word for word in CLINICAL if word in listed] == []


def test_a_therapist_sees_the_course_and_that_is_logged(app, course, plan, cast):
    shown = body_of(sign_in(app, cast["theo"]).get(f"/plans/{plan.uid}"))
    assert [
        word for word in ("imaging", "M54.42", "Sit through a meeting", "Nerve slider", "incident") if word not in shown
    ] == []
    course.session.rollback()
    read = select(func.count()).select_from(AuditEvent).where(AuditEvent.action == "chart.read")
    assert course.session.scalar(read) == 1


def test_what_was_measured_is_drawn_and_said_to_the_therapist_alone(app, course, cast):
    plan = course.active()
    course.do(add_activity, client_id=course.client.id, words="Climb the stairs")
    visits = [course.scene.book(at(10, day=day)) for day in (24, 27)]
    for number, visit in enumerate(visits, 1):
        course.deliver(plan, number, visit)
        course.find(visit, 8 - 3 * number, ("buttock", "sole")[: 3 - number])
    words = [
        "S2: leg pain 5 → 2 (\u221260 %), disability 10 → 4",
        "Climb the stairs",
        "Furthest level 5 → 1: centralising.",
    ]
    shown = html.unescape(body_of(sign_in(app, cast["theo"]).get(f"/plans/{plan.uid}")))
    assert [
        each for each in (*words, "upper pressure \u22128.0 mmHg", "not proof of effect") if each not in shown
    ] == []
    assert '<td class="num">5</td><td class="num">4</td>' in shown
    told = html.unescape(body_of(sign_in(app, cast["rita"]).get(f"/plans/{plan.uid}")))
    assert [each for each in (*words, "Pain", "sole", "pressure", "S2:") if each in told] == []


def test_the_overview_costs_as_many_statements_for_many_visits_as_for_one(course):
    plan = course.active()
    course.do(add_activity, client_id=course.client.id, words="Climb the stairs")
    visits = [course.scene.book(at(10, day=day)) for day in (24, 27)]
    counts = []
    for number, visit in enumerate(visits, 1):
        course.deliver(plan, number, visit)
        course.find(visit, 8 - number)
        course.session.rollback()
        page = plan_page(course.session, plan.uid, actor=OWNER, now=NOW)
        with statements(course.session) as sent:
            read_overview(course.session, page)
        counts.append(len(sent))
    assert counts == [8, 8]


def test_the_desk_reads_no_chart_and_writes_nothing(app, plan, cast):
    rita = sign_in(app, cast["rita"])
    assert rita.post(f"/plans/{plan.uid}/resume").status_code == 403
    assert sign_in(app, cast["olga"]).get(f"/plans/{plan.uid}").status_code == 404


def test_every_act_goes_by_its_form(app, course, cast):
    course.screen()
    plan = course.draft()
    theo = sign_in(app, cast["theo"])
    forms = {
        "baseline": {"leg": "7", "back": "5", "psfs": "3.3"},
        "goals": {"text": "Walk the dog", "measure": "PSFS", "target": "6"},
        "exercises": {"code": "WALK", "side": "left"},
        "consent": {"mode": "written", "discussed": "on", "text_version": "2026-11"},
        "activate": {},
        "hold": {"reason": "client", "note": "away"},
        "resume": {},
        "discharge": {"outcome": "moved", "measures_reason": "gone"},
    }
    for act, values in forms.items():
        answer = theo.post(f"/plans/{plan.uid}/{act}", data=values)
        assert answer.status_code == 303, (act, answer.text)
    assert course.plan(plan).state == PlanState.DISCHARGED


def test_a_form_that_is_not_right_keeps_what_was_typed(app, course, cast):
    plan = course.draft()
    theo = sign_in(app, cast["theo"])
    wrong = theo.post(f"/plans/{plan.uid}/baseline", data={"leg": "11", "back": "5"})
    assert wrong.status_code == 422 and 'value="11"' in wrong.text
    undiscussed = theo.post(f"/plans/{plan.uid}/consent", data={"mode": "written", "text_version": "2026-11"})
    assert undiscussed.status_code == 422
    refused = theo.post(f"/plans/{plan.uid}/refer", data={"reason": "a letter"})
    assert refused.status_code == 409 and "cannot become referred" in refused.text


def test_an_activation_that_lacks_parts_says_which(app, course, cast):
    plan = course.draft()
    theo = sign_in(app, cast["theo"])
    shown = body_of(theo.get(f"/plans/{plan.uid}"))
    assert "Still missing" in shown and "A home exercise is missing." in shown
    theo.post(f"/plans/{plan.uid}/activate")
    assert "a home exercise is missing" in theo.get(f"/plans/{plan.uid}").text


def test_a_foreign_exercise_is_not_ended_through_an_own_plan(app, course, plan, cast):
    answer = sign_in(app, cast["theo"]).post(f"/plans/{plan.uid}/exercises/{plan.uid}/end")
    assert answer.status_code == 404


def test_a_plan_is_written_on_one_form(app, course, cast):
    theo = sign_in(app, cast["theo"])
    scene = course.scene
    values = {
        "side": "left",
        "cause": "disc",
        "source": "client_says",
        "template": "CHRONIC",
        "therapist": scene.therapists[0].uid,
        "service": scene.service.uid,
    }
    address = f"/clients/{course.client.uid}/plans/new"
    assert theo.post(address, data={**values, "side": ""}).status_code == 422
    assert theo.post(address, data=values).status_code == 303
    again = theo.post(address, data=values)
    assert again.status_code == 422 and "open plan" in again.text


def test_the_list_of_plans_costs_one_statement(course, plan):
    course.session.rollback()
    with statements(course.session) as sent:
        (line,) = list_caseload(course.session)
    assert len(sent) == 1
    assert (line.state, line.sessions, line.booked, line.delivered) == (PlanState.ON_HOLD, 10, 2, 1)
