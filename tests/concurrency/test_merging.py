"""A merge against bookings of either client: never two visits at one time for one person."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session, sessionmaker

from practice.clients.models import Client
from practice.core import failpoints
from practice.core.errors import Conflict, StaleVersion
from practice.core.transact import transact
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming import claim as claiming
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.claiming.versions import Bumped
from practice.scheduling.errors import MergedMeanwhile
from practice.scheduling.merging.service import merge_clients
from practice.scheduling.models import Appointment
from tests.concurrency.racing import deadlocks, losers, race
from tests.factories import make_client
from tests.processes import eventually
from tests.scheduling.scene import RITA, TEN, Scene, at

ROUNDS, FULL_ROUNDS = 6, 90
HOURS = (9, 10, 11, 13, 14, 15)


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.disarm_all()


def booking(scene: Scene, client: Client, therapist: int, local):
    wish = scene.wish(local, therapist=scene.therapists[therapist].uid)
    return partial(book_time, wish=wish, client_uid=client.uid, actor=RITA, rules=SCHEDULING_RULES, now=scene.now)


def merging(scene: Scene, kept: Client, merged: Client):
    return partial(merge_clients, kept_uid=kept.uid, merged_uid=merged.uid, actor=RITA, now=scene.now)


def overlaps_of_one_person(session: Session) -> int:
    """Return how many pairs of visits are at one time for records that stand for one person."""
    session.rollback()
    rows = select(Appointment.id, Appointment.starts_at, Appointment.ends_at, Client.id, Client.merged_into_id)
    found = [
        (number, starts, ends, merged_into or client)
        for number, starts, ends, client, merged_into in session.execute(rows.join(Client))
    ]
    return sum(
        one[0] < other[0] and one[3] == other[3] and one[1] < other[2] and other[1] < one[2]
        for one in found
        for other in found
    )


def test_of_two_bookings_and_their_merge_one_is_refused(
    scene: Scene, sessions: sessionmaker[Session], pytestconfig
) -> None:
    rounds = FULL_ROUNDS if pytestconfig.getoption("--full") else ROUNDS
    for number in range(rounds):
        kept, merged = make_client(scene.session), make_client(scene.session)
        local = at(HOURS[number % 6]).replace(month=1 + number // 6 % 4, day=4 + number // 24, year=2027)
        acts = [booking(scene, kept, 0, local), booking(scene, merged, 1, local), merging(scene, kept, merged)]
        outcomes = race(sessions, acts)
        (refused,) = losers(outcomes)
        assert isinstance(refused, (Conflict, StaleVersion)), refused
    assert (overlaps_of_one_person(scene.session), deadlocks(scene.session)) == (0, 0)


def test_opposite_merges_at_once_leave_one(scene: Scene, sessions: sessionmaker[Session]) -> None:
    one, other = scene.clients[:2]
    outcomes = race(sessions, [merging(scene, one, other), merging(scene, other, one)])
    assert len(losers(outcomes)) == 1, outcomes
    assert deadlocks(scene.session) == 0


def book_while_a_merge_commits(scene: Scene, sessions: sessionmaker[Session]) -> object:
    """Book for a client who was read before her merge and locked after it; return what came of it."""
    kept, merged = scene.clients[:2]
    scene.book(client=0)
    merged_but_not_committed, may_commit = Event(), Event()

    def stand_still() -> None:
        merged_but_not_committed.set()
        may_commit.wait(20)

    failpoints.arm("before_commit", stand_still)
    with ThreadPoolExecutor(2) as pool, sessions() as ours, sessions() as theirs:
        merge = pool.submit(transact, ours, partial(merging(scene, kept, merged), ours))
        assert merged_but_not_committed.wait(20)
        book = pool.submit(transact, theirs, partial(booking(scene, merged, 1, TEN), theirs))
        assert eventually(lambda: waits_for_a_lock(scene.session))
        may_commit.set()
        merge.result(20)
        return book.exception(20)


def waits_for_a_lock(session: Session) -> bool:
    session.rollback()
    waiting = text("SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND NOT granted")
    return bool(session.execute(waiting).scalar_one())


@pytest.fixture
def two_locks(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        pytest.skip("on SQLite the client is read under the one write lock")


def test_a_client_merged_between_the_reading_and_the_lock_is_noticed(two_locks, scene: Scene, sessions) -> None:
    assert isinstance(book_while_a_merge_commits(scene, sessions), MergedMeanwhile)
    assert overlaps_of_one_person(scene.session) == 0


def test_without_that_look_the_person_would_be_in_two_places(two_locks, scene, sessions, monkeypatch) -> None:
    bump = claiming.bump
    monkeypatch.setattr(claiming, "bump", lambda session, diary_ids: bump(session, diary_ids) and Bumped())
    assert book_while_a_merge_commits(scene, sessions) is None
    assert overlaps_of_one_person(scene.session) == 1
