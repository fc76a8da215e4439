"""The wall time is the promise: it stands on both sides of every clock change, in zones of every kind."""

from datetime import date, datetime, timedelta
from itertools import pairwise

import pytest

from practice.core.local_time import NonexistentLocalTime, exists, to_local, to_utc, zone
from practice.scheduling.appointments.rescheduling import change_room, reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.wishes import MoveWish
from tests.factories import make_location, make_room, make_service, make_therapist
from tests.scheduling.scene import Scene, overlapping_pairs

EVERY_DAY = tuple((weekday, 0, 24 * 60) for weekday in range(7))
ZONES = [
    "America/Toronto",
    "America/Santiago",
    "America/St_Johns",
    "America/Nuuk",
    "Europe/Berlin",
    "Europe/London",
    "Africa/Cairo",
    "Asia/Beirut",
    "Asia/Jerusalem",
    "Australia/Lord_Howe",
    "Pacific/Chatham",
    "Pacific/Auckland",
]
FIRST_ON, LAST_ON = date(2026, 12, 1), date(2027, 11, 30)


def changes_of(zone_name: str) -> list[date]:
    """Return the days within a year on which the clocks change."""
    days = [FIRST_ON + timedelta(days=offset) for offset in range((LAST_ON - FIRST_ON).days)]
    offsets = {day: datetime(day.year, day.month, day.day, 12, tzinfo=zone(zone_name)).utcoffset() for day in days}
    return [after for before, after in pairwise(days) if offsets[before] != offsets[after]]


def move_to(scene: Scene, zone_name: str) -> None:
    """Let the scene play in a zone, open around the clock."""
    scene.location = make_location(scene.session, zone=zone_name, hours=EVERY_DAY)
    scene.rooms = [make_room(scene.session, scene.location)]
    scene.therapists = [make_therapist(scene.session, location=scene.location, services=(), hours=EVERY_DAY)]
    scene.service = make_service(scene.session, therapists=scene.therapists, horizon_days=400)


@pytest.mark.parametrize("zone_name", ZONES)
def test_a_weekly_ten_oclock_stays_ten_oclock(scene: Scene, zone_name: str) -> None:
    move_to(scene, zone_name)
    changes = changes_of(zone_name)
    assert len(changes) == 2
    days = {day + timedelta(weeks=week) for day in changes for week in (-1, 0, 1)}
    for day in sorted(days):
        local = datetime(day.year, day.month, day.day, 10)
        booked = scene.reload(scene.book(local))
        assert (booked.local_start, booked.zone) == (local, zone_name)
        assert to_local(booked.starts_at, zone_name).replace(tzinfo=None) == local
        assert booked.ends_at - booked.starts_at == timedelta(minutes=60)


@pytest.mark.parametrize("zone_name", ZONES)
def test_the_same_time_next_week_is_the_same_wall_time_after_a_change(scene: Scene, zone_name: str) -> None:
    move_to(scene, zone_name)
    change = changes_of(zone_name)[0]
    before = datetime(change.year, change.month, change.day, 10) - timedelta(days=3)
    booked = scene.book(before)
    wish = MoveWish(local_start=before + timedelta(weeks=1))
    scene.do(reschedule, appointment_uid=booked.uid, wish=wish, rules=SCHEDULING_RULES)
    moved = scene.reload(booked)
    assert moved.local_start == before + timedelta(weeks=1)
    assert moved.starts_at - to_utc(before, zone_name) != timedelta(weeks=1)


@pytest.mark.parametrize("zone_name", ZONES)
def test_a_skipped_time_is_refused_and_the_times_named_can_be_booked(scene: Scene, zone_name: str) -> None:
    move_to(scene, zone_name)
    skipped = next(_skipped_times(zone_name))
    with pytest.raises(NonexistentLocalTime) as refused:
        scene.book(skipped)
    ways = [datetime.fromisoformat(way.values["local_start"]) for way in refused.value.ways_out]
    assert len(ways) == 3
    assert all(exists(way, zone_name) and way > skipped for way in ways)
    assert scene.book(ways[0]).local_start == ways[0]


def _skipped_times(zone_name: str):
    for change in changes_of(zone_name):
        for day in (change - timedelta(days=1), change):
            for minutes in range(0, 24 * 60, 15):
                local = datetime(day.year, day.month, day.day) + timedelta(minutes=minutes)
                if not exists(local, zone_name):
                    yield local


def test_both_occurrences_of_a_repeated_time_can_be_booked(scene: Scene) -> None:
    move_to(scene, "America/Toronto")
    scene.session.execute(scene.service.__table__.update().values(duration_minutes=45))
    scene.session.commit()
    repeated = datetime(2027, 11, 7, 1, 0)
    scene.now = scene.now.replace(year=2027, month=10, day=20)
    first = scene.reload(scene.book(repeated))
    second = scene.reload(scene.book(repeated.replace(fold=1), client=1))
    assert second.starts_at - first.starts_at == timedelta(hours=1)
    assert overlapping_pairs(scene.session) == 0


def test_what_starts_in_the_second_of_two_equal_hours_stays_there_when_only_its_room_changes(scene: Scene) -> None:
    move_to(scene, "America/Toronto")
    scene.rooms.append(make_room(scene.session, scene.location))
    scene.now = scene.now.replace(year=2027, month=10, day=20)
    repeated = datetime(2027, 11, 7, 1, 0)
    second = scene.reload(scene.book(repeated.replace(fold=1)))
    starts_at = second.starts_at
    room = next(each for each in scene.rooms if each.id != second.room_id)
    scene.do(change_room, appointment_uid=second.uid, room_uid=room.uid, rules=SCHEDULING_RULES)
    changed = scene.reload(second)
    assert (changed.room_id, changed.starts_at) == (room.id, starts_at)
    scene.do(
        reschedule,
        appointment_uid=second.uid,
        wish=MoveWish(local_start=repeated, any_room=True),
        rules=SCHEDULING_RULES,
    )
    assert scene.reload(second).starts_at == starts_at - timedelta(hours=1)
