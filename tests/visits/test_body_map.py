"""Regions, levels, branch and consistency of the body map (clinical.md 4.2)."""

import pytest

from practice.visits.body_map import (
    PROMPT_SENTENCES,
    REGIONS,
    Branch,
    Painted,
    Prompt,
    Quality,
    Side,
    branch_of,
    distal_level,
    fault_of,
    prompts,
)

LEVELS = {
    "low_back": 0, "sacrum": 0, "buttock": 1, "hip_lateral": 1, "thigh_posterior": 2, "thigh_lateral": 2,
    "knee_posterior": 3, "leg_lateral": 4, "calf_posterior": 4, "foot_dorsum": 5, "heel": 5, "sole": 5,
    "thigh_anterior": None, "groin": None, "leg_anterior": None, "abdomen": None, "saddle": None,
}  # fmt: skip
PERONEAL, TIBIAL = {"leg_lateral", "foot_dorsum"}, {"calf_posterior", "heel", "sole"}


def paint(*regions, side=Side.LEFT):
    return [Painted(each, Side.CENTRE if each in {"sacrum", "saddle"} else side, Quality.ACHE, 4) for each in regions]


def test_regions_and_levels_are_the_stated_ones():
    assert {name: region.level for name, region in REGIONS.items()} == LEVELS
    assert {name for name, region in REGIONS.items() if region.branch is Branch.PERONEAL} == PERONEAL
    assert {name for name, region in REGIONS.items() if region.branch is Branch.TIBIAL} == TIBIAL


@pytest.mark.parametrize("region", LEVELS)
def test_one_region_gives_its_own_level_and_branch(region):
    expected = "peroneal" if region in PERONEAL else "tibial" if region in TIBIAL else "none_below_knee"
    assert (distal_level(paint(region)), branch_of(paint(region))) == (LEVELS[region], expected)


def test_the_furthest_region_decides_the_level_and_each_side_has_its_own():
    entries = [*paint("low_back", "sole"), *paint("buttock", side=Side.RIGHT), *paint("sacrum")]
    assert distal_level(entries) == distal_level(entries, Side.LEFT) == 5
    assert distal_level(entries, Side.RIGHT) == 1
    assert distal_level([]) is None
    assert branch_of([*paint("sole"), *paint("foot_dorsum", side=Side.RIGHT)]) is Branch.BOTH
    assert branch_of([*paint("sole"), *paint("foot_dorsum", side=Side.RIGHT)], Side.RIGHT) is Branch.PERONEAL


@pytest.mark.parametrize(
    ("entries", "leg_pain", "expected"),
    [
        ([], 0, []),
        ([], None, []),
        (paint("buttock"), 1, [Prompt.LEG_SCORE_WITHOUT_REGION]),
        (paint("thigh_posterior"), 1, []),
        (paint("thigh_posterior"), 0, [Prompt.REGION_WITHOUT_LEG_SCORE]),
        (paint("thigh_posterior"), None, []),
        (paint("low_back"), 0, []),
        (paint("saddle"), 0, [Prompt.SADDLE]),
        (paint("groin"), 0, [Prompt.OTHER_ORIGIN]),
        (paint("thigh_anterior", "leg_anterior"), None, [Prompt.OTHER_ORIGIN]),
        (paint("calf_posterior") + paint("heel", side=Side.RIGHT), 4, [Prompt.BOTH_LEGS]),
        (paint("calf_posterior") + paint("buttock", side=Side.RIGHT), 4, []),
        (paint("groin", "saddle"), 3, [Prompt.SADDLE, Prompt.OTHER_ORIGIN, Prompt.LEG_SCORE_WITHOUT_REGION]),
    ],
)
def test_what_a_map_asks(entries, leg_pain, expected):
    assert prompts(entries, leg_pain) == expected


def test_every_prompt_has_a_sentence():
    assert set(PROMPT_SENTENCES) == set(Prompt)


@pytest.mark.parametrize(
    ("painted", "sentence"),
    [
        (Painted("elbow", Side.LEFT, Quality.ACHE, 3), "This region is not on the body map."),
        (Painted("saddle", Side.LEFT, Quality.NUMB, 3), "The saddle area is centre."),
        (Painted("sole", Side.CENTRE, Quality.NUMB, 3), "The sole is left or right."),
        (Painted("sole", Side.LEFT, Quality.NUMB, 11), "Intensity of the sole: give a whole number from 0 to 10."),
        (Painted("low_back", Side.CENTRE, Quality.ACHE, 0), None),
    ],
)
def test_an_entry_that_cannot_be_is_told(painted, sentence):
    assert fault_of(painted) == sentence
