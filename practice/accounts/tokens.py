"""Bearer tokens for scripts: shown once, revocable."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.accounts.models import ApiToken, User
from practice.accounts.secrets import fingerprint, new_token
from practice.core.actor import Actor
from practice.core.errors import NotFound
from practice.core.events import Event, record

PREFIX = "practice_"
EVERYTHING = ["*"]
MOST_LISTED = 100


def create_token(session: Session, *, user: User, name: str, actor: Actor, now: datetime) -> str:
    """Return a new token that acts as *user*; it can never be read again."""
    token = new_token(PREFIX)
    row = ApiToken(token_hash=fingerprint(token), user_id=user.id, name=name, scopes=EVERYTHING, created_at=now)
    session.add(row)
    session.flush()
    record(session, Event("token.created", "token", row.uid, actor, now, {"user": user.uid}))
    return token


def list_tokens_of(session: Session, *, user_uid: str, limit: int = MOST_LISTED) -> Sequence[ApiToken]:
    """Return a user's tokens, the newest first; none of them can be read again."""
    owned = select(ApiToken).join(User, User.id == ApiToken.user_id).where(User.uid == user_uid)
    return session.scalars(owned.order_by(ApiToken.id.desc()).limit(limit)).all()


def revoke_token(session: Session, *, uid: str, user_id: int | None, actor: Actor, now: datetime) -> None:
    """Make the token open nothing from now on; *user_id* narrows to that user's. Raises ``NotFound``."""
    row = session.scalars(select(ApiToken).where(ApiToken.uid == uid)).one_or_none()
    if row is None or (user_id is not None and row.user_id != user_id):
        raise NotFound("There is no such token.")
    if row.revoked_at is None:
        row.revoked_at = now
        record(session, Event("token.revoked", "token", row.uid, actor, now))


def revoke_tokens_of(session: Session, *, user: User, actor: Actor, now: datetime) -> None:
    """Make every token of a user open nothing from now on, as when the password may have been known."""
    for row in session.scalars(select(ApiToken).where(ApiToken.user_id == user.id, ApiToken.revoked_at.is_(None))):
        row.revoked_at = now
        record(session, Event("token.revoked", "token", row.uid, actor, now))


def end_every_token(session: Session, *, actor: Actor, now: datetime) -> int:
    """Revoke every token, because those that were revoked since are back: a backup was restored."""
    live = update(ApiToken).where(ApiToken.revoked_at.is_(None)).values(revoked_at=now).returning(ApiToken.id)
    ended = len(session.scalars(live, execution_options={"synchronize_session": False}).all())
    record(session, Event("token.revoked_every", "token", "all", actor, now, {"tokens": ended}))
    return ended
