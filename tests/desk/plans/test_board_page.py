"""The caseload of a therapist: what the numbers say of each plan, logged; the desk keeps its list of dates and states."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.audit.models import AuditEvent
from practice.clinic.models import Therapist
from practice.core.actor import Actor, Role
from practice.core.transact import transact
from practice.desk.plans.board_page import board
from practice.treatment_plans.board import Column
from tests.cast import sign_in
from tests.scheduling.scene import Scene, at, statements
from tests.treatment_plans.scene import Course

DAYS = (3, 6, 9, 13, 16, 20)


@pytest.fixture
def course(app, session, cast):
    course = Course(Scene(session))

    def own():
        session.get_one(Therapist, course.scene.therapists[0].id).user_id = cast["theo"].id

    session.rollback()
    transact(session, own)
    return course


def deliver(course, plan, *legs):
    for number, (leg, day) in enumerate(zip(legs, DAYS, strict=False), 1):
        visit = course.scene.book(at(10, day=24) + timedelta(days=day))
        course.deliver(plan, number, visit)
        course.find(visit, leg)


def seen(course):
    actor = Actor(Role.THERAPIST, therapist_id=course.scene.therapists[0].id, name="Ines")
    course.session.rollback()
    with statements(course.session) as sent:
        page = board(course.session, therapist_id=actor.therapist_id, actor=actor, now=course.scene.now)
    course.session.rollback()
    return page, len(sent)


def test_a_course_that_gets_worse_stands_first_with_its_line(app, course, cast):
    plan = course.active()
    deliver(course, plan, 5, 7, 7)
    answer = sign_in(app, cast["theo"]).get("/plans")
    assert answer.status_code == 200
    assert [word for word in ("Worsening", "leg pain 5 → 7", "<svg", plan.uid) if word not in answer.text] == []
    course.session.rollback()
    (read,) = course.session.scalars(select(AuditEvent).where(AuditEvent.action == "chart.read")).all()
    assert (read.object_kind, json.loads(read.data)) == ("caseload", {"clients": [course.client.uid]})


def test_the_desk_sees_no_verdict_and_a_stranger_no_plan(app, course, cast):
    deliver(course, course.active(), 5, 7, 7)
    told = sign_in(app, cast["rita"]).get("/plans").text
    assert [word for word in ("orsening", "leg pain", "spark") if word in told] == []
    assert course.client.last_name in told
    assert course.client.last_name not in sign_in(app, cast["olga"]).get("/plans").text


def test_the_board_costs_as_many_statements_for_many_visits_and_plans(course):
    plan = course.active()
    first, before = seen(course)
    deliver(course, plan, 5, 4, 3, 3, 2, 2)
    then, after = seen(course)
    assert before == after
    assert [column.code for column in first.columns] != [column.code for column in then.columns]
    assert then.columns[0].code is Column.CHECK_DUE
    assert then.columns[0].cases[0].spark_words == "leg pain 5 → 2"
