"""A plan from its draft to each of its ends, by the verbs: what they store, seal, refuse and leave behind."""

from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import func, select, text

from practice.audit.models import AuditEvent
from practice.clients.sealing import open_record
from practice.core.actor import Actor, Role
from practice.core.errors import NotFound, StaleVersion
from practice.safety.catalogue import usual
from practice.safety.flagging import close_flag
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.treatment_plans.activating import activate, activate_version
from practice.treatment_plans.blocks import Block
from practice.treatment_plans.consent_texts import ConsentMode
from practice.treatment_plans.consenting import record_consent, withdraw_consent
from practice.treatment_plans.diagnosis import Side
from practice.treatment_plans.drafting import add_goal, draft_plan, drop_goal, edit_draft, set_baseline
from practice.treatment_plans.ending import cancel_plan, complete, discharge, refer
from practice.treatment_plans.errors import (
    DecisionNotOpen,
    ForbiddenStep,
    HoldCauseOpen,
    ImpossibleCourse,
    OpenPlanExists,
    PlanNotOver,
    PlanNotReady,
    PlanReasonNeeded,
    PlanTextOutdated,
    SessionTaken,
    TooManyExercises,
    VersionFrozen,
)
from practice.treatment_plans.exercises import Dose
from practice.treatment_plans.holding import hold, resume
from practice.treatment_plans.lifecycles import HoldReason, Outcome, PlanState, SessionState, VersionState
from practice.treatment_plans.models import Episode, Reassessment
from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.own_templates import list_templates, save_template
from practice.treatment_plans.prescribing import (
    change_dose,
    end_exercise,
    pause_exercise,
    prescribe,
    resume_exercise,
)
from practice.treatment_plans.progress import Verdict
from practice.treatment_plans.queries import find_hold, find_shown_version, find_version, list_exercises
from practice.treatment_plans.reassessing import Finding, record_reassessment
from practice.treatment_plans.revising import discard_draft, revise
from practice.treatment_plans.templates import TEMPLATES
from practice.treatment_plans.uncovered import hold_uncovered
from practice.treatment_plans.version_models import LostBooking, PlannedSession
from practice.treatment_plans.version_shapes import shape_of
from tests.factories import make_client
from tests.scheduling.scene import Scene, at
from tests.treatment_plans.scene import GOAL, Course

OWNER = Actor(Role.OWNER, name="Oscar")


@pytest.fixture
def course(session) -> Course:
    return Course(Scene(session))


def events(course: Course) -> list[str]:
    course.session.rollback()
    return list(course.session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)))


def test_a_draft_has_the_course_of_its_template_and_a_sealed_cause(course):
    plan = course.draft()
    version = find_version(course.session, plan.id, VersionState.DRAFT)
    assert shape_of(version) == TEMPLATES["SUBACUTE"].shape
    episode = course.session.get_one(Episode, plan.episode_id)
    record = open_record(course.session, episode.client_id)
    assert record.open_json(episode.cause, Episode.cause, episode.uid) == ["disc"]
    stored = course.session.execute(text("SELECT * FROM episode")).one()
    assert not any(b"disc" in bytes(value) for value in stored if isinstance(value, bytes | memoryview))


def test_an_activation_names_everything_that_is_missing(course):
    course.scene.clients[0] = make_client(course.session, is_screened=False)
    plan = course.draft()
    with pytest.raises(PlanNotReady) as refused:
        course.do(activate, plan_uid=plan.uid)
    assert {each.code for each in refused.value.refusals} == {
        "screening_missing",
        "baseline_record_missing",
        "plan_consent_missing",
        "goal_missing",
        "exercise_missing",
        "leg_baseline_missing",
        "back_baseline_missing",
        "function_baseline_missing",
    }
    assert course.plan(plan).state == PlanState.DRAFT


def test_an_active_plan_has_its_numbered_sessions(course):
    plan = course.active()
    assert course.plan(plan).state == PlanState.ACTIVE
    found = course.sessions(plan)
    assert [each.number for each in found] == list(range(1, 11))
    assert {each.state for each in found} == {SessionState.PLANNED}
    assert [(each.gap_min, each.gap_max) for each in found] == [(2, 5)] * 6 + [(5, 9)] * 4
    assert "plan.activated" in events(course)


def test_a_plan_that_lacks_only_a_doctors_answer_waits_for_it(course, raised):
    course.screen()
    plan = course.draft()
    course.complete_draft(plan)
    flag = raised(course, "CANCER_HX")
    assert course.do(activate, plan_uid=plan.uid).state == PlanState.AWAITING_CLEARANCE
    with pytest.raises(PlanNotReady, match="physician"):
        course.do(activate, plan_uid=plan.uid)
    course.do(close_flag, uid=flag.uid, reason="answered", actor=OWNER)
    assert course.do(activate, plan_uid=plan.uid).state == PlanState.ACTIVE


@pytest.fixture
def raised():
    from practice.treatment_plans.stopping import raise_flag

    def make(course: Course, code: str):
        return course.do(raise_flag, client_id=course.client.id, raised=usual(code), source="person")

    return make


def test_a_client_has_one_open_plan(course):
    plan = course.draft()
    episode = course.session.get_one(Episode, plan.episode_id)
    over = {"episode_uid": episode.uid, "therapist_uid": course.scene.therapists[0].uid, "template": "ACUTE"}
    with pytest.raises(OpenPlanExists):
        course.do(draft_plan, details=course.details(), **over)
    course.do(cancel_plan, plan_uid=plan.uid)
    again = course.do(draft_plan, details=course.details(), replaces_uid=plan.uid, **over)
    assert again.replaces_id == plan.id


def test_a_course_that_cannot_be_is_refused_with_every_fault(course):
    with pytest.raises(ImpossibleCourse) as refused:
        course.draft(blocks=(Block(4, 1, 4, 0, 9),), minutes=5)
    assert set(refused.value.context["faults"]) == {"block_1_times", "block_1_gap_min", "blocks", "minutes"}
    with pytest.raises(NotFound):
        course.draft("NONSENSE")


def test_a_version_in_force_is_not_edited(course):
    plan = course.active()
    for verb, over in (
        (edit_draft, {"details": course.details()}),
        (set_baseline, {"leg": 1, "back": 1, "psfs": 9}),
        (add_goal, {"details": GOAL}),
        (drop_goal, {"goal_uid": "none"}),
        (discard_draft, {}),
    ):
        with pytest.raises(VersionFrozen):
            course.do(verb, plan_uid=plan.uid, **over)


def test_a_draft_is_edited_and_loses_a_goal_again(course):
    plan = course.draft()
    goal = course.do(add_goal, plan_uid=plan.uid, details=GOAL)
    course.do(drop_goal, plan_uid=plan.uid, goal_uid=goal.uid)
    draft = course.do(edit_draft, plan_uid=plan.uid, details=course.details(blocks=(Block(1, 1, 4, 5, 9),)))
    assert (shape_of(draft).sessions, shape_of(draft).checkpoints, draft.goals) == (4, (4,), [])
    with pytest.raises(StaleVersion):
        course.do(edit_draft, plan_uid=plan.uid, details=course.details(), version=1)


def test_the_practices_own_template_is_used_and_replaced(course):
    shape = replace(TEMPLATES["ACUTE"].shape, minutes=30)
    course.do(save_template, code="ACUTE", name="Our acute", shape=shape, actor=OWNER)
    course.do(save_template, code="OWN", name="Own", shape=shape, actor=OWNER)
    course.do(save_template, code="OWN", name="Own", shape=replace(shape, minutes=50), actor=OWNER)
    plan = course.draft("OWN")
    assert find_shown_version(course.session, plan.id).minutes == 50
    named = {each.code: each.name for each in list_templates(course.session)}
    assert named["ACUTE"] == "Our acute" and len(named) == 6
    with pytest.raises(ImpossibleCourse):
        course.do(save_template, code="BAD", name="Bad", shape=replace(shape, minutes=1), actor=OWNER)


def test_four_exercises_and_another_dose_is_another_row(course):
    plan = course.draft()
    rows = [
        course.do(prescribe, plan_uid=plan.uid, code=code, side=Side.LEFT)
        for code in ("NG_SLIDER", "WALK", "BRIDGE", "BREATHE")
    ]
    with pytest.raises(TooManyExercises):
        course.do(prescribe, plan_uid=plan.uid, code="BIRD_DOG", side=Side.LEFT)
    course.do(pause_exercise, exercise_uid=rows[0].uid)
    course.do(prescribe, plan_uid=plan.uid, code="BIRD_DOG", side=Side.LEFT)
    with pytest.raises(TooManyExercises):
        course.do(resume_exercise, exercise_uid=rows[0].uid)
    course.do(change_dose, exercise_uid=rows[1].uid, dose=Dose(minutes=30))
    course.do(end_exercise, exercise_uid=rows[0].uid)
    with pytest.raises(ForbiddenStep):
        course.do(resume_exercise, exercise_uid=rows[0].uid)
    with pytest.raises(NotFound):
        course.do(prescribe, plan_uid=plan.uid, code="HANDSTAND", side=Side.LEFT)
    course.session.rollback()
    active = list_exercises(course.session, plan.id, active_only=True)
    assert sorted((row.code, row.minutes) for row in active) == [
        ("BIRD_DOG", 0),
        ("BREATHE", 5),
        ("BRIDGE", 0),
        ("WALK", 30),
    ]


def test_a_withdrawn_consent_holds_the_plan_until_there_is_another(course):
    plan = course.active()
    course.do(withdraw_consent, plan_uid=plan.uid, note="wants to think")
    assert course.plan(plan).state == PlanState.ON_HOLD
    assert find_hold(course.session, plan.id).reason == HoldReason.CLIENT
    with pytest.raises(HoldCauseOpen, match="consent"):
        course.do(resume, plan_uid=plan.uid)
    course.consent(plan)
    assert course.do(resume, plan_uid=plan.uid).state == PlanState.ACTIVE
    assert find_hold(course.session, plan.id) is None
    with pytest.raises(PlanTextOutdated):
        course.do(record_consent, plan_uid=plan.uid, text_version="1999-01", mode=ConsentMode.VERBAL)


def test_the_next_version_takes_over_what_stands(course):
    plan = course.active()
    first = course.scene.book(at(10))
    course.deliver(plan, 1, first)
    second = course.scene.book(at(10, day=24) + timedelta(days=10))
    course.link(plan, 2, second)
    with pytest.raises(PlanReasonNeeded):
        course.do(revise, plan_uid=plan.uid, details=course.details(), reason=" ")
    details = course.details(blocks=(Block(1, 1, 4, 5, 9),))
    draft = course.do(revise, plan_uid=plan.uid, details=details, reason="fewer exercises")
    with pytest.raises(VersionFrozen):
        course.do(revise, plan_uid=plan.uid, details=details, reason="again")
    assert (draft.number, draft.first_number, len(draft.goals), draft.baseline_leg) == (2, 2, 1, 7)
    with pytest.raises(PlanNotReady, match="consent"):
        course.do(activate_version, plan_uid=plan.uid)
    course.consent(plan)
    course.do(activate_version, plan_uid=plan.uid)
    found = course.sessions(plan)
    assert [each.number for each in found] == [1, 2, 3, 4, 5]
    assert [each.appointment_id for each in found[:2]] == [first.id, second.id]
    assert [each.gap_min for each in found] == [2, 5, 5, 5, 5]
    old = course.session.scalars(
        select(func.count()).select_from(PlannedSession).where(PlannedSession.version_id != draft.id)
    ).one()
    assert old == 1
    assert {"version.created", "version.activated"} <= set(events(course))


def test_a_shorter_version_waits_for_visits_beyond_its_end(course):
    plan = course.active()
    far = course.scene.book(at(10))
    course.link(plan, 9, far)
    course.do(revise, plan_uid=plan.uid, details=course.details(blocks=(Block(1, 1, 2, 5, 9),)), reason="shorter")
    course.consent(plan)
    with pytest.raises(PlanNotReady, match="still booked"):
        course.do(activate_version, plan_uid=plan.uid)
    course.scene.do(cancel, appointment_uid=far.uid, reason="not_said", by=CancelledBy.CLIENT)
    course.do(activate_version, plan_uid=plan.uid)
    assert [each.number for each in course.sessions(plan)] == [1, 2]


def test_a_draft_of_a_new_version_can_be_discarded(course):
    plan = course.active()
    course.do(revise, plan_uid=plan.uid, details=course.details(), reason="perhaps")
    course.do(discard_draft, plan_uid=plan.uid)
    course.do(revise, plan_uid=plan.uid, details=course.details(), reason="after all")
    assert find_version(course.session, plan.id, VersionState.DRAFT).number == 3


def test_a_session_booked_again_keeps_its_number_and_its_history(course):
    plan = course.active()
    first, other = course.scene.book(at(10)), course.scene.book(at(14), client=1)
    course.link(plan, 3, first)
    with pytest.raises(SessionTaken):
        course.link(plan, 3, other)
    with pytest.raises(SessionTaken, match="another session"):
        course.link(plan, 4, first)
    course.scene.do(cancel, appointment_uid=first.uid, reason="ill", by=CancelledBy.CLIENT)
    assert course.sessions(plan)[2].state == SessionState.CANCELLED
    course.link(plan, 3, other)
    assert course.sessions(plan)[2].state == SessionState.BOOKED
    assert list(course.session.scalars(select(LostBooking.appointment_id))) == [first.id]


def test_hold_and_resume(course, raised):
    plan = course.active()
    held = course.do(hold, plan_uid=plan.uid, reason=HoldReason.INCIDENT, note="bruise after the last visit")
    with pytest.raises(ForbiddenStep, match="on hold"):
        course.do(hold, plan_uid=plan.uid, reason=HoldReason.CLIENT)
    with pytest.raises(StaleVersion):
        course.do(resume, plan_uid=plan.uid, version=held.version - 1)
    flag = raised(course, "CANCER_HX")
    with pytest.raises(HoldCauseOpen, match="physician"):
        course.do(resume, plan_uid=plan.uid)
    course.do(close_flag, uid=flag.uid, reason="answered", actor=OWNER)
    course.do(resume, plan_uid=plan.uid)
    assert course.plan(plan).state == PlanState.ACTIVE


def test_a_plan_rests_the_night_its_cover_ends(course):
    from practice.safety.flagging import raise_flag as bare

    plan = course.active()
    assert course.scene.do(lambda s, actor, now: hold_uncovered(s, now=now)) == 0
    course.do(bare, client_id=course.client.id, raised=usual("CANCER_HX"), source="person")
    assert course.scene.do(lambda s, actor, now: hold_uncovered(s, now=now)) == 1
    assert find_hold(course.session, plan.id).reason == HoldReason.CLEARANCE_EXPIRED
    assert course.scene.do(lambda s, actor, now: hold_uncovered(s, now=now)) == 0


def finding(**over) -> Finding:
    values = {"after_number": 2, "verdict": Verdict.RESPONDER, "decided": Verdict.RESPONDER, "step": Step.CONTINUE}
    return Finding(**values | over)


def test_a_verdict_is_kept_with_what_was_decided(course):
    plan = course.active()
    with pytest.raises(PlanReasonNeeded, match="otherwise"):
        course.do(record_reassessment, plan_uid=plan.uid, finding=finding(decided=Verdict.PARTIAL))
    with pytest.raises(PlanReasonNeeded, match="changes"):
        course.do(
            record_reassessment,
            plan_uid=plan.uid,
            finding=finding(verdict=Verdict.NO_CHANGE, decided=Verdict.NO_CHANGE, step=Step.REFER),
        )
    with pytest.raises(DecisionNotOpen, match="change approach"):
        course.do(
            record_reassessment,
            plan_uid=plan.uid,
            finding=finding(verdict=Verdict.NO_CHANGE, decided=Verdict.NO_CHANGE, reason="why"),
        )
    over = finding(decided=Verdict.PARTIAL, step=Step.CONTINUE_ONCE, reason="sleeps badly", numbers={"leg": 4})
    row = course.do(record_reassessment, plan_uid=plan.uid, finding=over)
    record = open_record(course.session, course.client.id)
    assert record.open(row.reason, Reassessment.reason, row.uid) == "sleeps badly"
    assert record.open_json(row.numbers, Reassessment.numbers, row.uid) == {"leg": 4}
    with pytest.raises(DecisionNotOpen, match="verdict already"):
        course.do(record_reassessment, plan_uid=plan.uid, finding=finding())


def test_a_plan_is_completed_when_all_is_delivered_and_assessed(course):
    plan = course.active(blocks=(Block(1, 1, 2, 5, 9),))
    with pytest.raises(PlanNotOver) as refused:
        course.do(complete, plan_uid=plan.uid)
    assert {each.code for each in refused.value.refusals} == {"sessions_left", "checkpoint_open"}
    for number, day in ((1, 25), (2, 30)):
        course.deliver(plan, number, course.scene.book(at(10, day=day)))
    course.do(record_reassessment, plan_uid=plan.uid, finding=finding())
    done = course.do(complete, plan_uid=plan.uid)
    assert (done.state, done.outcome) == (PlanState.COMPLETED, Outcome.GOALS_MET)
    with pytest.raises(ForbiddenStep, match="nothing leads out"):
        course.do(hold, plan_uid=plan.uid, reason=HoldReason.CLIENT)
    with pytest.raises(ForbiddenStep):
        course.do(prescribe, plan_uid=plan.uid, code="WALK", side=Side.LEFT)


def test_discharge_needs_final_measures_or_a_reason_and_nothing_booked(course):
    plan = course.active()
    visit = course.scene.book(at(10))
    course.link(plan, 1, visit)
    with pytest.raises(PlanNotOver) as refused:
        course.do(discharge, plan_uid=plan.uid, outcome=Outcome.MOVED)
    assert {each.code for each in refused.value.refusals} == {"future_bookings", "final_measures_missing"}
    course.scene.do(cancel, appointment_uid=visit.uid, reason="travel", by=CancelledBy.CLIENT)
    done = course.do(discharge, plan_uid=plan.uid, outcome=Outcome.MOVED, measures_reason="moved away")
    assert (done.state, done.outcome) == (PlanState.DISCHARGED, Outcome.MOVED)


def test_a_plan_on_hold_is_referred_with_a_letter(course):
    plan = course.active()
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.NEW_FLAG)
    with pytest.raises(PlanReasonNeeded):
        course.do(refer, plan_uid=plan.uid, reason="")
    done = course.do(refer, plan_uid=plan.uid, reason="emergency record", outcome=Outcome.REFERRED_EMERGENCY)
    assert done.state == PlanState.REFERRED and find_hold(course.session, plan.id) is None


def test_a_plan_that_began_is_not_cancelled(course):
    plan = course.active()
    with pytest.raises(ForbiddenStep, match="is active"):
        course.do(cancel_plan, plan_uid=plan.uid)
