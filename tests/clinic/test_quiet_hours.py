"""Nobody is woken: the quiet hours and the desk's working days."""

from datetime import UTC, date, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clinic.quiet_hours import QuietHours, WorkingDays
from practice.core.local_time import to_local

TORONTO = "America/Toronto"
NIGHT = QuietHours()


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


@pytest.mark.parametrize(
    ("instant", "is_quiet"),
    [
        ("2026-11-24T00:59:59", False),  # 19:59:59 in Toronto
        ("2026-11-24T01:00:00", True),  # 20:00
        ("2026-11-24T05:00:00", True),  # midnight
        ("2026-11-24T12:59:59", True),  # 07:59:59
        ("2026-11-24T13:00:00", False),  # 08:00
    ],
)
def test_the_night_is_half_open(instant: str, is_quiet: bool) -> None:
    assert NIGHT.contains(utc(instant), TORONTO) is is_quiet


@pytest.mark.parametrize(
    ("instant", "evening", "morning"),
    [
        ("2026-11-24T02:00:00", "2026-11-23T23:00:00", "2026-11-24T13:00:00"),  # Mon 21:00
        ("2026-11-24T11:00:00", "2026-11-23T23:00:00", "2026-11-24T13:00:00"),  # Tue 06:00
        # The night of the spring change, 13 to 14 March 2027: 18:00 is UTC-5, 08:00 is UTC-4.
        ("2027-03-14T06:30:00", "2027-03-13T23:00:00", "2027-03-14T12:00:00"),
        ("2027-03-14T08:30:00", "2027-03-13T23:00:00", "2027-03-14T12:00:00"),
        # The night of the autumn change, 31 October to 1 November 2026.
        ("2026-11-01T05:30:00", "2026-10-31T22:00:00", "2026-11-01T13:00:00"),
        ("2026-11-01T06:30:00", "2026-10-31T22:00:00", "2026-11-01T13:00:00"),
    ],
)
def test_a_night_has_one_evening_before_and_one_morning_after(instant: str, evening: str, morning: str) -> None:
    assert NIGHT.evening_before(utc(instant), TORONTO) == utc(evening)
    assert NIGHT.morning_after(utc(instant), TORONTO) == utc(morning)


def test_equal_minutes_mean_no_quiet_hours() -> None:
    assert not any(QuietHours(0, 0).contains(utc(f"2026-11-24T{hour:02}:00:00"), TORONTO) for hour in range(24))


def test_quiet_hours_that_begin_after_midnight_use_the_evening_of_the_day_before() -> None:
    late = QuietHours(60, 8 * 60)
    at = utc("2026-11-24T07:00:00")  # Tuesday 02:00
    assert late.contains(at, TORONTO)
    assert to_local(late.evening_before(at, TORONTO), TORONTO) == to_local(utc("2026-11-23T23:00:00"), TORONTO)


@given(
    instant=st.integers(0, 10 * 365 * 24 * 60).map(
        lambda minutes: utc("2026-01-01T00:00:00") + timedelta(minutes=minutes)
    ),
    zone=st.sampled_from(["America/Toronto", "Europe/Berlin", "Australia/Lord_Howe", "Asia/Kathmandu", "Africa/Cairo"]),
    begin=st.integers(0, 1439),
    end=st.integers(0, 1439),
)
def test_a_quiet_instant_lies_between_its_evening_and_its_morning(
    instant: datetime, zone: str, begin: int, end: int
) -> None:
    quiet = QuietHours(begin, end)
    if quiet.contains(instant, zone):
        assert quiet.evening_before(instant, zone) <= instant <= quiet.morning_after(instant, zone)
        assert not quiet.contains(quiet.morning_after(instant, zone), zone)


@pytest.mark.parametrize(
    ("day", "before"),
    [
        (date(2026, 11, 24), date(2026, 11, 23)),
        (date(2026, 11, 23), date(2026, 11, 20)),  # Monday: Friday
        (date(2026, 11, 20), date(2026, 11, 18)),  # Thursday is closed
    ],
)
def test_the_working_day_before_skips_weekends_and_closures(day: date, before: date) -> None:
    assert WorkingDays(closed_on=frozenset({date(2026, 11, 19)})).before(day) == before


def test_a_practice_that_never_works_still_gets_a_day() -> None:
    assert WorkingDays(weekdays=frozenset()).before(date(2026, 11, 24)) == date(2026, 11, 23)
