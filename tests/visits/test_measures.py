"""Ranges, scores and rules for what is missing, measure by measure (clinical.md 3)."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.visits.definitions import DEFAULTS, Better
from practice.visits.measures import PARTS, SYMPTOMS, fault_of, faults_between, part_of
from practice.visits.scoring import (
    Risk,
    Score,
    gain,
    is_positive_leg_raise,
    matters,
    risk_of_start_back,
    score,
    shared_means,
)

# code: low, high, step, direction, absolute and percentage change that matters
STATED = {
    "NPRS_LEG": (0, 10, 1, "lower", 2, 30),
    "NPRS_BACK": (0, 10, 1, "lower", 2, 30),
    "NPRS_BUTTOCK": (0, 10, 1, "lower", 2, 30),
    "PSFS": (0, 10, 1, "higher", 2, None),
    "SBI": (0, 24, 1, "lower", 4, 30),
    "SFI": (0, 24, 1, "lower", None, None),
    "RMDQ": (0, 24, 1, "lower", 5, 30),
    "ODI": (0, 100, 1, "lower", 10, 30),
    "EQ5D": (-1, 1, 0.001, "higher", None, None),
    "START_BACK": (0, 9, 1, "lower", None, None),
    "GROC": (-5, 5, 1, "higher", 2, None),
    "SLR_L": (0, 120, 1, "higher", None, None),
    "SLR_R": (0, 120, 1, "higher", None, None),
    "SLUMP_L": (0, 2, 1, "lower", None, None),
    "SLUMP_R": (0, 2, 1, "lower", None, None),
    "XSLR": (0, 1, 1, "lower", None, None),
    "FTF": (0, 100, 0.5, "lower", None, None),
    "NEURO": (0, 5, 1, "higher", None, None),
    "SLEEP": (0, 10, 1, "neither", None, None),
    "WORK": (0, 366, 1, "neither", None, None),
    "MEDS": (0, 200, 1, "neither", None, None),
}


def test_the_definitions_are_the_stated_ones():
    found = {d.code: (d.low, d.high, d.step, d.better, d.mic_abs, d.mic_pct) for d in DEFAULTS.values()}
    assert found == STATED
    assert set(PARTS) == set(STATED)
    assert all(each.source and each.licence for each in DEFAULTS.values())


def fault(code, name, value):
    return fault_of(DEFAULTS[code], part_of(code, name), value)


@pytest.mark.parametrize(
    ("code", "name", "value", "sentence"),
    [
        ("NPRS_LEG", "now", 11, "Leg pain now: give a whole number from 0 to 10."),
        ("NPRS_LEG", "worst", -1, "Worst leg pain in 24 hours: give a whole number from 0 to 10."),
        ("NPRS_BACK", "now", 2.5, "Back pain now: give a whole number from 0 to 10."),
        ("SBI", "sitting", 7, "How bothersome: pain sitting: give a whole number from 0 to 6."),
        ("RMDQ", "version", 12, "Roland-Morris: items of the form: give one of 11, 18, 23, 24."),
        ("FTF", "score", 3.3, "Finger to floor, cm: give a number in steps of 0.5 from 0 to 100."),
        ("NEURO", "strength_L5_left", 6, "Strength L5 left: give a whole number from 0 to 5."),
        ("NEURO", "touch_S1_right", 3, "Touch S1 right: give a whole number from 0 to 2."),
        ("EQ5D", "version", 4, "EQ-5D: levels of the form: give one of 3, 5."),
        ("GROC", "score", -6, "Change since the plan began: give a whole number from -5 to 5."),
    ],
)
def test_a_value_out_of_range_is_told_in_a_sentence(code, name, value, sentence):
    assert fault(code, name, value) == sentence


@pytest.mark.parametrize("code", STATED)
def test_both_ends_of_every_range_are_accepted(code):
    definition = DEFAULTS[code]
    for part in PARTS[code]:
        ends = part.only or {
            definition.low if part.low is None else part.low,
            definition.high if part.high is None else part.high,
        }
        assert [fault_of(definition, part, end) for end in ends] == [None] * len(ends)


@given(st.sampled_from(sorted(STATED)), st.floats(allow_nan=False, allow_infinity=False, width=32))
def test_what_is_accepted_lies_in_range_and_on_a_step(code, value):
    for part in PARTS[code]:
        if not part.only and fault_of(DEFAULTS[code], part, value) is None:
            assert DEFAULTS[code].low <= value <= max(DEFAULTS[code].high, part.high or 0)
            assert round(value * 1000) == pytest.approx(value * 1000)


def test_an_edited_range_holds_for_the_numbers_without_bounds_of_their_own():
    wider = replace(DEFAULTS["NPRS_LEG"], high=100)
    assert fault_of(wider, part_of("NPRS_LEG", "now"), 60) is None
    assert part_of("NPRS_LEG", "score") is None
    assert part_of("UNKNOWN", "score") is None


def test_numbers_of_one_measure_must_fit_together():
    assert faults_between("RMDQ", {"score": 19, "version": 18}) == ["Roland-Morris total: the form has only 18 items."]
    assert faults_between("RMDQ", {"score": 18, "version": 18, "items_answered": 18}) == []
    assert faults_between("START_BACK", {"score": 3, "sub": 4}) != []
    assert faults_between("START_BACK", {"score": 4, "sub": 4}) == faults_between("FTF", {"score": 4}) == []


FOUR = dict(zip(SYMPTOMS, (4, 3, 2, 5), strict=True))


@pytest.mark.parametrize(
    ("code", "numbers", "expected"),
    [
        ("NPRS_LEG", {"now": 7, "worst": 9}, Score(Fraction(7))),
        ("NPRS_LEG", {"worst": 9}, None),
        ("SBI", FOUR, Score(Fraction(14))),
        ("SBI", {k: v for k, v in FOUR.items() if k != "weakness"}, Score(Fraction(16), prorated=True)),
        ("SBI", {"leg_pain": 1, "tingling": 1, "sitting": 2}, Score(Fraction(16, 3), prorated=True)),
        ("SBI", {"leg_pain": 4, "tingling": 3}, None),
        ("SFI", {}, None),
        ("RMDQ", {"score": 14}, Score(Fraction(14))),
        ("RMDQ", {"score": 14, "items_answered": 20}, Score(Fraction(14))),
        ("RMDQ", {"score": 14, "items_answered": 19}, None),
        ("RMDQ", {"score": 9, "version": 18, "items_answered": 15}, Score(Fraction(9))),
        ("RMDQ", {"score": 9, "version": 18, "items_answered": 14}, None),
        ("RMDQ", {}, None),
        ("ODI", {"score": 40}, Score(Fraction(40))),
        ("ODI", {"score": 40, "sections_answered": 8}, Score(Fraction(40))),
        ("ODI", {"score": 40, "sections_answered": 7}, None),
        ("FTF", {"score": 12.5}, Score(Fraction(25, 2))),
        ("PSFS", {"activity_1": 3}, None),
        ("NEURO", {"strength_L5_left": 3}, None),
    ],
)
def test_scores_and_what_is_missing(code, numbers, expected):
    assert score(code, numbers) == expected


def test_activities_are_compared_only_where_both_days_rated_them():
    first = {"activity_1": 3, "activity_2": 3, "activity_3": 4}
    assert shared_means(first, {"activity_1": 6, "activity_2": 5, "activity_4": 10}) == (3, Fraction(11, 2))
    assert shared_means(first, {"activity_1": 6, "activity_4": 10}) is None
    assert shared_means({}, {}) is None


@pytest.mark.parametrize(
    ("code", "before", "after", "expected"),
    [
        ("NPRS_LEG", 6, 4, True),
        ("NPRS_LEG", 7, 5, False),
        ("NPRS_LEG", 3, 2, False),
        ("NPRS_LEG", 10, 7, True),
        ("RMDQ", 16, 11, True),
        ("RMDQ", 17, 12, False),
        ("PSFS", 3, 5, True),
        ("PSFS", 5, 3, False),
        ("SFI", 20, 0, False),
        ("GROC", 0, 2, True),
    ],
)
def test_a_change_matters_in_points_and_in_percent(code, before, after, expected):
    assert matters(DEFAULTS[code], Fraction(before), Fraction(after)) is expected


def test_gain_counts_in_the_good_direction():
    assert gain(DEFAULTS["PSFS"], Fraction(3), Fraction(5)) == gain(DEFAULTS["FTF"], Fraction(5), Fraction(3)) == 2


@pytest.mark.parametrize(
    ("code", "baseline", "expected"),
    [("RMDQ", 3, False), ("RMDQ", 4, False), ("RMDQ", 5, True), ("NPRS_LEG", 1, False), ("NPRS_LEG", 2, True),
     ("PSFS", 9, False), ("PSFS", 8, True), ("SFI", 0, True)],
)  # fmt: skip
def test_a_baseline_at_the_floor_cannot_gain(code, baseline, expected):
    assert DEFAULTS[code].can_gain(baseline) is expected


@pytest.mark.parametrize(
    ("numbers", "risk"),
    [({"score": 3}, Risk.LOW), ({"score": 4, "sub": 3}, Risk.MEDIUM), ({"score": 4, "sub": 4}, Risk.HIGH),
     ({"score": 4}, None), ({}, None)],
)  # fmt: skip
def test_start_back_foretells(numbers, risk):
    assert risk_of_start_back(numbers) == risk


@pytest.mark.parametrize(
    ("numbers", "expected"),
    [({"score": 30, "below_knee": 1}, True), ({"score": 70, "below_knee": 1}, True),
     ({"score": 71, "below_knee": 1}, False), ({"score": 29, "below_knee": 1}, False),
     ({"score": 50, "below_knee": 0}, False), ({"score": 50}, None)],
)  # fmt: skip
def test_a_leg_raise_is_positive_between_thirty_and_seventy_degrees_below_the_knee(numbers, expected):
    assert is_positive_leg_raise(numbers) is expected


def test_directions_are_words():
    assert {Better(each.better) for each in DEFAULTS.values()} == set(Better)
