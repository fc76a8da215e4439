"""Activation, resuming and ending name every missing part at once (clinical.md 6, the guards)."""

from dataclasses import replace

import pytest

from practice.treatment_plans.errors import PlanNotReady
from practice.treatment_plans.readiness import (
    Ending,
    Readiness,
    Safety,
    against_cancelling,
    against_completion,
    against_discharge,
    against_referral,
    missing,
    missing_from_outside,
    missing_of_own,
    unresolved,
)

SAFE = Safety(has_signed_screening=True)
UNSAFE = Safety(has_signed_screening=False, uncovered_flags=2, has_baseline_record=False)
READY = Readiness(
    safety=SAFE,
    has_consent=True,
    goals=2,
    functional_goals=1,
    exercises=1,
    has_leg_baseline=True,
    has_back_baseline=True,
    has_function_baseline=True,
    is_therapist_registered=True,
)
NOTHING = Readiness(
    safety=UNSAFE,
    has_side=False,
    has_consent=False,
    goals=0,
    functional_goals=0,
    exercises=0,
    has_leg_baseline=False,
    has_back_baseline=False,
    has_function_baseline=False,
    is_therapist_registered=False,
)
OVER = Ending(future_bookings=0, undelivered=0, delivered=10, has_final_measures=True)


def codes(refusals):
    return [refusal.code for refusal in refusals]


def test_a_whole_plan_may_be_activated():
    assert missing(READY) == ()


@pytest.mark.parametrize(
    ("without", "code"),
    [
        ({"safety": replace(SAFE, has_signed_screening=False)}, "screening_missing"),
        ({"safety": replace(SAFE, uncovered_flags=1)}, "clearance_missing"),
        ({"safety": replace(SAFE, has_baseline_record=False)}, "baseline_record_missing"),
        ({"has_side": False}, "side_missing"),
        ({"has_consent": False}, "plan_consent_missing"),
        ({"goals": 0, "functional_goals": 0}, "goal_missing"),
        ({"functional_goals": 0}, "functional_goal_missing"),
        ({"exercises": 0}, "exercise_missing"),
        ({"has_leg_baseline": False}, "leg_baseline_missing"),
        ({"has_back_baseline": False}, "back_baseline_missing"),
        ({"has_function_baseline": False}, "function_baseline_missing"),
        ({"is_therapist_registered": False}, "plan_therapist_unregistered"),
    ],
)
def test_each_part_is_missed(without, code):
    (refusal,) = missing(replace(READY, **without))
    assert refusal.code == code
    assert refusal.ways_out and refusal.sentence.endswith(".")


def test_everything_that_is_missing_is_named_at_once():
    assert codes(missing(NOTHING)) == [
        "screening_missing",
        "side_missing",
        "plan_consent_missing",
        "goal_missing",
        "exercise_missing",
        "leg_baseline_missing",
        "back_baseline_missing",
        "function_baseline_missing",
        "plan_therapist_unregistered",
        "clearance_missing",
        "baseline_record_missing",
    ]
    refused = PlanNotReady(missing(NOTHING))
    assert "a home exercise is missing" in refused.sentence
    assert refused.context == {"missing": codes(missing(NOTHING))}
    assert len(refused.refusals) == 11


def test_what_a_physician_must_bring_is_told_apart():
    waiting = replace(READY, safety=replace(SAFE, uncovered_flags=1))
    assert missing_of_own(waiting) == () and codes(missing_from_outside(waiting)) == ["clearance_missing"]


def test_the_desk_learns_of_no_flag():
    (refusal,) = missing_from_outside(replace(READY, safety=replace(SAFE, uncovered_flags=1)))
    assert "flag" not in refusal.sentence and "flag" in (refusal.clinical_sentence or "")


def test_a_plan_resumes_only_when_its_cause_is_resolved():
    assert unresolved(SAFE, is_therapist_registered=True, has_consent=True) == ()
    found = unresolved(UNSAFE, is_therapist_registered=False, has_consent=False)
    assert set(codes(found)) == {
        "screening_missing",
        "plan_consent_missing",
        "plan_therapist_unregistered",
        "clearance_missing",
        "baseline_record_missing",
    }


@pytest.mark.parametrize(
    ("ending", "completion", "discharge", "referral", "cancelling"),
    [
        ({}, [], [], [], ["visit_delivered"]),
        ({"delivered": 0}, [], [], [], []),
        ({"future_bookings": 1, "delivered": 0}, *([["future_bookings"]] * 4)),
        ({"draft_notes": 1, "delivered": 0}, *([["draft_notes"]] * 4)),
        ({"undelivered": 2, "delivered": 0}, ["sessions_left"], [], [], []),
        ({"open_checkpoints": (10,), "delivered": 0}, ["checkpoint_open"], [], [], []),
        ({"has_final_measures": False, "delivered": 0}, [], ["final_measures_missing"], [], []),
        ({"has_final_measures": False, "measures_reason": "moved away", "delivered": 0}, [], [], [], []),
        (
            {"future_bookings": 1, "undelivered": 1, "open_checkpoints": (10,), "has_final_measures": False},
            ["future_bookings", "sessions_left", "checkpoint_open"],
            ["future_bookings", "final_measures_missing"],
            ["future_bookings"],
            ["future_bookings", "visit_delivered"],
        ),
    ],
)
def test_an_end_leaves_nothing_open(ending, completion, discharge, referral, cancelling):
    facts = replace(OVER, **ending)
    assert codes(against_completion(facts)) == completion
    assert codes(against_discharge(facts)) == discharge
    assert codes(against_referral(facts)) == referral
    assert codes(against_cancelling(facts)) == cancelling
