"""Rules of foreign calendars against an independent reading of the same rules, and rules meant to do harm."""

from datetime import date, datetime, timedelta

import pytest
from dateutil.rrule import rrulestr
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.scheduling.blocks.recurrence import WEEKDAYS, NotUnderstood, Steps, TooManySteps, days_named, read_rule

FIRST = date(2024, 1, 1)


def named(raw: str, first: date, window: tuple[date, date], most: int = 10**6) -> list[date]:
    """The days inside the window, the first day left out: whether it belongs is the file's own affair."""
    found = days_named(read_rule(raw), first, window, Steps(most))
    return [day for day in found if window[0] <= day and day != first]


def oracle(raw: str, first: date, window: tuple[date, date]) -> list[date]:
    rule = rrulestr(f"RRULE:{raw}", dtstart=datetime.combine(first, datetime.min.time()))
    within = (datetime.combine(day, datetime.min.time()) for day in window)
    return [found.date() for found in rule.between(*within, inc=True) if found.date() != first]


weekdays = st.lists(st.sampled_from(WEEKDAYS), min_size=1, max_size=3, unique=True).map(",".join)
nth_weekdays = st.lists(
    st.tuples(st.sampled_from([-2, -1, 1, 2, 3, 5]), st.sampled_from(WEEKDAYS)), min_size=1, max_size=3, unique=True
).map(lambda pairs: ",".join(f"{nth}{day}" for nth, day in pairs))
month_days = st.lists(st.sampled_from([1, 13, 28, 29, 30, 31, -1, -2, -31]), min_size=1, max_size=3, unique=True).map(
    lambda found: ",".join(map(str, found))
)
months = st.lists(st.integers(1, 12), min_size=1, max_size=3, unique=True).map(lambda found: ",".join(map(str, found)))


@st.composite
def rules(draw) -> str:
    every = draw(st.sampled_from(["DAILY", "WEEKLY", "MONTHLY", "YEARLY"]))
    parts = [f"FREQ={every}", f"INTERVAL={draw(st.integers(1, 5))}"]
    if draw(st.booleans()):
        parts.append(f"BYMONTH={draw(months)}")
    by = draw(st.sampled_from(["", "weekday", "month day"]))
    if by == "weekday":
        parts.append(
            f"BYDAY={draw(nth_weekdays if every in {'MONTHLY', 'YEARLY'} and draw(st.booleans()) else weekdays)}"
        )
    if by == "month day" and every != "WEEKLY":
        parts.append(f"BYMONTHDAY={draw(month_days)}")
    if by and every in {"MONTHLY", "YEARLY"} and draw(st.booleans()):
        parts.append(f"BYSETPOS={draw(st.sampled_from(['1', '-1', '2', '1,-1']))}")
    if every == "WEEKLY":
        parts.append(f"WKST={draw(st.sampled_from(['MO', 'SU']))}")
    return ";".join(parts)


@settings(deadline=None, max_examples=60)
@given(raw=rules(), first=st.integers(0, 800), ahead=st.integers(0, 1500))
def test_the_days_inside_a_window_are_those_of_an_independent_reading(raw: str, first: int, ahead: int) -> None:
    begins = FIRST + timedelta(days=first)
    window = (begins + timedelta(days=ahead), begins + timedelta(days=ahead + 183))
    assert named(raw, begins, window) == oracle(raw, begins, window)


@settings(deadline=None, max_examples=60)
@given(raw=rules(), amount=st.integers(1, 60), ahead=st.integers(0, 400))
def test_a_counted_rule_ends_where_an_independent_reading_ends(raw: str, amount: int, ahead: int) -> None:
    begins = oracle(raw, FIRST, (FIRST, FIRST + timedelta(days=366 * 5)))
    if not begins:
        return
    window = (begins[0] + timedelta(days=ahead), begins[0] + timedelta(days=ahead + 183))
    counted = f"{raw};COUNT={amount}"
    assert named(counted, begins[0], window) == oracle(counted, begins[0], window)


@pytest.mark.parametrize(
    "raw",
    [
        "FREQ=SECONDLY",
        "FREQ=HOURLY;INTERVAL=1",
        "FREQ=YEARLY;BYWEEKNO=20",
        "FREQ=DAILY;BYHOUR=9,10",
        "FREQ=WEEKLY;INTERVAL=0",
        "FREQ=WEEKLY;INTERVAL=99999999999",
        "FREQ=WEEKLY;BYDAY=XX",
        "FREQ=MONTHLY;BYMONTHDAY=0",
        "FREQ=MONTHLY;BYMONTHDAY=32",
        "FREQ=DAILY;COUNT=1000000",
        "INTERVAL=2",
        "nonsense",
        "",
        "FREQ=MONTHLY;BYMONTHDAY=" + ",".join(["1"] * 3 + [str(n) for n in range(1, 32)] + ["x"]),
        "FREQ=YEARLY;BYSETPOS=" + ",".join(map(str, range(1, 500))),
    ],
)
def test_what_is_not_understood_is_said(raw: str) -> None:
    with pytest.raises(NotUnderstood):
        read_rule(raw)


@pytest.mark.parametrize(
    "raw",
    [
        "FREQ=DAILY;COUNT=100000;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;COUNT=100000;BYMONTH=2;BYMONTHDAY=30",
        "FREQ=YEARLY;COUNT=100000;BYDAY=53MO,-53TU,53WE",
    ],
)
def test_a_rule_without_a_day_ends_all_the_same(raw: str) -> None:
    window = (date(2026, 11, 24), date(2027, 5, 24))
    assert named(raw, date(1960, 1, 1), window) == []
    with pytest.raises(TooManySteps):
        named(raw, date(1960, 1, 1), window, most=60)


def test_an_old_rule_without_a_count_costs_no_more_than_a_new_one() -> None:
    window = (date(2026, 11, 24), date(2027, 5, 24))
    assert len(named("FREQ=DAILY", date(1601, 1, 1), window, most=250)) == 182
