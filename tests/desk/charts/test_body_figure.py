"""The figure of the body: every place of the map once, on its side, inside the body, and big enough to be met."""

import re

import pytest

from practice.desk.charts.body_figure import FIGURES, HEIGHT, PLACES, WIDTH, View, hurts, strength
from practice.visits.body_map import REGIONS, Painted, Quality, Side

BACK, FRONT = FIGURES


def box(outline):
    numbers = [float(each) for each in re.findall(r"-?[\d.]+", outline)]
    return min(numbers[::2]), max(numbers[::2]), min(numbers[1::2]), max(numbers[1::2])


def test_every_place_of_the_map_is_drawn_once():
    wanted = {(name, side) for name, region in REGIONS.items() for side in region.sides}
    assert len(PLACES) == len(set(PLACES)) and set(PLACES) == wanted


def test_left_is_left_from_the_back_and_right_from_the_front():
    for figure, left_is_first in ((BACK, True), (FRONT, False)):
        sides = {shape.side: shape.at[0] for shape in figure.shapes if shape.region in {"buttock", "groin"}}
        assert (sides[Side.LEFT] < WIDTH / 2 < sides[Side.RIGHT]) is left_is_first


@pytest.mark.parametrize(
    "shape", [shape for figure in FIGURES for shape in figure.shapes], ids=lambda shape: shape.place
)
def test_each_place_lies_in_the_drawing_and_can_be_met(shape):
    left, right, top, bottom = box(shape.outline)
    assert left >= 0 and right <= WIDTH and top >= 0 and bottom <= HEIGHT
    assert (right - left) * (bottom - top) >= 100


def test_what_is_painted_is_drawn_where_it_lies_with_its_strength():
    painted = [Painted("sole", Side.LEFT, Quality.NUMB, 8), Painted("groin", Side.RIGHT, Quality.ACHE, 2)]
    (behind,), (before,) = hurts(BACK, painted), hurts(FRONT, painted)
    assert (behind.shape.words, behind.css, before.shape.words, before.css) == (
        "sole, left",
        "is-strong",
        "groin, right",
        "is-light",
    )
    assert (BACK.view, FRONT.view) == (View.BACK, View.FRONT)


def test_three_strengths_are_told_apart():
    assert [strength(value) for value in (0, 3, 4, 6, 7, 10)] == [
        *["is-light"] * 2, *["is-middling"] * 2, *["is-strong"] * 2
    ]  # fmt: skip
