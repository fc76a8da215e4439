"""Recording over JSON: what raises a flag holds the plan and calls off visits in the same transaction, or nothing does."""

import json

import pytest
from sqlalchemy import select

from practice.core import failpoints
from practice.core.actor import Role
from practice.safety.models import Flag
from practice.scheduling.appointments.attending import arrive
from practice.scheduling.models import Appointment
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.visiting import answer_pre_check
from practice.visits.models import Measure, PreCheck
from practice.visits.opening import open_visit
from practice.visits.pre_check import Answers
from practice.web.models import IdempotencyKey
from tests.callers import caller
from tests.scheduling.scene import TEN, Scene, at
from tests.treatment_plans.scene import Course


@pytest.fixture
def course(session):
    return Course(Scene(session))


@pytest.fixture
def visit(course):
    """A client with an active plan who has come, and who is booked a week later too."""
    course.active()
    row = course.scene.book(TEN)
    course.scene.book(at(10, day=30).replace(month=12, day=7))
    course.scene.now = row.starts_at
    course.scene.do(arrive, appointment_uid=row.uid)
    return course.scene.do(open_visit, appointment_uid=row.uid, actor=course.actor)


@pytest.fixture
def owner(app, clock, course, visit):
    clock.now = course.scene.now
    return caller(app, Role.OWNER, "Olive")


def stands(session, visit):
    """What the database says of the plan, the coming visit and the flags."""
    session.rollback()
    plan = session.scalars(select(TreatmentPlan.state).where(TreatmentPlan.client_id == visit.client_id)).one()
    coming = select(Appointment.state).where(Appointment.id != visit.appointment_id)
    flags = session.execute(select(Flag.code, Flag.tier).order_by(Flag.code)).all()
    return str(plan), str(session.scalars(coming).one()), [(code, str(tier)) for code, tier in flags]


def test_nothing_new_is_an_empty_body(session, owner, visit):
    answer = owner.post(f"/visits/{visit.uid}/pre-checks", {})
    assert (answer.status_code, answer.json["raised"]) == (201, [])
    assert stands(session, visit) == ("active", "booked", [])
    assert owner.get(f"/visits/{visit.uid}").json["pre_check"]["all_no"] is True


def test_an_emergency_holds_the_plan_and_calls_off_what_is_booked(session, owner, visit):
    answer = owner.post(f"/visits/{visit.uid}/pre-checks", {"yes": ["saddle"]})
    assert answer.json["raised"] == [{"code": "CES_SADDLE", "tier": "T0", "region": ""}]
    assert stands(session, visit) == ("on_hold", "cancelled", [("CES_SADDLE", "T0")])


def test_a_block_makes_what_is_booked_tentative(session, owner, visit):
    owner.post(f"/visits/{visit.uid}/pre-checks", {"yes": ["second_leg"]})
    assert stands(session, visit) == ("on_hold", "tentative", [("CES_BILATERAL", "T1")])


def test_answers_and_what_follows_them_are_kept_together_or_not_at_all(session, course, visit):
    def fails():
        raise RuntimeError("between the flag and the hold")

    failpoints.arm("stopping.after_flag", fails)
    try:
        with pytest.raises(RuntimeError, match="between the flag"):
            course.do(answer_pre_check, visit=visit, answers=Answers(frozenset({"saddle"})))
    finally:
        failpoints.disarm_all()
    assert stands(session, visit) == ("active", "booked", [])
    assert session.scalars(select(PreCheck)).all() == []


def test_pressure_stops_today_before_treatment_only(session, owner, visit):
    high = {"systolic": 190, "diastolic": 100}
    assert owner.post(f"/visits/{visit.uid}/vitals", high | {"timing": "post"}).json["raised"] == []
    raised = owner.post(f"/visits/{visit.uid}/vitals", high).json["raised"]
    assert [(each["code"], each["tier"]) for each in raised] == [("BP_HIGH", "T1")]
    reading = owner.get(f"/visits/{visit.uid}").json["vitals"][1]
    right = {"systolic": 140, "diastolic": 90, "reason": "wrong arm"}
    assert owner.post(f"/visits/{visit.uid}/vitals/{reading['uid']}/correction", right).json["raised"] == []


def test_numbers_are_recorded_corrected_and_read(session, owner, visit):
    path = f"/visits/{visit.uid}/measures"
    made = owner.post(path, {"measures": [{"code": "NPRS_LEG", "part": "now", "value": 7}]})
    assert made.status_code == 201
    again = owner.post(path, {"measures": [{"code": "NPRS_LEG", "part": "now", "value": 6}]})
    assert (again.status_code, again.json["code"]) == (409, "already_measured")
    uid = owner.get(f"/visits/{visit.uid}").json["measures"][0]["uid"]
    assert owner.post(f"{path}/{uid}/correction", {"value": 6, "reason": ""}).json["code"] == "correction_needs_reason"
    assert owner.post(f"{path}/{uid}/correction", {"value": 6, "reason": "misheard"}).status_code == 201
    shown = owner.get(f"/visits/{visit.uid}").json
    assert [(each["value"], each["is_current"]) for each in shown["measures"]] == [(7, False), (6, True)]
    assert shown["scores"] == [{"code": "NPRS_LEG", "timing": "pre", "value": 6, "prorated": False}]
    wrong = owner.post(path, {"measures": [{"code": "NPRS_BACK", "part": "now", "value": 11}]})
    assert wrong.json["refusals"][0]["detail"] == "Back pain now: give a whole number from 0 to 10."
    assert len(session.scalars(select(Measure)).all()) == 2


def test_a_weak_leg_and_a_painted_saddle_are_emergencies(session, owner, visit):
    weak = {"measures": [{"code": "NEURO", "part": "strength_L5_left", "value": 3}]}
    raised = owner.post(f"/visits/{visit.uid}/measures", weak).json["raised"]
    assert [each["code"] for each in raised] == ["MOTOR_SEVERE"]
    saddle = {"painted": [{"region": "saddle", "side": "centre", "quality": "numb", "intensity": 4}]}
    raised = owner.post(f"/visits/{visit.uid}/body-map", saddle).json["raised"]
    assert [each["code"] for each in raised] == ["CES_SADDLE"]
    assert owner.get(f"/visits/{visit.uid}").json["prompts"][0] == "saddle"


def test_what_is_kept_for_a_repeated_request_tells_nothing_of_the_answers(session, owner, visit):
    key = {"Idempotency_Key": "7d3f3c1e-0000-4000-8000-000000000001"}
    first = owner.post(f"/visits/{visit.uid}/pre-checks", {"yes": ["saddle"]}, **key)
    assert owner.post(f"/visits/{visit.uid}/pre-checks", {"yes": ["saddle"]}, **key).json == first.json
    session.rollback()
    kept = session.scalars(select(IdempotencyKey.body)).all()
    assert [set(json.loads(body)) for body in kept] == [{"uid", "version", "raised"}]
    assert len(session.scalars(select(PreCheck)).all()) == 1
