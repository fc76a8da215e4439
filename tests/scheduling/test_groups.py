"""Several clients in one session of a therapist and a room: places, who gets them, and who is shut out."""

from datetime import timedelta

import pytest
from flask import Flask
from sqlalchemy import select, text
from sqlalchemy.exc import IntegrityError

from practice.clinic.models import Service
from practice.core.actor import Role
from practice.core.local_time import wall_time
from practice.scheduling.appointments.attending import arrive
from practice.scheduling.appointments.booking import book_held
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.holding import hold_time
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.appointments.starting import start
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import BookingConflict, TimeTaken
from practice.scheduling.free_time.search import StartsQuery, explain_start, find_starts
from practice.scheduling.lifecycle import AppointmentState as State
from practice.scheduling.local_days import instant_of
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.planning import SeriesWish
from practice.scheduling.series.rule import Recurrence
from practice.scheduling.wishes import MoveWish
from tests.callers import caller
from tests.factories import make_client, make_service
from tests.scheduling.scene import TEN, Scene, at, overlapping_pairs, statements


@pytest.fixture
def scene(session) -> Scene:
    scene = Scene(session)
    scene.clients.append(make_client(session))
    return scene


@pytest.fixture
def group(scene: Scene) -> Service:
    """A back-care group of three."""
    return make_service(scene.session, duration_minutes=60, group_size=3, buffer_after_minutes=10)


def join(scene: Scene, group: Service, client: int, **over) -> Appointment:
    return scene.book(over.pop("local", TEN), client=client, service=group.uid, **over)


def fill(scene: Scene, group: Service, clients: int = 3) -> list[Appointment]:
    return [join(scene, group, client) for client in range(clients)]


def lanes(scene: Scene, diary_id: int) -> list[int]:
    scene.session.rollback()
    rows = select(Allocation.lane).where(Allocation.diary_id == diary_id, Allocation.occupies.is_(True))
    return sorted(scene.session.scalars(rows))


def call_off(scene: Scene, visit: Appointment) -> Appointment:
    return scene.do(cancel, appointment_uid=visit.uid, reason="ill", by=CancelledBy.CLIENT)


def test_clients_share_one_session_until_it_is_full(scene: Scene, group: Service) -> None:
    booked = [scene.reload(each) for each in fill(scene, group)]
    assert len({(each.therapist_id, each.room_id, each.starts_at) for each in booked}) == 1
    for diary_id in (scene.therapists[0].diary_id, scene.rooms[0].diary_id):
        assert lanes(scene, diary_id) == [0, 1, 2]
    with pytest.raises(BookingConflict) as refused:
        join(scene, group, 3)
    assert refused.value.code == "group_full"
    assert "all 3 places are taken" in str(refused.value)
    assert any(way.act == "choose_time" for way in refused.value.refusals[0].ways_out)
    with pytest.raises(BookingConflict) as again:
        join(scene, group, 0, therapist=scene.therapists[1].uid)
    assert again.value.code == "time_taken"
    assert overlapping_pairs(scene.session) == 0


def test_anyone_means_the_session_that_has_begun_to_fill(scene: Scene, group: Service) -> None:
    first = join(scene, group, 0, therapist=scene.therapists[1].uid)
    second = join(scene, group, 1, therapist=None)
    assert (second.therapist_id, second.room_id) == (first.therapist_id, first.room_id)
    for client in (2, 3):
        join(scene, group, client, therapist=None)
    assert lanes(scene, scene.therapists[0].diary_id) == [0]
    assert lanes(scene, scene.therapists[1].diary_id) == [0, 1, 2]


@pytest.mark.parametrize("leaving", [0, 1, 2])
def test_a_place_is_freed_and_nobody_else_is_let_in_beside_the_others(scene: Scene, group: Service, leaving) -> None:
    booked = fill(scene, group)
    call_off(scene, booked[leaving])
    for diary_id in (scene.therapists[0].diary_id, scene.rooms[0].diary_id):
        assert lanes(scene, diary_id)[0] == 0 and len(lanes(scene, diary_id)) == 2
    for local in (at(9, 30), TEN, at(10, 30), at(11)):
        with pytest.raises(BookingConflict):
            scene.book(local, client=3)
    join(scene, group, 3)
    assert lanes(scene, scene.therapists[0].diary_id) == [0, 1, 2]
    with pytest.raises(TimeTaken):
        scene.do(undo, appointment_uid=booked[leaving].uid, rules=SCHEDULING_RULES)
    assert overlapping_pairs(scene.session) == 0


def test_the_time_is_anybodys_again_when_the_last_one_leaves(scene: Scene, group: Service) -> None:
    booked = fill(scene, group, 2)
    for each in booked:
        call_off(scene, each)
    assert scene.book(client=3).state == State.BOOKED
    with pytest.raises(TimeTaken):
        scene.do(undo, appointment_uid=booked[0].uid, rules=SCHEDULING_RULES)


def test_moving_out_and_back_in_and_taking_it_back(scene: Scene, group: Service) -> None:
    first, *_ = fill(scene, group)
    for wish in (MoveWish(local_start=at(14)), MoveWish(local_start=TEN)):
        scene.do(reschedule, appointment_uid=first.uid, wish=wish, rules=SCHEDULING_RULES)
    assert lanes(scene, scene.therapists[0].diary_id) == [0, 1, 2]
    scene.do(undo, appointment_uid=first.uid, rules=SCHEDULING_RULES)
    assert scene.reload(first).local_start == at(14)
    join(scene, group, 3)
    with pytest.raises(BookingConflict):
        scene.do(reschedule, appointment_uid=first.uid, wish=MoveWish(local_start=TEN), rules=SCHEDULING_RULES)
    assert overlapping_pairs(scene.session) == 0


def test_a_held_place_counts_until_it_expires_and_becomes_a_booking(scene: Scene, group: Service, cast) -> None:
    wish = scene.wish(service=group.uid)
    first, second = (scene.do(hold_time, wish=wish, rules=SCHEDULING_RULES) for _ in "ab")
    join(scene, group, 0)
    with pytest.raises(BookingConflict):
        join(scene, group, 1)
    scene.do(book_held, hold_uid=first.uid, client_uid=scene.clients[2].uid, rules=SCHEDULING_RULES)
    scene.later(minutes=30)
    assert second.hold_ends_at < scene.now
    join(scene, group, 1)
    assert lanes(scene, scene.therapists[0].diary_id) == [0, 1, 2]


def test_treating_a_group_keeps_its_time(scene: Scene, group: Service) -> None:
    booked = fill(scene, group, 2)
    scene.now = scene.reload(booked[0]).starts_at
    for each in booked:
        scene.do(arrive, appointment_uid=each.uid)
        scene.do(start, appointment_uid=each.uid, rules=SCHEDULING_RULES)
    assert lanes(scene, scene.therapists[0].diary_id) == [0, 1]


def test_a_weekly_group_is_joined_as_a_series(scene: Scene, group: Service) -> None:
    wish = SeriesWish(first=scene.wish(service=group.uid), rule=Recurrence(weekdays=frozenset({0}), count=3))
    for client in range(3):
        scene.do(book_series, wish=wish, client_uid=scene.clients[client].uid, rules=SCHEDULING_RULES)
    assert lanes(scene, scene.therapists[0].diary_id) == [0, 0, 0, 1, 1, 1, 2, 2, 2]
    assert overlapping_pairs(scene.session) == 0


def test_another_group_of_the_same_length_is_not_joined(scene: Scene, group: Service) -> None:
    other = make_service(scene.session, duration_minutes=60, group_size=3)
    join(scene, group, 0)
    with pytest.raises(BookingConflict) as refused:
        join(scene, other, 1)
    assert refused.value.code == "time_taken"


def test_offers_and_reasons_agree_with_bookings_and_take_four_statements(scene: Scene, group: Service) -> None:
    fill(scene, group)
    join(scene, group, 3, local=at(14))
    scene.session.rollback()
    query = StartsQuery(service_uid=group.uid, therapist_uids=(scene.therapists[0].uid,))
    day = {"first_on": TEN.date(), "last_on": TEN.date() + timedelta(days=20), "now": scene.now}
    with statements(scene.session) as sent:
        found = find_starts(scene.session, query, **day)
    assert len(sent) <= 4
    offered = {wall_time(instant_of(offer.begins), found.location.zone) for offer in found.starts}
    reasons = {local: codes(scene, query, local) for local in (at(9), TEN, at(10, 30), at(13), at(14), at(14, 15))}
    assert [local for local, found in reasons.items() if not found] == sorted(offered & reasons.keys()) == [at(14)]
    assert (reasons[TEN], reasons[at(10, 30)]) == (["group_full"], ["time_taken"])


def codes(scene: Scene, query: StartsQuery, local) -> list[str]:
    return [each.code for each in explain_start(scene.session, query, local_start=local, now=scene.now).refusals]


def test_the_api_shows_places_and_the_size_is_bounded(app: Flask, scene: Scene, group: Service) -> None:
    fill(scene, group, 1)
    desk, owner = caller(app, Role.RECEPTIONIST), caller(app, Role.OWNER)
    asked = f"service={group.uid}&therapist={scene.therapists[0].uid}&from=2026-11-30"
    starts = {
        each["start"][11:16]: each.get("places")
        for each in desk.get(f"/availability?{asked}&to=2026-11-30").json["starts"]
    }
    assert (starts["10:00"], starts["14:00"]) == (2, 3)
    assert {each["places"] for each in desk.get(f"/availability/next?{asked}").json["proposals"]} <= {2, 3}
    alone = desk.get(f"/availability/next?service={scene.service.uid}").json["proposals"]
    assert all("places" not in each for each in alone)
    new = {"code": "G2", "name": "Group", "duration_minutes": 60, "price_cents": 100}
    for size in (0, 13, -1, "many", None, 2.5):
        assert owner.post("/services", new | {"group_size": size}).status_code == 422, size
    made = owner.post("/services", new | {"group_size": 12})
    assert (made.status_code, made.json["group_size"]) == (201, 12)
    scene.session.rollback()
    with pytest.raises(IntegrityError):
        scene.session.execute(text("UPDATE service SET group_size = 0"))
