"""The hash chain: each event is bound to all before it by HMAC-SHA256 under a key kept outside the database."""

import hmac
import json
from collections.abc import Sequence
from dataclasses import dataclass, fields
from datetime import UTC, datetime
from typing import cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import Session

from practice.audit.models import AuditEvent, AuditHead
from practice.core.events import Event

HEAD_ID = 1
FIRST_HASH = "0" * 64
_FORM = "audit event 1"


@dataclass(frozen=True, slots=True)
class Entry:
    """One event as it is stored, its own hash apart."""

    seq: int
    at: datetime
    actor_role: str
    actor_id: int | None
    action: str
    object_kind: str
    object_uid: str
    data: str
    previous_hash: str


_NAMES = tuple(field.name for field in fields(Entry))
COLUMNS = tuple(getattr(AuditEvent, name) for name in _NAMES)
"""The columns of :class:`Entry`, in its order."""

_HEAD = cast("Table", AuditHead.__table__)
# Built once and run without the mapper: every act of the practice waits for its turn here.
_READ_HEAD = select(_HEAD.c.seq, _HEAD.c.hash).where(_HEAD.c.id == HEAD_ID).with_for_update()
_APPEND = insert(cast("Table", AuditEvent.__table__))
_MOVE_HEAD = update(_HEAD).where(_HEAD.c.id == HEAD_ID).values(seq=bindparam("to_seq"), hash=bindparam("to_hash"))


class AuditLog:
    """Appends events; one per composition root, holding the key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def append(self, session: Session, events: Sequence[Event]) -> None:
        """Chain and store *events*; locks the head row, so this must be the transaction's last act."""
        if not events:
            return
        connection = session.connection()
        seq, newest = connection.execute(_READ_HEAD).one()
        rows: list[dict[str, object]] = []
        for event in events:
            seq += 1
            entry = entry_of(seq, newest, event)
            newest = link(self._key, entry)
            rows.append({name: getattr(entry, name) for name in _NAMES} | {"hash": newest})
        connection.execute(_APPEND, rows)
        connection.execute(_MOVE_HEAD, {"to_seq": seq, "to_hash": newest})


def entry_of(seq: int, previous_hash: str, event: Event) -> Entry:
    """Return *event* as it is stored; raises ``TypeError`` or ``ValueError`` for data that JSON does not know."""
    return Entry(
        seq=seq,
        at=event.at,
        actor_role=str(event.actor.role),
        actor_id=event.actor.user_id or event.actor.link_id,
        action=event.action,
        object_kind=event.object_kind,
        object_uid=event.object_uid,
        data=json.dumps(event.data, sort_keys=True, separators=(",", ":"), allow_nan=False),
        previous_hash=previous_hash,
    )


def link(key: bytes, entry: Entry) -> str:
    """Return the hash of one link over everything that the entry says and the hash before it.

    The canonical form is a JSON list in a fixed order: quotes keep neighbouring texts apart, a number is no text,
    null is no word, and the instant is written in UTC to the microsecond, as both databases give it back.
    """
    return hmac.digest(key, canonical(entry).encode(), "sha256").hex()


def canonical(entry: Entry) -> str:
    """Return the one text that stands for *entry*."""
    return json.dumps(
        (
            _FORM,
            entry.seq,
            entry.at.astimezone(UTC).isoformat(timespec="microseconds"),
            entry.actor_role,
            entry.actor_id,
            entry.action,
            entry.object_kind,
            entry.object_uid,
            entry.data,
            entry.previous_hash,
        )
    )
