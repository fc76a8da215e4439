"""Limits of therapists: counted on their diaries, judged under the lock, told in words, overridden by some."""

from datetime import datetime

import pytest

from practice.clinic.hours import Span
from practice.clinic.limits import (
    LimitDetails,
    OwnLimits,
    get_limits,
    set_limits,
    set_own_limits,
    set_places,
    set_travel,
)
from practice.clinic.working_hours import Week, replace_week
from practice.core.actor import Actor, Role
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.appointments.rescheduling import change_client, change_room, reschedule, resize
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.diary_time import Work
from practice.scheduling.errors import BookingRefused
from practice.scheduling.free_time.explain import time_refusals
from practice.scheduling.free_time.search import StartsQuery, explain_start, find_starts
from practice.scheduling.limits import Limits
from practice.scheduling.question import DiaryFacts
from practice.scheduling.wishes import BookingDetails, MoveWish
from tests.factories import OWNER, make_location, make_room
from tests.scheduling.scene import Scene, at, statements
from tests.scheduling.test_booking import MOST_STATEMENTS, codes
from tests.scheduling.worlds import at as minute
from tests.scheduling.worlds import busy, practice, question, service, therapist, wall

TARA = Actor(Role.THERAPIST, user_id=None, therapist_id=1, name="Tara Therapist")
BECAUSE = BookingDetails(override_reason="The client is in pain.")


def refused_at(limits: Limits, taken: list, start: datetime, **of: object) -> list[str]:
    facts = practice(of=service(**of), people=[therapist(limits=limits)], taken={1: taken})
    return [refusal.code for refusal in time_refusals(question(), facts, start)]


# Three visits of an hour: at 9, at 10:30 and at 14.
THREE = [busy(minute(9)), busy(minute(10, 30)), busy(minute(14))]


@pytest.mark.parametrize(
    ("limits", "start", "of", "expected"),
    [
        (Limits(visits_a_day=4), wall(16), {}, []),
        (Limits(visits_a_day=3), wall(16), {}, ["day_full"]),
        (Limits(visits_a_day=3), wall(16), {"work": Work.ASSESSMENT}, ["day_full"]),
        (Limits(visits_a_day=3), wall(16), {"work": Work.PHONE}, []),
        (Limits(minutes_a_day=240), wall(16), {}, []),
        (Limits(minutes_a_day=239), wall(16), {}, ["day_full"]),
        (Limits(minutes_a_day=180), wall(16), {"work": Work.ASSESSMENT}, []),
        (Limits(visits_a_week=3), wall(16), {}, ["week_full"]),
        (Limits(minutes_a_week=200), wall(16), {}, ["week_full"]),
        (Limits(rest_after=120, rest=30), wall(15), {}, []),
        (Limits(rest_after=119, rest=30), wall(15), {}, ["rest_needed"]),
        (Limits(rest_after=120, rest=30), wall(15, 30), {}, []),
        (Limits(rest_after=60, rest=30), wall(15, 30), {}, []),
        (Limits(rest_after=60, rest=31), wall(15, 30), {}, ["rest_needed"]),
        (Limits(rest_after=120, rest=30), wall(11, 30), {}, []),
        (Limits(rest_after=120, rest=31), wall(11, 30), {}, ["rest_needed"]),
        (Limits(rest_after=120, rest=45), wall(12), {}, ["rest_needed"]),
        (Limits(rest_after=180, rest=45), wall(12, 15), {"work": Work.ASSESSMENT}, []),
        (Limits(rest_after=120, rest=100), wall(12, 15), {"work": Work.ASSESSMENT}, ["rest_needed"]),
    ],
)
def test_enough_is_enough(limits: Limits, start: datetime, of: dict, expected: list[str]) -> None:
    assert refused_at(limits, THREE, start, **of) == expected


def test_lunch_is_a_rest_and_no_visit() -> None:
    taken = [busy(minute(9)), busy(minute(10), 45, work=Work.NONE)]
    assert refused_at(Limits(visits_a_day=2, rest_after=60, rest=45), taken, wall(10, 45)) == []
    assert refused_at(Limits(rest_after=60, rest=45), [busy(minute(9))], wall(10)) == ["rest_needed"]


def test_clients_treated_in_one_group_are_one_visit() -> None:
    assert refused_at(Limits(visits_a_day=2, minutes_a_day=120), [busy(minute(9))] * 4, wall(13)) == []


@pytest.mark.parametrize(
    ("start", "expected"),
    [
        ((11, 0), ["travel_time"]),
        ((10, 30), []),
        ((13, 0), ["travel_time"]),
        ((13, 30), []),
        ((12, 15), ["time_taken"]),
    ],
)
def test_the_way_between_two_places_takes_its_time(start: tuple[int, int], expected: list[str]) -> None:
    facts: DiaryFacts = practice(taken={1: [busy(minute(12), place=2)]}, miles_away=30)
    found = time_refusals(question(), facts, wall(*start))
    assert [refusal.code for refusal in found] == expected
    near = practice(taken={1: [busy(minute(12), place=1)]}, miles_away=30)
    if expected == ["travel_time"]:
        assert time_refusals(question(), near, wall(*start)) == ()
        assert "Mill" in found[0].sentence
        assert "30 minutes" in found[0].sentence


def test_sentences_say_how_much_and_until_when() -> None:
    facts = practice(people=[therapist(limits=Limits(visits_a_day=3, rest_after=60))], taken={1: THREE})
    full, rest = time_refusals(question(), facts, wall(15))
    assert full.sentence == "Therapist 1 has 3 visits on Tuesday 1 December 2026; 3 visits are the most."
    assert full.until is not None
    assert "from 14:00 to 16:00; after 60 a rest of 30 minutes is due" in rest.sentence


def limit(scene: Scene, **limits: int) -> None:
    scene.do(set_limits, details=LimitDetails(**limits), version=None, actor=OWNER)


def test_a_day_that_is_full_refuses_and_offers_the_colleague(scene: Scene) -> None:
    limit(scene, visits_a_day=1)
    scene.book(at(9))
    with pytest.raises(BookingRefused) as refused:
        scene.book(at(15), client=1)
    assert codes(refused) == ["day_full"]
    assert "choose_therapist" in {way.act for way in refused.value.refusals[0].ways_out}
    assert scene.book(at(15), client=1, therapist=None).therapist_id == scene.therapists[1].id


def test_limits_of_ones_own_win(scene: Scene) -> None:
    limit(scene, visits_a_day=1)
    own = OwnLimits(visits_a_day=2)
    scene.do(set_own_limits, therapist=scene.therapists[0], details=own, version=None, actor=OWNER)
    scene.book(at(9))
    scene.book(at(15), client=1)
    with pytest.raises(BookingRefused):
        scene.book(at(11), client=2)


def test_the_desk_may_not_override_a_full_day_but_the_therapist_may_with_a_reason(scene: Scene) -> None:
    limit(scene, visits_a_day=1)
    scene.book(at(9))
    with pytest.raises(BookingRefused) as refused:
        scene.book(at(15), client=1, details=BECAUSE)
    assert not refused.value.refusals[0].overridable
    with pytest.raises(BookingRefused) as asked:
        scene.book(at(15), client=1, actor=TARA)
    assert asked.value.refusals[0].overridable
    booked = scene.book(at(15), client=1, actor=TARA, details=BECAUSE)
    assert scene.history(booked)[0].reason == BECAUSE.override_reason


def test_a_full_week_is_counted_from_monday_to_sunday_in_few_statements(scene: Scene) -> None:
    limit(scene, visits_a_week=2, rest_after_minutes=600)
    scene.book(at(9, day=27))
    scene.book(at(9))
    scene.book(datetime(2026, 12, 4, 16), client=1)
    with pytest.raises(BookingRefused) as refused:
        scene.book(datetime(2026, 12, 2, 10), client=2)
    assert codes(refused) == ["week_full"]
    wish, client = scene.wish(datetime(2026, 12, 7, 10)), scene.clients[2].uid
    with statements(scene.session) as sent:
        scene.do(book_time, wish=wish, client_uid=client, rules=SCHEDULING_RULES)
    assert len(sent) <= MOST_STATEMENTS


def test_what_stays_as_it_was_is_not_judged_again(scene: Scene) -> None:
    scene.book(at(9))
    booked = scene.book(at(15), client=1)
    limit(scene, visits_a_day=1)
    by_rita = {"rules": SCHEDULING_RULES, "appointment_uid": booked.uid}
    scene.do(change_room, room_uid=scene.rooms[1].uid, **by_rita)
    scene.do(change_client, client_uid=scene.clients[2].uid, **by_rita)
    with pytest.raises(BookingRefused) as refused:
        scene.do(resize, duration_minutes=75, **by_rita)
    assert codes(refused) == ["day_full"]
    with pytest.raises(BookingRefused):
        scene.do(reschedule, wish=MoveWish(local_start=at(16)), **by_rita)


def test_times_and_reasons_agree_and_take_at_most_four_statements(scene: Scene) -> None:
    limit(scene, visits_a_week=3, rest_after_minutes=60, rest_minutes=30)
    scene.book(at(9))
    query = StartsQuery(service_uid=scene.service.uid, therapist_uids=(scene.therapists[0].uid,))
    scene.session.commit()
    with statements(scene.session) as sent:
        found = find_starts(scene.session, query, first_on=at(9).date(), last_on=at(9).date(), now=scene.now)
    assert len(sent) <= 4
    offered = {start.begins for start in found.starts}
    for hour, quarter in [(10, 0), (10, 15), (10, 30), (13, 0)]:
        told = explain_start(scene.session, query, local_start=at(hour, quarter), now=scene.now)
        is_offered = any(start for start in offered if start == minute(hour, quarter, on=at(9).date()))
        assert is_offered == (not told.refusals), (hour, quarter)
        assert is_offered == ((hour, quarter) >= (10, 30))


def test_two_places_with_their_own_services_hours_and_way(scene: Scene) -> None:
    mill = make_location(scene.session, name="Mill")
    make_room(scene.session, mill)
    tara = scene.therapists[0]
    spans = [Span(0, 540, 720, scene.location.id), Span(0, 720, 1020, mill.id)]
    scene.do(replace_week, therapist=tara, week=Week(spans), version=None, actor=OWNER)
    scene.do(set_travel, location=scene.location, minutes={mill.id: 45}, actor=OWNER)
    here, there = {"location": scene.location.uid}, {"location": mill.uid}
    scene.book(at(11), **here)
    with pytest.raises(BookingRefused) as refused:
        scene.book(at(12), client=1, **there)
    assert codes(refused) == ["travel_time"]
    booked = scene.book(at(12, 45), client=1, **there)
    assert booked.location_id == mill.id
    query = StartsQuery(service_uid=scene.service.uid, location_uid=mill.uid, therapist_uids=(tara.uid,))
    found = find_starts(scene.session, query, first_on=at(9).date(), last_on=at(9).date(), now=scene.now)
    assert minute(13, 45, on=at(9).date()) in {start.begins for start in found.starts}
    scene.do(set_places, service=scene.service, location_ids=[scene.location.id], version=None, actor=OWNER)
    with pytest.raises(BookingRefused) as elsewhere:
        scene.book(at(15), client=2, **there)
    assert codes(elsewhere) == ["not_at_location"]
    scene.do(set_places, service=scene.service, location_ids=[scene.location.id, mill.id], version=None, actor=OWNER)
    scene.book(at(15), client=2, **there)


def test_limits_are_one_row_with_a_version_and_an_event(scene: Scene) -> None:
    limit(scene, visits_a_day=8)
    row = get_limits(scene.session)
    assert (row.visits_a_day, row.version) == (8, 2)
    limit(scene, visits_a_day=8)
    assert get_limits(scene.session).version == 2
