"""The demo's diary is one that a real desk could have, whatever day it is opened on."""

from collections import defaultdict
from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from practice.core.local_time import to_utc
from practice.demo.acts import Deed, acts_until
from practice.demo.cast import write_script
from practice.demo.diary import FILL_BY_WEEK, QUIET_TUESDAY, Fate
from practice.demo.premises import (
    BUFFER,
    MOST_HANDS_ON_MINUTES,
    SATURDAY,
    SERVICES,
    THERAPISTS,
    TUESDAY,
    ZONE,
    WorkingCalendar,
)

EVENING = 17 * 60
TELLING = (
    date(2026, 11, 24),  # a Tuesday
    date(2026, 12, 25),
    date(2027, 1, 1),
    date(2027, 3, 14),  # clocks go forward, a Sunday
    date(2027, 3, 15),
    date(2027, 11, 7),  # clocks go back, a Sunday
    date(2028, 2, 29),
    date(2027, 3, 26),  # Good Friday
    date(2027, 7, 3),  # a Saturday
)


@pytest.fixture(params=TELLING, ids=str)
def script(request):
    return write_script(request.param)


def _by_day(script):
    days = defaultdict(list)
    for visit in script.visits:
        days[visit.therapist, visit.day].append(visit)
    return days


def test_nobody_is_in_two_places_and_buffers_are_kept(script):
    people = defaultdict(list)
    for visit in script.visits:
        people[visit.therapist, visit.day].append(visit)
        people[visit.client, visit.day].append(visit)
    for visits in people.values():
        ordered = sorted(visits, key=lambda visit: visit.minute)
        for earlier, later in pairwise(ordered):
            assert earlier.ends + BUFFER <= later.minute


def test_everybody_works_within_hours_and_six_hands_on_hours(script):
    calendar = WorkingCalendar(script.today)
    for (therapist, day), visits in _by_day(script).items():
        shifts = calendar.shifts(THERAPISTS[therapist], day)
        assert all(any(opens <= v.minute and v.ends <= closes for opens, closes in shifts) for v in visits)
        assert sum(v.ends - v.minute for v in visits if v.is_hands_on) <= MOST_HANDS_ON_MINUTES
        assert all(v.service in THERAPISTS[therapist].services for v in visits)


def test_no_room_has_two_therapists_on_one_day():
    for weekday in range(6):
        rooms = [each.rooms[weekday] for each in THERAPISTS.values() if weekday in each.rooms]
        assert len(rooms) == len(set(rooms)) > 0


def test_weeks_are_as_full_as_meant(script):
    monday = script.today - timedelta(days=script.today.weekday())
    calendar = WorkingCalendar(script.today)
    days = _by_day(script)
    for week, share in FILL_BY_WEEK.items():
        minutes = capacity = 0
        for therapist in THERAPISTS.values():
            for weekday in range(5):
                day = monday + timedelta(weeks=week, days=weekday)
                if calendar.shifts(therapist, day):
                    capacity += MOST_HANDS_ON_MINUTES
                    minutes += sum(v.ends - v.minute for v in days[therapist.key, day])
        if capacity >= 10 * MOST_HANDS_ON_MINUTES and week < 2:
            assert share - 0.05 <= minutes / capacity <= share + 0.16


def test_tuesday_mornings_are_quiet_evenings_and_saturdays_full(script):
    monday = script.today - timedelta(days=script.today.weekday())
    days = _by_day(script)
    calendar = WorkingCalendar(script.today)
    for visit in script.visits:
        if visit.day.weekday() == TUESDAY and visit.day >= monday and visit.series is None:
            assert visit.ends <= QUIET_TUESDAY[0] or visit.minute >= QUIET_TUESDAY[1]
    for therapist in THERAPISTS.values():
        for weekday in range(6):
            day = monday + timedelta(days=weekday)
            shifts = calendar.shifts(therapist, day)
            if not shifts:
                continue
            begins = shifts[0][0] if weekday == SATURDAY else EVENING
            for opens, closes in shifts:
                for minute in range(max(opens, begins), closes - 59, 15):
                    assert _is_taken(days[therapist.key, day], minute, minute + 60), (therapist.key, day, minute)


def _is_taken(visits, begins, ends):
    return any(visit.minute < ends + BUFFER and begins < visit.ends + BUFFER for visit in visits)


def test_acts_come_in_an_order_that_can_happen(script):
    now = to_utc(datetime.combine(script.today, datetime.min.time()) + timedelta(hours=15), ZONE)
    done: dict[int, Deed] = {}
    known: set[str] = set()
    for act in acts_until(script, now):
        assert act.at <= now
        if act.deed is Deed.REGISTER:
            known.add(act.person)
            continue
        if act.deed is Deed.TURN:
            assert act.person in known
            continue
        visit = script.visits[act.visit]
        assert visit.client in known
        assert (act.visit in done) != (act.deed in {Deed.BOOK, Deed.WALK_IN})
        assert done.get(act.visit) is not Deed.CANCEL
        done[act.visit] = act.deed
        if act.deed is Deed.CANCEL:
            assert visit.fate in {Fate.CANCELLED, Fate.CANCELLED_LATE}
    assert len(known) == len(script.people) >= 120


def test_the_same_day_gives_the_same_script():
    assert write_script(TELLING[0]) == write_script(TELLING[0])


def test_prices_and_lengths_are_those_of_the_price_list():
    assert {code: (each.duration_minutes, each.price_cents) for code, each in SERVICES.items()} == {
        "INITIAL": (75, 12500),
        "ASSESS-ONLY": (30, 6200),
        "SCI-45": (45, 8200),
        "SCI-60": (60, 10200),
        "REASSESS-60": (60, 10600),
        "PRENATAL-60": (60, 10200),
        "PHONE-15": (15, 0),
        "RELAX-60": (60, 9800),
        "MAINT-45": (45, 8000),
        "BACK-GROUP": (45, 3500),
    }
