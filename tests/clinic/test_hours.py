"""Weeks, pure: what overlaps, what remains, how times are typed and said."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clinic.hours import Span, Validity, cut_validity, find_backwards, find_overlap, in_words, tidy_clock

DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))
SPANS = st.builds(Span, st.integers(0, 6), st.integers(0, 1439), st.integers(1, 1440))


@pytest.mark.parametrize(
    ("typed", "tidy"),
    [
        ("9", "09:00"),
        ("09:30", "09:30"),
        ("9.30", "09:30"),
        ("930", "09:30"),
        ("1730", "17:30"),
        ("17h30", "17:30"),
        ("24", "24:00"),
        ("noon", "noon"),
        ("", ""),
        ("9:99", "09:99"),
        ("٩", "09:00"),
        ("12345", "12345"),
    ],
)
def test_a_time_is_read_as_people_type_it(typed: str, tidy: str) -> None:
    assert tidy_clock(typed) == tidy


@given(st.lists(SPANS, max_size=12))
def test_an_overlap_is_found_exactly_when_two_spans_share_a_minute(spans: list[Span]) -> None:
    sound = [span for span in spans if span.opens_minute < span.closes_minute]
    assert find_backwards(sound) is None
    minutes = [(span.weekday, minute) for span in sound for minute in range(span.opens_minute, span.closes_minute)]
    assert (find_overlap(sound) is None) == (len(minutes) == len(set(minutes)))


@given(st.tuples(DAYS, DAYS).map(sorted), st.tuples(DAYS, DAYS).map(sorted), DAYS)
def test_a_week_rules_on_a_day_unless_another_was_put_there(existing: list[date], other: list[date], day: date) -> None:
    remaining = cut_validity(Validity(*existing), *other)
    rules = any((part.first_on or date.min) <= day <= (part.last_on or date.max) for part in remaining)
    assert rules == (existing[0] <= day <= existing[1] and not other[0] <= day <= other[1])


def test_an_open_week_is_cut_on_both_sides() -> None:
    assert cut_validity(Validity(None, None), date(2026, 6, 1), date(2026, 8, 31)) == [
        Validity(None, date(2026, 5, 31)),
        Validity(date(2026, 9, 1), None),
    ]
    assert cut_validity(Validity(None, None), None, None) == []


def test_a_week_is_said_in_one_line() -> None:
    spans = [Span(day, 540, 750) for day in range(5)] + [Span(4, 780, 1020), Span(6, 600, 1440)]
    assert in_words(spans) == "Mon to Thu 09:00 to 12:30; Fri 09:00 to 12:30, 13:00 to 17:00; Sun 10:00 to 24:00"
