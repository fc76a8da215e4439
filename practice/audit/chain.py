"""The hash chain: each event is bound to all before it by HMAC-SHA256 under a key kept outside the database."""

import hashlib
import hmac
import json
from collections.abc import Sequence

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from practice.audit.models import AuditEvent, AuditHead
from practice.core.events import Event

HEAD_ID = 1


class AuditLog:
    """Appends events; one per composition root, holding the key."""

    def __init__(self, key: str) -> None:
        self._key = key.encode()

    def append(self, session: Session, events: Sequence[Event]) -> None:
        """Chain and store *events*; locks the head row, so this must be the transaction's last act."""
        if not events:
            return
        head = session.execute(
            select(AuditHead.seq, AuditHead.hash).where(AuditHead.id == HEAD_ID).with_for_update()
        ).one()
        seq, previous = head.seq, head.hash
        rows: list[dict[str, object]] = []
        for event in events:
            seq += 1
            row = _row(seq, previous, event)
            previous = row["hash"] = link(self._key, row)
            rows.append(row)
        session.execute(insert(AuditEvent), rows)
        session.execute(update(AuditHead).where(AuditHead.id == HEAD_ID).values(seq=seq, hash=previous))


def _row(seq: int, previous: str, event: Event) -> dict[str, object]:
    return {
        "seq": seq,
        "at": event.at,
        "actor_role": str(event.actor.role),
        "actor_id": event.actor.user_id or event.actor.link_id,
        "action": event.action,
        "object_kind": event.object_kind,
        "object_uid": event.object_uid,
        "data": json.dumps(event.data, sort_keys=True, separators=(",", ":")),
        "previous_hash": previous,
    }


def link(key: bytes, row: dict[str, object]) -> str:
    """Return the hash of one link over everything that the row says and the hash before it."""
    canonical = json.dumps({name: str(value) for name, value in sorted(row.items()) if name != "hash"})
    return hmac.new(key, canonical.encode(), hashlib.sha256).hexdigest()
