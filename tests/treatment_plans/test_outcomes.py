"""Outcomes: everybody who began counts, small numbers stay hidden, the first gain is the visit that shows it."""

from dataclasses import replace

from practice.treatment_plans.lifecycles import Outcome, PlanState
from practice.treatment_plans.outcomes import FEWEST, Ended, Share, first_gain, outcomes
from practice.treatment_plans.progress import Point, Verdict
from practice.visits.definitions import DEFAULTS

GOOD = Ended("SUBACUTE", PlanState.COMPLETED, Outcome.GOALS_MET, Verdict.RESPONDER, 10, 6)
NEVER_JUDGED = replace(GOOD, verdict=None, state=PlanState.DISCHARGED, outcome=Outcome.NON_ATTENDANCE, gained_at=None)
REFERRED = replace(GOOD, verdict=Verdict.NO_CHANGE, state=PlanState.REFERRED, outcome=Outcome.REFERRED_PHYSICIAN)


def test_everybody_who_began_is_in_the_denominator():
    every, subacute = outcomes([*[GOOD] * 6, *[NEVER_JUDGED] * 3, REFERRED, replace(GOOD, visits=0)])
    assert (every.group, every.courses, every.responders) == ("all", 10, Share(6, 10))
    assert (every.gone.percent, every.referred.percent, every.responders.percent) == (30, 10, 60)
    assert replace(subacute, group="all") == every


def test_small_numbers_are_hidden_group_by_group():
    every, chronic, subacute = outcomes([*[GOOD] * (FEWEST - 1), replace(GOOD, template="CHRONIC")])
    assert not every.is_hidden and every.visits_to_gain == 6
    assert [group.is_hidden for group in (chronic, subacute)] == [True, True]
    assert [group.responders.percent for group in (chronic, subacute)] == [None, None]
    assert [group.visits_to_gain for group in (chronic, subacute)] == [None, None]


def test_without_courses_there_is_only_the_empty_whole():
    (every,) = outcomes([])
    assert (every.courses, every.is_hidden) == (0, True)


def test_the_first_gain_is_the_visit_at_which_pain_first_mattered():
    points = [Point(leg=leg, back=5) for leg in (7, 6, 5, 4, 6)]
    assert first_gain(points, DEFAULTS) == 4
    assert first_gain(points[:3], DEFAULTS) is None
    assert first_gain([], DEFAULTS) is None
