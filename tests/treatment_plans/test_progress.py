"""Every branch of the verdict of clinical.md 5.4, the order of its tests, and what missing values never do."""

from dataclasses import replace
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.treatment_plans.progress import (
    BACK,
    LEG,
    Answer,
    Point,
    Sign,
    Verdict,
    early_signal,
    primary_of,
    verdict_at_checkpoint,
)
from practice.visits.definitions import DEFAULTS

ABLE = {"activity_1": 3, "activity_2": 3, "activity_3": 4}
FIRST = Point(leg=7, back=5, distal_level=4, abilities=ABLE, disability=14, nerves={"strength_L5_left": 5})
SAME = replace(FIRST)
BETTER_LEG = replace(FIRST, leg=4)
ABLER = replace(FIRST, abilities={"activity_1": 6, "activity_2": 6, "activity_3": 6})
LESS_DISABLED = replace(FIRST, disability=9)


def verdict(*points, at_checkpoint=True):
    judge = verdict_at_checkpoint if at_checkpoint else early_signal
    return judge(points, DEFAULTS).verdict


def after(last, visits=5):
    """A course of *visits* that stood still until its last one."""
    return (*[SAME] * (visits - 1), replace(last))


def both(one, **more):
    return replace(one, **more)


# Reference of each row: the line of clinical.md 5.4 that it walks.
TABLE = [
    ("WORSENING primary +2 at 2 visits running", (FIRST, SAME, both(SAME, leg=9), both(SAME, leg=9)), "worsening"),
    ("one visit at +2 is not two", (FIRST, SAME, SAME, SAME, both(SAME, leg=9)), "no_change"),
    ("+1 twice is not +2", (FIRST, SAME, SAME, both(SAME, leg=8), both(SAME, leg=8)), "no_change"),
    ("WORSENING level over the first at 2 visits running", (*after(SAME, 3), both(SAME, distal_level=5), both(SAME, distal_level=5)), "worsening"),
    ("WORSENING level up from visit to visit, twice", (both(FIRST, distal_level=5), both(SAME, distal_level=2), both(SAME, distal_level=3), both(SAME, distal_level=4)), "worsening"),
    ("level up once and back", (FIRST, SAME, both(SAME, distal_level=5), SAME, SAME), "no_change"),
    ("WORSENING GROC -2", after(both(SAME, change=-2)), "worsening"),
    ("GROC -1 is not -2", after(both(SAME, change=-1)), "no_change"),
    ("WORSENING any neuro fall", after(both(SAME, nerves={"strength_L5_left": 4})), "worsening"),
    ("a brisk reflex that calms is no fall", (both(FIRST, nerves={"reflex_knee_left": 3}), *[SAME] * 3, both(SAME, nerves={"reflex_knee_left": 2})), "no_change"),
    ("a reflex below normal is a fall", (both(FIRST, nerves={"reflex_knee_left": 3}), *[SAME] * 3, both(SAME, nerves={"reflex_knee_left": 1})), "worsening"),
    ("WORSENING comes before RECOVERED", after(both(SAME, leg=0, back=0, disability=1, change=-3)), "worsening"),
    ("WORSENING comes before RESPONDER", after(both(BETTER_LEG, disability=5, change=-2)), "worsening"),
    ("WORSENING comes before TOO_EARLY", (FIRST, both(SAME, leg=9), both(SAME, leg=10)), "worsening"),
    ("RECOVERED leg = back = 0, RMDQ 2", after(both(SAME, leg=0, back=0, disability=2)), "recovered"),
    ("RMDQ 3 is not recovered", after(both(SAME, leg=0, back=0, disability=3)), "responder"),
    ("back 1 is not recovered", after(both(SAME, leg=0, back=1, disability=2)), "responder"),
    ("without RMDQ nobody has recovered", after(both(SAME, leg=0, back=0, disability=None)), "partial"),
    ("RECOVERED comes before TOO_EARLY", (FIRST, both(SAME, leg=0, back=0, disability=0)), "recovered"),
    ("RESPONDER pain and PSFS", after(both(ABLER, leg=4)), "responder"),
    ("RESPONDER pain and RMDQ", after(both(LESS_DISABLED, leg=4)), "responder"),
    ("RESPONDER comes before TOO_EARLY", (FIRST, both(ABLER, leg=4)), "responder"),
    ("PARTIAL pain only", after(BETTER_LEG), "partial"),
    ("PARTIAL PSFS only", after(ABLER), "partial"),
    ("PARTIAL RMDQ only", after(LESS_DISABLED), "partial"),
    ("PARTIAL comes before TOO_EARLY", (FIRST, BETTER_LEG), "partial"),
    ("TOO_EARLY under 4 delivered", (FIRST, SAME, SAME), "too_early"),
    ("four delivered are enough", (FIRST, SAME, SAME, SAME), "no_change"),
    ("leg -2 of 7 is under 30 percent", after(both(SAME, leg=5)), "no_change"),
    ("leg -1 of 3 is 33 percent but not 2 points", (both(FIRST, leg=3), *[both(SAME, leg=3)] * 3, both(SAME, leg=2)), "no_change"),
    ("RMDQ -5 of 18 is under 30 percent", (both(FIRST, disability=18), *[SAME] * 3, both(SAME, disability=13)), "no_change"),
    ("RMDQ -5 of 16 is 31 percent", (both(FIRST, disability=16), *[SAME] * 3, both(SAME, disability=11)), "partial"),
    ("PSFS +1.7 is not 2", after(both(SAME, abilities={"activity_1": 5, "activity_2": 5, "activity_3": 5})), "no_change"),
    ("a single activity proves nothing", after(both(SAME, abilities={"activity_1": 10})), "no_change"),
    ("new activities start new lines", after(both(SAME, abilities={"activity_4": 10, "activity_5": 10})), "no_change"),
]  # fmt: skip


@pytest.mark.parametrize(("points", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_each_branch_of_the_verdict(points, expected):
    assert verdict(*points) == expected


def test_the_table_reaches_every_verdict():
    assert {row[2] for row in TABLE} == set(Verdict)


@pytest.mark.parametrize(
    ("baseline", "primary"),
    [(Point(leg=3, back=9), LEG), (Point(leg=2, back=9), BACK), (Point(leg=None, back=4), BACK)],
)
def test_the_leg_leads_from_a_baseline_of_three(baseline, primary):
    assert primary_of(baseline) == primary


def test_the_back_is_judged_when_it_leads():
    start = Point(leg=1, back=6, disability=10)
    assert verdict(start, start, start, replace(start, back=3)) == Verdict.PARTIAL
    assert verdict(start, start, start, replace(start, leg=0)) == Verdict.NO_CHANGE
    assert verdict(start, replace(start, back=8), replace(start, back=8)) == Verdict.WORSENING


def test_a_measure_at_its_floor_is_left_out_not_failed():
    no_leg_pain = Point(leg=1, back=1, abilities=ABLE, disability=3)
    told = verdict_at_checkpoint([no_leg_pain] * 3 + [replace(no_leg_pain, abilities=ABLER.abilities)], DEFAULTS)
    assert told.pain.answer is Answer.AT_FLOOR
    assert [each.answer for each in told.function] == [Answer.IMPROVED, Answer.AT_FLOOR]
    assert told.verdict is Verdict.RESPONDER
    assert verdict(*[no_leg_pain] * 4) == Verdict.NO_CHANGE


def test_nothing_that_can_improve_is_no_success():
    well = Point(leg=0, back=0, abilities={"activity_1": 10, "activity_2": 9}, disability=3)
    assert verdict(*[well] * 4) == Verdict.NO_CHANGE


def test_the_practice_may_ask_for_more_of_the_leg():
    stricter = {**DEFAULTS, "NPRS_LEG": replace(DEFAULTS["NPRS_LEG"], mic_abs=4)}
    assert verdict_at_checkpoint(after(BETTER_LEG), DEFAULTS).verdict is Verdict.PARTIAL
    assert verdict_at_checkpoint(after(BETTER_LEG), stricter).verdict is Verdict.NO_CHANGE


def test_a_checkpoint_counts_what_was_measured_there_and_the_night_the_latest():
    course = (FIRST, SAME, SAME, both(LESS_DISABLED, leg=4), both(SAME, leg=4, abilities={}, disability=None))
    assert verdict(*course) == Verdict.PARTIAL
    assert verdict(*course, at_checkpoint=False) == Verdict.RESPONDER


def test_the_night_takes_the_latest_rated_activities():
    course = (FIRST, SAME, SAME, ABLER, both(SAME, abilities={}))
    assert verdict(*course, at_checkpoint=False) == Verdict.PARTIAL


def test_a_verdict_shows_its_numbers_and_signs():
    told = verdict_at_checkpoint(after(both(BETTER_LEG, change=-4)), DEFAULTS)
    assert (told.pain.code, told.pain.before, told.pain.after, told.pain.answer) == (LEG, 7, 4, Answer.IMPROVED)
    assert told.signs == (Sign.FEELS_WORSE,)
    assert told.delivered == 5


def test_a_course_without_a_visit_has_no_verdict():
    with pytest.raises(ValueError, match="without a delivered visit"):
        verdict_at_checkpoint([], DEFAULTS)


pains = st.none() | st.integers(0, 10)
points = st.builds(
    Point,
    leg=pains,
    back=pains,
    distal_level=st.none() | st.integers(0, 5),
    abilities=st.dictionaries(st.sampled_from(["activity_1", "activity_2", "activity_3"]), st.integers(0, 10)),
    disability=st.none() | st.integers(0, 24),
    change=st.none() | st.integers(-5, 5),
    nerves=st.dictionaries(st.sampled_from(["strength_L5_left", "reflex_knee_left"]), st.integers(0, 4)),
)
courses = st.lists(points, min_size=1, max_size=7)


@given(courses)
def test_an_unmeasured_visit_changes_nothing_but_the_count(course):
    at_night = early_signal(course, DEFAULTS)
    with_gap = early_signal([course[0], Point(), *course[1:], Point()], DEFAULTS)
    assert (with_gap.signs, with_gap.pain, with_gap.function) == (at_night.signs, at_night.pain, at_night.function)
    if at_night.verdict is not Verdict.TOO_EARLY:
        assert with_gap.verdict is at_night.verdict


@given(courses)
def test_a_worsening_sign_always_decides(course):
    told = verdict_at_checkpoint(course, DEFAULTS)
    assert (told.verdict is Verdict.WORSENING) == bool(told.signs)


@given(courses)
def test_too_early_is_never_said_from_the_fourth_visit_on_and_no_change_never_before(course):
    told = verdict_at_checkpoint(course, DEFAULTS).verdict
    assert told is not (Verdict.TOO_EARLY if len(course) >= 4 else Verdict.NO_CHANGE)


@given(courses)
def test_what_is_missing_at_the_checkpoint_never_counts_as_improved(course):
    told = verdict_at_checkpoint([*course, Point()], DEFAULTS)
    assert {told.pain.answer, *(each.answer for each in told.function)} <= {Answer.MISSING, Answer.AT_FLOOR}
    assert told.verdict not in {Verdict.RECOVERED, Verdict.RESPONDER, Verdict.PARTIAL}


@given(courses, st.integers(0, 10))
def test_less_pain_is_never_a_worse_verdict(course, leg):
    ranks = [Verdict.NO_CHANGE, Verdict.TOO_EARLY, Verdict.PARTIAL, Verdict.RESPONDER, Verdict.RECOVERED]
    course = [replace(course[0], leg=8, back=3), *[replace(each, leg=8) for each in course]]
    told = [verdict_at_checkpoint([*course, replace(SAME, leg=less)], DEFAULTS).verdict for less in (leg, leg // 2)]
    calm = [each for each in told if each is not Verdict.WORSENING]
    assert all(ranks.index(one) <= ranks.index(other) for one, other in pairwise(calm))
