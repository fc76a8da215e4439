"""What each answer of the form raises, and what several raise together."""

from datetime import date

import pytest

from practice.safety.answering import Attestation, age_on, flags_of, missing_answers, unknown_answers
from practice.safety.catalogue import CATALOGUE, T0, T1, T2, T3
from practice.safety.questions import FORM, FORMS
from tests.safety.forms import BORN_ON, TODAY, answers

SINGLE = {
    "urine": ("CES_BLADDER", T0),
    "bowel": ("CES_BOWEL", T0),
    "saddle": ("CES_SADDLE", T0),
    "intimate": ("CES_SEXUAL", T0),
    "foot_drop": ("MOTOR_SEVERE", T0),
    "weaker": ("MOTOR_PROGRESS", T0),
    "cord": ("CORD_SIGNS", T0),
    "chest": ("CARDIAC", T0),
    "vessel": ("VASCULAR", T0),
    "calf": ("DVT_SUSPECT", T0),
    "cancer": ("CANCER_HX", T1),
    "weight_night": ("WEIGHT_NIGHT", T1),
    "fever": ("INFECTION", T1),
    "infection": ("INFECTION", T1),
    "accident": ("FRACTURE", T1),
    "shape": ("FRACTURE", T1),
    "weak_bones": ("OSTEOPOROSIS", T2),
    "clot": ("DVT_KNOWN", T1),
    "heart": ("CARDIAC", T1),
    "thinner": ("ANTICOAG", T2),
    "spine_surgery": ("SURGERY_RECENT", T1),
    "surgery": ("SURGERY_RECENT", T1),
    "numb_feet": ("DIABETES_NEURO", T2),
    "implant": ("IMPLANT", T2),
    "epilepsy": ("EPILEPSY", T2),
    "allergy": ("ALLERGY", T2),
    "latex": ("LATEX", T2),
    "pregnant": ("PREG", T2),
    "no_better": ("NO_IMPROVE", T2),
    "worry": ("YELLOW", T2),
}
NOTHING_ALONE = {
    "cancer_new",
    "back",
    "small_fall",
    "central_pain",
    "bleeding",
    "pregnancy_risk",
    "pregnancy_alarm",
    "first_time",
}
TOGETHER = [
    ({"legs": "spread"}, {("CES_BILATERAL", T1)}),
    ({"legs": "both"}, {("CES_BILATERAL", T1)}),
    ({"legs": "both", "saddle": "yes"}, {("CES_BILATERAL", T0), ("CES_SADDLE", T0)}),
    ({"cancer": "yes", "cancer_new": "yes"}, {("CANCER_HX", T1), ("CANCER_SPINE", T1)}),
    (
        {"cancer": "yes", "cancer_new": "yes", "foot_drop": "yes"},
        {("CANCER_HX", T1), ("CANCER_SPINE", T0), ("MOTOR_SEVERE", T0)},
    ),
    ({"fever": "yes", "back": "yes"}, {("INFECTION", T0)}),
    ({"small_fall": "yes", "weak_bones": "yes"}, {("FRACTURE", T1), ("OSTEOPOROSIS", T2)}),
    ({"accident": "yes", "weaker": "yes"}, {("FRACTURE", T0), ("MOTOR_PROGRESS", T0)}),
    ({"weak_bones": "yes", "central_pain": "yes"}, {("OSTEOPOROSIS", T1)}),
    ({"thinner": "yes", "bleeding": "yes"}, {("ANTICOAG", T1)}),
    ({"pregnant": "yes", "pregnancy_risk": "yes"}, {("PREG", T2), ("PREG_RISK", T1)}),
    ({"pregnant": "yes", "pregnancy_alarm": "yes"}, {("PREG", T2), ("PREG_RISK", T0)}),
    ({"heart": "yes", "chest": "yes"}, {("CARDIAC", T0)}),
    ({"skin": "local"}, {("SKIN_LOCAL", T3)}),
    ({"skin": "contagious"}, {("SKIN_LOCAL", T1)}),
]


def raised(given, born_on=BORN_ON, on=TODAY):
    return {(each.code, each.tier) for each in flags_of(FORM.version, answers(**given), born_on=born_on, on=on)}


@pytest.mark.parametrize("key", SINGLE)
def test_a_single_yes_raises_its_flag(key):
    assert raised({key: "yes"}) == {SINGLE[key]}


def test_every_question_is_in_the_tables_and_no_other():
    in_tables = set(SINGLE) | NOTHING_ALONE | {"legs", "skin"}
    assert set(FORM.questions) == in_tables


@pytest.mark.parametrize("key", sorted(NOTHING_ALONE))
def test_some_answers_raise_nothing_alone(key):
    assert raised({key: "yes"}) == set()


@pytest.mark.parametrize(("given", "wanted"), TOGETHER)
def test_what_answers_raise_together(given, wanted):
    assert raised(given) == wanted


def test_all_no_raises_nothing():
    assert raised({}) == set()


@pytest.mark.parametrize(
    ("born_on", "first_time", "wanted"),
    [
        (date(2010, 11, 25), "no", {("MINOR", T1)}),
        (date(2010, 11, 24), "no", {("MINOR", T2)}),
        (date(2008, 11, 24), "no", set()),
        (date(2006, 11, 25), "yes", {("AGE_ONSET", T2)}),
        (date(2006, 11, 24), "yes", set()),
        (date(1971, 11, 24), "yes", set()),
        (date(1970, 11, 24), "yes", {("AGE_ONSET", T2)}),
        (date(1970, 11, 24), "no", set()),
        (None, "yes", set()),
    ],
)
def test_age_raises_flags_at_its_limits(born_on, first_time, wanted):
    assert raised({"first_time": first_time}, born_on) == wanted


def test_age_with_a_second_flag_blocks():
    assert raised({"first_time": "yes", "thinner": "yes"}, date(1968, 1, 1)) == {("AGE_ONSET", T1), ("ANTICOAG", T2)}


@pytest.mark.parametrize(
    ("born_on", "on", "age"),
    [(date(2008, 2, 29), date(2026, 2, 28), 17), (date(2008, 2, 29), date(2026, 3, 1), 18)],
)
def test_who_is_born_on_a_leap_day_has_a_birthday(born_on, on, age):
    assert age_on(born_on, on) == age


def test_open_and_unknown_answers_are_named():
    given = answers(urine="perhaps", skin="local") | {"planted": "yes"}
    del given["calf"]
    assert missing_answers(FORM.version, given) == ["urine", "calf"]
    assert unknown_answers(FORM.version, given) == ["planted"]
    assert missing_answers(FORM.version, answers()) == []


@pytest.mark.parametrize(("seen_on", "counts"), [(date(2026, 8, 26), True), (date(2026, 8, 25), False), (TODAY, True)])
def test_a_doctors_word_counts_for_ninety_days(seen_on, counts):
    assert Attestation("Dr Pell", seen_on).counts_on(TODAY) is counts


def test_a_word_from_tomorrow_does_not_count():
    assert not Attestation("Dr Pell", date(2026, 11, 25)).counts_on(TODAY)


def test_every_trigger_names_a_question_an_answer_and_a_flag():
    for form in FORMS.values():
        for trigger in form.triggers:
            assert trigger.answer in form.questions[trigger.key].values
            assert (trigger.tier or CATALOGUE[trigger.code].tier) in CATALOGUE[trigger.code].tiers
