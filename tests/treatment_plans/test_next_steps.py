"""What may follow each verdict of clinical.md 5.4; a course that brings nothing cannot simply go on."""

import pytest

from practice.treatment_plans.next_steps import Adherence, Decided, Step, adherence_band, open_steps
from practice.treatment_plans.progress import Verdict

CHANGED = Decided(Verdict.NO_CHANGE, Step.CHANGE_APPROACH)
RETRIED = Decided(Verdict.NO_CHANGE, Step.RETRY_WITH_LESS)
WENT_ON = Decided(Verdict.PARTIAL, Step.CONTINUE_ONCE)

TABLE = [
    (Verdict.WORSENING, (), 90, (Step.HOLD_AND_REFER,)),
    (Verdict.RECOVERED, (), 90, (Step.DISCHARGE, Step.TAPER)),
    (Verdict.RESPONDER, (), 90, (Step.CONTINUE, Step.TAPER)),
    (Verdict.PARTIAL, (), 90, (Step.CONTINUE_ONCE, Step.CHANGE_APPROACH)),
    (Verdict.PARTIAL, (CHANGED,), 90, (Step.CONTINUE_ONCE, Step.CHANGE_APPROACH)),
    (Verdict.PARTIAL, (WENT_ON,), 90, (Step.CHANGE_APPROACH, Step.REFER)),
    (Verdict.TOO_EARLY, (), 90, (Step.CONTINUE,)),
    (Verdict.NO_CHANGE, (), 90, (Step.CHANGE_APPROACH, Step.REFER)),
    (Verdict.NO_CHANGE, (), None, (Step.CHANGE_APPROACH, Step.REFER)),
    (Verdict.NO_CHANGE, (), 50, (Step.CHANGE_APPROACH, Step.REFER)),
    (Verdict.NO_CHANGE, (), 49.9, (Step.RETRY_WITH_LESS, Step.REFER)),
    (Verdict.NO_CHANGE, (RETRIED,), 49, (Step.REFER,)),
    (Verdict.NO_CHANGE, (RETRIED,), 90, (Step.REFER,)),
    (Verdict.NO_CHANGE, (CHANGED,), 90, (Step.REFER,)),
    (Verdict.NO_CHANGE, (CHANGED, WENT_ON), 90, (Step.REFER,)),
    (Verdict.NO_CHANGE, (CHANGED,), 40, (Step.RETRY_WITH_LESS, Step.REFER)),
]


@pytest.mark.parametrize(("verdict", "earlier", "adherence", "steps"), TABLE)
def test_what_a_verdict_leaves_open(verdict, earlier, adherence, steps):
    assert open_steps(verdict, earlier=earlier, adherence=adherence) == steps


def test_goals_that_are_met_propose_a_discharge():
    steps = open_steps(Verdict.RESPONDER, earlier=(), adherence=90, goals_met=True)
    assert steps == (Step.DISCHARGE, Step.TAPER, Step.CONTINUE)


def test_every_verdict_leaves_something_to_do():
    assert {row[0] for row in TABLE} == set(Verdict)
    assert all(open_steps(verdict, earlier=(), adherence=None) for verdict in Verdict)


@pytest.mark.parametrize(("percent", "band"), [(80, "good"), (79.9, "fair"), (50, "fair"), (49.9, "low")])
def test_bands_of_adherence(percent, band):
    assert adherence_band(percent) is Adherence(band)
