"""Appending to a client's signed record, one entry after the other under a lock."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.models import Client, ClientKey
from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.visits.models import Visit
from practice.visits.notes.chain import FIRST_HASH, Entry, EntryKind, canonical, digest_of
from practice.visits.notes.models import NoteEntry


@dataclass(frozen=True, slots=True)
class Signed:
    """What is signed: its kind, what it says, the note that it concerns, and as whom."""

    kind: EntryKind
    said: Mapping[str, Any]
    registration: str = ""
    edition: int = 1
    is_late: bool = False
    concerns: NoteEntry | None = None


def lock_record(session: Session, visit: Visit, *, now: datetime) -> None:
    """Let nobody else append to the client's record until this transaction ends."""
    record_to_write(session, client_id=visit.client_id, now=now)
    session.execute(select(ClientKey.client_id).where(ClientKey.client_id == visit.client_id).with_for_update())


def append(session: Session, visit: Visit, signed: Signed, *, actor: Actor, now: datetime) -> NoteEntry:
    """Seal, chain and store one entry; the record must be locked by :func:`lock_record`."""
    sealed = record_to_write(session, client_id=visit.client_id, now=now)
    newest = select(NoteEntry.seq, NoteEntry.hash).where(NoteEntry.client_id == visit.client_id)
    last = session.execute(newest.order_by(NoteEntry.seq.desc()).limit(1)).one_or_none()
    uid = new_uid()
    content = sealed.seal_json(signed.said, NoteEntry.content, uid)
    entry = Entry(
        seq=1 if last is None else last.seq + 1,
        kind=str(signed.kind),
        uid=uid,
        client_uid=session.execute(select(Client.uid).where(Client.id == visit.client_id)).scalar_one(),
        visit_uid=visit.uid,
        edition=signed.edition,
        concerns="" if signed.concerns is None else signed.concerns.uid,
        at=now,
        signed_by_id=actor.user_id,
        therapist_id=actor.therapist_id,
        registration=signed.registration,
        is_late=signed.is_late,
        digest=digest_of(content),
        previous_hash=FIRST_HASH if last is None else last.hash,
    )
    row = _row(visit, entry, signed, content, sealed.link(canonical(entry)))
    session.add(row)
    session.flush()
    data = {"entry": uid, "seq": entry.seq, "hash": row.hash}
    record(session, Event(f"note.{signed.kind}", "visit", visit.uid, actor, now, data))
    return row


def _row(visit: Visit, entry: Entry, signed: Signed, content: bytes, link: str) -> NoteEntry:
    return NoteEntry(
        uid=entry.uid,
        client_id=visit.client_id,
        seq=entry.seq,
        kind=entry.kind,
        visit_id=visit.id,
        edition=entry.edition,
        concerns_id=None if signed.concerns is None else signed.concerns.id,
        at=entry.at,
        signed_by_id=entry.signed_by_id,
        therapist_id=entry.therapist_id,
        registration=entry.registration,
        is_late=entry.is_late,
        content=content,
        previous_hash=entry.previous_hash,
        hash=link,
    )
