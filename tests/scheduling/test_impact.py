"""The impact preview: which visits a change hits and why, new times that never collide, nothing written."""

from datetime import date, timedelta
from itertools import combinations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clinic.details import RoomDetails, details_of
from practice.clinic.service import change_room
from practice.scheduling.absences.changes import (
    Away,
    Closing,
    Ground,
    Leaving,
    NewWeek,
    PlaceEnds,
    RoomOut,
    ServiceEnds,
    after,
)
from practice.scheduling.absences.impact import Booked, hits
from practice.scheduling.absences.new_times import Ledger, TimeKind, propose
from practice.scheduling.absences.preview import preview
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.diary_time import Taken
from practice.scheduling.local_days import floor_minute, instant_of
from practice.scheduling.models import Appointment
from practice.scheduling.question import Exceptions, SetUp, Shape, Span, WeeklyWork
from tests.factories import OWNER, make_client
from tests.scheduling import worlds
from tests.scheduling.scene import Scene, at, statements

MONDAY = date(2026, 11, 30)


def span_of(*days: int) -> Span:
    """Return the whole local days of November or later that start at Toronto's midnight, in UTC minutes."""
    begins = floor_minute(worlds.NOW.replace(hour=5, minute=0)) + (days[0] - worlds.NOW.day) * 1440
    return Span(begins, begins + (days[-1] - days[0] + 1) * 1440)


def impact_of(scene: Scene, change: object):
    return scene.do(lambda session, now, **_: preview(session, change=change, set_up=read_set_up(session), now=now))


def kinds(hit) -> list[str]:
    return [str(time.kind) for time in hit.times]


def test_time_off_hits_the_visits_in_it_and_says_why(scene):
    inside, beside = scene.book(at(10)), scene.book(at(10), client=1, therapist=scene.therapists[1].uid)
    after_it = scene.book(at(10, day=30) + timedelta(days=1), client=2)
    impact = impact_of(scene, Away(scene.therapists[0].id, span_of(30)))
    assert [hit.appointment.uid for hit in impact.hits] == [inside.uid]
    assert {beside.uid, after_it.uid}.isdisjoint(impact.seen.visits)
    (reason,) = impact.hits[0].reasons
    assert reason.code == "time_off"
    assert f"{scene.therapists[0].name} is away until" in reason.sentence


def test_each_kind_of_change_hits_with_its_own_reason(scene):
    visit = scene.book(at(10))
    therapist = scene.therapists[0].id
    afternoons = tuple(WeeklyWork(scene.location.id, day, Span(780, 1020), MONDAY, None) for day in range(5))
    expected = {
        Closing(None, MONDAY, MONDAY, "Flood"): "closed",
        Closing(scene.location.id, MONDAY, MONDAY, "Flood"): "closed",
        NewWeek(therapist, afternoons, MONDAY, None): "outside_hours",
        Leaving(therapist, MONDAY - timedelta(days=1)): "outside_hours",
        RoomOut(visit.room_id): "room_out",
        ServiceEnds(scene.service.id): "inactive",
        PlaceEnds(scene.location.id): "inactive",
    }
    for change, code in expected.items():
        impact = impact_of(scene, change)
        assert [[reason.code for reason in hit.reasons] for hit in impact.hits] == [[code]], change


def test_a_last_day_is_worked_to_its_end(scene):
    scene.book(at(10))
    assert impact_of(scene, Leaving(scene.therapists[0].id, MONDAY)).hits == ()


def test_what_did_not_fit_before_is_not_hit_again_for_the_same_reason(scene):
    room = scene.rooms[0]
    scene.book(at(10), room=room.uid)
    details = details_of(RoomDetails, room)
    out = RoomDetails(details.location_id, details.name, details.features, is_active=False)
    scene.do(change_room, room=room, details=out, version=None, actor=OWNER)
    assert impact_of(scene, RoomOut(room.id)).hits == ()
    away = impact_of(scene, Away(scene.therapists[0].id, span_of(30)))
    assert [reason.code for reason in away.hits[0].reasons] == ["time_off"]


def test_new_times_are_the_nearest_own_time_and_the_same_time_with_somebody_else(scene):
    visit = scene.book(at(10))
    (hit,) = impact_of(scene, Away(scene.therapists[0].id, span_of(30))).hits
    own, other = hit.times
    assert (own.kind, own.therapist_id) == (TimeKind.SAME_THERAPIST, scene.therapists[0].id)
    assert instant_of(own.begins) == visit.starts_at + timedelta(hours=23), "nine o'clock the day after"
    assert (other.kind, other.therapist_id) == (TimeKind.OTHER_THERAPIST, scene.therapists[1].id)
    assert instant_of(other.begins) == visit.starts_at


def test_a_room_out_of_order_proposes_the_other_room_at_the_same_time(scene):
    visit = scene.book(at(10), room=scene.rooms[0].uid)
    (hit,) = impact_of(scene, RoomOut(visit.room_id)).hits
    assert hit.times[0].kind is TimeKind.OTHER_ROOM
    assert (hit.times[0].room_id, instant_of(hit.times[0].begins)) == (scene.rooms[1].id, visit.starts_at)


def test_who_leaves_for_good_is_followed_by_whoever_is_free_next(scene):
    scene.book(at(10))
    scene.book(at(10), client=1, therapist=scene.therapists[1].uid)
    (hit,) = impact_of(scene, Leaving(scene.therapists[0].id, date(2026, 11, 23))).hits
    assert kinds(hit) == ["anybody"]
    assert hit.times[0].therapist_id == scene.therapists[1].id


def test_a_preview_changes_nothing_and_its_statements_do_not_grow(scene):
    change = Away(scene.therapists[0].id, span_of(30))
    scene.book(at(9))
    impact_of(scene, change)
    with statements(scene.session) as few:
        impact_of(scene, change)
    for hour, minute in ((10, 0), (11, 15), (13, 0), (14, 15), (15, 30)):
        scene.clients.append(make_client(scene.session))
        scene.book(at(hour, minute), client=len(scene.clients) - 1)
    before = [(each.uid, each.version) for each in scene.session.query(Appointment).all()]
    with statements(scene.session) as many:
        assert len(impact_of(scene, change).hits) == 6
    assert len(few) == len(many) <= 5
    assert all(statement.startswith("SELECT") for statement in many)
    assert before == [(each.uid, each.version) for each in scene.session.query(Appointment).all()]


# New times against brute force, on made-up days.

PEOPLE, ROOMS = 3, 2


@st.composite
def crowded_days(draw: st.DrawFn) -> tuple[SetUp, list[Booked], dict[int, list[tuple[int, Taken]]]]:
    """Draw a small practice and visits of its first therapist and others on the days ahead."""
    before, behind = draw(st.sampled_from([(0, 0), (5, 10)]))
    people = [worlds.therapist(number) for number in range(1, PEOPLE + 1)]
    rooms = [worlds.room(number) for number in range(1, ROOMS + 1)]
    service = worlds.service(60, before, behind)
    set_up = SetUp(
        1,
        {1: worlds.location()},
        {1: service},
        {one.id: one for one in rooms},
        {one.id: one for one in people},
    )
    taken: dict[int, list[tuple[int, Taken]]] = {one.diary_id: [] for one in (*people, *rooms)}
    visits: list[Booked] = []
    for number in range(1, draw(st.integers(1, 14)) + 1):
        visit = _draw_visit(draw, number, service.shape)
        places = (visit.therapist_id, 10 + (visit.room_id or 0), visit.client_diary_id)
        if any(_share(visit, other) for place in places for _, other in taken.get(place, ())):
            continue
        for place in places:
            taken.setdefault(place, []).append((number, _taken_of(visit)))
        visits.append(visit)
    return set_up, visits, taken


def _draw_visit(draw: st.DrawFn, number: int, shape: Shape) -> Booked:
    start = at(8) + timedelta(minutes=15 * draw(st.integers(0, 36)), days=1 + draw(st.integers(0, 1)))
    begins = floor_minute(worlds.NOW) + int((start - worlds.NOW.replace(tzinfo=None)).total_seconds() // 60) + 300
    client = draw(st.integers(1, 4))
    therapist, room = draw(st.integers(1, PEOPLE)), draw(st.integers(1, ROOMS))
    return Booked(number, f"v{number}", 1, client, 100 + client, 1, therapist, room, 1, start, begins, shape)


def _taken_of(visit: Booked) -> Taken:
    return Taken(visit.begins, visit.begins + visit.shape.duration, visit.shape.before, visit.shape.after)


def _share(visit: Booked, other: Taken) -> bool:
    wide = 30
    return visit.begins - wide < other.ends and other.begins < visit.begins + visit.shape.duration + wide


@given(crowded_days())
def test_no_two_new_times_take_the_same_minutes_and_all_keep_the_rules(drawn):
    set_up, visits, taken = drawn
    ground = Ground(set_up, Exceptions())
    change = Away(1, Span(floor_minute(worlds.NOW), floor_minute(worlds.NOW) + 10 * 1440))
    found = hits(change, ground, visits, now=worlds.NOW)
    assert {hit.visit.id for hit in found} == {visit.id for visit in visits if visit.therapist_id == 1}
    changed = after(change, ground)
    proposed = propose(found, changed, Ledger(taken), now=worlds.NOW)
    places = [(hit, time) for hit in found for time in proposed[hit.visit.id]]
    for hit, time in places:
        _require_free(hit, time, taken)
        assert time.therapist_id != 1 or time.begins >= change.span.ends or time.begins + 60 <= change.span.begins
    for (hit, time), (other_hit, other) in combinations(places, 2):
        minutes = _minutes(hit, time) & _minutes(other_hit, other)
        assert not minutes or time.therapist_id != other.therapist_id
        assert not minutes or time.room_id != other.room_id
        if hit.visit.id != other_hit.visit.id:
            assert hit.visit.client_id != other_hit.visit.client_id or not minutes


def _minutes(hit, time) -> set[int]:
    return set(range(time.begins, time.begins + hit.visit.shape.duration))


def _require_free(hit, time, taken) -> None:
    shape = hit.visit.shape
    for diary_id in (time.therapist_id, 10 + time.room_id):
        for number, other in taken[diary_id]:
            if number != hit.visit.id:
                begins, ends = time.begins - shape.before, time.begins + shape.duration + shape.after
                assert ends <= other.begins - other.before or other.ends + other.after <= begins


@pytest.mark.parametrize("kind", [Away(1, Span(0, 1)), Closing(None, MONDAY, MONDAY, "x"), Leaving(1, MONDAY)])
def test_the_ground_after_a_change_remembers_nothing_of_before(kind):
    exceptions = Exceptions(remembered={"stale": 1})
    set_up = SetUp(1, {1: worlds.location()}, {}, {}, {1: worlds.therapist(1)})
    assert after(kind, Ground(set_up, exceptions)).exceptions.remembered == {}
