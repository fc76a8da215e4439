"""The signed record cannot be changed by the application, and whoever changes it in the database is found."""

from concurrent.futures import ThreadPoolExecutor
from functools import partial
from threading import Event

import pytest
from sqlalchemy import select, text
from sqlalchemy.exc import DatabaseError

from practice.clients.models import Client
from practice.clients.sealing import destroy_record, hang_keys, rotate_keys
from practice.core.sealed_text import KeyRing, SealBroken
from practice.core.transact import open_transaction, transact
from practice.visits.notes.amending import add_addendum
from practice.visits.notes.drafting import save_draft
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.queries import draft_content, find_draft, open_entry
from practice.visits.notes.verification import FaultKind, Head, read_heads, verify_notes
from tests.audit_tools import drop_guards, guards_dropped
from tests.conftest import make_settings


@pytest.fixture
def record(notes):
    """Five entries of one client: note, addendum, note, addendum, note; and one note of another."""
    for week in range(3):
        visit = notes.written(week)
        note = notes.sign(visit)
        if week < 2:
            added = {"visit": visit, "note_uid": note.uid, "text": "Also the calf.", "reason": "forgotten"}
            notes.do(add_addendum, **added, proof=notes.proof())
    notes.sign(notes.written(4, client=1))
    notes.scene.session.rollback()
    return notes.scene.session


def verdict(session, exported=None):
    session.rollback()
    session.expire_all()
    return verify_notes(session, exported=exported)


def tampered(session, *statements, exported=None):
    """What the proof says after statements that the guards would refuse; all of it is undone."""
    session.rollback()
    open_transaction(session)
    drop_guards(session, "note_entry")
    for statement in statements:
        session.execute(text(statement))
    session.expire_all()
    fault = verify_notes(session, exported=exported).fault
    session.rollback()
    return fault


def first_client(session):
    return session.scalars(select(NoteEntry.client_id).order_by(NoteEntry.id).limit(1)).one()


MINE = "client_id = (SELECT min(client_id) FROM note_entry)"


def test_an_untouched_record_is_in_order(record):
    found = verdict(record)
    assert (found.entries, found.records, found.destroyed, found.fault) == (6, 2, 0, None)
    heads = read_heads(record)
    assert sorted(head.seq for head in heads.values()) == [1, 5]
    assert verdict(record, heads).fault is None


REFUSED = (
    "UPDATE note_entry SET is_late = is_late",
    "UPDATE note_entry SET seq = seq + 100",
    "DELETE FROM note_entry WHERE seq = 5",
    "DELETE FROM note_entry",
    "TRUNCATE note_entry CASCADE",
    "INSERT OR REPLACE INTO note_entry SELECT * FROM note_entry WHERE seq = 1",
    (
        "INSERT OR REPLACE INTO note_entry (id, uid, seq, client_id, kind, visit_id, edition, at, registration, is_late, "
        "content, previous_hash, hash) SELECT id + 100, 'another', seq + 100, client_id, kind, visit_id, edition, at, "
        "registration, is_late, content, previous_hash, hash FROM note_entry WHERE seq = 5"
    ),
    "INSERT INTO note_entry SELECT * FROM note_entry WHERE seq = 5 ON CONFLICT (id) DO UPDATE SET is_late = TRUE",
)


def test_the_database_refuses_to_change_what_is_signed(record):
    for statement in REFUSED:
        with pytest.raises(DatabaseError):
            record.execute(text(statement))
        record.rollback()
    assert verdict(record).entries == 6


EDITS = (
    "at = '2026-11-30 20:00:00'",
    "kind = 'cosign'",
    "visit_id = (SELECT max(id) FROM visit)",
    "edition = 7",
    "concerns_id = (SELECT max(id) FROM note_entry)",
    "signed_by_id = NULL",
    "therapist_id = NULL",
    "registration = 'X'",
    "is_late = TRUE",
    "previous_hash = hash",
    "hash = previous_hash",
    "uid = '00000000-0000-4000-8000-000000000000'",
    "content = (SELECT content FROM note_entry WHERE client_id <> (SELECT min(client_id) FROM note_entry))",
)


def test_any_edit_is_found_and_named(record):
    client = record.get_one(Client, first_client(record)).uid
    for edit in EDITS:
        found = tampered(record, f"UPDATE note_entry SET {edit} WHERE {MINE} AND seq = 4")
        assert (edit, found.seq, found.kind, found.client_uid) == (edit, 4, FaultKind.EDITED, client)
        assert client in found.sentence
    assert verdict(record).fault is None


def renumbered(*pairs):
    return tuple(f"UPDATE note_entry SET seq = {to} WHERE {MINE} AND seq = {was}" for was, to in pairs)


GONE = f"DELETE FROM note_entry WHERE {MINE} AND seq = 2"
ELSEWHERE = (
    f"UPDATE note_entry SET client_id = (SELECT max(client_id) FROM note_entry), seq = 2 WHERE {MINE} AND seq = 5"
)
REMOVALS = (
    ((GONE,), (2, FaultKind.MISSING)),
    ((GONE, *renumbered((3, 2), (4, 3), (5, 4))), (2, FaultKind.MISSING)),
    (renumbered((2, 99), (4, 2), (99, 4)), (2, FaultKind.REORDERED)),
    ((ELSEWHERE,), (2, FaultKind.EDITED)),
)


def test_any_removal_or_exchange_is_found_and_named(record):
    for statements, expected in REMOVALS:
        found = tampered(record, *statements)
        assert (found.seq, found.kind) == expected


def test_swapped_words_are_found_by_the_chain_and_refused_on_reading(record):
    two, four = (
        record.scalars(select(NoteEntry).where(NoteEntry.client_id == first_client(record), NoteEntry.seq == seq)).one()
        for seq in (2, 4)
    )
    with guards_dropped(record, "note_entry"):
        for row, words in ((two.id, four.content), (four.id, two.content)):
            record.execute(text("UPDATE note_entry SET content = :words WHERE id = :id"), {"words": words, "id": row})
    assert (verdict(record).fault.seq, verdict(record).fault.kind) == (2, FaultKind.EDITED)
    with pytest.raises(SealBroken):
        open_entry(record, two)


def test_a_cut_tail_is_found_against_an_exported_head(record):
    exported = read_heads(record)
    for kept in (4, 0):
        cut = f"DELETE FROM note_entry WHERE {MINE} AND seq > {kept}"
        assert tampered(record, cut) is None
        found = tampered(record, cut, exported=exported)
        assert (found.seq, found.kind) == (kept + 1, FaultKind.CUT)


def test_a_record_rewritten_with_the_keys_is_found_against_an_exported_head(record):
    uid, head = next((uid, head) for uid, head in read_heads(record).items() if head.seq == 5)
    found = verdict(record, {uid: Head(5, "0" * 64)}).fault
    assert (found.seq, found.kind, head.hash != "0" * 64) == (5, FaultKind.EDITED, True)


def test_without_the_guard_an_edit_goes_through_and_is_found(record):
    with guards_dropped(record, "note_entry"):
        record.execute(text(f"UPDATE note_entry SET registration = 'X' WHERE {MINE} AND seq = 1"))
    assert verdict(record).fault.seq == 1
    with pytest.raises(DatabaseError):
        record.execute(text("UPDATE note_entry SET registration = 'Y'"))


def test_new_practice_keys_and_a_destroyed_record_leave_the_proof_standing(notes, record, sessions, now):
    settings = make_settings("sqlite://")
    hang_keys(sessions, KeyRing("another-record-key-0123456789abcdef", (settings.record_key,)))
    with sessions() as session:
        notes.scene.session.close()
        notes.scene.session = session
        assert notes.do(rotate_keys) == 2
        assert verdict(session).fault is None
        client = session.get_one(Client, first_client(session))
        session.rollback()
        notes.do(destroy_record, client=client)
        found = verdict(session)
        assert (found.destroyed, found.fault) == (1, None)
        assert tampered(session, f"DELETE FROM note_entry WHERE {MINE} AND seq = 2").kind is FaultKind.MISSING


def test_keys_change_while_somebody_writes_and_every_word_stays_readable(notes, sessions):
    visits = [notes.begun(week, client=week % 3) for week in range(3)]
    seen = [notes.do(save_draft, visit=visit, said={"plan": "0"}, version=0).version for visit in visits]
    settings = make_settings("sqlite://")
    hang_keys(sessions, KeyRing("another-record-key-0123456789abcdef", (settings.record_key,)))
    begun, done = Event(), Event()

    def write() -> None:
        with sessions() as session:
            for number in range(1, 13):
                for place, visit in enumerate(visits):
                    said = {"visit": visit, "said": {"plan": str(number)}, "version": seen[place]}
                    work = partial(save_draft, session, **said, actor=notes.ines, now=notes.scene.now)
                    seen[place] = transact(session, work).version
                begun.set()
        done.set()

    with sessions() as session, ThreadPoolExecutor() as threads:
        writing = threads.submit(write)
        assert begun.wait(20)
        changed = 0
        while found := transact(session, lambda: rotate_keys(session, most=1, actor=notes.ines, now=notes.scene.now)):
            changed += found
        writing.result(20)
        assert (changed, done.is_set()) == (3, True)
        session.rollback()
        plans = [draft_content(session, find_draft(session, visit.id)).texts["plan"] for visit in visits]
        assert plans == ["12"] * 3
