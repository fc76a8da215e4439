"""Reading the whole chain back: what is the first thing wrong with it, if anything."""

import hmac
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.audit.chain import COLUMNS, FIRST_HASH, HEAD_ID, Entry, link
from practice.audit.models import AuditEvent, AuditHead

AT_ONCE = 5000


class FaultKind(StrEnum):
    """What was done to the log."""

    EDITED = "edited"
    MISSING = "missing"
    REORDERED = "reordered"
    CUT = "cut"
    HEAD = "head"


@dataclass(frozen=True, slots=True)
class Head:
    """The newest link: how many events there are and the hash that binds them all."""

    seq: int
    hash: str


@dataclass(frozen=True, slots=True)
class Fault:
    """The first thing wrong: at which event and what."""

    seq: int
    kind: FaultKind
    sentence: str


@dataclass(frozen=True, slots=True)
class Verdict:
    """How many events were read and the first fault among them."""

    events: int
    fault: Fault | None


def read_head(session: Session) -> Head:
    """Return the newest link as the database names it."""
    row = session.execute(select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == HEAD_ID)).one()
    return Head(row.seq, row.hash)


def verify_chain(session: Session, *, key: str, exported: Head | None = None) -> Verdict:
    """Read every event in order and name the first that is not as it was written.

    *exported* is a head kept elsewhere: with it a tail that was cut off together with the head row is found too,
    and so is a log rewritten by somebody who has the key.
    """
    row = session.execute(
        select(AuditHead.seq, AuditHead.hash, select(func.max(AuditEvent.seq)).scalar_subquery()).where(
            AuditHead.id == HEAD_ID
        )
    ).one()
    head, last = Head(row[0], row[1]), row[2] or 0
    walk = _Walk(session, key.encode(), exported)
    fault = walk.first_fault(last)
    return Verdict(walk.seen, fault or _fault_at_end(head, walk, exported))


class _Walk:
    """One pass along the chain, a few thousand rows in memory at a time."""

    def __init__(self, session: Session, key: bytes, exported: Head | None) -> None:
        self._session = session
        self._key = key
        self._exported = exported
        self.seen = 0
        self.newest = FIRST_HASH

    def first_fault(self, last: int) -> Fault | None:
        exported = self._exported or Head(0, FIRST_HASH)
        for entry, stored in self._entries(last):
            if (
                entry.seq != self.seen + 1
                or entry.previous_hash != self.newest
                or not hmac.compare_digest(link(self._key, entry), stored)
            ):
                return self._name_fault(entry, stored)
            if entry.seq == exported.seq and stored != exported.hash:
                return Fault(entry.seq, FaultKind.EDITED, f"Event {entry.seq} is not the one that was exported.")
            self.seen, self.newest = entry.seq, stored
        return None

    def _entries(self, last: int) -> Iterator[tuple[Entry, str]]:
        statement = select(*COLUMNS, AuditEvent.hash).order_by(AuditEvent.seq)
        for first in range(1, last + 1, AT_ONCE):
            numbers = AuditEvent.seq.between(first, min(first + AT_ONCE - 1, last))
            for *values, stored in self._session.execute(statement.where(numbers)):
                yield Entry(*values), stored

    def _name_fault(self, entry: Entry, stored: str) -> Fault:
        expected = self.seen + 1
        if entry.seq > expected:
            gap = f"{expected}" if entry.seq == expected + 1 else f"{expected} to {entry.seq - 1}"
            return Fault(expected, FaultKind.MISSING, f"Missing: {gap}.")
        written_as = self._written_as(entry, stored)
        if written_as is None or written_as == entry.seq:
            return Fault(entry.seq, FaultKind.EDITED, f"Event {entry.seq} is not as it was written.")
        if self._exists(entry.previous_hash):
            return Fault(
                entry.seq, FaultKind.REORDERED, f"Event {entry.seq} was written as number {written_as}: reordered."
            )
        return Fault(entry.seq, FaultKind.MISSING, f"Missing: {entry.seq}; the events after it were renumbered.")

    def _written_as(self, entry: Entry, stored: str) -> int | None:
        """Return the number under which this event was written, None when its words were changed."""
        most = (self._session.scalar(select(AuditHead.seq).where(AuditHead.id == HEAD_ID)) or 0) + 1
        numbers = range(1, max(most, entry.seq) + 1)
        return next((seq for seq in numbers if link(self._key, replace(entry, seq=seq)) == stored), None)

    def _exists(self, event_hash: str) -> bool:
        found = self._session.scalar(select(AuditEvent.seq).where(AuditEvent.hash == event_hash).limit(1))
        return found is not None


def _fault_at_end(head: Head, walk: _Walk, exported: Head | None) -> Fault | None:
    known = max(head.seq, exported.seq if exported else 0)
    if known > walk.seen:
        return Fault(walk.seen + 1, FaultKind.CUT, f"Cut off: {walk.seen + 1} to {known}.")
    if head != Head(walk.seen, walk.newest):
        return Fault(walk.seen, FaultKind.HEAD, f"The head row names event {head.seq}, the newest is {walk.seen}.")
    return None


class ChainCheck:
    """Follows the chain event by event where there is no database: in a backup."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()
        self._seen, self._newest = 0, FIRST_HASH
        self._fault: str | None = None

    def add(self, values: Sequence[Any], stored: str) -> None:
        """Follow the next event, whose *values* stand in the order of ``COLUMNS``."""
        entry = Entry(*values)
        follows = entry.seq == self._seen + 1 and entry.previous_hash == self._newest
        if self._fault is None and not (follows and hmac.compare_digest(link(self._key, entry), stored)):
            self._fault = f"Event {entry.seq} is not as it was written."
        self._seen, self._newest = entry.seq, stored

    def fault_at_end(self, head: Head | None) -> str | None:
        """Return the first thing wrong, once every event was added; *head* is the head row beside them."""
        if self._fault is None and head != Head(self._seen, self._newest):
            return f"The head row does not name event {self._seen}, which is the newest."
        return self._fault
