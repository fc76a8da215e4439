"""The forms of a plan: a version, a re-assessment, goals and exercises, a consent that is taken back."""

import pytest
from sqlalchemy import select

from practice.clinic.models import Therapist
from practice.core.transact import transact
from practice.scheduling.models import Appointment
from practice.treatment_plans.lifecycles import PlanState, VersionState
from practice.treatment_plans.models import Reassessment
from practice.treatment_plans.queries import find_hold, find_version, list_exercises, list_versions
from practice.visits.measuring import Number, record_measures
from practice.visits.opening import open_visit
from tests.cast import sign_in
from tests.scheduling.scene import Scene, at
from tests.treatment_plans.scene import Course

CELLS = ("times", "every_weeks", "periods", "gap_min", "gap_max")


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
def theo(app, cast, course):
    return sign_in(app, cast["theo"])


def block(at_row: int, *numbers: int) -> dict[str, str]:
    return {f"block_{at_row}_{name}": str(value) for name, value in zip(CELLS, numbers, strict=True)}


def version_form(course, **over: str) -> dict[str, str]:
    values = {"service": course.scene.service.uid, "minutes": "60", "preference": "prefer", "checkpoints": ""}
    return values | block(1, 1, 1, 4, 5, 9) | over


def test_a_draft_is_edited_by_rows_and_a_row_that_is_half_filled_in_is_said(course, theo):
    plan = course.draft()
    path = f"/plans/{plan.uid}/version"
    shown = theo.get(path).text
    assert 'name="block_2_periods" value="4"' in shown and 'value="6 10"' in shown
    draft = find_version(course.session, plan.id, VersionState.DRAFT)
    half = theo.post(path, data=version_form(course, block_2_times="2", version=str(draft.version)))
    assert half.status_code == 422 and "Fill in the whole row" in half.text
    wild = theo.post(path, data=version_form(course, **block(2, 4, 1, 2, 1, 2), version=str(draft.version)))
    assert wild.status_code == 422 and "never more than 3 sessions a week" in wild.text
    stale = theo.post(path, data=version_form(course, version="99"))
    assert stale.status_code == 412
    assert theo.post(path, data=version_form(course, version=str(draft.version))).status_code == 303
    course.session.rollback()
    edited = find_version(course.session, plan.id, VersionState.DRAFT)
    assert [(row.times, row.periods) for row in edited.blocks] == [(1, 4)]
    assert edited.checkpoints == "4"


def test_a_new_version_says_what_it_changes_and_leads_to_the_planner(course, theo):
    plan = course.active()
    course.deliver(plan, 1, course.scene.book(at(10, day=25)))
    for number, day in ((2, 27), (3, 30)):
        course.link(plan, number, course.scene.book(at(10, day=day)))
    path = f"/plans/{plan.uid}/version"
    fresh = theo.get(path).text
    assert "Why the plan changes" in fresh and "they count from 2" in fresh and 'value="7 11"' in fresh
    unsaid = theo.post(path, data=version_form(course))
    assert unsaid.status_code == 422 and "Say why the plan changes." in unsaid.text
    assert theo.post(path, data=version_form(course, reason="Once a week is enough")).status_code == 303
    seen = theo.get(path).text
    assert "What it would change" in seen and "too near" in seen and "the new course wants 5 to 9" in seen
    theo.post(f"/plans/{plan.uid}/consent", data={"mode": "written", "discussed": "on", "text_version": "2026-11"})
    went_on = theo.post(f"/plans/{plan.uid}/activate")
    assert went_on.location == f"/plans/{plan.uid}/course?again=1"
    course.session.rollback()
    assert [row.state for row in list_versions(course.session, plan.id)] == ["active", "superseded"]


def test_a_draft_is_dropped_and_an_ended_plan_has_no_form(course, theo):
    plan = course.active()
    path = f"/plans/{plan.uid}/version"
    theo.post(path, data=version_form(course, reason="Perhaps"))
    assert theo.post(f"{path}/discard").status_code == 303
    theo.post(f"/plans/{plan.uid}/refer", data={"reason": "a letter"})
    assert theo.get(path).location == f"/plans/{plan.uid}"


def treated(course, plan, number: int, visit: Appointment, leg: int) -> None:
    """Let a session be delivered with a leg pain score."""
    course.link(plan, number, visit)

    def work() -> None:
        row = course.session.get_one(Appointment, visit.id)
        row.state, row.arrived_at = "arrived", course.scene.now

    course.session.rollback()
    transact(course.session, work)
    opened = course.do(open_visit, appointment_uid=visit.uid)
    course.do(record_measures, visit=opened, numbers=[Number("NPRS_LEG", "now", leg)])
    course.deliver(plan, number, visit)


def test_a_reassessment_shows_the_verdict_and_keeps_both_words(course, theo):
    plan = course.active()
    path = f"/plans/{plan.uid}/reassessment"
    assert "Nothing to judge yet" in theo.get(path).text
    treated(course, plan, 1, course.scene.book(at(10)), 7)
    shown = theo.get(path).text
    assert "Computed: too early to judge" in shown and "Ostelo 2008 consensus" in shown and "Leg pain" in shown
    form = {"after_number": "1", "decided": "worsening", "decision": "hold_and_refer"}
    assert theo.post(path, data={**form, "decision": ""}).status_code == 422
    refused = theo.post(path, data=form)
    assert refused.status_code == 422 and "Say why you judge otherwise" in refused.text
    closed = theo.post(path, data={**form, "decision": "discharge", "reason": "worse"})
    assert closed.status_code == 422 and "the ways open are" in closed.text
    assert theo.post(path, data={**form, "reason": "Walks worse than the numbers say"}).status_code == 303
    course.session.rollback()
    row = course.session.scalars(select(Reassessment)).one()
    assert (row.verdict, row.decided, row.decision) == ("too_early", "worsening", "hold_and_refer")
    held = course.plan(plan)
    assert (held.state, find_hold(course.session, held.id).reason) == (PlanState.ON_HOLD, "worsening")
    kept = theo.get(path).text
    assert "computed: too early to judge" in kept and "Walks worse" in kept and "has its verdict" in kept
    again = theo.post(path, data={**form, "reason": "twice"})
    assert again.status_code == 422


def test_goals_end_and_exercises_pause_change_and_end(course, theo):
    plan = course.active()
    path = f"/plans/{plan.uid}/programme"
    shown = theo.get(path).text
    assert "Sit through a meeting" in shown and "Nerve slider" in shown
    goal = find_version(course.session, plan.id, VersionState.ACTIVE).goals[0]
    assert theo.post(f"{path}/goals/{goal.uid}", data={"state": "achieved", "version": "9"}).status_code == 412
    assert theo.post(f"{path}/goals/{goal.uid}", data={"state": "achieved"}).status_code == 303
    assert theo.post(f"{path}/goals/{goal.uid}", data={"state": "not_achieved"}).status_code == 409
    (slider,) = list_exercises(course.session, plan.id)
    step = f"{path}/exercises/{slider.uid}"
    assert theo.post(step, data={"step": "pause"}).status_code == 303
    again = theo.post(step, data={"step": "pause"})
    assert again.status_code == 409 and "cannot become paused" in again.text
    assert theo.post(step, data={"step": "resume"}).status_code == 303
    dose = {"sets": "1", "reps": "5", "times_per_day": "1", "days_per_week": "7"}
    wrong = theo.post(f"{step}/dose", data={**dose, "reps": "1000"})
    assert wrong.status_code == 422 and 'value="1000"' in wrong.text
    assert theo.post(f"{step}/dose", data=dose).status_code == 303
    course.session.rollback()
    rows = [(row.state, row.reps) for row in list_exercises(course.session, plan.id)]
    assert rows == [("active", 5), ("ended", 10)]


def test_a_consent_is_taken_back_after_reading_what_follows(course, theo):
    plan = course.active()
    course.link(plan, 1, course.scene.book(at(10)))
    path = f"/plans/{plan.uid}/consent/withdrawal"
    shown = theo.get(path).text
    assert "The plan goes on hold" in shown and "1 booked visit stays" in shown
    assert theo.post(path, data={"note": "had second thoughts"}).status_code == 303
    assert course.plan(plan).state == PlanState.ON_HOLD
    assert "No consent is in force" in theo.get(path).text
