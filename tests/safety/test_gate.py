"""The gate as a table: every branch, on both sides of its border, with both sentences."""

from dataclasses import replace
from datetime import date, timedelta

import pytest

from practice.safety.catalogue import CATALOGUE, T0, T1, T2, T3
from practice.safety.clearing import ClearanceKind
from practice.safety.gate import Asked, Care, Cover, Edition, Missing, OpenFlag, Policy, SafetyFacts, judge_visit

TODAY, ON = date(2026, 11, 24), date(2026, 12, 1)
CLEAR = SafetyFacts(screened_on=TODAY, has_baseline=True)
BOOKING = Asked(Care.HANDS_ON, ON, TODAY)
START = Asked(Care.HANDS_ON, TODAY, TODAY, is_starting=True)
BLOCK, EMERGENCY = OpenFlag(1, "CANCER_HX", T1), OpenFlag(2, "CES_SADDLE", T0)
PREGNANT = OpenFlag(3, "PREG", T2)


def with_flags(*flags: OpenFlag, **more) -> SafetyFacts:
    return replace(CLEAR, flags=flags, **more)


def cover(flag: OpenFlag, until: date, since: date = TODAY, kind: ClearanceKind = ClearanceKind.DOCUMENT) -> Cover:
    return Cover(flag.id, kind, since, until)


def said(asked: Asked, facts: SafetyFacts) -> tuple[list[str], str | None]:
    judged = judge_visit(asked, facts)
    return [finding.code for finding in judged.refusals], judged.tentative_because


STRICT = Edition(date(2000, 1, 1))
RELAXED = Edition(date(2000, 1, 1), Policy.RISK_BASED)
NOTED = Edition(date(2000, 1, 1), needs_pregnancy_note=True)
DAY = timedelta(days=1)

CASES = {
    "all is well": (BOOKING, CLEAR, [], None),
    "nothing is known": (BOOKING, SafetyFacts(), [], Missing.FORMS),
    "nothing is known at the start": (START, SafetyFacts(), ["screening_required", "baseline_required"], None),
    "the form is 90 days old": (BOOKING, replace(CLEAR, screened_on=TODAY - 90 * DAY), [], None),
    "the form is 91 days old": (BOOKING, replace(CLEAR, screened_on=TODAY - 91 * DAY), [], Missing.FORMS),
    "an old form at the start": (START, replace(CLEAR, screened_on=TODAY - 91 * DAY), ["screening_required"], None),
    "age of the form is judged today": (replace(BOOKING, on=TODAY + 200 * DAY), CLEAR, [], None),
    "no doctor's word": (BOOKING, replace(CLEAR, has_baseline=False), [], Missing.FORMS),
    "no doctor's word at the start": (START, replace(CLEAR, has_baseline=False), ["baseline_required"], None),
    "no word is needed by risk": (BOOKING, SafetyFacts(TODAY, editions=(RELAXED,)), [], None),
    "the start by risk": (START, SafetyFacts(TODAY, editions=(RELAXED,)), [], None),
    "a block refuses": (BOOKING, with_flags(BLOCK), ["clearance_required"], None),
    "a block by risk": (BOOKING, with_flags(BLOCK, editions=(RELAXED,)), ["clearance_required"], None),
    "an emergency refuses": (BOOKING, with_flags(EMERGENCY), ["emergency_hold"], None),
    "both are named": (BOOKING, with_flags(BLOCK, EMERGENCY), ["emergency_hold", "clearance_required"], None),
    "covered to the day": (BOOKING, with_flags(BLOCK, covers=(cover(BLOCK, ON),)), [], None),
    "covered to the day before": (BOOKING, with_flags(BLOCK, covers=(cover(BLOCK, ON - DAY),)), [], Missing.CLEARANCE),
    "ran out yesterday": (
        BOOKING,
        with_flags(BLOCK, covers=(cover(BLOCK, TODAY - DAY, TODAY - 9 * DAY),)),
        ["clearance_required"],
        None,
    ),
    "ran out, at the start": (
        START,
        with_flags(BLOCK, covers=(cover(BLOCK, TODAY - DAY, TODAY - 9 * DAY),)),
        ["clearance_required"],
        None,
    ),
    "its last day, at the start": (START, with_flags(BLOCK, covers=(cover(BLOCK, TODAY),)), [], None),
    "begins by then": (BOOKING, with_flags(BLOCK, covers=(cover(BLOCK, ON, ON),)), [], None),
    "begins too late": (
        BOOKING,
        with_flags(BLOCK, covers=(cover(BLOCK, ON + DAY, ON + DAY),)),
        ["clearance_required"],
        None,
    ),
    "the client's own word covers nothing": (
        BOOKING,
        with_flags(BLOCK, covers=(cover(BLOCK, ON, kind=ClearanceKind.ATTESTED),)),
        ["clearance_required"],
        None,
    ),
    "another flag's cover": (
        BOOKING,
        with_flags(BLOCK, EMERGENCY, covers=(cover(EMERGENCY, ON),)),
        ["clearance_required"],
        None,
    ),
    "a flag of today only": (BOOKING, with_flags(replace(BLOCK, ends_on=TODAY)), [], None),
    "a flag of today, today": (START, with_flags(replace(BLOCK, ends_on=TODAY)), ["clearance_required"], None),
    "cautions refuse nothing": (START, with_flags(PREGNANT, OpenFlag(4, "SKIN_LOCAL", T3)), [], None),
    "a note in pregnancy": (BOOKING, with_flags(PREGNANT, editions=(NOTED,)), [], Missing.CLEARANCE),
    "a note in pregnancy, at the start": (START, with_flags(PREGNANT, editions=(NOTED,)), ["clearance_required"], None),
    "a note in pregnancy is there": (
        BOOKING,
        with_flags(PREGNANT, editions=(NOTED,), covers=(cover(PREGNANT, ON),)),
        [],
        None,
    ),
    "an answer is awaited before a form": (
        BOOKING,
        replace(with_flags(BLOCK, covers=(cover(BLOCK, ON - DAY),)), screened_on=None),
        [],
        Missing.CLEARANCE,
    ),
    "an assessment can be booked": (replace(BOOKING, care=Care.ASSESSMENT), with_flags(BLOCK, EMERGENCY), [], None),
    "an assessment starts": (replace(START, care=Care.ASSESSMENT), with_flags(BLOCK), [], None),
    "not in an emergency": (replace(START, care=Care.ASSESSMENT), with_flags(EMERGENCY), ["emergency_hold"], None),
    "a call is always possible": (replace(START, care=Care.PHONE), with_flags(EMERGENCY), [], None),
    "nobody registered": (replace(BOOKING, is_registered=False), CLEAR, ["therapist_not_registered"], None),
    "nobody registered for a call": (
        replace(BOOKING, care=Care.PHONE, is_registered=False),
        CLEAR,
        ["therapist_not_registered"],
        None,
    ),
}


@pytest.mark.parametrize("case", CASES)
def test_the_gate_says(case):
    asked, facts, refusals, tentative = CASES[case]
    assert said(asked, facts) == (refusals, tentative)


def test_the_policy_of_the_day_is_asked():
    later = replace(RELAXED, effective_on=TODAY + DAY)
    facts = SafetyFacts(TODAY, editions=(STRICT, later))
    assert said(BOOKING, facts) == ([], Missing.FORMS)
    assert said(replace(BOOKING, today=TODAY + DAY), facts) == ([], None)


def test_cautions_are_told():
    assert judge_visit(START, with_flags(PREGNANT, BLOCK)).alerts == (PREGNANT,)


@pytest.mark.parametrize("code", sorted(CATALOGUE))
@pytest.mark.parametrize("tier", [T0, T1])
def test_the_desk_never_hears_what_it_is(code, tier):
    (finding,) = judge_visit(BOOKING, with_flags(OpenFlag(1, code, tier))).refusals
    title = CATALOGUE[code].title.lower()
    assert title in finding.clinical_sentence
    assert title not in finding.sentence.lower()
    assert code not in finding.sentence
