"""The lives of what belongs to a plan over the HTTP face: each step that is allowed, and every other refused by name."""

import pytest
from sqlalchemy import select, update

from practice.core.actor import Role
from practice.core.transact import transact
from practice.safety.clearing import ClearanceState, may_step
from practice.safety.models import Clearance
from practice.treatment_plans.lifecycles import EXERCISE, GOAL, ExerciseState, GoalState
from practice.treatment_plans.version_models import PlanGoal
from tests.callers import caller
from tests.safety.forms import TODAY
from tests.safety.test_documents import PDF
from tests.scheduling.scene import Scene
from tests.treatment_plans.scene import Course

READING = {
    "clinician": "physician",
    "clinician_name": "Dr Pell",
    "dated_on": "2026-11-24",
    "valid_from": "2026-11-24",
    "valid_until": "2027-01-24",
}
ENDS = (ClearanceState.REFUSED, ClearanceState.VOIDED, ClearanceState.WITHDRAWN)


@pytest.fixture
def course(session):
    return Course(Scene(session))


@pytest.fixture
def owner(app, clock, course):
    clock.now = course.scene.now
    return caller(app, Role.OWNER, "Olive")


def test_every_step_of_an_exercise(course, owner):
    plan = course.active()
    met, expected = {}, {}
    for before in ExerciseState:
        for after in ExerciseState:
            uid = owner.post(f"/plans/{plan.uid}/exercises", {"code": "WALK", "side": "left"}).json["uid"]
            path = f"/plans/{plan.uid}/exercises/{uid}"
            if before is not ExerciseState.ACTIVE:
                owner.ask("PATCH", path, {"state": before})
            answer = owner.ask("PATCH", path, {"state": after})
            met[before, after] = (answer.status_code, answer.json.get("code") if answer.status_code != 200 else after)
            expected[before, after] = (200, after) if EXERCISE.may_step(before, after) else (409, "forbidden_step")
            owner.ask("PATCH", path, {"state": "ended"})
    assert met == expected


def test_every_end_of_a_goal(course, owner):
    plan = course.active()
    uid = owner.get(f"/plans/{plan.uid}/chart").json["in_force"]["goals"][0]["uid"]
    path = f"/plans/{plan.uid}/goals/{uid}"
    assert owner.ask("PATCH", path, {"state": "replaced"}).status_code == 422
    assert owner.ask("PATCH", path, {"state": "achieved"}).status_code == 200
    for after in (GoalState.ACHIEVED, GoalState.NOT_ACHIEVED):
        refused = owner.ask("PATCH", path, {"state": after})
        assert (refused.status_code, refused.json["context"]["to"]) == (409, after)
    owner.post(f"/plans/{plan.uid}/draft", {"service_uid": course.scene.service.uid, "reason": "more"})
    owner.post(f"/plans/{plan.uid}/goals", {"text": "Walk the dog"})
    course.session.rollback()
    proposed = course.session.scalars(select(PlanGoal.uid).where(PlanGoal.state == GoalState.PROPOSED)).one()
    refused = owner.ask("PATCH", f"/plans/{plan.uid}/goals/{proposed}", {"state": "achieved"})
    assert (refused.status_code, refused.json["context"]["from"]) == (409, GoalState.PROPOSED)
    assert not GOAL.may_step(GoalState.PROPOSED, GoalState.ACHIEVED)


def in_state(course, owner, here: str, state: ClearanceState) -> str:
    """A clearance as it stands in a state, by the columns that the database asks for."""
    uid = owner.post(f"{here}/clearances", {}).json["uid"]
    over = state not in (ClearanceState.REQUESTED, ClearanceState.RECEIVED, ClearanceState.VALID)
    read = (
        {"read_at": course.scene.now, "valid_from": TODAY, "valid_until": TODAY}
        if state is ClearanceState.VALID
        else {}
    )
    values = {"state": state, "ended_at": course.scene.now if over else None, **read}
    course.session.rollback()
    transact(
        course.session,
        lambda: course.session.execute(update(Clearance).where(Clearance.uid == uid).values(values)),
    )
    return f"{here}/clearances/{uid}"


def test_every_step_of_a_clearance(course, owner):
    here = f"/clients/{course.client.uid}"
    headers = {"Authorization": f"Bearer token-{owner.user.id}", "Content-Type": "application/pdf"}
    met, expected = {}, {}
    for before in ClearanceState:
        for after in (ClearanceState.RECEIVED, ClearanceState.VALID, *ENDS):
            path = in_state(course, owner, here, before)
            if after is ClearanceState.RECEIVED:
                answer = owner.http.post(f"/api/v1{path}/document", data=PDF, headers=headers)
            elif after is ClearanceState.VALID:
                answer = owner.post(f"{path}/reading", READING)
            else:
                answer = owner.post(f"{path}/end", {"state": after, "reason": "as said"})
            is_done = answer.status_code in (200, 201)
            met[before, after] = "done" if is_done else (answer.status_code, answer.json["code"])
            expected[before, after] = "done" if may_step(before, after) else (409, "clearance_state")
    assert met == expected
