"""Editing this visit, this and those after it, or all: one act, every visit or none."""

from datetime import timedelta

import pytest

from practice.core.errors import StaleVersion
from practice.scheduling.appointments.cancelling import CallingOff, CancelledBy
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import ReasonNeeded, WrongState
from practice.scheduling.models import Appointment
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.editing import Scope, cancel_series, move_series
from practice.scheduling.series.errors import NotInSeries, SeriesConflict
from practice.scheduling.series.planning import SeriesWish
from practice.scheduling.series.rule import Recurrence
from practice.scheduling.wishes import MoveWish
from tests.scheduling.scene import TEN, Scene, overlapping_pairs, statements

WEEK = timedelta(weeks=1)


@pytest.fixture
def scene(session) -> Scene:
    return Scene(session)


@pytest.fixture
def series(scene: Scene) -> list[Appointment]:
    """Four Mondays at ten."""
    return book(scene, 4)


def book(scene: Scene, count: int, *, client: int = 0) -> list[Appointment]:
    rule = Recurrence(weekdays=frozenset({TEN.weekday()}), count=count)
    wish = SeriesWish(first=scene.wish(), rule=rule)
    return scene.do(book_series, wish=wish, client_uid=scene.clients[client].uid, rules=SCHEDULING_RULES)


def move(scene: Scene, visit: Appointment, scope: Scope, *, version=None, **wish) -> list[Appointment]:
    return scene.do(
        move_series,
        appointment_uid=visit.uid,
        scope=scope,
        wish=MoveWish(**wish),
        version=version,
        rules=SCHEDULING_RULES,
    )


def cancel(scene: Scene, visit: Appointment, scope: Scope, **over) -> list[Appointment]:
    why = CallingOff(over.pop("reason", "travel"), CancelledBy.CLIENT)
    return scene.do(cancel_series, appointment_uid=visit.uid, scope=scope, calling_off=why, **over)


def starts(scene: Scene, series: list[Appointment]) -> list:
    return [scene.reload(visit).local_start for visit in series]


def test_this_and_following_take_another_time_of_day(scene: Scene, series) -> None:
    moved = move(scene, series[2], Scope.FOLLOWING, local_start=TEN + 2 * WEEK + timedelta(hours=4))
    assert [visit.id for visit in moved] == [series[2].id, series[3].id]
    assert [start.hour for start in starts(scene, series)] == [10, 10, 14, 14]
    assert len({scene.reload(visit).series_id for visit in series}) == 1
    (act_id,) = {scene.history(visit)[-1].act_id for visit in moved}
    assert act_id not in {None, series[0].series_id}
    assert overlapping_pairs(scene.session) == 0


def test_all_shift_by_as_many_days_over_each_others_old_times(scene: Scene, series) -> None:
    move(scene, series[0], Scope.ALL, local_start=TEN + WEEK)
    assert starts(scene, series) == [TEN + week * WEEK for week in (1, 2, 3, 4)]
    move(scene, series[3], Scope.ALL, local_start=TEN + 4 * WEEK + timedelta(days=1, hours=1))
    assert [(start.weekday(), start.hour) for start in starts(scene, series)] == [(1, 11)] * 4


def test_a_visit_moved_alone_stays_in_its_series_and_keeps_its_day(scene: Scene, series) -> None:
    wish = MoveWish(local_start=TEN + WEEK + timedelta(days=1, hours=3))
    scene.do(reschedule, appointment_uid=series[1].uid, wish=wish, rules=SCHEDULING_RULES)
    move(scene, series[0], Scope.ALL, local_start=TEN + timedelta(hours=1))
    found = starts(scene, series)
    assert [start.hour for start in found] == [11] * 4
    assert [start.weekday() for start in found] == [0, 1, 0, 0]


def test_therapist_and_room_of_all_are_changed(scene: Scene, series) -> None:
    move(scene, series[1], Scope.ALL, therapist=scene.therapists[1].uid, room=scene.rooms[1].uid)
    found = [scene.reload(visit) for visit in series]
    assert {visit.therapist_id for visit in found} == {scene.therapists[1].id}
    assert {visit.room_id for visit in found} == {scene.rooms[1].id}
    assert {visit.sequence for visit in found} == {1}


def test_one_visit_that_does_not_fit_leaves_all_where_they_were(scene: Scene, series) -> None:
    scene.book(TEN + 3 * WEEK + timedelta(hours=3), client=1)
    before = [(visit.version, visit.sequence, scene.taken(visit)) for visit in map(scene.reload, series)]
    with pytest.raises(SeriesConflict) as refused:
        move(scene, series[1], Scope.FOLLOWING, local_start=TEN + WEEK + timedelta(hours=3))
    (conflict,) = refused.value.context["conflicts"]
    assert (conflict["visit"], conflict["codes"]) == (4, ["time_taken"])
    assert [(visit.version, visit.sequence, scene.taken(visit)) for visit in map(scene.reload, series)] == before
    assert [len(scene.history(visit)) for visit in series] == [1] * 4


def test_what_is_over_or_cancelled_is_left_alone(scene: Scene, series) -> None:
    cancel(scene, series[2], Scope.THIS)
    scene.later(days=7)
    move(scene, series[3], Scope.ALL, local_start=TEN + 3 * WEEK + timedelta(hours=1))
    assert [start.hour for start in starts(scene, series)] == [10, 11, 10, 11]


def test_a_move_to_where_it_lies_changes_nothing(scene: Scene, series) -> None:
    assert move(scene, series[1], Scope.ALL, local_start=TEN + WEEK) == []
    assert {scene.reload(visit).version for visit in series} == {1}


def test_following_visits_are_cancelled_together(scene: Scene, series) -> None:
    ended = cancel(scene, series[1], Scope.FOLLOWING)
    assert len(ended) == 3
    found = [scene.reload(visit) for visit in series]
    assert [visit.state for visit in found] == ["booked", *["cancelled"] * 3]
    assert [len(scene.taken(visit)) for visit in found] == [3, 0, 0, 0]
    assert {visit.cancel_reason for visit in found[1:]} == {"travel"}
    assert len({scene.history(visit)[-1].act_id for visit in found[1:]} - {None}) == 1
    book(scene, 1, client=1) if scene.taken(found[1]) else scene.book(TEN + WEEK, client=1)


def test_each_visit_is_late_or_not_on_its_own(scene: Scene, series) -> None:
    scene.now = scene.reload(series[0]).starts_at - timedelta(hours=2)
    cancel(scene, series[0], Scope.ALL)
    assert [scene.reload(visit).cancelled_late for visit in series] == [True, False, False, False]


def test_undo_takes_back_one_visit(scene: Scene, series) -> None:
    move(scene, series[0], Scope.ALL, local_start=TEN + timedelta(hours=1))
    scene.do(undo, appointment_uid=series[1].uid, rules=SCHEDULING_RULES)
    assert [start.hour for start in starts(scene, series)] == [11, 10, 11, 11]


def test_a_visit_seen_in_an_older_version_refuses_the_whole_act(scene: Scene, series) -> None:
    move(scene, series[1], Scope.THIS, local_start=TEN + WEEK + timedelta(hours=1))
    for act in (move, cancel):
        with pytest.raises(StaleVersion):
            act(scene, series[1], Scope.ALL, version=1)


def test_acts_on_several_visits_need_a_series_and_a_reason(scene: Scene, series) -> None:
    alone = scene.book(TEN + timedelta(hours=4), client=1)
    for act in (move, cancel):
        with pytest.raises(NotInSeries):
            act(scene, alone, Scope.ALL)
    with pytest.raises(ReasonNeeded):
        cancel(scene, series[0], Scope.ALL, reason="nonsense")
    cancel(scene, series[0], Scope.THIS)
    for act in (move, cancel):
        with pytest.raises(WrongState):
            act(scene, series[0], Scope.ALL)


def test_reading_and_locking_take_as_many_statements_for_three_as_for_twelve(scene: Scene) -> None:
    sent = {}
    for client, count in ((0, 3), (1, 12)):
        visits = book(scene, count, client=client)
        move(scene, visits[0], Scope.ALL, local_start=TEN + timedelta(hours=1))
        with statements(scene.session) as sent[count]:
            move(scene, visits[0], Scope.ALL, local_start=TEN + timedelta(hours=3 + client))
    reads = {count: [one for one in each if not one.startswith("UPDATE appointment ")] for count, each in sent.items()}
    assert len(reads[3]) == len(reads[12]) <= 14, "\n".join(reads[12])
