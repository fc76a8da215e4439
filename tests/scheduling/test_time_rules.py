"""Offered starts and refusals are two views of the same rules, and both agree with brute force."""

from dataclasses import replace
from datetime import date, datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings

from practice.core.local_time import wall_time
from practice.scheduling.free_time.availability import offered_starts
from practice.scheduling.free_time.explain import refusals_at, time_refusals
from practice.scheduling.local_days import instant_of
from practice.scheduling.question import Absence, ClosedDays, DatedWork, DiaryFacts, Exceptions, Question, Shape, Span
from tests.scheduling.worlds import (
    DAY,
    NOW,
    ZONE,
    Oracle,
    at,
    busy,
    grid_of_minutes,
    location,
    practice,
    question,
    room,
    service,
    therapist,
    wall,
    worlds,
)

SLOW = [HealthCheck.too_slow, HealthCheck.data_too_large]


@settings(max_examples=150, deadline=None, suppress_health_check=SLOW)
@given(worlds())
def test_a_start_is_offered_if_and_only_if_no_time_rule_refuses_it(world: tuple[Question, DiaryFacts]) -> None:
    asked, facts = world
    offered = {offer.begins for offer in offered_starts(asked, facts)}
    for begins in grid_of_minutes():
        refused = refusals_at(asked, facts, wall_time(instant_of(begins), ZONE))
        assert (begins in offered) == (not refused), (wall_time(instant_of(begins), ZONE), refused)


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(worlds())
def test_brute_force_minute_by_minute_offers_the_same(world: tuple[Question, DiaryFacts]) -> None:
    asked, facts = world
    oracle = Oracle(asked, facts)
    expected = [begins for begins in grid_of_minutes() if oracle.offers(begins)]
    assert [offer.begins for offer in offered_starts(asked, facts)] == expected


@settings(max_examples=60, deadline=None, suppress_health_check=SLOW)
@given(worlds())
def test_everybody_named_at_a_start_can_and_the_room_is_free(world: tuple[Question, DiaryFacts]) -> None:
    asked, facts = world
    for begins, therapist_ids, room_id in offered_starts(asked, facts)[:20]:
        local = wall_time(instant_of(begins), ZONE)
        for therapist_id in therapist_ids:
            assert refusals_at(replace(asked, therapist_ids=(therapist_id,)), facts, local) == ()
        if room_id is not None:
            assert refusals_at(replace(asked, room_id=room_id), facts, local) == ()


@settings(max_examples=40, deadline=None, suppress_health_check=SLOW)
@given(worlds())
def test_every_refusal_leads_somewhere_and_every_time_it_names_is_free(world: tuple[Question, DiaryFacts]) -> None:
    asked, facts = world
    by_uid = {one.uid: one.id for one in facts.set_up.therapists.values()}
    for hour in (3, 9, 13, 20):
        for refusal in time_refusals(asked, facts, wall(hour, 10)):
            assert refusal.ways_out
            assert refusal.sentence.endswith(".")
            for way in refusal.ways_out:
                if way.act == "choose_time":
                    start = datetime.fromisoformat(way.values["local_start"])
                    colleague = replace(asked, therapist_ids=(by_uid[way.values["therapist"]],))
                    assert refusals_at(colleague, facts, start) == ()


def codes(facts: DiaryFacts, start: datetime, **over: object) -> list[str]:
    return [refusal.code for refusal in time_refusals(question(**over), facts, start)]


def is_offered(facts: DiaryFacts, start: datetime, **over: object) -> bool:
    starts = {wall_time(instant_of(offer.begins), ZONE) for offer in offered_starts(question(**over), facts)}
    return start in starts


# Appointment at 12:00 to 13:00 with buffers; ours takes 60 minutes with buffers of its own.
@pytest.mark.parametrize(
    ("theirs", "ours", "start", "code"),
    [
        ((0, 0), (0, 0), (11, 0), None),  # touching before
        ((0, 0), (0, 0), (13, 0), None),  # touching after
        ((0, 0), (0, 0), (11, 15), "time_taken"),
        ((0, 0), (0, 0), (12, 0), "time_taken"),
        ((0, 0), (0, 0), (12, 45), "time_taken"),
        ((15, 0), (0, 0), (11, 0), "buffer"),
        ((15, 0), (0, 0), (10, 45), None),
        ((0, 15), (0, 0), (13, 0), "buffer"),
        ((0, 15), (0, 0), (13, 15), None),
        ((0, 0), (0, 15), (11, 0), "buffer"),
        ((0, 0), (0, 15), (10, 45), None),
        ((0, 0), (15, 0), (13, 0), "buffer"),
        ((0, 0), (15, 0), (13, 15), None),
        ((0, 15), (15, 0), (13, 15), "buffer"),  # two buffers touch, they do not share
        ((0, 15), (15, 0), (13, 30), None),
        ((15, 0), (0, 15), (10, 45), "buffer"),
        ((15, 0), (0, 15), (10, 30), None),
    ],
)
@pytest.mark.parametrize("whose", ["therapist", "room"])
def test_buffers_touch_but_do_not_overlap(
    whose: str, theirs: tuple[int, int], ours: tuple[int, int], start: tuple[int, int], code: str | None
) -> None:
    diary = {"therapist": 1, "room": 11}[whose]
    facts = practice(of=service(60, *ours), taken={diary: [busy(at(12), 60, *theirs)]})
    expected = [] if code is None else [code if whose == "therapist" else "no_room"]
    assert codes(facts, wall(*start)) == expected
    assert is_offered(facts, wall(*start)) == (code is None)


def test_a_room_that_was_asked_for_says_how_it_is_taken() -> None:
    facts = practice(rooms=[room(1), room(2)], taken={11: [busy(at(12))]})
    assert codes(facts, wall(12), room_id=1) == ["time_taken"]
    assert codes(facts, wall(12)) == []
    refusal = time_refusals(question(room_id=1), facts, wall(12))[0]
    assert ("choose_room", "r2") in [(way.act, way.values.get("room")) for way in refusal.ways_out]
    assert refusal.until == instant_of(at(13))


def test_the_clients_diary_counts_treatment_time_only() -> None:
    facts = practice(taken={99: [busy(at(12), 60, 30, 30)]}, client_diary_id=99)
    assert codes(facts, wall(11)) == []
    assert codes(facts, wall(13)) == []
    assert codes(facts, wall(11, 15)) == ["time_taken"]
    assert is_offered(facts, wall(11))
    assert not is_offered(facts, wall(11, 15))


def test_buffers_may_reach_past_the_hours() -> None:
    facts = practice(of=service(60, 30, 30))
    assert is_offered(facts, wall(8))
    assert is_offered(facts, wall(17))


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ((7, 45), ["closed", "outside_hours"]),
        ((8, 0), []),
        ((11, 0), []),
        ((11, 15), ["outside_hours"]),
        ((12, 15), ["outside_hours"]),
        ((13, 0), []),
        ((17, 0), []),
        ((17, 15), ["closed", "outside_hours"]),
    ],
)
def test_the_treatment_lies_inside_the_hours_and_not_in_the_break(start: tuple[int, int], expected: list[str]) -> None:
    facts = practice(people=[therapist(1, [(480, 720), (780, 1080)])])
    assert codes(facts, wall(*start)) == expected
    assert is_offered(facts, wall(*start)) == (not expected)


def test_hours_that_touch_make_one_span() -> None:
    facts = practice(people=[therapist(1, [(480, 720), (720, 1080)])])
    assert codes(facts, wall(11, 30)) == []


def test_a_closure_closes_its_days_and_says_until_when() -> None:
    closure = ClosedDays(None, DAY, DAY + timedelta(days=1), "Renovation")
    facts = practice(exceptions=Exceptions(closures=(closure,)))
    refusal = time_refusals(question(), facts, wall(10))[0]
    assert refusal.code == "closed"
    assert "Renovation" in refusal.sentence
    assert wall_time(refusal.until, ZONE) == wall(0, on=DAY + timedelta(days=2))
    assert refusal.overridable
    elsewhere = ClosedDays(2, DAY, DAY, "Other place")
    assert codes(practice(exceptions=Exceptions(closures=(elsewhere,))), wall(10)) == []


def test_time_off_refuses_what_it_touches() -> None:
    away = Exceptions(absences={1: (Absence(1, Span(at(10), at(12))),)})
    facts = practice(exceptions=away)
    assert codes(facts, wall(9)) == []
    assert codes(facts, wall(9, 15)) == ["time_off"]
    assert codes(facts, wall(11, 45)) == ["time_off"]
    assert codes(facts, wall(12)) == []
    assert time_refusals(question(), facts, wall(11))[0].until == instant_of(at(12))


def test_a_dated_exception_replaces_the_weekly_hours() -> None:
    dated = {1: {DAY: (DatedWork(1, None, DAY, Span(900, 1020)),)}}
    facts = practice(exceptions=Exceptions(dated=dated))
    assert codes(facts, wall(10)) == ["outside_hours"]
    assert codes(facts, wall(15)) == []
    off = practice(exceptions=Exceptions(dated={1: {DAY: (DatedWork(1, None, DAY, None),)}}))
    assert codes(off, wall(10)) == ["outside_hours"]
    elsewhere = practice(exceptions=Exceptions(dated={1: {DAY: (DatedWork(1, 2, DAY, Span(480, 1080)),)}}))
    assert codes(elsewhere, wall(10)) == ["outside_hours"]


def test_weekly_hours_hold_within_their_dates() -> None:
    base = therapist()
    ended = replace(base, weekly=tuple(row._replace(valid_until=DAY - timedelta(days=1)) for row in base.weekly))
    later = replace(base, weekly=tuple(row._replace(valid_from=DAY + timedelta(days=1)) for row in base.weekly))
    today = replace(base, weekly=tuple(row._replace(valid_from=DAY, valid_until=DAY) for row in base.weekly))
    assert codes(practice(people=[ended]), wall(10)) == ["outside_hours"]
    assert codes(practice(people=[later]), wall(10)) == ["outside_hours"]
    assert codes(practice(people=[today]), wall(10)) == []


@pytest.mark.parametrize(
    ("facts", "over", "expected"),
    [
        (practice(of=service(is_active=False)), {}, "inactive"),
        (practice(at=location(is_active=False)), {}, "inactive"),
        (practice(people=[therapist(is_active=False)]), {"therapist_ids": (1,)}, "inactive"),
        (practice(people=[therapist(is_registered=False)]), {}, "therapist_not_registered"),
        (practice(people=[therapist(registered_until=DAY - timedelta(days=1))]), {}, "therapist_not_registered"),
        (practice(people=[therapist(registered_from=DAY + timedelta(days=1))]), {}, "therapist_not_registered"),
        (practice(people=[therapist(offers=frozenset())]), {}, "not_offered"),
        (practice(people=[therapist(offers=frozenset())]), {"therapist_ids": (1,)}, "not_offered"),
        (practice(of=service(room_needs=frozenset({"bath"}))), {}, "no_room"),
        (practice(of=service(room_needs=frozenset({"bath"}))), {"room_id": 1}, "no_room"),
        (practice(rooms=[room(is_active=False)]), {}, "no_room"),
        (practice(rooms=[room(is_active=False)]), {"room_id": 1}, "inactive"),
        (practice(rooms=[room(location_id=2)]), {}, "no_room"),
        (practice(of=service(horizon_days=6)), {}, "horizon"),
        (practice(), {"asked_at": instant_of(at(10, 1))}, "past"),
        (practice(of=service(notice_minutes=60)), {"asked_at": instant_of(at(9, 30))}, "notice"),
        (practice(), {"asked_at": instant_of(at(9)), "by_link": True}, "notice"),
    ],
)
def test_each_reason_has_its_code(facts: DiaryFacts, over: dict[str, object], expected: str) -> None:
    assert codes(facts, wall(10), **over) == [expected]
    assert not is_offered(facts, wall(10), **over)


def test_the_horizon_counts_local_days_and_says_when_the_day_opens() -> None:
    facts = practice(of=service(horizon_days=7))
    assert codes(facts, wall(10)) == []
    late_evening = datetime(2026, 11, 24, 4, 59, tzinfo=NOW.tzinfo)  # still the 23rd in Toronto
    refusal = time_refusals(question(asked_at=late_evening), facts, wall(10))[0]
    assert (refusal.code, wall_time(refusal.until, ZONE)) == ("horizon", wall(0, on=date(2026, 11, 24)))


def test_a_start_off_the_grid_is_named_with_the_nearest_ones() -> None:
    refusal = time_refusals(question(), practice(), wall(10, 10))[0]
    assert refusal.code == "off_grid"
    starts = [way.values["local_start"] for way in refusal.ways_out if way.act == "choose_time"]
    assert starts == ["2026-12-01T10:15", "2026-12-01T10:00", "2026-12-01T10:30"]


def test_a_taken_time_leads_to_the_nearest_of_its_day_before_any_other_day() -> None:
    facts = practice(taken={1: [busy(at(10)), busy(at(11), 300)]})
    asked = question(therapist_ids=(1,), last_on=DAY + timedelta(days=1))
    ways = [way for way in time_refusals(asked, facts, wall(10))[0].ways_out if way.act == "choose_time"]
    assert [way.values["local_start"] for way in ways] == ["2026-12-01T09:00", "2026-12-01T08:45", "2026-12-01T08:30"]


def test_the_grid_starts_at_midnight_each_day() -> None:
    facts = practice(of=service(30, grid_minutes=50), at=location([(0, 1440)]), people=[therapist(1, [(0, 1440)])])
    for on in (DAY, DAY + timedelta(days=1)):
        assert codes(facts, wall(0, on=on), first_on=on, last_on=on) == []
        assert codes(facts, wall(0, 50, on=on), first_on=on, last_on=on) == []
        assert codes(facts, wall(1, on=on), first_on=on, last_on=on) == ["off_grid"]


def test_an_appointment_keeps_the_shape_it_was_booked_with() -> None:
    facts = practice(taken={1: [busy(at(12))]})
    assert codes(facts, wall(11, 15), shape=Shape(45)) == []
    assert codes(facts, wall(11, 15), shape=Shape(46)) == ["time_taken"]


def test_several_therapists_tell_each_reason_once_and_one_who_can_settles_it() -> None:
    facts = practice(people=[therapist(1), therapist(2), therapist(3)], taken={1: [busy(at(10))], 2: [busy(at(10))]})
    assert codes(facts, wall(10)) == []
    assert codes(facts, wall(10), therapist_ids=(1, 2)) == ["time_taken"]
    ways = time_refusals(question(therapist_ids=(1,)), facts, wall(10))[0].ways_out
    assert ("choose_therapist", "t3") in [(way.act, way.values.get("therapist")) for way in ways]


def test_a_service_without_a_room_asks_for_none() -> None:
    facts = practice(of=service(needs_room=False), taken={11: [busy(at(10))]})
    assert codes(facts, wall(10)) == []
    assert offered_starts(question(), facts)[0].room_id is None


def test_what_staff_may_override_is_marked() -> None:
    facts = practice(people=[therapist(1, [(600, 660)])], taken={1: [busy(at(8), 60, 0, 120)]})
    refusals = time_refusals(question(), facts, wall(9, 10))
    assert {refusal.code: refusal.overridable for refusal in refusals} == {
        "off_grid": True,
        "outside_hours": True,
        "buffer": True,
    }
    assert not time_refusals(question(), facts, wall(8))[-1].overridable
