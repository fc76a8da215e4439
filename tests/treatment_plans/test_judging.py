"""A course is read from its delivered visits: what was measured, in order, by the definitions of its first day."""

from dataclasses import replace
from datetime import timedelta

import pytest

from practice.core.actor import Actor, Role
from practice.scheduling.appointments.attending import arrive, complete
from practice.scheduling.appointments.starting import start
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.treatment_plans.judging import read_course, read_courses
from practice.treatment_plans.models import Episode, TreatmentPlan
from practice.treatment_plans.progress import Answer, Point, Verdict
from practice.treatment_plans.version_models import PlannedSession, PlanVersion
from practice.visits.body_map import Painted, Quality, Side
from practice.visits.defining import set_definition
from practice.visits.definitions import DEFAULTS
from practice.visits.mapping import paint_body_map
from practice.visits.measures import Timing
from practice.visits.measuring import Number, correct_measure, record_measures
from practice.visits.opening import NotTreated, mark_not_treated, open_visit
from tests.conftest import NOW
from tests.scheduling.scene import TEN, Scene
from tests.statements import statements


@pytest.fixture
def scene(session):
    return Scene(session)


@pytest.fixture
def ines(scene):
    return Actor(Role.THERAPIST, therapist_id=scene.therapists[0].id, name="Ines")


def make_plan(scene, client=0):
    """A plan in draft with six numbered sessions and no appointments."""

    def work(session, **_):
        client_id, therapist_id = scene.clients[client].id, scene.therapists[0].id
        episode = Episode(client_id=client_id, side="left", created_at=NOW)
        session.add(episode)
        session.flush()
        plan = TreatmentPlan(
            client_id=client_id, episode_id=episode.id, therapist_id=therapist_id, template="SUBACUTE", created_at=NOW
        )
        session.add(plan)
        session.flush()
        version = PlanVersion(
            plan_id=plan.id, number=1, service_id=scene.service.id, minutes=60, preference="any", checkpoints="6",
            created_at=NOW,
        )  # fmt: skip
        session.add(version)
        session.flush()
        session.add_all(
            PlannedSession(plan_id=plan.id, version_id=version.id, number=number, ordinal=number, block_position=1)
            for number in range(1, 7)
        )
        return plan

    return scene.do(work)


def deliver(scene, ines, plan, number, numbers, *, client=0, ends=True):
    """A delivered session of the plan, a week after the one before."""
    appointment = scene.book(TEN + timedelta(weeks=number - 1), client=client)
    scene.now = max(scene.now, appointment.starts_at)
    scene.do(arrive, appointment_uid=appointment.uid)

    def link(session, **_):
        session.query(PlannedSession).filter_by(plan_id=plan.id, number=number).one().appointment_id = appointment.id

    scene.do(link)
    visit = scene.do(open_visit, appointment_uid=appointment.uid, actor=ines)
    rows, _ = scene.do(record_measures, visit=visit, numbers=numbers, actor=ines)
    scene.do(start, appointment_uid=appointment.uid, rules=SCHEDULING_RULES, actor=ines)
    if ends:
        scene.later(hours=1)
        scene.do(complete, appointment_uid=appointment.uid, actor=ines)
    return visit, rows


def pain(leg, back=5, *more):
    return [Number("NPRS_LEG", "now", leg), Number("NPRS_BACK", "now", back), *more]


def test_points_are_what_was_measured_before_treatment(scene, ines):
    plan = make_plan(scene)
    psfs = [Number("PSFS", f"activity_{number}", 3) for number in (1, 2)]
    after = Number("NPRS_LEG", "now", 4, Timing.POST)
    visit, rows = deliver(scene, ines, plan, 1, pain(8, 5, after, *psfs, Number("RMDQ", "score", 14)))
    scene.do(correct_measure, visit=visit, wrong=rows[0], value=7, reason="misheard", actor=ines)
    scene.do(paint_body_map, visit=visit, painted=[Painted("sole", Side.LEFT, Quality.ACHE, 5)], actor=ines)
    strength = Number("NEURO", "strength_L5_left", 5)
    deliver(scene, ines, plan, 2, [Number("GROC", "score", 2), strength])
    first, second = read_course(scene.session, plan).points
    assert first == Point(leg=7, back=5, distal_level=5, abilities={"activity_1": 3, "activity_2": 3}, disability=14)
    assert second == Point(change=2, nerves={"strength_L5_left": 5})


def test_the_visit_under_way_is_the_checkpoint_and_one_without_treatment_is_none(scene, ines):
    plan = make_plan(scene)
    assert read_course(scene.session, plan).at_checkpoint() is None
    deliver(scene, ines, plan, 1, pain(8))
    sent_home, _ = deliver(scene, ines, plan, 2, pain(8))
    scene.do(mark_not_treated, visit=sent_home, reason=NotTreated.TODAY_UNFIT, actor=ines)
    deliver(scene, ines, plan, 3, pain(4), ends=False)
    progress = read_course(scene.session, plan).at_checkpoint()
    assert (progress.delivered, progress.verdict, progress.pain.answer) == (2, Verdict.PARTIAL, Answer.IMPROVED)
    assert read_course(scene.session, plan).tonight().verdict is Verdict.PARTIAL


def test_a_course_is_judged_by_the_definitions_of_its_first_day(scene, ines):
    plan = make_plan(scene)
    deliver(scene, ines, plan, 1, pain(8))
    stricter = replace(DEFAULTS["NPRS_LEG"], mic_abs=6)
    today = scene.now.date()
    scene.do(set_definition, definition=stricter, applies_from=today + timedelta(days=1), today=today, actor=ines)
    deliver(scene, ines, plan, 2, pain(4))
    assert read_course(scene.session, plan).at_checkpoint().verdict is Verdict.PARTIAL
    later = make_plan(scene, client=1)
    deliver(scene, ines, later, 3, pain(8), client=1)
    deliver(scene, ines, later, 4, pain(4), client=1)
    assert read_course(scene.session, later).at_checkpoint().verdict is Verdict.TOO_EARLY


def test_many_courses_are_read_with_as_many_statements_as_one(scene, ines):
    plans = [make_plan(scene, client=client) for client in range(2)]
    deliver(scene, ines, plans[0], 1, pain(8))
    for number in (2, 3, 4):
        deliver(scene, ines, plans[1], number, pain(number), client=1)
    counts = []
    for wanted in (plans[:1], plans):
        with statements(scene.session.get_bind()) as seen:
            found = read_courses(scene.session, {plan.id for plan in wanted})
        counts.append(len(seen))
    assert counts == [4, 4]
    assert [len(found[plan.id].points) for plan in plans] == [1, 3]
