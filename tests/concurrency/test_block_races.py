"""Blocks against bookings, changes against removals, and files against both: whole or not at all, and no overlap."""

from datetime import timedelta
from functools import partial

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.core.errors import Conflict, NotFound, StaleVersion
from practice.core.intervals import Interval
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.blocks.busy import Busy
from practice.scheduling.blocks.editing import Scope, change_block, remove_block
from practice.scheduling.blocks.importing import import_busy_times
from practice.scheduling.blocks.keeping import keep_free
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.models import Allocation, Block
from tests.concurrency.racing import deadlocks, losers, race, winners
from tests.scheduling.blocks.meetings import keep, meeting, weekly
from tests.scheduling.scene import RITA, Scene, at, overlapping_pairs

ROUNDS = 3
FULL_ROUNDS = 100


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


def rows(scene: Scene, table) -> int:
    scene.session.rollback()
    return scene.session.execute(select(func.count()).select_from(table)).scalar_one()


def test_a_pattern_and_bookings_in_it_exclude_each_other(scene, sessions: sessionmaker[Session], request) -> None:
    everybody = tuple(one.uid for one in scene.therapists)
    for number in range(FULL_ROUNDS if request.config.getoption("--full") else ROUNDS):
        day = at(10) + timedelta(days=number % 5, weeks=4 * (number // 5))
        rule = weekly(day.weekday(), until=day + timedelta(weeks=3))
        kept = partial(keep_free, wish=meeting(scene, day, therapists=everybody, rule=rule), actor=RITA, now=scene.now)
        booked = [
            partial(
                book_time,
                wish=scene.wish(day + timedelta(weeks=client), therapist=scene.therapists[client % 2].uid),
                client_uid=scene.clients[client].uid,
                rules=SCHEDULING_RULES,
                actor=RITA,
                now=scene.now,
            )
            for client in range(3)
        ]
        before = rows(scene, Block)
        outcomes = race(sessions, [kept, *booked, kept])
        assert all(isinstance(loser, Conflict) for loser in losers(outcomes)), losers(outcomes)
        assert rows(scene, Block) - before in {0, 4}
        assert winners(outcomes)
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_changes_removals_and_files_leave_one_truth(scene, sessions: sessionmaker[Session]) -> None:
    first = at(10)
    blocks = keep(scene, first, rule=weekly(0, until=first + timedelta(weeks=3)))
    wish = meeting(scene, at(14))
    by_rita = {"actor": RITA, "now": scene.now}
    busy = Busy((Interval(blocks[0].starts_at, blocks[0].ends_at + timedelta(hours=4)),), 1)
    acts = [
        partial(change_block, block_uid=blocks[1].uid, wish=wish, scope=Scope.ALL, **by_rita),
        partial(change_block, block_uid=blocks[0].uid, wish=wish, scope=Scope.FOLLOWING, **by_rita),
        partial(remove_block, block_uid=blocks[2].uid, scope=Scope.THIS, **by_rita),
        partial(import_busy_times, therapist_uid=scene.therapists[0].uid, busy=busy, **by_rita),
    ]
    outcomes = race(sessions, acts)
    known = (Conflict, StaleVersion, NotFound)
    assert all(isinstance(loser, known) for loser in losers(outcomes)), losers(outcomes)
    scene.session.rollback()
    on_diaries = select(Allocation.block_id).where(Allocation.block_id.is_not(None))
    assert set(scene.session.scalars(on_diaries)) == set(scene.session.scalars(select(Block.id)))
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)
