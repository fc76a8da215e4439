"""The one commit point: all or nothing, retried where a retry helps, closed to sessions without an audit hook."""

import threading
from datetime import datetime

import pytest
from sqlalchemy import text, update
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Session, sessionmaker

from practice.clinic.models import Diary, DiaryKind
from practice.core.actor import SYSTEM
from practice.core.errors import Conflict, StaleVersion, Unavailable
from practice.core.events import Event, record
from practice.core.transact import open_transaction, transact, transact_statement


def a_diary(session: Session) -> Diary:
    diary = Diary(kind=DiaryKind.ROOM)
    session.add(diary)
    session.flush()
    return diary


def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


def test_a_refusal_leaves_nothing_behind_not_even_an_event(session: Session, now: datetime) -> None:
    def work() -> None:
        record(session, Event("diary.opened", "diary", "1", SYSTEM, now))
        a_diary(session)
        raise Conflict("Taken.")

    with pytest.raises(Conflict):
        transact(session, work)
    assert (
        session.execute(text("SELECT (SELECT count(*) FROM diary) + (SELECT count(*) FROM audit_event)")).scalar() == 0
    )


def test_a_bare_refusal_is_explained_when_its_locks_are_let_go(session: Session) -> None:
    diaries_seen: list[int] = []

    def explain() -> Conflict:
        assert not session.in_transaction(), "nobody waits for what this transaction held"
        diaries_seen.append(session.execute(text("SELECT count(*) FROM diary")).scalar_one())
        return Conflict("Taken from 10:00 to 11:00.")

    def work() -> None:
        a_diary(session)
        bare = Conflict("Taken.")
        bare.explain = explain
        raise bare

    with pytest.raises(Conflict, match="from 10:00") as refused:
        transact(session, work)
    assert str(refused.value.__cause__) == "Taken."
    assert diaries_seen == [0]
    assert not session.in_transaction()


def test_an_event_is_stored_with_its_act(session: Session, now: datetime) -> None:
    def work() -> int:
        record(session, Event("diary.opened", "diary", "1", SYSTEM, now))
        return a_diary(session).id

    assert transact(session, work)
    assert session.execute(text("SELECT action FROM audit_event")).scalars().all() == ["diary.opened"]


def test_a_session_in_a_transaction_is_refused(session: Session) -> None:
    session.execute(text("SELECT 1"))
    with pytest.raises(RuntimeError, match="not in a transaction"):
        transact(session, lambda: None)


def test_a_session_without_audit_hook_is_refused(session: Session) -> None:
    with Session(session.get_bind()) as bare, pytest.raises(RuntimeError, match="audit hook"):
        transact(bare, lambda: None)


def test_two_transactions_that_deadlock_both_finish(sessions: sessionmaker[Session]) -> None:
    with sessions() as first:
        if is_sqlite(first):
            pytest.skip("SQLite has one writer and cannot deadlock")
        ids = transact(first, lambda: [a_diary(first).id for _ in range(2)])
    meeting, met = threading.Barrier(2), threading.local()
    attempts: list[int] = []

    def lock_in_order(order: list[int]) -> None:
        with sessions() as session:

            def work() -> None:
                attempts.append(1)
                session.execute(update(Diary).where(Diary.id == order[0]).values(version=Diary.version + 1))
                if not getattr(met, "done", False):
                    met.done = True
                    meeting.wait(10)
                session.execute(update(Diary).where(Diary.id == order[1]).values(version=Diary.version + 1))

            transact(session, work)

    threads = [threading.Thread(target=lock_in_order, args=(order,)) for order in (ids, ids[::-1])]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    with sessions() as session:
        assert session.query(Diary.version).order_by(Diary.id).all() == [(3,), (3,)]
    assert len(attempts) > 2, "no deadlock arose, so nothing was proved"


def test_a_database_that_stays_locked_is_unavailable_not_a_defect(sessions: sessionmaker[Session]) -> None:
    with sessions() as holder, sessions() as waiter:
        diary_id = transact(holder, lambda: a_diary(holder).id)
        open_transaction(holder)
        holder.execute(update(Diary).where(Diary.id == diary_id).values(version=9))
        waiter.execute(text("PRAGMA busy_timeout=50" if is_sqlite(waiter) else "SET lock_timeout = 50"))
        waiter.commit()
        with pytest.raises(Unavailable):
            transact(waiter, lambda: waiter.execute(update(Diary).where(Diary.id == diary_id).values(version=8)))
        holder.rollback()


def test_one_statement_alone_is_committed_and_counted(sessions: sessionmaker[Session]) -> None:
    with sessions() as writer, sessions() as reader:
        diary_id = transact(writer, lambda: a_diary(writer).id)
        raising = update(Diary).where(Diary.id == diary_id, Diary.version == 1).values(version=2)
        assert [transact_statement(writer, (raising, {})) for _ in range(2)] == [1, 0]
        assert not writer.in_transaction()
        assert reader.get_one(Diary, diary_id).version == 2
        with pytest.raises(RuntimeError, match="not in a transaction"):
            transact_statement(reader, (raising, {}))


def test_a_connection_that_ran_one_statement_alone_rolls_back_as_before(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:
        diary_id = transact(session, lambda: a_diary(session).id)
        transact_statement(session, (update(Diary).values(version=2), {}))

        def work() -> None:
            session.execute(update(Diary).values(version=3))
            raise Conflict("Taken.")

        with pytest.raises(Conflict):
            transact(session, work)
        assert session.get_one(Diary, diary_id).version == 2


def test_one_statement_that_waits_too_long_for_a_lock_is_unavailable(sessions: sessionmaker[Session]) -> None:
    with sessions() as holder, sessions() as waiter:
        transact(holder, lambda: a_diary(holder))
        open_transaction(holder)
        holder.execute(update(Diary).values(version=9))
        waiter.execute(text("PRAGMA busy_timeout=50" if is_sqlite(waiter) else "SET lock_timeout = 50"))
        waiter.commit()
        with pytest.raises(Unavailable):
            transact_statement(waiter, (update(Diary).values(version=8), {}))
        assert not waiter.in_transaction()
        holder.rollback()


def test_teeth_a_deferred_read_then_write_on_sqlite_is_locked_at_once(sessions: sessionmaker[Session]) -> None:
    with sessions() as first, sessions() as second:
        if not is_sqlite(first):
            pytest.skip("only SQLite upgrades a read to a write")
        diary_id = transact(first, lambda: a_diary(first).id)
        second.get(Diary, diary_id)
        transact(first, lambda: first.execute(update(Diary).where(Diary.id == diary_id).values(version=5)))
        with pytest.raises(OperationalError, match="locked"):
            second.execute(update(Diary).where(Diary.id == diary_id).values(version=6))


def test_a_row_changed_since_it_was_read_is_a_stale_version(sessions: sessionmaker[Session]) -> None:
    from practice.clinic.models import Location

    with sessions() as first, sessions() as second:

        def open_place() -> Location:
            place = Location(name="Quay", address="2 Quay St", zone="America/Toronto")
            first.add(place)
            return place

        place = transact(first, open_place)
        other = second.get(Location, place.id)
        second.expunge(other)
        second.rollback()

        def rename() -> None:
            place.name = "Harbour"

        transact(first, rename)

        def overwrite() -> None:
            second.add(other)
            other.name = "Pier"

        with pytest.raises(StaleVersion):
            transact(second, overwrite)
