"""Reads of users, sessions and tokens."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import Select, bindparam, select
from sqlalchemy.orm import Session

from practice.accounts.models import ApiToken, AuthSession, User
from practice.accounts.rows import LiveSession, LiveToken
from practice.core.db import UtcDateTime
from practice.core.errors import NotFound

MOST_BROWSERS = 50

_NOW, _SEEN_AFTER = (bindparam(name, type_=UtcDateTime()) for name in ("now", "seen_after"))
_LIVE_SESSION = (
    select(
        AuthSession.id,
        AuthSession.last_seen_at,
        User.id,
        User.uid,
        User.email,
        User.name,
        User.role,
        AuthSession.locked_at.is_not(None) | (AuthSession.last_seen_at <= _SEEN_AFTER),
        User.pin_hash.is_not(None),
    )
    .join(AuthSession.user)
    .where(
        AuthSession.token_hash == bindparam("token_hash"),
        AuthSession.revoked_at.is_(None),
        AuthSession.ends_at > _NOW,
        # Whoever has a PIN is locked out when idle, everybody else is signed out.
        (AuthSession.last_seen_at > _SEEN_AFTER) | User.pin_hash.is_not(None),
        User.is_active,
    )
)
_LIVE_TOKEN = (
    select(ApiToken.id, ApiToken.last_used_at, User.id, User.uid, User.email, User.name, User.role)
    .join(ApiToken.user)
    .where(
        ApiToken.token_hash == bindparam("token_hash"),
        ApiToken.revoked_at.is_(None),
        ApiToken.ends_at.is_(None) | (ApiToken.ends_at > _NOW),
        User.is_active,
    )
)
"""Built once and run without the mapper: every request runs one of these two."""


def find_live_session(session: Session, token_hash: str, *, seen_after: datetime, now: datetime) -> LiveSession | None:
    """Return the session that this token opens: not revoked, not ended, its user active.

    It is locked when somebody locked it, or was not seen after *seen_after*.
    """
    asked = {"token_hash": token_hash, "seen_after": seen_after, "now": now}
    row = session.connection().execute(_LIVE_SESSION, asked).one_or_none()
    return None if row is None else LiveSession(*row)


def find_live_token(session: Session, token_hash: str, *, now: datetime) -> LiveToken | None:
    """Return the API token that this secret is: not revoked, not ended, its user active."""
    row = session.connection().execute(_LIVE_TOKEN, {"token_hash": token_hash, "now": now}).one_or_none()
    return None if row is None else LiveToken(*row)


def find_user_by_email(session: Session, email: str) -> User | None:
    """Return the user who signs in with *email*, in any case."""
    return session.scalars(select(User).where(User.email == fold_email(email))).one_or_none()


def get_user(session: Session, uid: str) -> User:
    """Return the user; raises :class:`NotFound`."""
    user = session.scalars(select(User).where(User.uid == uid)).one_or_none()
    if user is None:
        raise NotFound("There is no such user.")
    return user


def find_user_id(session: Session, uid: str) -> int | None:
    """Return the key of the user with this uid."""
    return session.scalar(select(User.id).where(User.uid == uid))


def names_of_users(session: Session, user_ids: Collection[int]) -> dict[int, str]:
    """Return the names of users by id."""
    found = session.execute(select(User.id, User.name).where(User.id.in_(user_ids)))
    return {row.id: row.name for row in found}


def list_users(session: Session) -> Sequence[User]:
    """Return all users, the active ones first, by name."""
    return session.scalars(select(User).order_by(User.is_active.desc(), User.name, User.id)).all()


def list_live_sessions(session: Session, user_id: int, *, seen_after: datetime, now: datetime) -> Sequence[AuthSession]:
    """Return the browsers in which the user is signed in, the one seen last first, at most ``MOST_BROWSERS``."""
    live = _live(user_id, seen_after, now).order_by(AuthSession.last_seen_at.desc(), AuthSession.id)
    return session.scalars(live.limit(MOST_BROWSERS)).all()


def _live(user_id: int, seen_after: datetime, now: datetime) -> Select[AuthSession]:
    return (
        select(AuthSession)
        .join(AuthSession.user)
        .where(
            AuthSession.user_id == user_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.ends_at > now,
            (AuthSession.last_seen_at > seen_after) | User.pin_hash.is_not(None),
        )
    )


def fold_email(email: str) -> str:
    """Return *email* as it is stored and compared."""
    return email.strip().casefold()
