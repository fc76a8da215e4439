"""Opening hours keep their wall time on every clock change from 2026 to 2036, in twelve zones."""

from datetime import UTC, date, datetime, time, timedelta
from functools import lru_cache

import pytest

from practice.core.local_time import day_bounds, exists, to_local, wall_time
from practice.scheduling.availability import OfferedStart, offered_starts
from practice.scheduling.explain import refusals_at, time_refusals
from practice.scheduling.local_days import instant_of, local_day
from practice.scheduling.question import DiaryFacts, Question
from tests.scheduling.worlds import location, practice, question, service, therapist

ZONES = (
    "America/Toronto",
    "America/St_Johns",
    "America/Santiago",
    "Europe/Berlin",
    "Europe/Dublin",
    "Africa/Cairo",
    "Africa/Casablanca",
    "Asia/Jerusalem",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Auckland",
    "Pacific/Chatham",
)


@lru_cache(maxsize=32)
def change_days(zone: str) -> list[date]:
    """The local days of 2026 to 2036 on which the offset changes, and both their neighbours."""
    days = [date(2026, 1, 1) + timedelta(days=offset) for offset in range(11 * 366)]
    changed = [day for day in days if day.year <= 2036 and _changes(day, zone)]
    return sorted({day + timedelta(days=near) for day in changed for near in (-1, 0, 1)}) or days[:3]


def _changes(day: date, zone: str) -> bool:
    begins, ends = day_bounds(day, zone)
    return to_local(begins, zone).utcoffset() != to_local(ends, zone).utcoffset()


def open_from(zone: str, opens: int, closes: int, **over: object) -> DiaryFacts:
    hours = [(opens, closes)]
    of = service(60, horizon_days=9999, **over)
    return practice(of=of, at=location(hours, zone=zone), people=[therapist(1, hours)])


def asked_on(day: date) -> Question:
    return question(first_on=day, last_on=day, asked_at=datetime(2025, 12, 1, tzinfo=UTC))


def walls(offers: list[OfferedStart], zone: str) -> list[datetime]:
    return [wall_time(instant_of(offer.begins), zone) for offer in offers]


@pytest.mark.parametrize("zone", ZONES)
def test_the_first_and_the_last_start_of_a_day_are_what_the_hours_say(zone: str) -> None:
    facts = open_from(zone, 9 * 60, 17 * 60)
    for day in change_days(zone):
        starts = walls(offered_starts(asked_on(day), facts), zone)
        assert starts[0] == datetime.combine(day, time(9)), day
        assert starts[-1] == datetime.combine(day, time(16)), day
        assert len(starts) == 29, day


@pytest.mark.parametrize("zone", ZONES)
def test_around_the_change_offers_and_refusals_agree_and_nothing_nonexistent_is_offered(zone: str) -> None:
    facts = open_from(zone, 0, 24 * 60, grid_minutes=15)
    for day in change_days(zone):
        asked = asked_on(day)
        offered = {offer.begins for offer in offered_starts(asked, facts)}
        bounds = local_day(day, zone)
        for minute in range(0, 24 * 60, 15):
            local = datetime.combine(day, time(minute // 60, minute % 60))
            refused = refusals_at(asked, facts, local)
            if not exists(local, zone):
                assert [refusal.code for refusal in refused] == ["nonexistent_local_time"]
                continue
            for fold in (0, 1):
                refused = refusals_at(asked, facts, local.replace(fold=fold))
                begins = int(to_local_minute(local.replace(fold=fold), zone))
                assert (begins in offered) == (not refused), local
        assert min(offered) == bounds.begins
        assert max(offered) + 60 == bounds.ends
        assert all(to_local(instant_of(begins), zone).date() == day for begins in offered)


def to_local_minute(local: datetime, zone: str) -> float:
    return local.replace(tzinfo=to_local(datetime(2026, 1, 1, tzinfo=UTC), zone).tzinfo).timestamp() // 60


@pytest.mark.parametrize("zone", ZONES)
def test_a_treatment_takes_its_real_time_across_the_change(zone: str) -> None:
    facts = open_from(zone, 0, 24 * 60)
    for day in change_days(zone):
        begins, ends = day_bounds(day, zone)
        starts = [offer.begins for offer in offered_starts(asked_on(day), facts)]
        real_hours = (ends - begins).total_seconds() / 3600
        assert len(starts) == pytest.approx((real_hours - 1) * 4 + 1, abs=0.01), day


def test_a_skipped_time_is_refused_with_the_next_that_exist() -> None:
    facts = open_from("America/Toronto", 0, 24 * 60)
    refusals = time_refusals(asked_on(date(2027, 3, 14)), facts, datetime(2027, 3, 14, 2, 30))
    assert [refusal.code for refusal in refusals] == ["nonexistent_local_time"]
    times = [way.values.get("local_start") for way in refusals[0].ways_out]
    assert times[:3] == ["2027-03-14T03:00", "2027-03-14T03:15", "2027-03-14T03:30"]


def test_hours_inside_the_skipped_hour_vanish_and_hours_up_to_it_end_there() -> None:
    zone, day = "America/Toronto", date(2027, 3, 14)
    assert offered_starts(asked_on(day), open_from(zone, 2 * 60, 3 * 60)) == []
    until = walls(offered_starts(asked_on(day), open_from(zone, 0, 2 * 60 + 30)), zone)
    assert until[-1] == datetime(2027, 3, 14, 1, 0)


def test_the_repeated_hour_offers_both_its_occurrences() -> None:
    zone, day = "America/Toronto", date(2026, 11, 1)
    offers = offered_starts(asked_on(day), open_from(zone, 0, 4 * 60))
    twice = [offer.begins for offer in offers if to_local(instant_of(offer.begins), zone).hour == 1]
    assert len(twice) == 8
    assert twice == sorted(set(twice))


def test_a_midnight_that_does_not_exist_moves_the_days_first_start() -> None:
    zone, day = "America/Santiago", date(2026, 9, 6)
    assert not exists(datetime.combine(day, time.min), zone)
    starts = walls(offered_starts(asked_on(day), open_from(zone, 0, 4 * 60)), zone)
    assert starts[0] == datetime(2026, 9, 6, 1, 0)
