"""Every step of a plan's life over the HTTP face: the allowed ones lead there, every other is refused by name."""

from functools import partial

import pytest
from sqlalchemy import select, update

from practice.core.actor import Role
from practice.safety.catalogue import usual
from practice.safety.flagging import close_flag
from practice.safety.models import Flag
from practice.treatment_plans.activating import activate
from practice.treatment_plans.ending import cancel_plan, discharge, refer
from practice.treatment_plans.holding import hold
from practice.treatment_plans.lifecycles import PLAN, HoldReason, Outcome, PlanState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.progress import Verdict
from practice.treatment_plans.reassessing import Finding, record_reassessment
from practice.treatment_plans.stopping import raise_flag
from tests.callers import caller
from tests.factories import OWNER
from tests.scheduling.scene import Scene, at
from tests.treatment_plans.scene import Course

ACTS = {
    "activation": ({}, PlanState.ACTIVE),
    "hold": ({"reason": "client"}, PlanState.ON_HOLD),
    "resumption": ({}, PlanState.ACTIVE),
    "completion": ({}, PlanState.COMPLETED),
    "discharge": ({"outcome": "moved", "measures_reason": "gone"}, PlanState.DISCHARGED),
    "referral": ({"reason": "Letter to Dr Pell"}, PlanState.REFERRED),
    "cancellation": ({}, PlanState.CANCELLED),
}
LIVES = (
    ("cancellation",),
    ("activation awaits", "cancellation"),
    ("activation awaits", "referral"),
    ("activation awaits", "activation", "completion"),
    ("activation", "hold", "resumption", "discharge"),
    ("activation", "hold", "referral"),
    ("activation", "hold", "discharge"),
    ("activation", "referral"),
    ("activation", "discharge"),
)
"""Together they go every allowed step."""

INSTEAD = {("active", "activation"): "version_frozen", ("on_hold", "activation"): "version_frozen"}
"""A running plan is activated again when a new version was written, and resumed otherwise."""


@pytest.fixture
def course(session):
    return Course(Scene(session))


@pytest.fixture
def owner(app, clock, course):
    clock.now = course.scene.now
    return caller(app, Role.OWNER, "Olive")


def whole_draft(course) -> TreatmentPlan:
    plan = course.draft("MAINTAIN")
    course.complete_draft(plan)
    return plan


def flag_client(course) -> None:
    course.do(raise_flag, client_id=course.client.id, raised=usual("CANCER_HX"), source="person")


def clear_client(course) -> None:
    course.session.rollback()
    for uid in course.session.scalars(select(Flag.uid).where(Flag.closed_at.is_(None))).all():
        course.scene.do(close_flag, uid=uid, reason="a mistake", actor=OWNER)


def deliver_all(course, plan) -> None:
    """Let every session be delivered and the last checkpoint be done."""
    for number in (1, 2, 3):
        course.deliver(plan, number, course.scene.book(at(10, day=24 + number)))
    finding = Finding(after_number=3, verdict=Verdict.RESPONDER, decided=Verdict.RESPONDER, step=Step.CONTINUE)
    course.do(record_reassessment, plan_uid=plan.uid, finding=finding)


def test_every_allowed_step_is_gone_over_json(course, owner):
    course.screen()
    gone = set()
    for life in LIVES:
        plan = whole_draft(course)
        before = PlanState.DRAFT
        for step in life:
            act, _, awaits = step.partition(" ")
            flag_client(course) if awaits else clear_client(course)
            if act == "completion":
                deliver_all(course, plan)
            body, after = ACTS[act]
            answer = owner.post(f"/plans/{plan.uid}/{act}", body)
            reached = PlanState.AWAITING_CLEARANCE if awaits else after
            assert (step, answer.status_code, answer.json["state"]) == (step, 200, reached), answer.json
            gone.add((before, reached))
            before = reached
        clear_client(course)
    assert gone == {(before, after) for before, afters in PLAN.steps.items() for after in afters}


def in_state(course, state: PlanState) -> TreatmentPlan:
    """A plan as it stands in a state."""
    plan = whole_draft(course)
    if state is PlanState.AWAITING_CLEARANCE:
        flag_client(course)
    if state not in (PlanState.DRAFT, PlanState.CANCELLED):
        course.do(activate, plan_uid=plan.uid)
    clear_client(course)
    brings = {
        PlanState.ON_HOLD: partial(hold, reason=HoldReason.CLIENT),
        PlanState.COMPLETED: complete_by_hand,
        PlanState.DISCHARGED: partial(discharge, outcome=Outcome.MOVED, measures_reason="gone"),
        PlanState.REFERRED: partial(refer, reason="Letter to Dr Pell"),
        PlanState.CANCELLED: cancel_plan,
    }
    if state in brings:
        course.do(brings[state], plan_uid=plan.uid)
    return plan


def complete_by_hand(session, *, plan_uid, actor, now) -> None:
    values = {"state": PlanState.COMPLETED, "ended_at": now, "outcome": Outcome.GOALS_MET}
    session.execute(update(TreatmentPlan).where(TreatmentPlan.uid == plan_uid).values(values))


def end(course, plan) -> None:
    """Let the client be free for the next plan."""
    state = PlanState(course.plan(plan).state)
    if PlanState.CANCELLED in PLAN.steps[state]:
        course.do(cancel_plan, plan_uid=plan.uid)
    elif state not in PLAN.ends:
        course.do(refer, plan_uid=plan.uid, reason="Letter to Dr Pell")


def test_every_forbidden_step_is_refused_by_name_and_leads_on(course, owner):
    course.screen()
    met, expected = {}, {}
    for state in PlanState:
        plan = in_state(course, state)
        for act, (body, after) in ACTS.items():
            begins = act == "resumption" and state in (PlanState.DRAFT, PlanState.AWAITING_CLEARANCE)
            resumes = act == "activation" and state is PlanState.ON_HOLD
            if PLAN.may_step(state, after) and not begins and not resumes:
                continue
            answer = owner.post(f"/plans/{plan.uid}/{act}", body)
            problem = answer.json
            met[state, act] = (answer.status_code, problem["code"], bool(problem["refusals"][0]["ways_out"]))
            expected[state, act] = (409, INSTEAD.get((str(state), act), "forbidden_step"), True)
            if problem["code"] == "forbidden_step":
                assert problem["context"] == {"thing": "treatment plan", "from": state, "to": after}
        assert course.plan(plan).state == state
        end(course, plan)
    assert met == expected
    assert len(met) == len(PlanState) * len(ACTS) - 12
