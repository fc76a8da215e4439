"""The catalogue of flags: what raises each, how heavy it weighs, who may clear it and for how long. Pure data.

Where a number is policy of this product rather than a published rule, a clinician should confirm it.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, replace
from enum import StrEnum


class Tier(StrEnum):
    """How heavy a flag weighs; the smaller the heavier."""

    EMERGENCY = "T0"
    BLOCK = "T1"
    CAUTION = "T2"
    LOCAL = "T3"


class Clinician(StrEnum):
    """Who may write a clearance."""

    PHYSICIAN = "physician"
    NURSE_PRACTITIONER = "nurse_practitioner"
    MIDWIFE = "midwife"
    OBSTETRICIAN = "obstetrician"
    ONCOLOGY_TEAM = "oncology_team"
    PRESCRIBER = "prescriber"


T0, T1, T2, T3 = Tier

DOCTORS = frozenset({Clinician.PHYSICIAN, Clinician.NURSE_PRACTITIONER})
OF_PREGNANCY = DOCTORS | {Clinician.MIDWIFE, Clinician.OBSTETRICIAN}
OF_CANCER = frozenset({Clinician.ONCOLOGY_TEAM, Clinician.PHYSICIAN})
OF_CLOTS = DOCTORS | {Clinician.PRESCRIBER}

SAME_DAY = 0
"""The life of a flag that ends with the day on which it was raised."""


@dataclass(frozen=True, slots=True)
class FlagKind:
    """One row of the catalogue.

    ``tier`` is the lightest that applies, ``may_be`` all that do; ``life_days`` is how long a clearance of it
    lasts unless it says otherwise, None where none is needed. ``group`` names flags whose older clearances a new
    one of them voids. ``basis`` are the numbers of the sources; none means that the rule is this product's policy.
    """

    code: str
    title: str
    tier: Tier
    life_days: int | None
    group: str
    basis: tuple[int, ...] = ()
    may_be: tuple[Tier, ...] = ()
    cleared_by: frozenset[Clinician] = DOCTORS
    advice: str = ""

    @property
    def tiers(self) -> frozenset[Tier]:
        """Return every tier that the flag may have without a person deciding so."""
        return frozenset({self.tier, *self.may_be})

    @property
    def ends_same_day(self) -> bool:
        """Return whether the flag is over with the day."""
        return self.life_days == SAME_DAY


_KINDS = (
    FlagKind("CES_BLADDER", "New trouble passing or holding urine", T0, 90, "cauda_equina", (4, 12)),
    FlagKind("CES_BOWEL", "Loss of bowel control", T0, 90, "cauda_equina", (12,)),
    FlagKind("CES_SADDLE", "Numbness between the legs", T0, 90, "cauda_equina", (12,)),
    FlagKind("CES_SEXUAL", "New loss of genital feeling or function", T0, 90, "cauda_equina", (13,)),
    FlagKind("CES_BILATERAL", "Pain in both legs, sudden or spreading", T1, 90, "cauda_equina", (4,), (T0,)),
    FlagKind("MOTOR_SEVERE", "Foot drop or strength of 3/5 or less", T0, 60, "nerve", (4,)),
    FlagKind("MOTOR_PROGRESS", "Strength falling or gait disturbed", T0, 60, "nerve", (12,)),
    FlagKind("CORD_SIGNS", "Signs of the spinal cord", T0, 90, "nerve", (13,)),
    FlagKind("CANCER_SPINE", "Cancer with new spinal or night pain", T1, 60, "cancer", (4, 14), (T0,), OF_CANCER),
    FlagKind("CANCER_HX", "Past or current cancer", T1, 180, "cancer", (12,), cleared_by=OF_CANCER),
    FlagKind("WEIGHT_NIGHT", "Unexplained weight loss or unrelenting night pain", T1, 90, "cancer", (12,)),
    FlagKind("INFECTION", "Signs or risk of infection", T1, 30, "infection", (12,), (T0,)),
    FlagKind("FRACTURE", "Possible fracture", T1, 90, "fracture", (12,), (T0,)),
    FlagKind("DVT_SUSPECT", "Possible clot in the leg", T0, 30, "clot", (15, 16), cleared_by=OF_CLOTS),
    FlagKind(
        "DVT_KNOWN",
        "Known clot under treatment",
        T1,
        30,
        "clot",
        (15,),
        cleared_by=OF_CLOTS,
        advice="Nothing on the whole leg.",
    ),
    FlagKind("VASCULAR", "Signs of a large vessel", T0, 90, "heart", (4,)),
    FlagKind("CARDIAC", "Chest pain now, or heart attack or stroke within six months", T1, 90, "heart", (17,), (T0,)),
    FlagKind(
        "BP_HIGH", "High blood pressure today", T2, SAME_DAY, "heart", may_be=(T1,), advice="Measure again in 10 min."
    ),
    FlagKind("AGE_ONSET", "First onset under 20 or over 55", T2, 180, "age", (12, 13), (T1,)),
    FlagKind("NO_IMPROVE", "No better after a month of care", T2, 90, "course", (12, 18), (T1,)),
    FlagKind(
        "ANTICOAG",
        "Blood thinner",
        T2,
        180,
        "bleeding",
        (16,),
        (T1,),
        OF_CLOTS,
        "Lighter pressure, no deep friction or cupping, look for bruises.",
    ),
    FlagKind("OSTEOPOROSIS", "Weak bones", T2, 180, "bone", (12,), (T1,), advice="No strong loading in prone."),
    FlagKind(
        "PREG",
        "Pregnant",
        T2,
        30,
        "pregnancy",
        (19,),
        cleared_by=OF_PREGNANCY,
        advice="Record the week, side-lying from the second trimester, no deep work on the leg.",
    ),
    FlagKind("PREG_RISK", "Pregnancy with a warning sign", T1, 30, "pregnancy", (19, 20), (T0,), OF_PREGNANCY),
    FlagKind("SURGERY_RECENT", "Recent operation or spinal injection", T1, 60, "surgery"),
    FlagKind("DIABETES_NEURO", "Reduced feeling", T2, None, "feeling", advice="Limit heat, ice and pressure."),
    FlagKind("SKIN_LOCAL", "Something on the skin", T3, 30, "skin", (17,), (T1,), advice="Leave the region out."),
    FlagKind("IMPLANT", "Pacemaker or nerve stimulator", T2, None, "implant", advice="No electrical modality."),
    FlagKind("EPILEPSY", "Epilepsy", T2, None, "epilepsy", advice="Know what to do in a seizure."),
    FlagKind("ALLERGY", "Allergy", T2, None, "allergy", advice="Check the lubricant."),
    FlagKind("LATEX", "Latex allergy", T2, None, "allergy", advice="No latex gloves."),
    FlagKind("FEVER_ACUTE", "Fever or contagious illness today", T1, SAME_DAY, "today", (17,)),
    FlagKind("INTOXICATED", "Alcohol or drugs today", T1, SAME_DAY, "today", (17,)),
    FlagKind("YELLOW", "Low mood, fear or a dispute about work", T2, None, "yellow", (21,)),
    FlagKind("MINOR", "Under 18", T2, 180, "minor", (1,), (T1,), advice="A guardian consents."),
)

CATALOGUE: Mapping[str, FlagKind] = {kind.code: kind for kind in _KINDS}

NEURO_SIGNS = frozenset(
    {"CES_BLADDER", "CES_BOWEL", "CES_SADDLE", "CES_SEXUAL", "MOTOR_SEVERE", "MOTOR_PROGRESS", "CORD_SIGNS"}
)
"""Signs of a nerve or the cord: with any of them some other flags are emergencies."""

HEAVIER_WITH_NEURO_SIGN = frozenset({"CES_BILATERAL", "CANCER_SPINE", "FRACTURE"})

NO_SECOND_FLAG = frozenset({"AGE_ONSET", "MINOR", "YELLOW"})
"""Codes that do not make an unusual age of onset weigh more: they are about age, or no warning sign."""


@dataclass(frozen=True, slots=True)
class Raised:
    """A flag to be raised: its code, its tier, and the region for one that is about a place on the body."""

    code: str
    tier: Tier
    region: str = ""


def usual(code: str, region: str = "") -> Raised:
    """Return the flag with its lightest tier."""
    return Raised(code, CATALOGUE[code].tier, region)


def settled(raised: Iterable[Raised], beside: Collection[Raised] = ()) -> tuple[Raised, ...]:
    """Return flags with the tiers that follow from one another and from those open *beside* them.

    A tier is only made heavier here.
    """
    flags = tuple(raised)
    together = (*flags, *beside)
    return tuple(replace(flag, tier=min(flag.tier, _tier_among(flag, together))) for flag in flags)


def _tier_among(flag: Raised, together: Iterable[Raised]) -> Tier:
    codes = {each.code for each in together if each.tier is not T3}
    if flag.code in HEAVIER_WITH_NEURO_SIGN and codes & NEURO_SIGNS:
        return T0
    if flag.code == "AGE_ONSET" and codes - NO_SECOND_FLAG:
        return T1
    return flag.tier


def latest_life(codes: Iterable[str]) -> int | None:
    """Return how many days a clearance of these flags lasts at most, by the shortest of them; None for no limit."""
    lives = [life for code in codes if (life := CATALOGUE[code].life_days)]
    return min(lives, default=None)


def may_clear(clinician: Clinician, code: str) -> bool:
    """Return whether a clearance of *clinician* counts for the flag."""
    return clinician in CATALOGUE[code].cleared_by
