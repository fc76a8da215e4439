"""The sealed part of a client's record: each client has a data key, wrapped by the practice's key ring.

A merged client keeps her own key: what was sealed for her stays sealed for her.
"""

import json
from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import InstrumentedAttribute, Session, sessionmaker

from practice.clients.models import Client, ClientKey
from practice.config import Settings
from practice.core.actor import Actor
from practice.core.db import insert_into
from practice.core.events import Event, record
from practice.core.sealed_text import DataKey, KeyRing, RecordDestroyed, SealBroken, WrappedKey, WrongKey

KEY_RING = "key_ring"
"""Key in ``session.info`` under which a composition root hangs the practice's keys."""

Column = InstrumentedAttribute[Any]


def hang_keys(sessions: sessionmaker[Session], ring: KeyRing) -> None:
    """Give every session of *sessions* the means to seal and to open."""
    sessions.configure(info={**sessions.kw.get("info", {}), KEY_RING: ring})


def key_ring_of(settings: Settings) -> KeyRing:
    """Return the keys that the settings name."""
    return KeyRing(settings.record_key, settings.former_record_keys)


class SealedRecord:
    """One client's sealed part, open: seals and opens values of a column (``Flag.note``) of one row (its uid)."""

    __slots__ = ("_key",)

    def __init__(self, key: DataKey) -> None:
        self._key = key

    def seal(self, text: str, column: Column, row_uid: str) -> bytes:
        """Return *text* sealed for *column* of the row."""
        return self.seal_bytes(text.encode(), column, row_uid)

    def open(self, sealed: bytes, column: Column, row_uid: str) -> str:
        """Return the text that was sealed there; raises ``SealBroken``."""
        return self.open_bytes(sealed, column, row_uid).decode()

    def seal_json(self, value: object, column: Column, row_uid: str) -> bytes:
        """Return a JSON value sealed for *column* of the row."""
        return self.seal(json.dumps(value, sort_keys=True, allow_nan=False), column, row_uid)

    def open_json(self, sealed: bytes, column: Column, row_uid: str) -> Any:
        """Return the JSON value that was sealed there; raises ``SealBroken``."""
        return json.loads(self.open(sealed, column, row_uid))

    def link(self, text: str) -> str:
        """Return the hash that binds one link of a chain over this record; it outlives a change of practice keys."""
        return self._key.link(text)

    def seal_bytes(self, plain: bytes, column: Column, row_uid: str) -> bytes:
        """Return bytes, such as a document, sealed for *column* of the row."""
        return self._key.seal(plain, column.class_.__tablename__, column.key, row_uid)

    def open_bytes(self, sealed: bytes, column: Column, row_uid: str) -> bytes:
        """Return the bytes that were sealed there; raises ``SealBroken``."""
        return self._key.open(sealed, column.class_.__tablename__, column.key, row_uid)


def open_record(session: Session, client_id: int) -> SealedRecord:
    """Return a client's sealed part for reading; one statement.

    ``client_id`` is that of the row to be read, also after a merge. Raises ``RecordDestroyed`` and ``SealBroken``,
    and ``LookupError`` when nothing was ever sealed for the client.
    """
    return open_records(session, {client_id})[client_id]


def open_records(session: Session, client_ids: Collection[int]) -> Mapping[int, SealedRecord]:
    """Return the sealed parts of several clients by id, those left out for whom nothing was sealed; one statement."""
    ring = _ring(session)
    rows = (
        select(ClientKey.client_id, Client.uid, ClientKey.key_id, ClientKey.wrapped)
        .join(Client, Client.id == ClientKey.client_id)
        .where(ClientKey.client_id.in_(client_ids))
    )
    return {
        row.client_id: SealedRecord(_unwrapped(ring, row.uid, row.key_id, row.wrapped)) for row in session.execute(rows)
    }


def record_to_write(session: Session, *, client_id: int, now: datetime) -> SealedRecord:
    """Return a client's sealed part for writing; the first time makes the key. Two at once get the same key.

    Raises ``RecordDestroyed`` and ``SealBroken``.
    """
    if found := open_records(session, {client_id}):
        return found[client_id]
    made = _ring(session).make_key(session.get_one(Client, client_id).uid)
    values = {"client_id": client_id, "key_id": made.key_id, "wrapped": made.wrapped, "created_at": now}
    session.execute(insert_into(session, ClientKey).values(values).on_conflict_do_nothing())
    return open_record(session, client_id)


def destroy_record(session: Session, *, client: Client, actor: Actor, now: datetime) -> None:
    """Destroy a client's key: what was sealed under it can never be read again, here or in a later backup."""
    key = session.get(ClientKey, client.id, populate_existing=True) or ClientKey(
        client_id=client.id, key_id="", created_at=now
    )
    session.add(key)
    key.key_id, key.wrapped, key.destroyed_at = "", None, now
    session.flush()
    record(session, Event("record.destroy", "client", client.uid, actor, now))


def rotate_keys(session: Session, *, most: int = 500, actor: Actor, now: datetime) -> int:
    """Wrap the keys of up to *most* clients anew under the current practice key; return how many.

    Sealed rows are not touched. Raises ``SealBroken`` when a key cannot be unwrapped.
    """
    ring = _ring(session)
    waiting = (
        select(ClientKey, Client.uid)
        .join(Client, Client.id == ClientKey.client_id)
        .where(ClientKey.key_id != ring.current_id, ClientKey.wrapped.is_not(None))
        .limit(most)
        .with_for_update(of=ClientKey)
    )
    rows = session.execute(waiting).all()
    for key, client_uid in rows:
        fresh = ring.wrap(_unwrapped(ring, client_uid, key.key_id, key.wrapped))
        key.key_id, key.wrapped = fresh.key_id, fresh.wrapped
    if rows:
        data = {"records": len(rows), "key": ring.current_id}
        record(session, Event("key.rotate", "practice", ring.current_id, actor, now, data))
    return len(rows)


def require_keys(session: Session) -> None:
    """Raise ``WrongKey`` unless the key ring opens what is sealed: one record is tried for each practice key."""
    ring = _ring(session)
    samples = select(func.min(ClientKey.client_id)).where(ClientKey.wrapped.is_not(None)).group_by(ClientKey.key_id)
    tried = select(ClientKey, Client.uid).join(Client, Client.id == ClientKey.client_id)
    for key, client_uid in session.execute(tried.where(ClientKey.client_id.in_(samples))):
        if key.key_id not in ring:
            raise WrongKey(
                f"Records are sealed under the key {key.key_id}, and PRACTICE_RECORD_KEY is {ring.current_id}. Set "
                "PRACTICE_RECORD_KEY to the key that was in force, or add that one to PRACTICE_FORMER_RECORD_KEYS; "
                "without it nothing that is sealed can be read."
            )
        try:
            _unwrapped(ring, client_uid, key.key_id, key.wrapped)
        except SealBroken as broken:
            raise WrongKey(
                f"The key of a record that {key.key_id} wrapped was altered in the database. Restore the newest backup."
            ) from broken


def _unwrapped(ring: KeyRing, client_uid: str, key_id: str, wrapped: bytes | None) -> DataKey:
    if wrapped is None:
        raise RecordDestroyed
    return ring.unwrap(WrappedKey(key_id, wrapped), client_uid)


def _ring(session: Session) -> KeyRing:
    ring: KeyRing = session.info[KEY_RING]
    return ring
