"""Maps of a course: regions in the order of the nerve's path, the furthest level by session, the direction in words."""

import pytest

from practice.desk.charts.levels import direction_words, first_and_last, heat_map, shows_saddle
from practice.visits.body_map import Painted, Quality, Side


def at(*regions, side=Side.LEFT, intensity=6):
    return [Painted(region, side, Quality.ACHE, intensity) for region in regions]


PATH = ("buttock", "thigh_posterior", "knee_posterior")


def test_regions_stand_in_the_order_of_the_path_and_the_empty_is_empty():
    drawn = heat_map([("S1", at("sole", "buttock")), ("S2", [*at("buttock", intensity=2), *at("groin")])])
    assert [words for words, _ in drawn.rows] == ["buttock, left", "sole, left", "groin, left"]
    assert [[cell.words for cell in cells] for _, cells in drawn.rows] == [["6", "2"], ["6", ""], ["", "6"]]
    assert (drawn.sessions, drawn.levels) == (["S1", "S2"], ["5", "1"])


@pytest.mark.parametrize(
    ("maps", "words"),
    [
        ([at("sole"), at(*PATH)], "Furthest level 5 → 3: centralising."),
        ([at("buttock"), at("sole")], "Furthest level 1 → 5: moving further down."),
        ([at("sole"), at("buttock"), at("sole")], "Furthest level 5, foot: unchanged."),
        ([at("buttock")], "Furthest level 1, buttock: the first map."),
        ([at("groin")], "Nothing is painted on the path of the nerve."),
    ],
)
def test_the_direction_is_said(maps, words):
    assert direction_words([(f"S{number}", painted) for number, painted in enumerate(maps, 1)]) == words


def test_the_first_and_the_latest_map_are_drawn_and_the_front_only_when_needed():
    behind = first_and_last([("S1", at("sole")), ("S2", at(*PATH)), ("S3", at("buttock"))])
    assert [(one.session, one.words, len(one.views)) for one in behind] == [
        ("S1", "foot, level 5", 1),
        ("S3", "buttock, level 1", 1),
    ]
    (only,) = first_and_last([("S1", at("foot_dorsum"))])
    assert [len(hurts) for _, hurts in only.views] == [0, 1]


def test_a_painted_saddle_area_is_noticed():
    assert shows_saddle([("S1", at("buttock")), ("S2", at("saddle", side=Side.CENTRE))])
    assert not shows_saddle([("S1", at("buttock"))])
