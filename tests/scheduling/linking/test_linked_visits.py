"""Visits that follow each other at once: booked, moved, cancelled and taken back together, or not at all."""

from datetime import datetime

import pytest
from flask import Flask
from sqlalchemy import func, select

from practice.audit.models import AuditEvent
from practice.core.actor import Role
from practice.core.errors import NotFound, StaleVersion
from practice.core.local_time import NonexistentLocalTime
from practice.scheduling.appointments.cancelling import CallingOff, CancelledBy, cancel
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import NothingToUndo, WrongState
from practice.scheduling.free_time.search import StartsQuery, find_starts, three_next
from practice.scheduling.lifecycle import AppointmentState as State
from practice.scheduling.linking.errors import NotBackToBack, NotLinked
from practice.scheduling.linking.service import LinkedWish, book_linked, cancel_linked, move_linked
from practice.scheduling.local_days import instant_of
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.scheduling.series.errors import SeriesConflict
from practice.scheduling.wishes import MoveWish
from tests.callers import Caller, caller
from tests.factories import make_service
from tests.scheduling.scene import TEN, Scene, at, overlapping_pairs

TABLES = (Appointment, Allocation, AppointmentChange, AuditEvent)


@pytest.fixture
def scene(session) -> Scene:
    return Scene(session)


@pytest.fixture
def care(scene: Scene):
    """Half an hour with ten minutes before it and five after, every quarter of an hour."""
    return make_service(scene.session, duration_minutes=30, buffer_before_minutes=10, buffer_after_minutes=5)


def book(scene: Scene, care, local: datetime = TEN, *, client: int = 0, **over) -> list[Appointment]:
    then = LinkedWish(service=care.uid, **({"therapist": scene.therapists[0].uid} | over))
    return scene.do(
        book_linked, first=scene.wish(local), then=[then], client_uid=scene.clients[client].uid, rules=SCHEDULING_RULES
    )


def pair(scene: Scene, booked) -> list[Appointment]:
    return [scene.reload(each) for each in booked]


def rows(scene: Scene) -> list[int]:
    scene.session.rollback()
    return [scene.session.scalar(select(func.count()).select_from(table)) or 0 for table in TABLES]


def move(scene: Scene, visit, **over) -> list[Appointment]:
    version = over.pop("version", None)
    return scene.do(
        move_linked, appointment_uid=visit.uid, wish=MoveWish(**over), version=version, rules=SCHEDULING_RULES
    )


def call_off(scene: Scene, visit, **over) -> list[Appointment]:
    return scene.do(cancel_linked, appointment_uid=visit.uid, calling_off=CallingOff("ill", CancelledBy.CLIENT), **over)


def test_both_are_one_act_and_the_second_follows_on_its_grid_after_the_buffers(scene: Scene, care) -> None:
    first, second = pair(scene, book(scene, care))
    assert (first.local_start, second.local_start) == (TEN, at(11, 15))
    assert first.link_id == second.link_id is not None and (first.series_id, second.series_id) == (None, None)
    assert {scene.history(each)[-1].act_id for each in (first, second)} == {first.link_id}
    assert overlapping_pairs(scene.session) == 0


def test_one_that_does_not_fit_keeps_both_from_being_booked(scene: Scene, care) -> None:
    scene.book(at(11), client=1)
    before = rows(scene)
    with pytest.raises(SeriesConflict) as refused:
        book(scene, care)
    assert [each["visit"] for each in refused.value.context["conflicts"]] == [2]
    assert rows(scene) == before


@pytest.mark.parametrize("start", [at(10, 30), at(12, 15), at(10), at(11, 15, day=29)])
def test_what_does_not_follow_at_once_is_no_link(scene: Scene, care, start) -> None:
    before = rows(scene)
    with pytest.raises(NotBackToBack):
        book(scene, care, local_start=start)
    with pytest.raises(NotFound):
        book(scene, care, therapist="nobody")
    with pytest.raises(NonexistentLocalTime):
        book(scene, care, datetime(2027, 3, 14, 2, 30))
    assert rows(scene) == before


def test_moving_one_moves_the_other_by_as_much_and_to_the_same_colleague(scene: Scene, care) -> None:
    first, second = book(scene, care)
    scene.session.commit()
    move(scene, second, local_start=at(15), therapist=scene.therapists[1].uid)
    first, second = pair(scene, (first, second))
    assert (first.local_start, second.local_start) == (at(13, 45), at(15))
    assert {first.therapist_id, second.therapist_id} == {scene.therapists[1].id}
    assert scene.history(first)[-1].act_id == scene.history(second)[-1].act_id
    assert overlapping_pairs(scene.session) == 0


def test_a_move_for_which_one_has_no_room_moves_neither(scene: Scene, care) -> None:
    first, _ = book(scene, care)
    scene.book(at(16), client=1)
    before = rows(scene)
    with pytest.raises(SeriesConflict):
        move(scene, first, local_start=at(14, 45))
    with pytest.raises(StaleVersion):
        move(scene, first, local_start=at(14), version=7)
    assert rows(scene) == before


def test_the_time_that_one_leaves_is_free_for_the_other(scene: Scene, care) -> None:
    first, second = book(scene, care)
    scene.session.commit()
    move(scene, first, local_start=at(9))
    assert [each.local_start for each in pair(scene, (first, second))] == [at(9), at(10, 15)]


def test_both_are_cancelled_by_one_act_and_come_back_by_one_undo(scene: Scene, care) -> None:
    booked = book(scene, care)
    call_off(scene, booked[1])
    assert [each.state for each in pair(scene, booked)] == [State.CANCELLED, State.CANCELLED]
    assert len({scene.history(each)[-1].act_id for each in booked}) == 1
    scene.do(undo, appointment_uid=booked[0].uid, rules=SCHEDULING_RULES)
    assert [each.state for each in pair(scene, booked)] == [State.BOOKED, State.BOOKED]
    scene.do(undo, appointment_uid=booked[1].uid, rules=SCHEDULING_RULES)
    assert [each.state for each in pair(scene, booked)] == [State.ENTERED_IN_ERROR, State.ENTERED_IN_ERROR]


def test_one_act_cannot_be_half_undone(scene: Scene, care) -> None:
    first, second = book(scene, care)
    scene.do(reschedule, appointment_uid=second.uid, wish=MoveWish(local_start=at(16)), rules=SCHEDULING_RULES)
    with pytest.raises(NothingToUndo):
        scene.do(undo, appointment_uid=first.uid, rules=SCHEDULING_RULES)


def test_one_can_go_alone_and_what_is_left_stands_alone(scene: Scene, care) -> None:
    first, second = book(scene, care)
    scene.do(cancel, appointment_uid=first.uid, reason="ill", by=CancelledBy.CLIENT)
    for act in (call_off, move):
        with pytest.raises(NotLinked):
            act(scene, second)
        with pytest.raises(WrongState):
            act(scene, first)
    assert scene.reload(second).state == State.BOOKED


def test_starts_are_offered_only_where_the_other_can_follow(scene: Scene, care) -> None:
    """Compared with asking for the second visit at every start of the first."""
    scene.book(at(14), client=1)
    scene.book(at(10, 30), client=2, therapist=scene.therapists[1].uid)
    query = StartsQuery(service_uid=scene.service.uid, then_uid=care.uid)
    day = {"first_on": TEN.date(), "last_on": TEN.date(), "now": scene.now}
    offered = [
        (offer.begins, each)
        for offer in find_starts(scene.session, query, **day).starts
        for each in offer.therapist_ids
    ]
    alone = find_starts(scene.session, StartsQuery(service_uid=scene.service.uid), **day).starts
    seconds = {
        (offer.begins, each)
        for offer in find_starts(scene.session, StartsQuery(service_uid=care.uid), **day).starts
        for each in offer.therapist_ids
    }
    assert offered == [
        (offer.begins, each) for offer in alone for each in offer.therapist_ids if (offer.begins + 75, each) in seconds
    ]
    assert 0 < len(offered) < sum(len(offer.therapist_ids) for offer in alone)
    (best, *_) = three_next(scene.session, query, from_on=TEN.date(), now=scene.now).proposals
    assert (best.begins, best.therapist_id) in offered
    assert instant_of(best.begins)


def body(scene: Scene, care, **over):
    visits = [{"service_uid": scene.service.uid, "local_start": "2026-11-30T10:00"}, {"service_uid": care.uid}]
    return {"client_uid": scene.clients[0].uid, "visits": visits, **over}


def test_the_api_books_once_reads_moves_and_cancels(app: Flask, scene: Scene, care) -> None:
    desk: Caller = caller(app, Role.RECEPTIONIST)
    first, again = (desk.post("/appointments/linked", body(scene, care), Idempotency_Key="linked-1") for _ in "ab")
    assert (first.status_code, first.json) == (201, again.json)
    one, two = first.json["appointments"]
    assert (one["local_start"], two["local_start"]) == ("2026-11-30T10:00", "2026-11-30T11:15")
    path = f"/appointments/{two['uid']}/linked"
    assert desk.get(path).json == first.json
    moved = desk.ask("PATCH", path, {"local_start": "2026-12-01T11:15"}, If_Match='"1"')
    assert [each["local_start"] for each in moved.json["appointments"]] == ["2026-12-01T10:00", "2026-12-01T11:15"]
    gone = desk.post(f"{path}/cancellation", {"reason": "ill"})
    assert {each["state"] for each in gone.json["appointments"]} == {"cancelled"}
    found = desk.get(f"/availability/next?service={scene.service.uid}&then={care.uid}")
    assert found.status_code == 200 and found.json["proposals"]
    refused = desk.get(f"/appointments/{scene.book(at(9), client=1).uid}/linked")
    assert (refused.status_code, refused.json["code"]) == (422, "not_linked")


@pytest.mark.parametrize(
    "visits",
    [[], [{}], [{"service_uid": "x"}, {}], "both", [{"service_uid": None}] * 2, [{"local_start": "soon"}] * 4],
)
def test_bad_bodies_are_refused_by_name(app: Flask, scene: Scene, care, visits) -> None:
    desk: Caller = caller(app, Role.RECEPTIONIST)
    assert desk.post("/appointments/linked", body(scene, care, visits=visits)).status_code == 422
    late = [{"service_uid": scene.service.uid}, {"service_uid": care.uid}]
    answer = desk.post("/appointments/linked", body(scene, care, visits=late))
    assert answer.status_code == 422 and "begins" in answer.text
