"""The code of an episode is derived from side and first back pain (clinical.md 7); the six stories say what comes out."""

import pytest

from practice.treatment_plans.diagnosis import Side, icd_codes


@pytest.mark.parametrize(
    ("side", "back", "expected"),
    [
        ("left", 5, ("M54.42",)),  # A, and D with back 4
        ("right", 4, ("M54.41",)),  # B, and C with back 3
        ("left", 4, ("M54.42",)),
        ("right", 6, ("M54.41",)),  # E
        ("left", 0, ("M54.32",)),  # F: leg only
        ("right", 0, ("M54.31",)),
        ("left", 1, ("M54.42",)),
        ("bilateral", 0, ("M54.31", "M54.32")),
        ("bilateral", 3, ("M54.41", "M54.42")),
        ("left", None, ()),
    ],
)
def test_the_code_of_an_episode(side, back, expected):
    assert icd_codes(Side(side), back) == expected
