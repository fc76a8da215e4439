"""Each guard is taken away in turn: the race must then show, or the other guard must stop it.

Two claims meet at the failpoint between look and write, so nothing depends on luck.
"""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import datetime, timedelta
from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import create_engine, select, text
from sqlalchemy.exc import DBAPIError, IntegrityError, OperationalError
from sqlalchemy.orm import Session, sessionmaker

from practice.clinic.models import DiaryKind
from practice.core import failpoints
from practice.core.actor import Actor
from practice.core.engines import normalise_url
from practice.core.intervals import Interval
from practice.core.transact import open_transaction, sqlstate
from practice.scheduling.appointments import hold_cap
from practice.scheduling.appointments.hold_cap import MOST_HOLDS
from practice.scheduling.appointments.holding import hold_time
from practice.scheduling.claiming import claim as claims
from practice.scheduling.claiming.claim import claim
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.claiming.wanted import Wanted
from practice.scheduling.errors import TimeTaken, TooManyHolds
from practice.scheduling.models import Allocation, Appointment
from tests.concurrency.racing import deadlocks, losers, race, winners
from tests.factories import act
from tests.processes import eventually
from tests.scheduling.scene import RITA, Scene, at, overlapping_pairs

PATIENCE_SECONDS = 20
LOOKED = "claim.between_look_and_write"


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.disarm_all()


@pytest.fixture
def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def claiming(scene: Scene, *, reverse: bool = False) -> Callable[[Session], Appointment]:
    """Return an act that claims ten o'clock on the first therapist's and the first room's diary."""
    diary_ids = [scene.therapists[0].diary_id, scene.rooms[0].diary_id]
    template = scene.book(at(15))
    fields = {
        column.name: getattr(template, column.name)
        for column in Appointment.__table__.columns
        if column.name not in {"id", "uid", "version"}
    }
    starts_at = template.starts_at - timedelta(hours=5)
    fields |= {"starts_at": starts_at, "ends_at": starts_at + timedelta(hours=1), "local_start": at(10)}

    def act(session: Session) -> Appointment:
        appointment = Appointment(**fields)

        def decide(_occupied: object) -> list[Wanted]:
            session.add(appointment)
            return [Wanted(appointment, diary_id, DiaryKind.THERAPIST) for diary_id in diary_ids]

        around = Interval(appointment.starts_at, appointment.ends_at)
        ordered = diary_ids[::-1] if reverse else diary_ids
        claim(session, diary_ids=ordered, around=(around,), decide=decide, now=scene.now)
        return appointment

    return act


def without_lock(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(claims, "lock_diaries", lambda _session, _diary_ids: None)


def without_constraint(scene: Scene, *, is_sqlite: bool) -> None:
    statements = (
        ["DROP TRIGGER allocation_overlap_insert", "DROP TRIGGER allocation_overlap_update"]
        if is_sqlite
        else ["ALTER TABLE allocation DROP CONSTRAINT ex_allocation_overlap"]
    )
    for statement in statements:
        scene.session.execute(text(statement))
    scene.session.commit()


def meet_after_looking() -> None:
    both = Barrier(2)
    failpoints.arm(LOOKED, lambda: both.wait(PATIENCE_SECONDS))


def race_of_two(scene: Scene, sessions: sessionmaker[Session], engine_url: str, *, is_sqlite: bool) -> list[object]:
    """Race two claims without a lock: on SQLite without a transaction, since its write lock is the transaction."""
    act = claiming(scene)
    scene.session.rollback()
    meet_after_looking()
    if not is_sqlite:
        return race(sessions, [act, act])
    engine = create_engine(normalise_url(engine_url), isolation_level="AUTOCOMMIT")

    def run(_number: int) -> object:
        with Session(engine) as session:
            try:
                return act(session)
            except TimeTaken as taken:
                return taken

    with ThreadPoolExecutor(2) as pool:
        outcomes = list(pool.map(run, range(2)))
    engine.dispose()
    return outcomes


def overlaps_at_ten(scene: Scene) -> int:
    scene.session.rollback()
    return overlapping_pairs(scene.session)


def test_both_guards_off_two_rows_overlap(scene, sessions, engine_url, is_sqlite, monkeypatch) -> None:
    without_lock(monkeypatch)
    without_constraint(scene, is_sqlite=is_sqlite)
    outcomes = race_of_two(scene, sessions, engine_url, is_sqlite=is_sqlite)
    assert losers(outcomes) == []
    assert overlaps_at_ten(scene) == 2, "one on the therapist's diary, one on the room's"


def test_lock_off_the_constraint_stops_the_loser(scene, sessions, engine_url, is_sqlite, monkeypatch) -> None:
    without_lock(monkeypatch)
    outcomes = race_of_two(scene, sessions, engine_url, is_sqlite=is_sqlite)
    (loser,) = losers(outcomes)
    assert isinstance(loser, TimeTaken)
    assert isinstance(loser.__cause__, IntegrityError)
    assert sqlstate(loser.__cause__) == (None if is_sqlite else "23P01")
    assert ("allocation_overlap" in str(loser.__cause__.orig)) or not is_sqlite
    assert overlaps_at_ten(scene) == 0


def test_both_guards_on_the_loser_waits_and_is_told(scene: Scene, sessions: sessionmaker[Session]) -> None:
    act = claiming(scene)
    outcomes = race(sessions, [act, act])
    assert len(winners(outcomes)) == 1
    (loser,) = losers(outcomes)
    assert isinstance(loser, TimeTaken)
    assert loser.__cause__ is None, "learnt by looking, not from the constraint"
    assert (overlaps_at_ten(scene), deadlocks(scene.session)) == (0, 0)


def test_the_constraint_alone_refuses_a_write_that_goes_round_claim(scene: Scene) -> None:
    booked = scene.book()
    with pytest.raises(IntegrityError):
        _write_round_claim(scene, booked)


def test_without_the_constraint_a_write_that_goes_round_claim_overlaps(scene: Scene, is_sqlite: bool) -> None:
    booked = scene.book()
    without_constraint(scene, is_sqlite=is_sqlite)
    _write_round_claim(scene, booked)
    assert overlaps_at_ten(scene) == 1


def _write_round_claim(scene: Scene, booked: Appointment) -> None:
    taken = scene.session.scalars(select(Allocation).where(Allocation.appointment_id == booked.id)).first()
    assert taken is not None
    later = timedelta(minutes=30)
    scene.session.add(
        Allocation(
            appointment_id=booked.id,
            diary_id=taken.diary_id,
            starts_at=taken.starts_at + later,
            ends_at=taken.ends_at + later,
        )
    )
    scene.session.commit()


def test_locks_in_opposite_order_deadlock_and_transact_runs_the_victim_again(
    scene: Scene, sessions: sessionmaker[Session], is_sqlite: bool, monkeypatch
) -> None:
    if is_sqlite:
        pytest.skip("SQLite has one write lock, so there is no order")
    between = Barrier(2)
    attempts: list[int] = []

    def lock_one_by_one(session: Session, diary_ids: list[int]) -> None:
        attempts.append(1)
        first, second = diary_ids
        for key in (first, second):
            session.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": key})
            if key == first and len(attempts) <= 2:
                between.wait(PATIENCE_SECONDS)

    act, opposite = claiming(scene), claiming_again(scene)
    monkeypatch.setattr(claims, "lock_diaries", lock_one_by_one)
    before = deadlocks(scene.session)
    outcomes = race(sessions, [act, opposite])
    assert len(winners(outcomes)) == 1
    assert all(isinstance(loser, TimeTaken) for loser in losers(outcomes)), losers(outcomes)
    assert len(attempts) == 3, "the victim was run once more"
    assert eventually_more(scene, before)
    assert overlaps_at_ten(scene) == 0


def claiming_again(scene: Scene) -> Callable[[Session], Appointment]:
    scene.session.execute(text("DELETE FROM appointment"))
    scene.session.commit()
    return claiming(scene, reverse=True)


def eventually_more(scene: Scene, before: int) -> bool:
    return eventually(lambda: deadlocks(scene.session) > before)


def test_without_a_retry_the_victim_would_see_40p01(scene: Scene, sessions: sessionmaker[Session], is_sqlite) -> None:
    if is_sqlite:
        pytest.skip("SQLite has one write lock, so there is no order")
    between = Barrier(2)

    def hold_both(first: int, second: int) -> str | None:
        with sessions() as session:
            try:
                open_transaction(session)
                session.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": first})
                between.wait(PATIENCE_SECONDS)
                session.execute(text("SELECT pg_advisory_xact_lock(:k)"), {"k": second})
            except DBAPIError as error:
                return sqlstate(error)
            return None

    with ThreadPoolExecutor(2) as pool:
        states = list(pool.map(hold_both, (1, 2), (2, 1)))
    assert sorted(states, key=str) == sorted([None, "40P01"], key=str)


def test_sqlite_begun_deferred_is_locked_at_once(scene: Scene, sessions: sessionmaker[Session], is_sqlite) -> None:
    if not is_sqlite:
        pytest.skip("PostgreSQL has no deferred transactions")
    act = claiming(scene)
    scene.session.rollback()
    meet_after_looking()

    def run(_number: int) -> object:
        with sessions() as session:
            session.connection(execution_options={"sqlite_begin": "DEFERRED"})
            try:
                act(session)
                session.commit()
            except OperationalError as error:
                return error
            return None

    with ThreadPoolExecutor(2) as pool:
        outcomes = [outcome for outcome in pool.map(run, range(2)) if outcome is not None]
    assert len(outcomes) == 1
    assert "database is locked" in str(outcomes[0])
    assert overlaps_at_ten(scene) == 0


def test_sqlite_begun_immediately_makes_the_second_writer_wait(
    scene: Scene, sessions: sessionmaker[Session], is_sqlite
) -> None:
    if not is_sqlite:
        pytest.skip("PostgreSQL has no deferred transactions")
    with sessions() as writer, sessions() as other:
        open_transaction(writer)
        other.connection().exec_driver_sql("PRAGMA busy_timeout=0")
        other.rollback()
        with pytest.raises(OperationalError, match="database is locked"):
            open_transaction(other)


def holds_of_one_user(scene: Scene, rita: Actor) -> list[Callable[[Session], Appointment]]:
    """Return two holds that share no diary, by a user who may keep one more time free."""

    def hold(number: int, local: datetime) -> Callable[[Session], Appointment]:
        wish = scene.wish(local, therapist=scene.therapists[number].uid, room=scene.rooms[number].uid)
        return partial(hold_time, wish=wish, rules=SCHEDULING_RULES, actor=rita, now=scene.now)

    earlier = [at(hour, day=day) for day in (26, 27) for hour in (9, 11, 13, 15)]
    for local in earlier[: MOST_HOLDS - 1]:
        act(scene.session, partial(hold(0, local), scene.session))
    scene.session.rollback()
    return [hold(0, at(10)), hold(1, at(10))]


def test_a_user_who_holds_twice_at_once_gets_one(scene, sessions, cast) -> None:
    outcomes = race(sessions, holds_of_one_user(scene, replace(RITA, user_id=cast["rita"].id)))
    assert [type(each) for each in losers(outcomes)] == [TooManyHolds]


def test_without_the_users_lock_both_would_be_held(scene, sessions, cast, monkeypatch, is_sqlite) -> None:
    if is_sqlite:
        pytest.skip("SQLite has one writer, whatever is locked")
    monkeypatch.setattr(hold_cap, "lock_user", lambda _session, _user_id: None)
    acts = holds_of_one_user(scene, replace(RITA, user_id=cast["rita"].id))
    meet_after_looking()
    assert len(winners(race(sessions, acts))) == 2
