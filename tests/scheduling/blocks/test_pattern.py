"""Which days a weekly pattern names, against counting day by day, and the patterns that cannot be."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.scheduling.blocks.errors import ImpossibleBlock
from practice.scheduling.blocks.pattern import Weekly, days_of

MONDAY = date(2026, 11, 30)


def test_without_a_rule_there_is_one_day():
    assert days_of(None, MONDAY) == [MONDAY]


def test_every_other_week_counts_from_the_week_of_the_first_day():
    rule = Weekly(weekdays=frozenset({1, 3}), every=2, until=MONDAY + timedelta(weeks=4))
    assert days_of(rule, MONDAY + timedelta(days=2)) == [
        MONDAY + timedelta(days=3),
        MONDAY + timedelta(days=15),
        MONDAY + timedelta(days=17),
    ]


@given(
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    ahead=st.integers(0, 366),
    every=st.integers(1, 12),
    first=st.integers(0, 3000),
    skipped=st.frozensets(st.integers(0, 366), max_size=5),
)
def test_the_days_are_those_that_counting_finds(weekdays, ahead, every, first, skipped):
    first_on = date(2024, 1, 1) + timedelta(days=first)
    left_out = frozenset(first_on + timedelta(days=number) for number in skipped)
    rule = Weekly(weekdays=weekdays, every=every, until=first_on + timedelta(days=ahead), skipped=left_out)
    week_of = {first_on + timedelta(days=number): (first_on.weekday() + number) // 7 for number in range(ahead + 1)}
    expected = [
        day for day, week in week_of.items() if day.weekday() in weekdays and week % every == 0 and day not in left_out
    ]
    if expected:
        assert days_of(rule, first_on) == expected
    else:
        with pytest.raises(ImpossibleBlock):
            days_of(rule, first_on)


@pytest.mark.parametrize(
    ("over", "field"),
    [
        ({"weekdays": frozenset()}, "weekdays"),
        ({"weekdays": frozenset({7})}, "weekdays"),
        ({"every": 0}, "every"),
        ({"every": 13}, "every"),
        ({"until": MONDAY - timedelta(days=1)}, "until"),
        ({"until": MONDAY + timedelta(days=367)}, "until"),
        ({"skipped": frozenset({MONDAY}), "until": MONDAY}, "weekdays"),
    ],
)
def test_a_pattern_that_cannot_be_names_its_field(over, field):
    rule = {"weekdays": frozenset({0}), "until": MONDAY + timedelta(weeks=2)} | over
    with pytest.raises(ImpossibleBlock) as refused:
        days_of(Weekly(**rule), MONDAY)
    assert refused.value.context["field"] == field
