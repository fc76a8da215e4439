"""Episodes, plans and the planner over JSON: the desk reads dates and states, clinical roles the whole course."""

import json

import pytest
from sqlalchemy import select

from practice.audit.models import AuditEvent
from practice.core.actor import Role
from practice.treatment_plans.models import TreatmentPlan
from practice.web.models import IdempotencyKey
from tests.callers import caller
from tests.scheduling.scene import Scene, at, statements
from tests.treatment_plans.scene import Course

CLINICAL = ("imaging", "disc", "M54", "SUBACUTE", "Walk the dog", "WALK", "NPRS", "bruise", "incident", "left")


@pytest.fixture
def course(session):
    return Course(Scene(session))


@pytest.fixture
def owner(app, clock, course):
    clock.now = course.scene.now
    return caller(app, Role.OWNER, "Olive")


@pytest.fixture
def desk(app, clock, course):
    clock.now = course.scene.now
    return caller(app, Role.RECEPTIONIST, "Rita")


def drafted(course, owner) -> str:
    """Open an episode and draft its plan over JSON; return the plan's uid."""
    about = {"side": "left", "causes": ["disc"], "source": "imaging_report"}
    episode = owner.post(f"/clients/{course.client.uid}/episodes", about)
    assert episode.status_code == 201, episode.json
    body = {
        "treating_uid": course.scene.therapists[0].uid,
        "template": "SUBACUTE",
        "service_uid": course.scene.service.uid,
        "therapist_uid": course.scene.therapists[0].uid,
    }
    made = owner.post(f"/episodes/{episode.json['uid']}/plans", body)
    assert made.status_code == 201, made.json
    return made.json["uid"]


def completed(owner, plan: str) -> None:
    """Give a draft everything that it lacks."""
    scores = {"leg": 7, "back": 5, "psfs": 3.3}
    tag = owner.get(f"/plans/{plan}/draft").headers["ETag"]
    assert owner.ask("PUT", f"/plans/{plan}/draft/baseline", scores, If_Match=tag).status_code == 200
    for part, body in {
        "goals": {"text": "Walk the dog", "measure": "PSFS", "baseline": 3.3, "target": 5.3},
        "exercises": {"code": "WALK", "side": "left"},
        "consent": {"text_version": "2026-11", "mode": "written", "discussed": True},
    }.items():
        answer = owner.post(f"/plans/{plan}/{part}", body)
        assert answer.status_code == 201, answer.json


def test_a_plan_is_written_activated_planned_and_revised(course, owner, desk):
    course.screen()
    plan = drafted(course, owner)
    refused = owner.post(f"/plans/{plan}/activation", {})
    assert (refused.status_code, refused.json["code"]) == (422, "plan_not_ready")
    assert {"goal_missing", "exercise_missing", "plan_consent_missing", "leg_baseline_missing"} <= {
        each["code"] for each in refused.json["refusals"]
    }
    completed(owner, plan)
    assert owner.get(f"/plans/{plan}/chart").json["missing"] == []
    assert owner.post(f"/plans/{plan}/activation", {}).json["state"] == "active"

    found = desk.post(f"/plans/{plan}/course/proposals", {"begins": "09:00", "ends": "17:00"}).json
    assert (found["stuck"], found["to_place"], len(found["proposals"])) == (None, 10, 3)
    visits = [
        {"number": each["number"], "local_start": each["local_start"], "therapist_uid": each["therapist"]["uid"]}
        for each in found["proposals"][0]["visits"]
    ]
    booked = desk.post(f"/plans/{plan}/course", {"visits": visits, "seen": found["seen"]})
    assert (booked.status_code, booked.json["changed"]) == (201, 10)
    again = desk.post(f"/plans/{plan}/course", {"visits": visits, "seen": found["seen"]})
    assert (again.status_code, again.json["code"]) == (412, "stale_version")
    seen = desk.get(f"/plans/{plan}").json
    assert (seen["booked"], {each["state"] for each in seen["sessions"]}) == (10, {"booked"})

    course_of_four = [{"times": 1, "every_weeks": 1, "periods": 4, "gap_min_days": 5, "gap_max_days": 9}]
    body = {"service_uid": course.scene.service.uid, "blocks": course_of_four, "reason": "Less is enough"}
    assert owner.post(f"/plans/{plan}/draft", {**body, "reason": " "}).json["code"] == "plan_reason_needed"
    assert owner.post(f"/plans/{plan}/draft", body).status_code == 201
    assert owner.post(f"/plans/{plan}/draft", body).json["code"] == "version_frozen"
    left = owner.post(f"/plans/{plan}/activation", {})
    assert {each["code"] for each in left.json["refusals"]} >= {"plan_consent_missing", "future_bookings"}
    assert owner.ask("DELETE", f"/plans/{plan}/draft").status_code == 204
    assert [each["state"] for each in owner.get(f"/plans/{plan}/versions").json["versions"]] == ["discarded", "active"]


def test_a_receptionists_token_reads_dates_and_states_and_nothing_else(course, owner, desk):
    plan = course.active()
    course.deliver(plan, 1, course.scene.book(at(10)))
    owner.post(f"/plans/{plan.uid}/hold", {"reason": "incident", "note": "a bruise"})
    for path in ("/plans", f"/plans/{plan.uid}", "/plans/lapsing"):
        answer = desk.get(path)
        assert answer.status_code == 200, path
        assert [word for word in CLINICAL if word in answer.text] == [], path
    shown = desk.get(f"/plans/{plan.uid}").json
    assert (shown["state"], shown["delivered"], shown["held_since"] is not None) == ("on_hold", 1, True)
    for path in ("chart", "versions", "draft", "checkpoint"):
        assert desk.get(f"/plans/{plan.uid}/{path}").status_code == 403
    assert desk.get(f"/clients/{course.client.uid}/episodes").status_code == 403


def test_each_reading_of_a_chart_is_logged(course, owner):
    plan = course.active()
    for path in (f"/plans/{plan.uid}/chart", f"/plans/{plan.uid}/versions", f"/clients/{course.client.uid}/episodes"):
        shown = owner.get(path)
        assert shown.status_code == 200 and ("imaging_report" in shown.text or "Sit through" in shown.text)
    course.session.rollback()
    read = select(AuditEvent.action).where(AuditEvent.action == "chart.read")
    assert len(course.session.scalars(read).all()) == 3


def test_a_chart_costs_as_many_statements_with_many_parts(course, owner):
    plan = course.active()

    def cost() -> int:
        course.session.rollback()
        with statements(course.session) as sent:
            assert owner.get(f"/plans/{plan.uid}/chart").status_code == 200
        return len(sent)

    cost()
    few = cost()
    for code in ("WALK", "BRIDGE", "BREATHE"):
        owner.post(f"/plans/{plan.uid}/exercises", {"code": code, "side": "left"})
    assert cost() == few


def test_a_seen_version_that_is_not_the_last_is_refused(course, owner):
    course.screen()
    plan = drafted(course, owner)
    scores = {"leg": 7, "back": 5, "psfs": None}
    assert owner.ask("PUT", f"/plans/{plan}/draft/baseline", scores).status_code == 428
    assert owner.ask("PUT", f"/plans/{plan}/draft/baseline", scores, If_Match='"9"').status_code == 412
    assert owner.ask("POST", f"/plans/{plan}/cancellation", {}, If_Match='"9"').status_code == 412
    episode = owner.get(f"/clients/{course.client.uid}/episodes").json["episodes"][0]
    path, about = f"/episodes/{episode['uid']}", {"side": "right", "branch": "tibial"}
    assert owner.ask("PUT", path, about, If_Match='"9"').status_code == 412
    changed = owner.ask("PUT", path, about, If_Match=f'"{episode["version"]}"')
    assert (changed.status_code, changed.json["side"], changed.json["causes"]) == (200, "right", [])
    assert changed.headers["ETag"] != f'"{episode["version"]}"'


def test_goals_and_exercises_end_pause_and_change(course, owner):
    plan = course.active()
    chart = owner.get(f"/plans/{plan.uid}/chart").json
    goal, exercise = chart["in_force"]["goals"][0]["uid"], chart["exercises"][0]["uid"]
    path = f"/plans/{plan.uid}/exercises/{exercise}"
    assert owner.ask("PATCH", path, {"state": "paused"}).json["state"] == "paused"
    assert owner.ask("PATCH", path, {"state": "paused"}).json["code"] == "forbidden_step"
    assert owner.ask("PATCH", path, {"state": "active"}, If_Match='"1"').status_code == 412
    assert owner.ask("PATCH", path, {}).status_code == 422
    dosed = owner.ask("PATCH", path, {"dose": {"sets": 1, "reps": 5}}).json
    assert (dosed["reps"], dosed["state"], dosed["uid"] == exercise) == (5, "active", False)
    assert owner.ask("PATCH", path, {"state": "active"}).json["code"] == "forbidden_step"
    for code in ("WALK", "BRIDGE", "BREATHE"):
        assert owner.post(f"/plans/{plan.uid}/exercises", {"code": code, "side": "left"}).status_code == 201
    full = owner.post(f"/plans/{plan.uid}/exercises", {"code": "DEAD_BUG", "side": "left"})
    assert full.json["code"] == "too_many_exercises"

    at_goal = f"/plans/{plan.uid}/goals/{goal}"
    assert owner.ask("DELETE", at_goal).json["code"] == "version_frozen"
    assert owner.ask("PATCH", at_goal, {"state": "achieved"}, If_Match='"9"').status_code == 412
    assert owner.ask("PATCH", at_goal, {"state": "achieved"}).status_code == 200
    assert owner.ask("PATCH", at_goal, {"state": "not_achieved"}).json["code"] == "forbidden_step"


def test_a_consent_that_is_taken_back_puts_the_plan_on_hold_until_it_is_given_again(course, owner):
    plan = course.active()
    path = f"/plans/{plan.uid}/consent"
    assert owner.post(f"{path}/withdrawal", {"note": "had second thoughts"}).status_code == 204
    assert course.plan(plan).state == "on_hold"
    refused = owner.post(f"/plans/{plan.uid}/resumption", {})
    assert (refused.status_code, refused.json["code"]) == (422, "plan_consent_missing")
    given = {"text_version": "2026-11", "mode": "verbal", "discussed": True}
    assert owner.post(path, {**given, "discussed": False}).status_code == 422
    assert owner.post(path, {**given, "text_version": "2020-01"}).json["code"] == "plan_text_outdated"
    assert owner.post(path, given).status_code == 201


def test_a_consent_is_taken_back_though_a_next_version_is_being_written(course, owner):
    plan = course.active()
    owner.post(f"/plans/{plan.uid}/draft", {"service_uid": course.scene.service.uid, "reason": "more walking"})
    assert owner.post(f"/plans/{plan.uid}/consent/withdrawal", {}).status_code == 204
    assert course.plan(plan).state == "on_hold"
    assert owner.get(f"/plans/{plan.uid}/chart").json["in_force"]["consent"] is None


def test_plans_are_listed_in_pages_and_narrowed(course, owner):
    plan = course.active()
    owner.post(f"/plans/{plan.uid}/referral", {"reason": "a letter"})
    second = course.draft()
    first_page = owner.get("/plans?limit=1").json
    assert ([each["uid"] for each in first_page["plans"]], first_page["next"]) == ([second.uid], second.uid)
    rest = owner.get(f"/plans?limit=1&cursor={second.uid}").json
    assert [each["state"] for each in rest["plans"]] == ["referred"]
    assert [each["uid"] for each in owner.get("/plans?state=draft").json["plans"]] == [second.uid]
    others = owner.get(f"/plans?client_uid={course.scene.clients[1].uid}")
    assert others.json == {"plans": [], "next": None}
    assert owner.get("/plans?limit=101").status_code == 422


def test_a_plan_replaces_only_one_of_the_same_client(course, owner):
    course.screen()
    plan = drafted(course, owner)
    owner.post(f"/plans/{plan}/cancellation", {"reason": "moved"})
    other = course.scene.clients[1].uid
    episode = owner.post(f"/clients/{other}/episodes", {"side": "left"}).json["uid"]
    body = {
        "treating_uid": course.scene.therapists[0].uid,
        "template": "ACUTE",
        "service_uid": course.scene.service.uid,
        "replaces_uid": plan,
    }
    assert owner.post(f"/episodes/{episode}/plans", body).status_code == 404
    assert owner.post(f"/episodes/{episode}/plans", {**body, "replaces_uid": None}).status_code == 201


def test_a_request_sent_twice_has_one_effect_and_what_is_kept_of_it_says_nothing(course, owner):
    plan = course.active()
    owner.post(f"/plans/{plan.uid}/draft", {"service_uid": course.scene.service.uid, "reason": "more walking"})
    key = {"Idempotency_Key": "7d3f3c1e-0000-4000-8000-000000000002"}
    body = {"text": "Walk the dog"}
    made = owner.post(f"/plans/{plan.uid}/goals", body, **key)
    assert owner.post(f"/plans/{plan.uid}/goals", body, **key).json == made.json
    assert len(owner.get(f"/plans/{plan.uid}/draft").json["goals"]) == 2
    course.session.rollback()
    assert [set(json.loads(each)) for each in course.session.scalars(select(IdempotencyKey.body))] == [
        {"uid", "version"}
    ]


@pytest.mark.parametrize(
    ("part", "body"),
    [
        ("draft", {"blocks": [{"times": 4, "every_weeks": 1, "periods": 2, "gap_min_days": 1, "gap_max_days": 9}]}),
        ("draft", {"blocks": [{"times": 2, "every_weeks": 1, "periods": 7, "gap_min_days": 2, "gap_max_days": 5}]}),
        ("draft", {"checkpoints": [3, 2]}),
    ],
)
def test_a_course_that_nobody_can_follow_is_refused_with_every_fault(course, owner, part, body):
    plan = course.draft()
    tag = owner.get(f"/plans/{plan.uid}/draft").headers["ETag"]
    sent = {"service_uid": course.scene.service.uid, **body}
    refused = owner.ask("PUT", f"/plans/{plan.uid}/{part}", sent, If_Match=tag)
    assert (refused.status_code, refused.json["code"]) == (422, "impossible_course")
    assert refused.json["refusals"][0]["ways_out"]


def test_before_a_visit_there_is_nothing_to_judge(course, owner):
    plan = course.active()
    assert owner.get(f"/plans/{plan.uid}/checkpoint").json["verdict"] is None
    body = {"after_number": 1, "decided": "too_early", "decision": "continue"}
    assert owner.post(f"/plans/{plan.uid}/reassessments", body).json["code"] == "nothing_to_judge"
    course.session.rollback()
    assert course.session.scalars(select(TreatmentPlan.state)).one() == "active"
