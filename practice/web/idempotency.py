"""A creating POST sent twice has one effect: the key is written in the transaction of the effect."""

import hmac
import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from flask import abort, current_app, request
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import insert_into
from practice.core.errors import RuleViolation, WayOut
from practice.web.models import IdempotencyKey

KEPT = timedelta(hours=24)
LONGEST_KEY = 80
_REPEATED = "answered_before"


class KeyReused(RuleViolation):
    """The same Idempotency-Key came with a different body."""

    code = "idempotency_key_reused"
    title = "Key already used"


@dataclass(frozen=True, slots=True)
class Answer:
    """What a creating POST answered: kept as it was given the first time."""

    status: int
    body: Mapping[str, Any]
    location: str | None = None


def request_key() -> str | None:
    """Return the Idempotency-Key of this request: the header, or the hidden field of a form."""
    key = request.headers.get("Idempotency-Key") or request.form.get("idempotency_key")
    if key is not None and (not key.isascii() or not key.isprintable() or not 8 <= len(key) <= LONGEST_KEY):
        abort(400, f"Idempotency-Key must be 8 to {LONGEST_KEY} printable characters.")
    return key


def once(session: Session, work: Callable[[], Answer], *, key: str | None, actor: Actor, now: datetime) -> Answer:
    """Run *work* unless this actor's *key* was answered before on this route; then give that answer again.

    A parallel request with the same key waits for the first one. Raises :class:`KeyReused` for another body.
    """
    if key is None:
        return work()
    identity = {"key": key, "actor": f"{actor.role}:{actor.user_id}:{actor.link_id}", "route": _route()}
    if not _reserve(session, {**identity, "body_hash": _body_hash(), "created_at": now}):
        return _first_answer(session, identity)
    answer = work()
    session.execute(
        update(IdempotencyKey)
        .where(*_same(identity))
        .values(status=answer.status, body=json.dumps(answer.body), location=answer.location)
    )
    return answer


def was_answered_before(session: Session) -> bool:
    """Return whether this request got its own first answer again: whoever asks was judged then."""
    return bool(session.info.get(_REPEATED))


def _reserve(session: Session, row: dict[str, Any]) -> bool:
    reserved = insert_into(session, IdempotencyKey).values(**row, status=0, body="{}").on_conflict_do_nothing()
    return session.execute(reserved.returning(IdempotencyKey.key)).first() is not None


def _first_answer(session: Session, identity: Mapping[str, str]) -> Answer:
    row = session.scalars(select(IdempotencyKey).where(*_same(identity))).one()
    if row.body_hash != _body_hash():
        raise KeyReused(
            "This Idempotency-Key was used for something else. Use a new key for a new act.",
            ways_out=(WayOut("new_key", "Send it with a new key"),),
        )
    session.info[_REPEATED] = True
    return Answer(row.status, json.loads(row.body), row.location)


def _same(identity: Mapping[str, str]) -> tuple[Any, ...]:
    return tuple(getattr(IdempotencyKey, name) == value for name, value in identity.items())


def _route() -> str:
    return f"{request.method} {request.path}"[:120]


def _body_hash() -> str:
    """Return what is kept of the body: with our key, for a PIN or a few answers could be found by trying all."""
    key: str = current_app.extensions["settings"].secret_key
    return hmac.digest(key.encode(), b"idempotency:" + _body(), "sha256").hex()


def _body() -> bytes:
    if request.form:
        fields = sorted((name, value) for name, value in request.form.items(multi=True) if name != "csrf_token")
        return json.dumps(fields).encode()
    return request.get_data()


def forget_old_keys(session: Session, *, now: datetime) -> None:
    """Delete keys older than a day; a housekeeping job calls this."""
    session.execute(delete(IdempotencyKey).where(IdempotencyKey.created_at < now - KEPT))
