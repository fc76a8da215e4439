"""A session that is locked opens nothing until its own user unlocks it; the PINs that unlock and that sign."""

from datetime import datetime

from sqlalchemy import update
from sqlalchemy.orm import Session

from practice.accounts.models import AuthSession, User
from practice.accounts.queries import get_user
from practice.core.actor import Actor
from practice.core.events import Event, record


def lock_session(session: Session, *, session_id: int, actor: Actor, now: datetime) -> None:
    """Lock a session; one that is locked already stays as it is (desk.md 6)."""
    _write_lock(session, session_id, "session.locked", is_locked=True, actor=actor, now=now)


def unlock_session(session: Session, *, session_id: int, actor: Actor, now: datetime) -> None:
    """Open a locked session again, as seen at *now*; one that was revoked meanwhile stays shut."""
    _write_lock(session, session_id, "session.unlocked", is_locked=False, actor=actor, now=now)


def set_pin(session: Session, *, uid: str, pin_hash: str | None, actor: Actor, now: datetime) -> User:
    """Give a user a PIN, or take it away; from then on an idle session of his is locked, or ended."""
    user = get_user(session, uid)
    user.pin_hash = pin_hash
    record(session, Event("user.pin", "user", user.uid, actor, now, {"has_pin": pin_hash is not None}))
    return user


def set_signing_pin(session: Session, *, uid: str, pin_hash: str, actor: Actor, now: datetime) -> User:
    """Give a user a signing PIN in place of the one before; what was typed with that one holds no longer."""
    user = get_user(session, uid)
    user.signing_pin_hash = pin_hash
    session.execute(update(AuthSession).where(AuthSession.user_id == user.id).values(stepped_up_at=None))
    record(session, Event("user.signing_pin", "user", user.uid, actor, now))
    return user


def step_up(session: Session, *, session_id: int, now: datetime) -> None:
    """Note that the signing PIN was typed in this session."""
    session.execute(update(AuthSession).where(AuthSession.id == session_id).values(stepped_up_at=now))


def _write_lock(
    session: Session, session_id: int, action: str, *, is_locked: bool, actor: Actor, now: datetime
) -> None:
    row = session.get_one(AuthSession, session_id, with_for_update=True)
    if row.revoked_at is not None or (is_locked and row.locked_at is not None):
        return
    row.locked_at = now if is_locked else None
    row.stepped_up_at = None
    if not is_locked:
        session.execute(update(AuthSession).where(AuthSession.id == session_id).values(last_seen_at=now))
    record(session, Event(action, "session", row.uid, actor, now))
