"""Wall time and UTC over every clock change of 2026 to 2036 in twelve zones."""

from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from practice.core.local_time import (
    NonexistentLocalTime,
    day_bounds,
    exists,
    instant_at,
    next_valid_times,
    to_local,
    to_utc,
    wall_time,
    zone,
)

ZONES = (
    "America/Toronto",
    "America/St_Johns",
    "America/Santiago",
    "America/Asuncion",
    "Europe/Berlin",
    "Europe/London",
    "Africa/Casablanca",
    "Africa/Cairo",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
)


def changes(zone_name: str) -> list[datetime]:
    """Return the instants, to the minute, at which the zone's offset changes from 2026 to 2036."""
    found: list[datetime] = []
    instant, end = datetime(2026, 1, 1, tzinfo=UTC), datetime(2036, 1, 1, tzinfo=UTC)
    here = ZoneInfo(zone_name)
    while instant < end:
        later = instant + timedelta(hours=6)
        if instant.astimezone(here).utcoffset() != later.astimezone(here).utcoffset():
            low, high = instant, later
            while high - low > timedelta(minutes=1):
                middle = low + timedelta(minutes=((high - low) // timedelta(minutes=1)) // 2)
                if middle.astimezone(here).utcoffset() == low.astimezone(here).utcoffset():
                    low = middle
                else:
                    high = middle
            found.append(high)
        instant = later
    return found


@pytest.mark.parametrize("zone_name", ZONES)
def test_every_jump_is_refused_and_every_repetition_means_its_first_time(zone_name: str) -> None:
    for change in changes(zone_name):
        before = to_local(change - timedelta(minutes=1), zone_name)
        after = to_local(change, zone_name)
        shift = after.utcoffset() - before.utcoffset()
        if shift > timedelta(0):
            jumped = before.replace(tzinfo=None) + timedelta(minutes=1)
            assert not exists(jumped, zone_name)
            with pytest.raises(NonexistentLocalTime) as refusal:
                to_utc(jumped, zone_name)
            valid = [datetime.fromisoformat(text) for text in refusal.value.context["next_valid"]]
            assert len(valid) == 3
            assert all(exists(time, zone_name) and time > jumped for time in valid)
            assert refusal.value.ways_out[0].values["local_start"] == valid[0].isoformat(timespec="minutes")
            assert instant_at(jumped.date(), jumped.hour * 60 + jumped.minute, zone_name) == change
        else:
            repeated = after.replace(tzinfo=None, fold=0)
            assert to_utc(repeated, zone_name) < to_utc(repeated.replace(fold=1), zone_name)
            assert to_utc(repeated, zone_name) == change + shift


@pytest.mark.parametrize("zone_name", ZONES)
def test_days_follow_each_other_without_gap_through_ten_years(zone_name: str) -> None:
    day, (_, previous_end) = date(2026, 1, 1), day_bounds(date(2025, 12, 31), zone_name)
    while day.year < 2036:
        start, end = day_bounds(day, zone_name)
        assert start == previous_end
        assert timedelta(hours=22) < end - start < timedelta(hours=26)
        day, previous_end = day + timedelta(days=1), end


@pytest.mark.parametrize("zone_name", ZONES)
def test_a_weekly_ten_o_clock_stays_at_ten(zone_name: str) -> None:
    local = datetime(2026, 1, 5, 10, 0)
    while local.year < 2036:
        assert wall_time(to_utc(local, zone_name), zone_name) == local
        local += timedelta(weeks=1)


def test_a_jump_is_named_with_the_next_valid_times() -> None:
    jumped = datetime(2027, 3, 14, 2, 30)
    assert next_valid_times(jumped, "America/Toronto") == [datetime(2027, 3, 14, 3, m) for m in (0, 15, 30)]


@pytest.mark.parametrize("name", ["", "Toronto", "../etc/passwd", "America/Toronto\x00", "/usr/share", "\ud800"])
def test_an_unknown_zone_is_refused(name: str) -> None:
    with pytest.raises(ValueError, match="time zone"):
        zone(name)
