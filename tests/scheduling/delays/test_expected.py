"""A delay is handed on from visit to visit until a free hour takes it up."""

from datetime import UTC, datetime, timedelta

import pytest

from practice.scheduling.delays.expected import Stretch, expected_starts

TEN = datetime(2026, 11, 24, 10, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


def hour(key: int, minute: int, **more: object) -> Stretch:
    return Stretch(key, TEN + minute * MINUTE, TEN + (minute + 60) * MINUTE, turnover=10 * MINUTE, **more)


def later(stretches: list[Stretch], behind: int, at: int = 0) -> dict[int, int]:
    found = expected_starts(stretches, behind=behind * MINUTE, now=TEN + at * MINUTE)
    return {key: (starts_at - TEN) // MINUTE for key, starts_at in found.items()}


def test_back_to_back_visits_hand_the_whole_delay_on():
    assert later([hour(1, 0, is_going_on=True), hour(2, 70), hour(3, 140)], 20) == {2: 90, 3: 160}


@pytest.mark.parametrize(
    ("gap", "expected"), [(0, {2: 90, 3: 160}), (5, {2: 90, 3: 160}), (20, {2: 90}), (15, {2: 90, 3: 160})]
)
def test_a_gap_takes_the_delay_up(gap, expected):
    assert later([hour(1, 0, is_going_on=True), hour(2, 70), hour(3, 140 + gap)], 20) == expected


def test_nobody_on_the_table_delays_the_next_one():
    assert later([hour(2, 70), hour(1, 0)], 10) == {1: 10, 2: 80}


def test_a_visit_that_goes_on_longer_than_was_said_delays_by_what_is_true():
    assert later([hour(1, 0, is_going_on=True), hour(2, 70)], 10, at=85) == {2: 95}


def test_nothing_is_late_on_time():
    assert later([hour(1, 0, is_going_on=True), hour(2, 70)], 0) == {}
