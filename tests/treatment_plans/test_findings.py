"""What was found at the visits of a plan is read as it was recorded, with as many statements for one as for many."""

import pytest

from practice.core.actor import Actor, Role
from practice.treatment_plans.findings import read_findings
from practice.treatment_plans.judging import read_course
from practice.visits.activities import add_activity
from practice.visits.body_map import Painted, Quality, Side
from practice.visits.mapping import paint_body_map
from practice.visits.measures import Timing
from practice.visits.measuring import Number
from practice.visits.vital_signs import record_vitals
from practice.visits.vitals import Reading
from tests.scheduling.scene import Scene
from tests.statements import statements
from tests.treatment_plans.test_judging import deliver, make_plan, pain


@pytest.fixture
def scene(session):
    return Scene(session)


@pytest.fixture
def ines(scene):
    return Actor(Role.THERAPIST, therapist_id=scene.therapists[0].id, name="Ines")


def test_everything_recorded_is_found_before_and_after(scene, ines):
    plan = make_plan(scene)
    scene.do(add_activity, client_id=plan.client_id, words="Put on socks", actor=ines)
    after = Number("NPRS_LEG", "now", 4, Timing.POST)
    visit, _ = deliver(
        scene, ines, plan, 1, pain(7, 5, after, Number("PSFS", "activity_1", 3), Number("RMDQ", "score", 9))
    )
    painted = [Painted("sole", Side.LEFT, Quality.NUMB, 6)]
    scene.do(paint_body_map, visit=visit, painted=painted, actor=ines)
    for systolic, timing in ((150, Timing.PRE), (140, Timing.PRE), (125, Timing.POST)):
        scene.do(record_vitals, visit=visit, reading=Reading(systolic, 80), timing=timing, actor=ines)
    findings = read_findings(scene.session, plan)
    (found,) = findings.visits
    assert (found.before, found.after) == ({"NPRS_LEG": 7, "NPRS_BACK": 5, "RMDQ": 9}, {"NPRS_LEG": 4})
    assert (found.number, found.abilities, found.painted) == (1, {"activity_1": 3}, painted)
    assert (found.vitals_before.systolic, found.vitals_after.systolic) == (140, 125)
    assert findings.activities == {"activity_1": "Put on socks"}
    assert findings.course == read_course(scene.session, plan)


def test_many_visits_cost_as_many_statements_as_one(scene, ines):
    plans = [make_plan(scene, client=client) for client in range(2)]
    for client, visits in ((0, 1), (1, 3)):
        scene.do(add_activity, client_id=plans[client].client_id, words="Walk", actor=ines)
        for number in range(1, visits + 1):
            deliver(scene, ines, plans[client], number + client, pain(7), client=client)
    counts = []
    for plan in plans:
        scene.session.rollback()
        scene.session.refresh(plan)
        with statements(scene.session.get_bind()) as seen:
            found = read_findings(scene.session, plan)
        counts.append((len(found.visits), len(seen)))
    assert counts == [(1, 7), (3, 7)]
