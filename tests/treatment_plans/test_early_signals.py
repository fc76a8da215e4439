"""Each night a course that gets worse becomes its therapist's task: once for a sign and a visit, gone with the sign."""

import json
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.audit.models import AuditEvent
from practice.clinic.models import StaffTask, Therapist
from practice.clinic.tasks import finish_task
from practice.treatment_plans import early_signals
from practice.treatment_plans.early_signals import note_signals
from practice.treatment_plans.holding import hold
from practice.treatment_plans.lifecycles import HoldReason
from practice.visits.measuring import correct_measure, list_measures
from practice.visits.models import Visit
from practice.worker import Worker
from tests.scheduling.scene import Scene, at
from tests.treatment_plans.scene import Course


@pytest.fixture
def course(session, cast):
    course = Course(Scene(session))

    def own(opened, **_):
        opened.get_one(Therapist, course.scene.therapists[0].id).user_id = cast["theo"].id

    course.scene.do(own)
    return course


@pytest.fixture
def plan(course):
    return course.active()


def deliver(course, plan, *legs):
    for number, leg in enumerate(legs, 1):
        appointment = course.scene.book(at(10, day=24) + timedelta(days=3 * number))
        course.deliver(plan, number, appointment)
        course.find(appointment, leg)


def night(course):
    course.scene.later(days=1)
    return course.scene.do(lambda opened, actor, now: note_signals(opened, now=now))


def tasks(course):
    course.session.rollback()
    return course.session.scalars(select(StaffTask).where(StaffTask.kind == "early_signal")).all()


def test_a_course_that_gets_worse_is_the_therapists_task_once(course, plan, cast):
    deliver(course, plan, 5, 7, 7)
    assert night(course) == plan.id
    (task,) = tasks(course)
    assert (task.state, task.assigned_role, task.assigned_user_id) == ("open", "therapist", cast["theo"].id)
    assert (task.subject_kind, task.subject_id, task.note) == ("client", course.client.id, "")
    night(course)
    assert len(tasks(course)) == 1
    told = select(AuditEvent).where(AuditEvent.action == "plan.signal")
    (event,) = course.session.scalars(told).all()
    assert (event.object_uid, json.loads(event.data)) == (plan.uid, {"task": task.uid})


@pytest.mark.parametrize("legs", [(5, 5, 4), (5, 7), ()])
def test_a_course_that_does_not_get_worse_is_nobodys_task(course, plan, legs):
    deliver(course, plan, *legs)
    night(course)
    assert tasks(course) == []


def test_what_was_looked_at_comes_back_only_with_another_visit_that_shows_it(course, plan):
    deliver(course, plan, 5, 7, 7)
    night(course)
    (first,) = tasks(course)
    course.do(finish_task, task=first, outcome="done")
    night(course)
    assert [task.state for task in tasks(course)] == ["done"]
    later = course.scene.book(at(10, day=24) + timedelta(days=14))
    course.deliver(plan, 4, later)
    course.find(later, 8)
    night(course)
    assert sorted(task.state for task in tasks(course)) == ["done", "open"]


def test_a_corrected_number_takes_the_task_back(course, plan):
    deliver(course, plan, 5, 7, 7)
    night(course)
    last = course.session.scalars(select(Visit).order_by(Visit.id.desc())).first()
    (leg,) = [row for row in list_measures(course.session, {last.id}) if (row.code, row.timing) == ("NPRS_LEG", "pre")]
    course.do(correct_measure, visit=last, wrong=leg, value=4, reason="misheard")
    night(course)
    assert [task.state for task in tasks(course)] == ["withdrawn"]


def test_a_plan_on_hold_is_not_looked_at(course, plan):
    deliver(course, plan, 5, 7, 7)
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.WORSENING)
    assert night(course) == 0
    assert tasks(course) == []


def test_the_worker_looks_at_every_plan_some_at_once(app, sessions, course, plan, monkeypatch):
    monkeypatch.setattr(early_signals, "MOST_AT_ONCE", 1)
    deliver(course, plan, 5, 7, 7)
    course.session.rollback()
    settings = app.extensions["settings"]
    worker = Worker(sessions, settings, rules=app.extensions["booking_rules"], clock=lambda: course.scene.now)
    worker.sweep()
    worker.sweep()
    worker.close()
    assert [task.state for task in tasks(course)] == ["open"]
