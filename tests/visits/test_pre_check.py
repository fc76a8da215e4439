"""The short questions before treatment: which answer raises which flag (clinical.md 2.2), and pressure limits."""

from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.safety.catalogue import CATALOGUE, T0, T1, T2, T3, Raised
from practice.visits.pre_check import ALL_NO, CODES, QUESTIONS, Answers, faults_of, raised
from practice.visits.vitals import Pressure, PressureLimits, Reading, fall, pressure_of
from practice.visits.vitals import faults_of as faults_of_reading
from practice.visits.vitals import raised as raised_by_pressure


def answers(*yes, no=(), regions=()):
    return Answers(frozenset(yes), frozenset(no), frozenset(regions))


STEROID, BLOOD, SERIOUS = "new_medicine.long_term_steroid", "new_medicine.anticoagulant", "fall.serious"
# Each row is a line of the catalogue that the short questions can reach.
TABLE = [
    (answers(), []),
    (answers("bladder"), [("CES_BLADDER", T0)]),
    (answers("bowel"), [("CES_BOWEL", T0)]),
    (answers("saddle"), [("CES_SADDLE", T0)]),
    (answers("weakness"), [("MOTOR_SEVERE", T0)]),
    (answers("weakness", no=["weakness.foot_drop"]), [("MOTOR_PROGRESS", T0)]),
    (answers("second_leg"), [("CES_BILATERAL", T1)]),
    *[((answers("second_leg", sign)), [("CES_BILATERAL", T0)]) for sign in ("bladder", "bowel", "saddle", "weakness")],
    (answers("fever"), [("INFECTION", T0)]),
    (answers("fever", no=["fever.spinal_pain"]), [("FEVER_ACUTE", T1)]),
    (answers("leg_swelling"), [("DVT_SUSPECT", T0)]),
    (answers("new_medicine"), [("ANTICOAG", T2), ("OSTEOPOROSIS", T2)]),
    (answers("new_medicine", no=[STEROID]), [("ANTICOAG", T2)]),
    (answers("new_medicine", no=[BLOOD]), [("OSTEOPOROSIS", T2)]),
    (answers("new_medicine", no=[BLOOD, STEROID]), []),
    (answers("fall"), [("FRACTURE", T1)]),
    (answers("fall", "weakness"), [("FRACTURE", T0)]),
    (answers("fall", no=[SERIOUS]), []),
    (answers("pregnancy"), [("PREG_RISK", T0)]),
    (answers("pregnancy", no=["pregnancy.emergency"]), [("PREG_RISK", T1)]),
    (answers("pregnancy", no=["pregnancy.emergency", "pregnancy.risk"]), [("PREG", T2)]),
    (answers("skin"), [("SKIN_LOCAL", T1)]),
    (answers("skin", no=["skin.contagious"]), [("SKIN_LOCAL", T3)]),
]


@pytest.mark.parametrize(("given_answers", "expected"), TABLE)
def test_each_answer_raises_its_flag(given_answers, expected):
    found = [(each.code, each.tier) for each in raised(given_answers)]
    assert [each for each in expected if each not in found] == []
    if len(given_answers.yes) < 2:
        assert found == expected


def test_the_table_asks_every_question():
    asked = {code for row in TABLE for code in row[0].yes}
    assert asked == set(CODES) == {question.code for question in QUESTIONS}


def test_all_no_is_one_answer_and_raises_nothing():
    assert ALL_NO.all_no
    assert raised(ALL_NO) == ()
    assert not answers("skin").all_no


def test_a_second_leg_with_numbness_and_slow_urine_is_three_emergencies():
    found = raised(answers("second_leg", "saddle", "bladder"))
    assert {each.code for each in found} == {"CES_BILATERAL", "CES_SADDLE", "CES_BLADDER"}
    assert {each.tier for each in found} == {T0}


def test_trouble_of_the_skin_closes_the_regions_that_are_named():
    found = raised(answers("skin", no=["skin.contagious"], regions=["sole", "heel"]))
    assert found == (Raised("SKIN_LOCAL", T3, "heel"), Raised("SKIN_LOCAL", T3, "sole"))


def test_answers_to_questions_that_were_not_asked_are_told():
    assert faults_of(answers("bladder", "hunger", no=["fever.spinal_pain", "skin.what"], regions=["sole"])) == [
        "There is no question hunger.",
        "There is no question skin.what.",
        "fever.spinal_pain was not asked: its question was answered with no.",
        "Regions of the skin are named, but the skin was answered with no.",
    ]
    assert [faults_of(row[0]) for row in TABLE] == [[]] * len(TABLE)


@given(st.sets(st.sampled_from(CODES)))
def test_one_more_yes_never_makes_it_less_grave(yes):
    def gravest(codes):
        return min((each.tier for each in raised(answers(*codes))), default="T9")

    assert all(gravest(yes) <= gravest(fewer) for fewer in combinations(yes, max(0, len(yes) - 1)))


@pytest.mark.parametrize(
    ("systolic", "diastolic", "expected"),
    [(180, 70, "stop"), (120, 110, "stop"), (179, 109, "care"), (160, 70, "care"), (120, 100, "care"),
     (159, 99, "fine"), (None, None, "unknown"), (190, None, "unknown")],
)  # fmt: skip
def test_the_worse_of_two_pressures_decides(systolic, diastolic, expected):
    assert pressure_of(Reading(systolic, diastolic)) == expected


def test_pressure_stops_today_cares_or_raises_nothing():
    assert raised_by_pressure([Reading(185, 95)]) == Raised("BP_HIGH", T1)
    assert raised_by_pressure([Reading(165, 95)]) == Raised("BP_HIGH", T2)
    assert raised_by_pressure([Reading(120, 80)]) is None
    assert raised_by_pressure([]) is None


def test_pressure_taken_again_counts_and_a_reading_without_it_does_not():
    assert raised_by_pressure([Reading(185, 95), Reading(165, 95)]) == Raised("BP_HIGH", T2)
    assert raised_by_pressure([Reading(185, 95), Reading(heart_rate=70)]) == Raised("BP_HIGH", T1)


def test_the_practice_sets_its_limits():
    assert pressure_of(Reading(150, 80), PressureLimits(stop_systolic=150)) is Pressure.STOP


@pytest.mark.parametrize(
    ("reading", "faults"),
    [
        (Reading(), ["Give at least one number."]),
        (Reading(systolic=120), ["Blood pressure needs both numbers."]),
        (Reading(80, 90), ["The upper pressure must be higher than the lower one."]),
        (Reading(301, 90), ["Upper pressure: give a whole number from 50 to 300."]),
        (Reading(tension=11), ["Tension: give a whole number from 0 to 10."]),
        (Reading(120, 80, 70, 14, 5), []),
        (Reading(heart_rate=70), []),
    ],
)
def test_readings_that_cannot_be_are_told(reading, faults):
    assert faults_of_reading(reading) == faults


def test_the_fall_from_before_to_after_leaves_out_what_was_not_taken_twice():
    assert fall(Reading(134, 80, 82), Reading(124, 82)) == Reading(10, -2)


def test_every_flag_is_one_of_the_catalogue_with_a_tier_that_it_may_have():
    flags = [each for row in TABLE for each in raised(row[0])]
    flags += [raised_by_pressure([Reading(185, 95)]), raised_by_pressure([Reading(165, 95)])]
    assert [each for each in flags if each.tier not in CATALOGUE[each.code].tiers] == []
