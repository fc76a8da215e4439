"""Races through the verbs, in threads with a session each: one wins, the others learn it, nothing is left behind."""

from datetime import timedelta
from functools import partial
from itertools import islice

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.audit.models import AuditEvent
from practice.core.errors import Conflict
from practice.scheduling.appointments.attending import arrive
from practice.scheduling.appointments.booking import book_held, book_time
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.appointments.holding import hold_time
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.appointments.undoing import undo
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import HoldExpired, WrongState
from practice.scheduling.models import Appointment, AppointmentChange
from practice.scheduling.series.booking import book_series
from practice.scheduling.series.models import Series
from practice.scheduling.series.planning import SeriesWish
from practice.scheduling.series.rule import Recurrence
from practice.scheduling.wishes import MoveWish
from tests.concurrency.racing import deadlocks, losers, race, windows, winners
from tests.factories import make_client, make_room, make_therapist
from tests.scheduling.scene import RITA, TEN, Scene, at, overlapping_pairs

RACERS = 16
ROUNDS = 3
FULL_ROUNDS = 150
BY_RITA = {"actor": RITA, "rules": SCHEDULING_RULES}


@pytest.fixture
def scene(session: Session) -> Scene:
    made = Scene(session)
    made.clients += [make_client(session) for _ in range(RACERS - len(made.clients))]
    return made


def booking(scene: Scene, client: int, local, **over):
    return partial(
        book_time, wish=scene.wish(local, **over), client_uid=scene.clients[client].uid, now=scene.now, **BY_RITA
    )


def rows(scene: Scene, table) -> int:
    scene.session.rollback()
    return scene.session.execute(select(func.count()).select_from(table)).scalar_one()


@pytest.mark.parametrize("offsets", [(0,), (0, 15, 30, 45)], ids=["equal", "overlapping"])
def test_one_of_sixteen_gets_the_time_and_losers_write_no_row(
    scene: Scene, sessions: sessionmaker[Session], offsets, request
) -> None:
    rounds = FULL_ROUNDS if request.config.getoption("--full") else ROUNDS
    audited = rows(scene, AuditEvent)
    for window in islice(windows(TEN), rounds):
        starts = [window + timedelta(minutes=offsets[racer % len(offsets)]) for racer in range(RACERS)]
        outcomes = race(sessions, [booking(scene, racer, start) for racer, start in enumerate(starts)])
        assert len(winners(outcomes)) == 1
        assert all(isinstance(loser, Conflict) for loser in losers(outcomes)), losers(outcomes)
    assert (rows(scene, Appointment), rows(scene, AuditEvent) - audited) == (rounds, rounds)
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_any_therapist_gives_each_free_one_once(scene: Scene, sessions: sessionmaker[Session]) -> None:
    scene.clients += [make_client(scene.session) for _ in range(32 - len(scene.clients))]
    make_room(scene.session, scene.location)
    make_therapist(scene.session, location=scene.location, services=[scene.service])
    outcomes = race(sessions, [booking(scene, racer, at(10), therapist=None) for racer in range(32)])
    booked = winners(outcomes)
    assert (len(booked), len(losers(outcomes))) == (3, 29), losers(outcomes)
    assert all(isinstance(loser, Conflict) for loser in losers(outcomes)), losers(outcomes)
    assert len({each.therapist_id for each in booked}) == len({each.room_id for each in booked}) == 3
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_movers_into_one_gap_leave_the_losers_where_they_were(scene: Scene, sessions: sessionmaker[Session]) -> None:
    starts = [at(9), at(10), at(11), at(13)]
    booked = [scene.book(start, client=number) for number, start in enumerate(starts)]
    acts = [
        partial(reschedule, appointment_uid=each.uid, wish=MoveWish(local_start=at(15)), now=scene.now, **BY_RITA)
        for each in booked
    ]
    outcomes = race(sessions, acts)
    moved = [scene.reload(each) for each in booked]
    assert len(winners(outcomes)) == 1, outcomes
    assert sum(each.local_start == at(15) for each in moved) == 1
    assert sum(each.local_start == start for each, start in zip(moved, starts, strict=True)) == 3
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_a_step_is_taken_once(scene: Scene, sessions: sessionmaker[Session]) -> None:
    booked = scene.book()
    scene.now = scene.now.replace(day=30, hour=15)
    act = partial(arrive, appointment_uid=booked.uid, actor=RITA, now=scene.now)
    outcomes = race(sessions, [act] * RACERS)
    assert len(winners(outcomes)) == 1
    assert all(isinstance(loser, WrongState) for loser in losers(outcomes)), losers(outcomes)
    assert rows(scene, AppointmentChange) == 2


def test_a_hold_is_booked_once(scene: Scene, sessions: sessionmaker[Session]) -> None:
    hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
    acts = [
        partial(book_held, hold_uid=hold.uid, client_uid=client.uid, now=scene.now, **BY_RITA)
        for client in scene.clients
    ]
    outcomes = race(sessions, acts)
    assert len(winners(outcomes)) == 1
    assert all(isinstance(loser, HoldExpired) for loser in losers(outcomes)), losers(outcomes)


def test_a_hold_that_ran_out_goes_to_one_of_those_who_want_it(scene: Scene, sessions: sessionmaker[Session]) -> None:
    hold = scene.do(hold_time, wish=scene.wish(), rules=SCHEDULING_RULES)
    scene.later(minutes=6)
    acts = [booking(scene, racer, at(10)) for racer in range(8)]
    acts += [
        partial(book_held, hold_uid=hold.uid, client_uid=client.uid, now=scene.now, **BY_RITA)
        for client in scene.clients[8:]
    ]
    outcomes = race(sessions, acts)
    assert len(winners(outcomes)) == 1
    assert all(isinstance(loser, Conflict) for loser in losers(outcomes)), losers(outcomes)
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_undo_and_bookings_meet_over_a_freed_time(scene: Scene, sessions: sessionmaker[Session]) -> None:
    booked = scene.book()
    scene.do(cancel, appointment_uid=booked.uid, reason="ill", by=CancelledBy.CLIENT)
    acts = [booking(scene, racer, at(10)) for racer in range(1, 8)]
    acts += [partial(undo, appointment_uid=booked.uid, now=scene.now, **BY_RITA)]
    outcomes = race(sessions, acts)
    assert len(winners(outcomes)) == 1
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_therapists_and_rooms_in_any_order_never_wait_for_each_other(
    scene: Scene, sessions: sessionmaker[Session]
) -> None:
    therapists, rooms = [each.uid for each in scene.therapists], [each.uid for each in scene.rooms]
    for hour in (9, 11, 14):
        acts = [
            booking(scene, racer, at(hour), therapist=therapists[racer % 2], room=rooms[racer // 2 % 2])
            for racer in range(RACERS)
        ]
        assert len(winners(race(sessions, acts))) == 2
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_one_client_is_never_in_two_places(scene: Scene, sessions: sessionmaker[Session]) -> None:
    acts = [booking(scene, 0, at(10), therapist=each.uid) for each in scene.therapists] * 4
    assert len(winners(race(sessions, acts))) == 1


def test_of_many_series_and_single_bookings_that_cross_no_two_share_a_time(
    scene: Scene, sessions: sessionmaker[Session]
) -> None:
    rule = Recurrence(weekdays=frozenset({TEN.weekday()}), count=12)
    acts = [
        partial(
            book_series,
            wish=SeriesWish(first=scene.wish(at(10, 15 * (racer % 2))), rule=rule),
            client_uid=scene.clients[racer].uid,
            now=scene.now,
            **BY_RITA,
        )
        for racer in range(6)
    ]
    singles = [booking(scene, 6 + racer, TEN + timedelta(weeks=racer, minutes=30)) for racer in range(8)]
    outcomes = race(sessions, [*acts, *singles])
    assert all(isinstance(each, Conflict) for each in losers(outcomes))
    series = [each for each in winners(outcomes) if isinstance(each, list)]
    alone = [each for each in winners(outcomes) if not isinstance(each, list)]
    assert len(series) <= 1
    assert rows(scene, Appointment) == 12 * len(series) + len(alone)
    assert rows(scene, Series) == len(series)
    assert overlapping_pairs(scene.session) == 0
    assert deadlocks(scene.session) == 0
