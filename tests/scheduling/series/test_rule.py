"""Which days and wall times a rule names: against brute force, over clock changes, and rules that cannot be."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.core.local_time import exists, to_utc, wall_time
from practice.scheduling.series.errors import ImpossibleSeries
from practice.scheduling.series.rule import LONGEST_REACH, MOST_VISITS, Instead, Place, Recurrence, Unit, Why, expand

TORONTO = "America/Toronto"
TUESDAY = datetime(2026, 12, 1, 10, 0)
ZONES = [
    "America/Toronto",
    "America/Santiago",
    "America/St_Johns",
    "America/Nuuk",
    "Europe/Berlin",
    "Europe/London",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Kathmandu",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Apia",
]


def weekly(**over) -> Recurrence:
    return Recurrence(**({"weekdays": frozenset({1}), "count": 3} | over))


def starts(rule: Recurrence, first: datetime = TUESDAY, zone: str = TORONTO) -> list[datetime]:
    return [visit.local_start for visit in expand(rule, first, Place(zone)).visits]


def december(*days: int) -> list[datetime]:
    return [datetime(2026, 12, day, 10) for day in days]


@pytest.mark.parametrize(
    ("rule", "days"),
    [
        (weekly(), (1, 8, 15)),
        (weekly(every=2), (1, 15, 29)),
        (weekly(weekdays=frozenset({1, 3}), count=4), (1, 3, 8, 10)),
        (weekly(weekdays=frozenset({0, 4}), every=2, count=3), (4, 14, 18)),
        (weekly(count=None, until=date(2026, 12, 15)), (1, 8, 15)),
        (weekly(count=9, until=date(2026, 12, 14)), (1, 8)),
        (weekly(count=1), (1,)),
        (Recurrence(unit=Unit.DAYS, every=3, count=3), (1, 4, 7)),
        (Recurrence(unit=Unit.DAYS, weekdays=frozenset({0, 1, 2, 3, 4}), count=6), (1, 2, 3, 4, 7, 8)),
    ],
)
def test_a_rule_names_its_days(rule: Recurrence, days) -> None:
    assert starts(rule) == december(*days)


@pytest.mark.parametrize(
    ("rule", "field"),
    [
        (weekly(every=0), "every"),
        (weekly(every=-1), "every"),
        (weekly(every=53), "every"),
        (weekly(weekdays=frozenset()), "weekdays"),
        (weekly(weekdays=frozenset({7})), "weekdays"),
        (weekly(count=None), "count"),
        (weekly(count=0), "count"),
        (weekly(count=MOST_VISITS + 1), "count"),
        (weekly(count=12, every=26), "count"),
        (weekly(until=date(2026, 11, 30)), "until"),
        (weekly(until=date(9999, 12, 31)), "until"),
        (weekly(count=None, until=date(2027, 12, 1)), "until"),
        (weekly(count=None, weekdays=frozenset({0}), until=date(2026, 12, 6)), "weekdays"),
        (Recurrence(unit=Unit.DAYS, every=7, weekdays=frozenset({0}), count=2), "count"),
    ],
)
def test_a_rule_that_cannot_be_names_the_field_and_a_way_out(rule: Recurrence, field: str) -> None:
    with pytest.raises(ImpossibleSeries) as refused:
        expand(rule, TUESDAY, Place(TORONTO))
    assert refused.value.context == {"field": field} or (field == "count" and rule.weekdays == {0})
    assert [way.act for way in refused.value.ways_out] == ["correct"]


def test_the_last_days_of_the_calendar_are_no_defect() -> None:
    with pytest.raises(ImpossibleSeries):
        expand(weekly(), datetime(9999, 12, 28, 10), Place(TORONTO))


class TestClosures:
    CLOSED = frozenset({date(2026, 12, 8), date(2026, 12, 15), date(2026, 12, 16)})

    def expanded(self, on_closed: Instead, **over):
        return expand(weekly(on_closed=on_closed, **over), TUESDAY, Place(TORONTO, self.CLOSED.__contains__))

    def test_left_as_they_are_the_rules_of_booking_refuse_them(self) -> None:
        assert [visit.local_start for visit in self.expanded(Instead.REFUSE).visits] == december(1, 8, 15)

    def test_skipped_visits_do_not_count(self) -> None:
        found = self.expanded(Instead.SKIP)
        assert [visit.local_start for visit in found.visits] == december(1, 22, 29)
        assert [(left.due_on.day, left.why) for left in found.left_out] == [(8, Why.CLOSED), (15, Why.CLOSED)]

    def test_shifted_visits_go_to_the_next_open_day(self) -> None:
        found = self.expanded(Instead.SHIFT)
        assert [visit.local_start for visit in found.visits] == december(1, 9, 17)
        assert [visit.why for visit in found.visits] == [None, Why.CLOSED, Why.CLOSED]

    def test_a_visit_is_never_shifted_past_the_next_one_or_the_last_day(self) -> None:
        found = self.expanded(Instead.SHIFT, weekdays=frozenset({1, 2}), count=None, until=date(2026, 12, 16))
        assert [visit.local_start.day for visit in found.visits] == [1, 2, 9]
        assert [left.due_on.day for left in found.left_out] == [8, 15, 16]

    def test_a_place_that_never_opens_makes_no_series(self) -> None:
        with pytest.raises(ImpossibleSeries):
            expand(weekly(on_closed=Instead.SKIP), TUESDAY, Place(TORONTO, lambda _day: True))


class TestTimesThatClocksSkip:
    FIRST = datetime(2027, 3, 7, 2, 30)

    def expanded(self, instead: Instead):
        return expand(weekly(weekdays=frozenset({6}), on_skipped_time=instead), self.FIRST, Place(TORONTO))

    def test_refused_ones_stay_for_the_rules_of_booking(self) -> None:
        assert [visit.local_start.day for visit in self.expanded(Instead.REFUSE).visits] == [7, 14, 21]

    def test_skipped_ones_are_left_out(self) -> None:
        found = self.expanded(Instead.SKIP)
        assert [visit.local_start.day for visit in found.visits] == [7, 21, 28]
        assert [(left.due_on.day, left.why) for left in found.left_out] == [(14, Why.NO_SUCH_TIME)]

    def test_shifted_ones_take_the_next_time_that_exists(self) -> None:
        times = [(visit.local_start.day, visit.local_start.time()) for visit in self.expanded(Instead.SHIFT).visits]
        assert times == [(7, time(2, 30)), (14, time(3, 0)), (21, time(2, 30))]


rules = st.builds(
    Recurrence,
    every=st.integers(1, 6),
    unit=st.sampled_from(Unit),
    weekdays=st.frozensets(st.integers(0, 6), min_size=1),
    count=st.none() | st.integers(1, 20),
    until=st.none() | st.dates(date(2026, 12, 1), date(2027, 6, 1)),
    on_closed=st.sampled_from(Instead),
)


def brute_force(rule: Recurrence, first: datetime, closed: frozenset[date]) -> list[date] | None:
    """Walk over every day of two years; None for what is no series."""
    monday = first.date() - timedelta(days=first.weekday())
    due: list[date] = []
    for offset in range(LONGEST_REACH.days + 40):
        day = first.date() + timedelta(days=offset)
        week = (day - monday).days // 7
        step = week if rule.unit is Unit.WEEKS else offset
        if step % rule.every == 0 and day.weekday() in rule.weekdays:
            due.append(day)
    found: list[date] = []
    for index, day in enumerate(due[:-1]):
        if (rule.until and day > rule.until) or offset_of(day, first) > LONGEST_REACH or len(found) == rule.count:
            break
        if rule.on_closed is Instead.REFUSE or day not in closed:
            found.append(day)
        elif rule.on_closed is Instead.SHIFT:
            last = min(due[index + 1] - timedelta(days=1), rule.until or date.max)
            later = [day + timedelta(days=n) for n in range(1, 400) if day + timedelta(days=n) <= last]
            found += [other for other in later if other not in closed][:1]
    is_short = rule.count is not None and rule.until is None and len(found) < rule.count
    is_none = rule.count is None and rule.until is None
    return None if is_none or is_short or not 0 < len(found) <= MOST_VISITS else found


def offset_of(day: date, first: datetime) -> timedelta:
    return day - first.date()


@given(rules, st.integers(0, 13), st.frozensets(st.dates(date(2026, 12, 1), date(2027, 3, 1)), max_size=25))
def test_the_days_are_those_of_brute_force(rule: Recurrence, begins: int, closed: frozenset[date]) -> None:
    first = TUESDAY + timedelta(days=begins)
    expected = None if rule.until and rule.until < first.date() else brute_force(rule, first, closed)
    if expected is None:
        with pytest.raises(ImpossibleSeries):
            expand(rule, first, Place(TORONTO, closed.__contains__))
        return
    found = expand(rule, first, Place(TORONTO, closed.__contains__)).visits
    assert [visit.local_start.date() for visit in found] == expected
    assert [visit.number for visit in found] == list(range(1, len(found) + 1))
    assert {visit.local_start.time() for visit in found} == {first.time()}


@pytest.mark.parametrize("zone", ZONES)
def test_every_week_of_ten_years_keeps_its_wall_time(zone: str, request) -> None:
    times = [time(hour, minute) for hour in range(24) for minute in (0, 30)]
    if not request.config.getoption("--full"):
        times = [time(0), time(2, 30), time(10), time(23, 30)]
    wrong = [
        (visit.local_start, at)
        for at in times
        for year in range(2026, 2036)
        for visit in expand(
            weekly(weekdays=frozenset({6}), count=52, on_skipped_time=Instead.SKIP),
            datetime.combine(date(year, 11, 1), at),
            Place(zone),
        ).visits
        if visit.local_start.time() != at or wall_time(to_utc(visit.local_start, zone), zone) != visit.local_start
    ]
    assert wrong == []


def test_a_series_by_equal_steps_of_utc_would_be_seen() -> None:
    first = to_utc(datetime(2026, 10, 28, 10), TORONTO)
    drifting = [wall_time(first.astimezone(UTC) + timedelta(weeks=week), TORONTO) for week in range(3)]
    assert {start.time() for start in drifting} == {time(10), time(9)}
    assert all(exists(start, TORONTO) for start in drifting)
