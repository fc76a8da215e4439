"""The owner sees what courses came to, as shares; nobody else does, and many courses cost as much as one."""

from practice.desk.plans.outcome_views import read_ended
from practice.treatment_plans.ending import discharge
from practice.treatment_plans.lifecycles import Outcome
from practice.treatment_plans.outcomes import FEWEST
from tests.cast import sign_in
from tests.scheduling.scene import Scene, at, statements
from tests.treatment_plans.scene import Course


def test_the_owner_sees_shares_and_nothing_of_few(app, session, cast):
    course = Course(Scene(session))
    owner = sign_in(app, cast["oscar"])
    assert "No course has ended yet" in owner.get("/plans/outcomes").text
    plan = course.active()
    visit = course.scene.book(at(10))
    course.deliver(plan, 1, visit)
    course.find(visit, 7)
    course.do(discharge, plan_uid=plan.uid, outcome=Outcome.MOVED, measures_reason="moved away")
    told = owner.get("/plans/outcomes").text
    assert f"fewer than {FEWEST}" in told and "%</b>" not in told
    session.rollback()
    with statements(session) as sent:
        (ended,) = read_ended(session, now=course.scene.now)
    assert (ended.visits, ended.gained_at, len(sent)) == (1, None, 6)


def test_nobody_but_the_owner_sees_them(app, cast):
    assert [sign_in(app, cast[name]).get("/plans/outcomes").status_code for name in ("rita", "theo")] == [403, 403]
