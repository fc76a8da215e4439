"""Reading the signed record back: what is the first thing wrong with it, if anything."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session, aliased

from practice.clients.models import Client, ClientKey
from practice.clients.sealing import SealedRecord, open_records
from practice.visits.models import Visit
from practice.visits.notes.chain import FIRST_HASH, KIND_WORDS, Entry, EntryKind, canonical, digest_of
from practice.visits.notes.models import NoteEntry

AT_ONCE = 200
"""Clients read at a time."""


class FaultKind(StrEnum):
    """What was done to the record."""

    EDITED = "edited"
    MISSING = "missing"
    REORDERED = "reordered"
    CUT = "cut"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest entry of one client: its number and the hash that binds all before it."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing wrong: with whose record, at which entry, and what."""

    client_uid: str
    seq: int
    kind: FaultKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many entries of how many records were read, how many records were destroyed, and the first fault."""

    entries: int
    records: int
    destroyed: int
    fault: Fault | None


@dataclass(frozen=True, slots=True)
class _Link:
    entry: Entry
    hash: str


def read_heads(session: Session) -> dict[str, Head]:
    """Return the newest entry of every record by client, to be kept where nobody with the database can change it."""
    later = aliased(NoteEntry)
    is_newest = ~select(later.id).where(later.client_id == NoteEntry.client_id, later.seq > NoteEntry.seq).exists()
    rows = select(Client.uid, NoteEntry.seq, NoteEntry.hash).join(Client, Client.id == NoteEntry.client_id)
    return {row.uid: Head(row.seq, row.hash) for row in session.execute(rows.where(is_newest).order_by(Client.id))}


def verify_notes(session: Session, *, exported: Mapping[str, Head] | None = None) -> Verdict:
    """Read every signed entry in order and name the first that is not as it was signed; nothing sealed is opened.

    *exported* are heads kept elsewhere: with them a tail that was cut off is found too, and a record rewritten by
    somebody who has the keys. Of a destroyed record only the order is proved. Raises ``SealBroken``.
    """
    heads, entries, records, destroyed = dict(exported or {}), 0, 0, 0
    for client_id, client_uid, sealed in _records(session):
        links = _links(session, client_id, client_uid)
        entries, records, destroyed = entries + len(links), records + 1, destroyed + (sealed is None)
        fault = _first_fault(client_uid, links, sealed, heads.pop(client_uid, None))
        if fault is not None:
            return Verdict(entries, records, destroyed, fault)
    return Verdict(entries, records, destroyed, _lost(heads))


def _records(session: Session) -> Iterator[tuple[int, str, SealedRecord | None]]:
    """Yield every client who has a signed entry with the open record, None for a destroyed one."""
    signed = select(NoteEntry.id).where(NoteEntry.client_id == Client.id).exists()
    rows = select(Client.id, Client.uid, ClientKey.wrapped.is_(None).label("is_destroyed"))
    rows = rows.outerjoin(ClientKey, ClientKey.client_id == Client.id).where(signed).order_by(Client.id)
    found = session.execute(rows).all()
    for start in range(0, len(found), AT_ONCE):
        part = found[start : start + AT_ONCE]
        opened = open_records(session, {row.id for row in part if not row.is_destroyed})
        yield from ((row.id, row.uid, opened.get(row.id)) for row in part)


def _links(session: Session, client_id: int, client_uid: str) -> Sequence[_Link]:
    concerned = aliased(NoteEntry)
    rows = (
        select(NoteEntry, Visit.uid.label("visit_uid"), concerned.uid.label("concerns"))
        .outerjoin(Visit, Visit.id == NoteEntry.visit_id)
        .outerjoin(concerned, concerned.id == NoteEntry.concerns_id)
        .where(NoteEntry.client_id == client_id)
        .order_by(NoteEntry.seq)
    )
    found = session.execute(rows, execution_options={"populate_existing": True})
    return [_Link(_entry(row, client_uid), row.NoteEntry.hash) for row in found]


def _entry(row: Any, client_uid: str) -> Entry:
    stored = row.NoteEntry
    return Entry(
        seq=stored.seq,
        kind=stored.kind,
        uid=stored.uid,
        client_uid=client_uid,
        visit_uid=row.visit_uid or "",
        edition=stored.edition,
        concerns=row.concerns or "",
        at=stored.at,
        signed_by_id=stored.signed_by_id,
        therapist_id=stored.therapist_id,
        registration=stored.registration,
        is_late=stored.is_late,
        digest=digest_of(stored.content),
        previous_hash=stored.previous_hash,
    )


def _first_fault(
    client_uid: str, links: Sequence[_Link], sealed: SealedRecord | None, exported: Head | None
) -> Fault | None:
    newest = FIRST_HASH
    for expected, link in enumerate(links, 1):
        entry = link.entry
        follows = entry.seq == expected and entry.previous_hash == newest
        if not follows or (sealed is not None and sealed.link(canonical(entry)) != link.hash):
            return _named(client_uid, expected, links, sealed)
        if exported is not None and entry.seq == exported.seq and link.hash != exported.hash:
            return _fault(client_uid, link, FaultKind.EDITED, "is not the one that was exported")
        newest = link.hash
    if exported is not None and exported.seq > len(links):
        cut = f"{len(links) + 1} to {exported.seq}"
        return Fault(client_uid, len(links) + 1, FaultKind.CUT, f"Client {client_uid}: entries {cut} are cut off.")
    return None


def _named(client_uid: str, expected: int, links: Sequence[_Link], sealed: SealedRecord | None) -> Fault:
    """Say what was done at the first place that does not fit."""
    link = links[expected - 1]
    if link.entry.seq > expected:
        return Fault(client_uid, expected, FaultKind.MISSING, f"Client {client_uid}: entry {expected} is missing.")
    written_as = None if sealed is None else _written_as(link, len(links) + 1, sealed)
    if written_as is None or written_as == link.entry.seq:
        is_whole = written_as is not None
        missing = Fault(
            client_uid, expected, FaultKind.MISSING, f"Client {client_uid}: an entry before {expected} is missing."
        )
        return missing if is_whole else _fault(client_uid, link, FaultKind.EDITED, "is not as it was signed")
    if any(link.entry.previous_hash == other.hash for other in links) or link.entry.previous_hash == FIRST_HASH:
        return _fault(client_uid, link, FaultKind.REORDERED, f"was signed as number {written_as}: reordered")
    return Fault(
        client_uid,
        expected,
        FaultKind.MISSING,
        f"Client {client_uid}: entry {expected} is missing; the rest was renumbered.",
    )


def _written_as(link: _Link, most: int, sealed: SealedRecord) -> int | None:
    """Return the number under which an entry was signed, None when anything else in it was changed."""
    numbers = range(1, max(most, link.entry.seq) + 1)
    return next((seq for seq in numbers if sealed.link(canonical(replace(link.entry, seq=seq))) == link.hash), None)


def _fault(client_uid: str, link: _Link, kind: FaultKind, words: str) -> Fault:
    entry = link.entry
    what = KIND_WORDS[EntryKind(entry.kind)] if entry.kind in set(EntryKind) else "entry"
    sentence = f"Client {client_uid}: entry {entry.seq}, the {what} signed at {entry.at:%Y-%m-%d %H:%M}Z, {words}."
    return Fault(client_uid, entry.seq, kind, sentence)


def _lost(heads: Mapping[str, Head]) -> Fault | None:
    """Return the first record of which an exported head is known and nothing else any more."""
    for client_uid, head in heads.items():
        return Fault(client_uid, 1, FaultKind.CUT, f"Client {client_uid}: entries 1 to {head.seq} are cut off.")
    return None
