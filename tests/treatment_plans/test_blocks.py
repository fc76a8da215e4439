"""Templates as clinical.md 5.1 has them, sessions numbered from blocks, and the caps."""

from dataclasses import replace
from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.treatment_plans.blocks import Block, Shape, checkpoints_every, faults_of, numbered
from practice.treatment_plans.templates import TEMPLATES, suggested

WEEKLY = Block(1, 1, 4, 5, 9)
SHAPE = Shape((WEEKLY,), 60, (4,))


@pytest.mark.parametrize(
    ("code", "sessions", "minutes", "checkpoints", "gaps"),
    [
        ("ACUTE", 6, 45, (3, 6), [(2, 5)] * 4 + [(5, 9)] * 2),
        ("SUBACUTE", 10, 60, (6, 10), [(2, 5)] * 6 + [(5, 9)] * 4),
        ("CHRONIC", 12, 60, (4, 8, 12), [(5, 9)] * 8 + [(11, 17)] * 4),
        ("PREGNANCY", 6, 60, (3, 6), [(5, 16)] * 6),
        ("MAINTAIN", 3, 60, (3,), [(21, 35)] * 3),
    ],
)
def test_the_five_templates(code, sessions, minutes, checkpoints, gaps):
    shape = TEMPLATES[code].shape
    assert (shape.sessions, shape.minutes, shape.checkpoints) == (sessions, minutes, checkpoints)
    assert [(each.gap_min, each.gap_max) for each in numbered(shape)] == gaps
    assert faults_of(shape) == {}


def test_sessions_are_numbered_through_the_blocks():
    found = list(numbered(TEMPLATES["SUBACUTE"].shape))
    assert [each.number for each in found] == list(range(1, 11))
    assert [each.block for each in found] == [0] * 6 + [1] * 4
    assert [each.number for each in found if each.is_checkpoint] == [6, 10]


def test_a_new_version_goes_on_with_the_numbers():
    later = Shape((WEEKLY,), 60, checkpoints_every(2, 10, 7), first_number=7)
    assert [each.number for each in numbered(later)] == [7, 8, 9, 10]
    assert later.checkpoints == (8, 10) and faults_of(later) == {}


def test_a_course_is_said_in_words():
    times = "\u00d7"
    assert TEMPLATES["SUBACUTE"].shape.words == f"10 sessions: 2 a week {times} 3, then 1 a week {times} 4"
    assert TEMPLATES["MAINTAIN"].shape.words == f"3 sessions: 1 every 4 weeks {times} 3"


@pytest.mark.parametrize(
    ("shape", "fields"),
    [
        (Shape((), 60, ()), ["blocks"]),
        (Shape((Block(1, 1, 13, 5, 9),), 60, (13,)), ["blocks"]),
        (Shape((Block(4, 1, 2, 1, 3),), 60, (8,)), ["block_1_times"]),
        (Shape((Block(0, 1, 2, 1, 3),), 60, (8,)), ["block_1_times"]),
        (Shape((Block(1, 1, 4, 0, 9),), 60, (4,)), ["block_1_gap_min"]),
        (Shape((Block(1, 1, 4, 9, 5),), 60, (4,)), ["block_1_gap_min"]),
        (Shape((Block(2, 1, 3, 4, 5),), 60, (6,)), ["block_1_gap_max"]),
        (Shape((Block(1, 4, 3, 5, 9),), 60, (3,)), ["block_1_gap_max"]),
        (Shape((WEEKLY,), 10, (4,)), ["minutes"]),
        (Shape((WEEKLY,), 60, (5,)), ["checkpoints"]),
        (Shape((WEEKLY,), 60, (2,)), ["checkpoints"]),
        (Shape((WEEKLY,), 60, (4, 2)), ["checkpoints"]),
        (Shape((Block(4, 1, 4, 0, 9),), 10, ()), ["block_1_times", "block_1_gap_min", "blocks", "minutes"]),
    ],
)
def test_every_fault_of_a_course_is_named_at_once(shape, fields):
    assert sorted(faults_of(shape)) == sorted(fields)


@given(
    st.lists(
        st.builds(
            Block, st.integers(1, 3), st.integers(1, 4), st.integers(1, 6), st.integers(1, 30), st.integers(1, 60)
        ),
        min_size=1,
        max_size=4,
    )
)
def test_a_course_without_fault_keeps_the_caps(blocks):
    shape = Shape(tuple(blocks), 60, ())
    shape = replace(shape, checkpoints=(shape.last_number,))
    if faults_of(shape):
        return
    found = list(numbered(shape))
    assert len(found) == shape.sessions <= 12
    assert all(1 <= each.gap_min <= each.gap_max for each in found)


@pytest.mark.parametrize(
    ("weeks", "days", "expected"),
    [(0, 0, "ACUTE"), (5, 6, "ACUTE"), (6, 0, "SUBACUTE"), (12, 0, "SUBACUTE"), (12, 1, "CHRONIC"), (60, 0, "CHRONIC")],
)
def test_the_onset_suggests_the_template(weeks, days, expected):
    today = date(2026, 11, 24)
    assert suggested(today - timedelta(weeks=weeks, days=days), today) == expected


def test_without_an_onset_or_in_pregnancy():
    assert suggested(None, date(2026, 11, 24)) == "SUBACUTE"
    assert suggested(date(2020, 1, 1), date(2026, 11, 24), is_pregnant=True) == "PREGNANCY"
