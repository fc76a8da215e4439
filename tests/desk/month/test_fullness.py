"""How full days are: bounds that hold for any day, and the edges that a receptionist would notice."""

import itertools
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from practice.desk.month.fullness import Taken, fill_of, free_within, gaps_of_day
from practice.desk.month.page import shown_days
from practice.scheduling.question import Span

ON = date(2026, 11, 24)
DAY = {"ada": [Span(540, 750), Span(780, 1020)]}

spans = st.tuples(st.integers(0, 1440), st.integers(1, 300)).map(lambda one: Span(one[0], one[0] + one[1]))
takings = st.lists(st.builds(Taken, spans, st.booleans()), max_size=12)


def minutes(found):
    return {minute for span in found for minute in range(span.begins, span.ends)}


@given(span=spans, taken=st.lists(spans, max_size=10))
def test_what_is_free_is_every_minute_that_nothing_takes(span, taken):
    free = free_within(span, taken)
    assert minutes(free) == minutes([span]) - minutes(taken)
    assert all(left.ends < right.begins for left, right in itertools.pairwise(free))


@given(taken=takings, now=st.integers(0, 1500))
def test_a_day_counts_each_minute_once(taken, now):
    fill = fill_of(ON, DAY, {"ada": taken}, not_before=now)
    bookable = minutes(DAY["ada"]) - minutes(each.span for each in taken if not each.is_visit)
    left = bookable - minutes(each.span for each in taken)
    assert (fill.bookable, fill.booked) == (len(bookable), len(bookable - left))
    assert fill.free == len([minute for minute in left if minute >= now])
    assert 0 <= fill.percent <= 100
    assert (fill.percent == 100) == (fill.is_open and not left)


@given(taken=takings, at_least=st.integers(1, 200), now=st.integers(0, 1500))
def test_gaps_are_free_long_enough_and_none_is_missed(taken, at_least, now):
    gaps = gaps_of_day(DAY, {"ada": taken}, at_least=at_least, not_before=now)
    free = {minute for minute in minutes(DAY["ada"]) - minutes(each.span for each in taken) if minute >= now}
    assert all(gap.minutes >= at_least for gap in gaps)
    found = minutes(gap.span for gap in gaps)
    assert found <= free
    window = range(540, 1020 - at_least + 1)
    # A stretch over lunch is two gaps, as the hours are two.
    whole = [start for start in window if set(range(start, start + at_least)) <= free]
    assert {start for start in whole if not start < 750 < start + at_least} <= found


def test_time_kept_free_makes_a_day_shorter_not_fuller():
    lunch_meeting = Taken(Span(900, 1020), is_visit=False)
    fill = fill_of(ON, DAY, {"ada": [lunch_meeting]}, not_before=0)
    assert (fill.bookable, fill.booked, fill.percent) == (330, 0, 0)


def test_a_day_with_one_minute_left_is_not_full():
    taken = [Taken(Span(540, 750), is_visit=True), Taken(Span(780, 1019), is_visit=True)]
    assert fill_of(ON, DAY, {"ada": taken}, not_before=0).percent == 99


def test_a_month_is_shown_in_whole_weeks():
    assert shown_days(date(2026, 11, 24)) == (date(2026, 10, 26), date(2026, 12, 6))
    assert shown_days(date(2027, 2, 28)) == (date(2027, 2, 1), date(2027, 2, 28))
