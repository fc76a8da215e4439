"""Panels: a value lies where the scale puts it, the change that matters is shaded on its side, a rest breaks the line."""

from dataclasses import replace

import pytest

from practice.desk.charts.panels import LOW, WIDE, Series, Sessions, Wanted, sheet, target
from practice.visits.definitions import DEFAULTS

LEG, PSFS, RMDQ = DEFAULTS["NPRS_LEG"], DEFAULTS["PSFS"], DEFAULTS["RMDQ"]


def panel_of(values, *, definition=LEG, baseline=None, breaks=(), series=None):
    lines = series or [Series("is-before", "before", values, has_numbers=True)]
    drawn = sheet([Wanted("Leg", definition, lines, baseline)], Sessions(["S1", "S2", "S3", "S4"], {}, breaks))
    return drawn, drawn.panels[0]


@pytest.mark.parametrize(
    ("definition", "baseline", "aim"),
    [(LEG, 7, 4.9), (LEG, 5, 3), (LEG, 1, None), (PSFS, 3, 5), (PSFS, 9, None), (RMDQ, 14, 9), (RMDQ, 3, None)],
)
def test_the_change_that_matters_needs_points_and_percent(definition, baseline, aim):
    assert target(definition, baseline) == (None if aim is None else pytest.approx(aim))


def test_a_measure_without_a_change_that_matters_has_none():
    assert target(replace(LEG, mic_abs=None, mic_pct=None), 7) is None
    assert target(DEFAULTS["SLEEP"], 7) is None


def test_a_value_lies_where_the_scale_puts_it():
    _, panel = panel_of({0: 10, 1: 5, 3: 0})
    assert [dot.y for dot in panel.lines[0].dots] == [panel.top, panel.top + LOW / 2, panel.bottom]
    xs = [dot.x for dot in panel.lines[0].dots]
    assert xs == sorted(xs) and WIDE.left < xs[0] and xs[-1] < WIDE.width - WIDE.right
    assert [dot.words for dot in panel.lines[0].dots] == ["10", "5", "0"]


def test_what_was_not_measured_has_no_point_and_is_never_filled_in():
    drawn, panel = panel_of({0: 7, 3: 4})
    assert len(panel.lines[0].dots) == 2 and len(drawn.columns) == 4


def test_no_line_is_drawn_through_a_rest():
    drawn, panel = panel_of({0: 7, 1: 6, 2: 5, 3: 4}, breaks=(2,))
    assert [piece.count("L") for piece in panel.lines[0].pieces] == [1, 1]
    assert len(panel.lines[0].dots) == 4
    assert drawn.columns[1][0] < drawn.rests[0] < drawn.columns[2][0]


def test_the_band_lies_on_the_good_side():
    _, falling = panel_of({0: 7}, baseline=7)
    assert falling.band.y + falling.band.height == pytest.approx(falling.bottom) and falling.band.words == "≤ 4.9"
    _, rising = panel_of({0: 3}, definition=PSFS, baseline=3)
    assert rising.band.y == pytest.approx(rising.top) and rising.band.words == "≥ 5"
    _, full = panel_of({0: 1}, baseline=1)
    assert full.band is None


def test_words_at_the_ends_of_lines_do_not_touch():
    series = [Series("is-before", "before", {0: 3}), Series("is-after", "after", {0: 3})]
    _, panel = panel_of({}, series=series)
    assert abs(panel.lines[0].word_y - panel.lines[1].word_y) >= 12
    assert [line.word for line in panel.lines] == ["before", "after"]


def test_pairs_join_what_was_taken_at_one_visit():
    before = Series("is-before", "before", {0: 8, 1: 7}, is_joined=False)
    after = Series("is-after", "after", {1: 5}, is_joined=False)
    drawn = sheet([Wanted("Pressure", LEG, [before, after], is_paired=True)], Sessions(["S1", "S2"]))
    (pair,) = drawn.panels[0].pairs
    assert pair[0] == drawn.columns[1][0] and pair[1] < pair[2]
    assert all(not line.pieces for line in drawn.panels[0].lines)
