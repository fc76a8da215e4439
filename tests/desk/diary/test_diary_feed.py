from dataclasses import replace
from datetime import date

import pytest

from practice.core.actor import Actor, Role
from practice.desk.diary.address import By, DiaryAddress, read_day
from practice.desk.diary.feed import NO_ROOM, Closed, Column, feed
from practice.desk.visits import Person, State
from tests.desk.visits import at, make_visit

RITA = Actor(Role.RECEPTIONIST, user_id=7)
TUESDAY = date(2026, 11, 24)


def drawn(visit, by=By.THERAPIST, now=None):
    return feed([], [visit], [], by=by, actor=RITA, now=now or at(9))["events"][0]


def test_a_visit_is_drawn_in_the_wall_time_of_its_own_zone():
    event = drawn(make_visit(at(14)))
    assert (event["start"], event["end"]) == ("2026-11-24T14:00", "2026-11-24T15:00")
    assert event["resourceIds"] == ["tara"]
    assert event["startEditable"] is True


def test_only_what_is_true_of_a_visit_is_sent():
    props = drawn(make_visit(at(14)))["extendedProps"]
    assert props == {"state": "booked", "sub": "Relax 60 · Room 1", "colour": 1, "buffer_after": 10, "version": 1}


def test_what_matters_now_is_sent():
    client = Person(1, "c", "Anna Kowalska", has_same_name=True, alerts=("step-free",), must_phone=True)
    props = drawn(replace(make_visit(at(12)), client=client), now=at(12, 20))["extendedProps"]
    assert (props["late"], props["same_name"], props["phone"], props["alert"]) == (20, True, True, "step-free")


def test_a_colleagues_hold_names_nobody():
    own = make_visit(at(14), client=None, state=State.HELD, held_by_id=7, hold_ends_at=at(9, 5))
    other = make_visit(at(14), client=None, state=State.HELD, held_by_id=8, hold_ends_at=at(9, 5))
    assert drawn(own)["title"] == "New booking"
    assert drawn(own)["extendedProps"]["held_left"] == "held 5:00"
    assert drawn(other)["title"] == "Held by a colleague"


def test_in_the_rooms_a_visit_without_a_room_has_a_column_of_its_own():
    assert drawn(make_visit(at(14), room=None), By.ROOM)["resourceIds"] == [NO_ROOM]


def test_closed_hours_are_background():
    closed = Closed("tara", at(12).replace(tzinfo=None), at(13).replace(tzinfo=None), "Lunch")
    answer = feed([Column("tara", "Tara")], [], [closed], by=By.THERAPIST, actor=RITA, now=at(9))
    assert answer["events"][0]["display"] == "background"
    assert answer["resources"] == [{"id": "tara", "title": "Tara", "extendedProps": {}}]


def test_a_week_begins_on_monday_and_moves_by_weeks():
    week = DiaryAddress(TUESDAY, By.WEEK, therapist="tara")
    assert (week.first_on, week.last_on) == (date(2026, 11, 23), date(2026, 11, 29))
    assert week.moved(1).path() == "/diary/2026-12-01?by=week&therapist=tara"


def test_a_day_moves_by_days_and_keeps_its_place():
    day = DiaryAddress(TUESDAY, By.ROOM, location="harbour")
    assert day.moved(-1).path("events") == "/diary/2026-11-23/events?by=room&at=harbour"


@pytest.mark.parametrize("raw", ["2026-13-01", "20261124", "1899-01-01", "9999-12-31", "today", "2026-11-24x"])
def test_what_is_no_day_is_not_read(raw):
    assert read_day(raw, TUESDAY) is None
