"""The life of a clearance: every step that is allowed, and every other one refused by name."""

from datetime import date
from itertools import product

import pytest

from practice.safety.catalogue import Clinician
from practice.safety.clearing import WHY_NOT, ClearanceState, latest_end, may_step, not_theirs_to_clear

S = ClearanceState
ALLOWED = {
    (S.REQUESTED, S.RECEIVED),
    (S.REQUESTED, S.REFUSED),
    (S.REQUESTED, S.WITHDRAWN),
    (S.REQUESTED, S.LAPSED),
    (S.RECEIVED, S.VALID),
    (S.RECEIVED, S.REFUSED),
    (S.RECEIVED, S.WITHDRAWN),
    (S.VALID, S.VOIDED),
    (S.LAPSED, S.RECEIVED),
}


@pytest.mark.parametrize(("before", "after"), list(product(S, S)))
def test_each_step_is_allowed_or_refused_with_words(before, after):
    assert may_step(before, after) is ((before, after) in ALLOWED)
    assert WHY_NOT[before].endswith(".")


def test_nothing_is_valid_before_it_was_read():
    assert not may_step(S.REQUESTED, S.VALID)


@pytest.mark.parametrize(
    ("codes", "end"),
    [
        (["CANCER_HX"], date(2027, 5, 23)),
        (["CANCER_HX", "PREG"], date(2026, 12, 24)),
        (["EPILEPSY"], None),
        ([], None),
    ],
)
def test_a_clearance_lasts_as_long_as_the_shortest_of_its_flags(codes, end):
    assert latest_end(codes, date(2026, 11, 24)) == end


def test_flags_that_are_not_theirs_are_named():
    assert not_theirs_to_clear(Clinician.MIDWIFE, ["PREG", "FRACTURE"]) == ["FRACTURE"]
