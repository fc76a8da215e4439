"""Every flag of the catalogue: its tier, life, who clears it and the sources it rests on."""

import pytest

from practice.safety.catalogue import (
    CATALOGUE,
    HEAVIER_WITH_NEURO_SIGN,
    NEURO_SIGNS,
    T0,
    T1,
    T2,
    T3,
    Clinician,
    Raised,
    may_clear,
    settled,
    usual,
)

# code: tiers it may have, days a clearance lasts (0: over with the day), numbers of the sources
TABLE = {
    "CES_BLADDER": ((T0,), 90, (4, 12)),
    "CES_BOWEL": ((T0,), 90, (12,)),
    "CES_SADDLE": ((T0,), 90, (12,)),
    "CES_SEXUAL": ((T0,), 90, (13,)),
    "CES_BILATERAL": ((T0, T1), 90, (4,)),
    "MOTOR_SEVERE": ((T0,), 60, (4,)),
    "MOTOR_PROGRESS": ((T0,), 60, (12,)),
    "CORD_SIGNS": ((T0,), 90, (13,)),
    "CANCER_SPINE": ((T0, T1), 60, (4, 14)),
    "CANCER_HX": ((T1,), 180, (12,)),
    "WEIGHT_NIGHT": ((T1,), 90, (12,)),
    "INFECTION": ((T0, T1), 30, (12,)),
    "FRACTURE": ((T0, T1), 90, (12,)),
    "DVT_SUSPECT": ((T0,), 30, (15, 16)),
    "DVT_KNOWN": ((T1,), 30, (15,)),
    "VASCULAR": ((T0,), 90, (4,)),
    "CARDIAC": ((T0, T1), 90, (17,)),
    "BP_HIGH": ((T1, T2), 0, ()),
    "AGE_ONSET": ((T1, T2), 180, (12, 13)),
    "NO_IMPROVE": ((T1, T2), 90, (12, 18)),
    "ANTICOAG": ((T1, T2), 180, (16,)),
    "OSTEOPOROSIS": ((T1, T2), 180, (12,)),
    "PREG": ((T2,), 30, (19,)),
    "PREG_RISK": ((T0, T1), 30, (19, 20)),
    "SURGERY_RECENT": ((T1,), 60, ()),
    "DIABETES_NEURO": ((T2,), None, ()),
    "SKIN_LOCAL": ((T1, T3), 30, (17,)),
    "IMPLANT": ((T2,), None, ()),
    "EPILEPSY": ((T2,), None, ()),
    "ALLERGY": ((T2,), None, ()),
    "LATEX": ((T2,), None, ()),
    "FEVER_ACUTE": ((T1,), 0, (17,)),
    "INTOXICATED": ((T1,), 0, (17,)),
    "YELLOW": ((T2,), None, (21,)),
    "MINOR": ((T1, T2), 180, (1,)),
}


@pytest.mark.parametrize("code", TABLE)
def test_each_code_is_as_the_rules_say(code):
    kind = CATALOGUE[code]
    assert (tuple(sorted(kind.tiers)), kind.life_days, kind.basis) == TABLE[code]


def test_there_is_no_other_code():
    assert set(CATALOGUE) == set(TABLE)


@pytest.mark.parametrize(
    ("clinician", "code", "counts"),
    [
        (Clinician.PHYSICIAN, "CES_SADDLE", True),
        (Clinician.NURSE_PRACTITIONER, "FRACTURE", True),
        (Clinician.MIDWIFE, "PREG", True),
        (Clinician.MIDWIFE, "PREG_RISK", True),
        (Clinician.OBSTETRICIAN, "PREG", True),
        (Clinician.MIDWIFE, "CES_SADDLE", False),
        (Clinician.ONCOLOGY_TEAM, "CANCER_HX", True),
        (Clinician.NURSE_PRACTITIONER, "CANCER_HX", False),
        (Clinician.NURSE_PRACTITIONER, "CANCER_SPINE", False),
        (Clinician.PRESCRIBER, "ANTICOAG", True),
        (Clinician.PRESCRIBER, "DVT_KNOWN", True),
        (Clinician.PRESCRIBER, "DVT_SUSPECT", True),
        (Clinician.PRESCRIBER, "FRACTURE", False),
        (Clinician.ONCOLOGY_TEAM, "DVT_KNOWN", False),
    ],
)
def test_only_those_named_may_clear(clinician, code, counts):
    assert may_clear(clinician, code) is counts


@pytest.mark.parametrize("code", sorted(HEAVIER_WITH_NEURO_SIGN))
@pytest.mark.parametrize("sign", sorted(NEURO_SIGNS))
def test_with_a_sign_of_a_nerve_it_is_an_emergency(code, sign):
    assert settled([usual(code)]) == (usual(code),)
    assert {each.tier for each in settled([usual(code), usual(sign)])} == {T0}
    assert settled([usual(code)], [usual(sign)]) == (Raised(code, T0),)


@pytest.mark.parametrize("second", sorted(set(CATALOGUE) - {"AGE_ONSET", "MINOR", "YELLOW", "SKIN_LOCAL"}))
def test_an_unusual_age_weighs_more_with_a_second_flag(second):
    assert settled([usual("AGE_ONSET")], [usual(second)]) == (Raised("AGE_ONSET", T1),)


@pytest.mark.parametrize("second", ["MINOR", "YELLOW", "SKIN_LOCAL"])
def test_age_mood_and_skin_are_no_second_flag(second):
    assert settled([usual("AGE_ONSET")], [usual(second)]) == (usual("AGE_ONSET"),)


def test_a_tier_is_only_made_heavier():
    assert settled([Raised("CES_BILATERAL", T0)]) == (Raised("CES_BILATERAL", T0),)
