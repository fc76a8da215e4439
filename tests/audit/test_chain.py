"""The log cannot be changed by the application, and whoever changes it in the database is found."""

import random
from collections.abc import Callable
from datetime import UTC, datetime, timedelta, timezone
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import event as sqlalchemy_event
from sqlalchemy import func, select, text
from sqlalchemy.exc import DatabaseError
from sqlalchemy.orm import Session, sessionmaker

from practice.audit.chain import FIRST_HASH, Entry, canonical, entry_of, link
from practice.audit.models import AuditEvent, AuditHead
from practice.audit.verification import FaultKind, Head, read_head, verify_chain
from practice.core.actor import SYSTEM, Actor, Role
from practice.core.events import Event, record
from practice.core.transact import transact
from tests.audit_tools import guards_dropped

KEY = "test-audit-key-0123456789abcdefghijk"
RITA = Actor(Role.RECEPTIONIST, user_id=7, name="Rita")


def write(session: Session, count: int, *, at: datetime, together: int = 3) -> None:
    session.rollback()
    for start in range(0, count, together):

        def work(first: int = start) -> None:
            for number in range(first, min(first + together, count)):
                data = {"n": number, "words": ["é", 'quote"', "\x00", None], "ok": True}
                record(
                    session, Event("thing.done", "thing", f"uid-{number}", RITA, at + timedelta(seconds=number), data)
                )

        transact(session, work)


def verdict(session: Session, exported: Head | None = None) -> Any:
    session.rollback()
    return verify_chain(session, key=KEY, exported=exported)


def test_an_untouched_log_is_in_order(session: Session, now: datetime) -> None:
    assert verdict(session).fault is None
    write(session, 20, at=now.replace(microsecond=123456))
    assert verdict(session) == type(verdict(session))(20, None)


def test_what_is_read_back_is_what_was_hashed(session: Session, now: datetime) -> None:
    toronto = timezone(timedelta(hours=-5))
    for at in (now, now.replace(microsecond=1), now.astimezone(toronto), datetime(1970, 1, 1, tzinfo=UTC)):
        transact(session, lambda at=at: record(session, Event("a", "b", "c", SYSTEM, at, {"x": 1.5})))
    assert verdict(session).events == 4
    assert verdict(session).fault is None


def test_another_key_verifies_nothing(session: Session, now: datetime) -> None:
    write(session, 3, at=now)
    session.rollback()
    found = verify_chain(session, key="another-key-0123456789-0123456789-abc")
    assert (found.fault.seq, found.fault.kind) == (1, FaultKind.EDITED)  # type: ignore[union-attr]


def test_appending_takes_three_statements_however_many_events(session: Session, now: datetime) -> None:
    seen: list[str] = []
    engine = session.get_bind()
    write(session, 1, at=now)

    def note(_c: Any, _cur: Any, statement: str, *_rest: Any) -> None:
        seen.append(statement)

    sqlalchemy_event.listen(engine, "before_cursor_execute", note)
    write(session, 50, at=now, together=50)
    sqlalchemy_event.remove(engine, "before_cursor_execute", note)
    assert len([statement for statement in seen if not statement.startswith("BEGIN")]) == 3


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE audit_event SET action = 'nothing'",
        "UPDATE audit_event SET seq = seq + 100",
        "DELETE FROM audit_event",
        "DELETE FROM audit_event WHERE seq = 2",
        "TRUNCATE audit_event",
        "INSERT OR REPLACE INTO audit_event SELECT * FROM audit_event WHERE seq = 1",
        (
            "INSERT INTO audit_event SELECT * FROM audit_event WHERE seq = 1 "
            "ON CONFLICT (seq) DO UPDATE SET action = 'nothing'"
        ),
    ],
)
def test_the_database_refuses_to_change_the_log(session: Session, now: datetime, statement: str) -> None:
    write(session, 3, at=now)
    with pytest.raises(DatabaseError):
        session.execute(text(statement))
    session.rollback()
    assert verdict(session).events == 3


def test_without_the_guard_the_change_goes_through(session: Session, now: datetime) -> None:
    write(session, 3, at=now)
    with guards_dropped(session):
        session.execute(text("UPDATE audit_event SET action = 'nothing' WHERE seq = 2"))
    assert verdict(session).fault.seq == 2
    with pytest.raises(DatabaseError):
        session.execute(text("UPDATE audit_event SET action = 'nothing' WHERE seq = 3"))


EDITS: dict[str, str] = {
    "at": "UPDATE audit_event SET at = :other WHERE seq = :seq",
    "actor_role": "UPDATE audit_event SET actor_role = 'owner' WHERE seq = :seq",
    "actor_id": "UPDATE audit_event SET actor_id = 8 WHERE seq = :seq",
    "no actor": "UPDATE audit_event SET actor_id = NULL WHERE seq = :seq",
    "action": "UPDATE audit_event SET action = 'thing.undone' WHERE seq = :seq",
    "object_kind": "UPDATE audit_event SET object_kind = 'thin' WHERE seq = :seq",
    "object_uid": "UPDATE audit_event SET object_uid = 'uid-x' WHERE seq = :seq",
    "data": "UPDATE audit_event SET data = '{}' WHERE seq = :seq",
    "previous_hash": "UPDATE audit_event SET previous_hash = hash WHERE seq = :seq",
    "hash": "UPDATE audit_event SET hash = previous_hash WHERE seq = :seq",
    "moved words": "UPDATE audit_event SET object_kind = 'thin', object_uid = 'g' || object_uid WHERE seq = :seq",
}


@pytest.mark.parametrize("edit", EDITS)
def test_any_edit_is_located(session: Session, now: datetime, edit: str) -> None:
    write(session, 30, at=now)
    seq = random.randint(1, 30)
    with guards_dropped(session):
        values = {"seq": seq, **({"other": now.replace(tzinfo=None)} if ":other" in EDITS[edit] else {})}
        if edit == "at":
            values["other"] = str(now + timedelta(days=1))
        session.execute(text(EDITS[edit]), values)
    found = verdict(session).fault
    assert (found.seq, found.kind) == (seq, FaultKind.EDITED)


def delete_some(session: Session, seq: int) -> tuple[int, FaultKind]:
    session.execute(text("DELETE FROM audit_event WHERE seq = :seq"), {"seq": seq})
    return seq, FaultKind.MISSING


def delete_a_run(session: Session, seq: int) -> tuple[int, FaultKind]:
    session.execute(text("DELETE FROM audit_event WHERE seq BETWEEN :seq AND :seq + 2"), {"seq": seq})
    return seq, FaultKind.MISSING


def delete_and_renumber(session: Session, seq: int) -> tuple[int, FaultKind]:
    session.execute(text("DELETE FROM audit_event WHERE seq = :seq"), {"seq": seq})
    for later in range(seq + 1, 31):
        session.execute(text("UPDATE audit_event SET seq = seq - 1 WHERE seq = :seq"), {"seq": later})
    session.execute(text("UPDATE audit_head SET seq = seq - 1"))
    return seq, FaultKind.MISSING


def swap_two(session: Session, seq: int) -> tuple[int, FaultKind]:
    other = seq + random.randint(1, 27 - seq + 1)
    for was, becomes in ((seq, 1000), (other, seq), (1000, other)):
        session.execute(
            text("UPDATE audit_event SET seq = :becomes WHERE seq = :was"), {"was": was, "becomes": becomes}
        )
    return seq, FaultKind.REORDERED


def trim_the_tail(session: Session, seq: int) -> tuple[int, FaultKind]:
    session.execute(text("DELETE FROM audit_event WHERE seq >= :seq"), {"seq": seq})
    return seq, FaultKind.CUT


@pytest.mark.parametrize("tamper", [delete_some, delete_a_run, delete_and_renumber, swap_two, trim_the_tail])
def test_any_removal_or_exchange_is_located(
    session: Session, now: datetime, tamper: Callable[[Session, int], tuple[int, FaultKind]]
) -> None:
    write(session, 30, at=now)
    with guards_dropped(session):
        expected = tamper(session, random.randint(2, 26))
    found = verdict(session).fault
    assert (found.seq, found.kind) == expected


def test_a_tail_cut_together_with_the_head_is_found_with_an_exported_head(session: Session, now: datetime) -> None:
    write(session, 30, at=now)
    session.rollback()
    exported = read_head(session)
    write(session, 5, at=now)
    assert verdict(session, exported).fault is None
    with guards_dropped(session):
        newest = session.scalar(select(AuditEvent.hash).where(AuditEvent.seq == 20))
        session.execute(text("DELETE FROM audit_event WHERE seq > 20"))
        session.execute(text("UPDATE audit_head SET seq = 20, hash = :hash"), {"hash": newest})
    assert verdict(session).fault is None
    found = verdict(session, exported).fault
    assert (found.seq, found.kind) == (21, FaultKind.CUT)


def test_a_log_rewritten_with_the_key_is_found_with_an_exported_head(session: Session, now: datetime) -> None:
    write(session, 10, at=now)
    session.rollback()
    exported = read_head(session)
    with guards_dropped(session):
        session.execute(text("DELETE FROM audit_event"))
        session.execute(text("UPDATE audit_head SET seq = 0, hash = :first"), {"first": FIRST_HASH})
    write(session, 12, at=now + timedelta(seconds=1))
    assert verdict(session).fault is None
    found = verdict(session, exported).fault
    assert (found.seq, found.kind) == (10, FaultKind.EDITED)


def test_a_head_put_back_is_found(session: Session, now: datetime) -> None:
    write(session, 10, at=now)
    session.rollback()
    session.execute(text("UPDATE audit_head SET seq = 4"))
    session.commit()
    assert verdict(session).fault.kind is FaultKind.HEAD


def test_a_refused_transaction_leaves_no_event(session: Session, now: datetime) -> None:
    def work() -> None:
        record(session, Event("thing.done", "thing", "x", RITA, now))
        raise LookupError

    with pytest.raises(LookupError):
        transact(session, work)
    assert session.scalar(select(func.count()).select_from(AuditEvent)) == 0


def test_data_that_json_does_not_know_stops_the_act(session: Session, now: datetime) -> None:
    for bad in (float("nan"), object()):
        with pytest.raises((TypeError, ValueError)):
            transact(session, lambda bad=bad: record(session, Event("a", "b", "c", SYSTEM, now, {"x": bad})))
    assert session.scalar(select(AuditHead.seq)) == 0


def test_appends_of_many_at_once_keep_one_chain(sessions: sessionmaker[Session], now: datetime) -> None:
    import threading

    def work() -> None:
        with sessions() as session:
            write(session, 10, at=now, together=1)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    with sessions() as session:
        found = verdict(session)
        assert (found.events, found.fault) == (40, None)


words = st.text(max_size=12)
entries = st.builds(
    Entry,
    seq=st.integers(1, 9),
    at=st.datetimes(min_value=datetime(2020, 1, 1), timezones=st.just(UTC)),
    actor_role=words,
    actor_id=st.none() | st.integers(0, 9),
    action=words,
    object_kind=words,
    object_uid=words,
    data=words,
    previous_hash=words,
)


@given(entries, entries)
def test_two_entries_share_a_canonical_form_only_when_they_are_equal(one: Entry, other: Entry) -> None:
    assert (canonical(one) == canonical(other)) == (one == other)
    assert link(b"k", one) == link(b"k", one)


def test_an_absent_actor_differs_from_the_word_for_it(now: datetime) -> None:
    nobody = entry_of(1, FIRST_HASH, Event("a", "b", "None", SYSTEM, now))
    assert nobody.actor_id is None
    assert '"None"' in canonical(nobody)
    assert ", null," in canonical(nobody)
