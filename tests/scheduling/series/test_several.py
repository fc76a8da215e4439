"""The visits of a course: free times of several services over many days, and all visits booked and moved as one act."""

from datetime import date, datetime, timedelta

import pytest
from sqlalchemy import func, select

from practice.audit.models import AuditEvent
from practice.core.errors import StaleVersion
from practice.core.local_time import to_utc
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import WrongState
from practice.scheduling.free_time.many_days import DaysQuery, find_days
from practice.scheduling.free_time.search import StartsQuery, find_starts
from practice.scheduling.local_days import instant_of
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.scheduling.series.errors import SeriesConflict
from practice.scheduling.series.several import CourseVisit, arrange_visits
from practice.scheduling.wishes import MoveWish, TimeWish
from tests.factories import make_client, make_location, make_room, make_service, make_therapist
from tests.scheduling.scene import TEN, Scene, overlapping_pairs, statements

TABLES = (Appointment, Allocation, AppointmentChange, AuditEvent)


@pytest.fixture
def longer(scene: Scene):
    return make_service(scene.session, duration_minutes=90)


def course(scene: Scene, *visits, moving=None) -> list[CourseVisit]:
    """Visits of ``(days after Monday, service)``, at ten with the first therapist."""
    return [
        CourseVisit(
            number=number,
            wish=TimeWish(
                service=service.uid,
                therapist=scene.therapists[0].uid,
                local_start=TEN + timedelta(days=day),
            ),
            moving=(moving or {}).get(number),
        )
        for number, (day, service) in enumerate(visits, 1)
    ]


def arrange(scene: Scene, visits, *, client: int = 0, **over) -> list[Appointment]:
    return scene.do(arrange_visits, visits=visits, client_uid=scene.clients[client].uid, rules=SCHEDULING_RULES, **over)


def rows(scene: Scene) -> list[int]:
    scene.session.rollback()
    return [scene.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def test_visits_of_different_services_are_one_act(scene: Scene, longer) -> None:
    booked = arrange(scene, course(scene, (0, scene.service), (3, scene.service), (7, longer)))
    booked = [scene.reload(each) for each in booked]
    assert [each.duration_minutes for each in booked] == [60, 60, 90]
    (series_id,) = {each.series_id for each in booked}
    assert {change.act_id for each in booked for change in scene.history(each)} == {series_id}
    assert overlapping_pairs(scene.session) == 0


def test_one_visit_that_does_not_fit_keeps_all_from_being_booked(scene: Scene, longer) -> None:
    scene.book(TEN + timedelta(days=3), client=1)
    before = rows(scene)
    with pytest.raises(SeriesConflict) as refused:
        arrange(scene, course(scene, (0, scene.service), (3, scene.service), (7, longer)))
    assert [each["visit"] for each in refused.value.context["conflicts"]] == [2]
    assert refused.value.context["conflicts"][0]["nearest"]
    assert rows(scene) == before


def test_moving_and_booking_are_one_act(scene: Scene) -> None:
    """The time that one visit leaves is taken by another of the same act."""
    first, second = arrange(scene, course(scene, (0, scene.service), (7, scene.service)))
    scene.session.commit()
    wanted = course(scene, (7, scene.service), (14, scene.service), (21, scene.service), moving={1: first, 2: second})
    arranged = arrange(scene, wanted)
    assert [scene.reload(each).local_start for each in arranged] == [TEN + timedelta(days=7 * at) for at in (1, 2, 3)]
    assert len({scene.history(each)[-1].act_id for each in arranged}) == 1
    assert [scene.reload(each).sequence for each in arranged] == [1, 1, 0]
    assert overlapping_pairs(scene.session) == 0


def test_a_visit_that_somebody_moved_or_cancelled_meanwhile_refuses_the_act(scene: Scene) -> None:
    (first,) = arrange(scene, course(scene, (0, scene.service)))
    wanted = course(scene, (7, scene.service), moving={1: first})
    scene.do(cancel, appointment_uid=first.uid, reason="ill", by=CancelledBy.CLIENT)
    with pytest.raises((WrongState, StaleVersion)):
        arrange(scene, wanted)


def test_statements_do_not_depend_on_the_number_of_visits(scene: Scene) -> None:
    arrange(scene, course(scene, (0, scene.service)))
    counts = []
    for amount, client in ((2, 1), (8, 2)):
        visits = course(scene, *[(35 * client + 7 * at, scene.service) for at in range(amount)])
        with statements(scene.session) as sent:
            arrange(scene, visits, client=client)
        counts.append(len([one for one in sent if not one.startswith(("INSERT", "UPDATE"))]))
    assert counts[0] == counts[1]


def days_of(scene: Scene, *services, first_on=date(2026, 11, 30), days: int = 14, **over):
    query = DaysQuery(
        service_ids=tuple(service.id for service in services),
        client_uid=scene.clients[0].uid,
        first_on=first_on,
        last_on=first_on + timedelta(days=days - 1),
        **over,
    )
    return find_days(scene.session, query, now=scene.now)


def test_the_free_days_are_the_free_starts_of_each_service(scene: Scene, longer) -> None:
    scene.book()
    scene.book(TEN + timedelta(days=1, hours=1))
    found = days_of(scene, scene.service, longer)
    for service in (scene.service, longer):
        query = StartsQuery(service_uid=service.uid, client_uid=scene.clients[0].uid)
        starts = find_starts(
            scene.session, query, first_on=date(2026, 11, 30), last_on=date(2026, 12, 13), now=scene.now
        )
        expected = {(instant_of(one.begins), one.therapist_ids) for one in starts.starts}
        ours = {
            (instant(on, minute, found.location.zone), therapist_ids)
            for on, each in found.free[service.id].items()
            for minute, therapist_ids in each
        }
        assert ours == expected


def instant(on: int, minute: int, zone: str) -> datetime:
    return to_utc(datetime.combine(date.fromordinal(on), datetime.min.time()) + timedelta(minutes=minute), zone)


def test_the_free_days_are_read_in_four_statements(scene: Scene, longer) -> None:
    with statements(scene.session) as sent:
        days_of(scene, scene.service, longer, days=120)
    assert len(sent) <= 4


def test_room_features_are_needed_beside_the_service_s_own(session) -> None:
    scene = Scene(session)
    place = make_location(session)
    room = make_room(session, place, features=["step_free"])
    make_room(session, place)
    therapist = make_therapist(session, location=place, services=(), usual_room_id=room.id)
    service = make_service(session, therapists=[therapist])
    other = make_client(session)
    found = days_of(scene, service, location_uid=place.uid, room_needs=frozenset({"step_free"}))
    assert found.free[service.id]
    assert not days_of(scene, service, location_uid=place.uid, room_needs=frozenset({"pool"})).free[service.id]
    booked = scene.do(
        arrange_visits,
        visits=[CourseVisit(number=1, wish=TimeWish(local_start=TEN, service=service.uid, location=place.uid))],
        client_uid=other.uid,
        room_needs=frozenset({"step_free"}),
        rules=SCHEDULING_RULES,
    )
    assert scene.reload(booked[0]).room_id == room.id


def test_a_course_survives_a_move_of_one_of_its_visits(scene: Scene) -> None:
    first, _ = arrange(scene, course(scene, (0, scene.service), (7, scene.service)))
    moved = scene.do(
        reschedule,
        appointment_uid=first.uid,
        wish=MoveWish(local_start=TEN + timedelta(days=1)),
        rules=SCHEDULING_RULES,
    )
    assert scene.reload(moved).series_id == scene.reload(first).series_id
