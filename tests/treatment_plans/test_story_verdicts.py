"""The six courses of clinical.md 10: their numbers give exactly the verdicts that are stated there."""

import pytest

from practice.demo.findings import FINDINGS, path_regions
from practice.treatment_plans.next_steps import Decided, Step, open_steps
from practice.treatment_plans.progress import LEG, Point, Verdict, early_signal, primary_of, verdict_at_checkpoint
from practice.visits.body_map import Branch, Painted, Quality, Side, branch_of, distal_level
from practice.visits.definitions import DEFAULTS

STATED = {
    "maya": {6: "responder", 10: "responder"},
    "dev": {4: "no_change", 8: "partial", 12: "responder"},
    "rosalind": {6: "no_change"},
    "tomas": {4: "partial"},
    "aisha": {3: "too_early", 6: "responder"},
    "colin": {6: "no_change", 10: "responder"},
}


def course(key, up_to):
    numbers = FINDINGS[key]
    return [_point(numbers, visit) for visit in range(1, up_to + 1)]


def _point(numbers, visit):
    again = numbers.again.get(visit)
    entries = _painted(numbers, visit)
    rated = again and {f"activity_{n}": (again.ability + n - 1) // 3 for n in (1, 2, 3)}
    return Point(
        leg=numbers.leg[visit - 1],
        back=numbers.back[visit - 1],
        distal_level=distal_level(entries),
        abilities=rated or {},
        disability=again.disability if again else None,
        change=again.change if again else None,
    )


def _painted(numbers, visit):
    painted = [
        Painted(region, Side(numbers.side), Quality.ACHE, 3)
        for region in path_regions(numbers.branch, numbers.level[visit - 1])
    ]
    assert distal_level(painted) == numbers.level[visit - 1]
    return painted


@pytest.mark.parametrize(
    ("key", "visit", "stated"),
    [(key, visit, verdict) for key, each in STATED.items() for visit, verdict in each.items()],
)
def test_each_story_comes_to_its_stated_verdict(key, visit, stated):
    assert verdict_at_checkpoint(course(key, visit), DEFAULTS).verdict == stated


def test_maya_reaches_a_change_that_matters_first_at_her_sixth_visit():
    signals = [early_signal(course("maya", visit), DEFAULTS).verdict for visit in range(1, 7)]
    assert signals == [*["too_early"] * 3, *["no_change"] * 2, "responder"]


def test_the_numbers_behind_the_verdicts_are_the_stated_ones():
    maya = verdict_at_checkpoint(course("maya", 6), DEFAULTS)
    assert round(float(maya.pain.before - maya.pain.after) / float(maya.pain.before) * 100) == 43
    ability, disability = maya.function
    assert (round(float(ability.after - ability.before), 1), disability.before - disability.after) == (2.3, 5)
    colin = verdict_at_checkpoint(course("colin", 6), DEFAULTS)
    assert round(float(colin.pain.before - colin.pain.after) / float(colin.pain.before) * 100) == 17
    assert {primary_of(course(key, 1)[0]) for key in FINDINGS} == {LEG}


def _adherence(key, day):
    by_day = [percent for percent in FINDINGS[key].adherence for _ in range(7)][:day]
    return sum(by_day) / len(by_day)


def test_what_was_decided_in_the_stories_is_what_the_rules_leave_open():
    assert Step.CHANGE_APPROACH in open_steps(Verdict.NO_CHANGE, earlier=(), adherence=_adherence("dev", 21))
    changed = Decided(Verdict.NO_CHANGE, Step.CHANGE_APPROACH)
    assert Step.CONTINUE_ONCE in open_steps(Verdict.PARTIAL, earlier=(changed,), adherence=_adherence("dev", 49))
    assert open_steps(Verdict.NO_CHANGE, earlier=(), adherence=_adherence("rosalind", 17)) == (
        Step.CHANGE_APPROACH,
        Step.REFER,
    )
    assert open_steps(Verdict.NO_CHANGE, earlier=(), adherence=_adherence("colin", 22))[0] is Step.RETRY_WITH_LESS


@pytest.mark.parametrize("key", FINDINGS)
def test_every_delivered_visit_has_every_number(key):
    numbers = FINDINGS[key]
    lengths = {len(getattr(numbers, name)) for name in ("leg", "leg_after", "back", "level", "systolic", "heart_rate")}
    assert len(lengths) == 1
    assert max(numbers.again) == lengths.pop()


def test_painted_paths_follow_the_branch_of_the_story():
    for key, numbers in FINDINGS.items():
        followed = branch_of(_painted(numbers, 1))
        assert followed is (Branch(numbers.branch)), key
