"""Signed-in browsers and tokens in use: started, noted as seen, ended."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from practice.accounts.errors import SignInFailed
from practice.accounts.models import ApiToken, AuthSession, User
from practice.accounts.secrets import fingerprint, new_token
from practice.core.actor import Actor, Role
from practice.core.errors import NotFound
from practice.core.events import Event, record


@dataclass(frozen=True, slots=True)
class Browser:
    """Where somebody signs in: the device in words, the address, and the session that its cookie named before."""

    device: str = ""
    ip_address: str = ""
    replaces_session_id: int | None = None


@dataclass(frozen=True, slots=True)
class Started:
    """A fresh session and the only copy of its token."""

    token: str
    ends_at: datetime
    user: User


KEPT = timedelta(days=30)
"""How long ended sessions stay for the list of devices."""


def start_session(
    session: Session, *, user_id: int, proven_hash: str, browser: Browser, lasts: timedelta, now: datetime
) -> Started:
    """Sign the user in with a fresh token; the session that this browser had before ends.

    *proven_hash* is the stored hash that the password was compared with. Raises :class:`SignInFailed` when it was
    changed or the user disabled since.
    """
    user = session.scalars(select(User).where(User.id == user_id).with_for_update()).one_or_none()
    if user is None or not user.is_active or user.password_hash != proven_hash:
        raise SignInFailed
    if browser.replaces_session_id is not None:
        _revoke(session, AuthSession.id == browser.replaces_session_id, now)
    token = new_token()
    row = AuthSession(
        token_hash=fingerprint(token),
        user_id=user.id,
        created_at=now,
        last_seen_at=now,
        ends_at=now + lasts,
        device=browser.device[:200],
        ip_address=browser.ip_address[:45],
    )
    session.add(row)
    session.flush()
    record(session, Event("session.started", "session", row.uid, actor_of(user), now, {"device": row.device}))
    return Started(token, row.ends_at, user)


def end_session(session: Session, *, session_id: int, actor: Actor, now: datetime) -> None:
    """Sign one of the actor's own browsers out; a session that has ended already stays as it is."""
    uid = session.scalar(
        select(AuthSession.uid).where(AuthSession.id == session_id, AuthSession.user_id == actor.user_id)
    )
    if uid is not None and _revoke(session, AuthSession.id == session_id, now):
        record(session, Event("session.ended", "session", uid, actor, now))


def end_session_by_uid(session: Session, *, uid: str, actor: Actor, now: datetime) -> None:
    """Sign out the browser that the actor picked from his list; raises :class:`NotFound` for anybody else's."""
    found = session.scalar(select(AuthSession.id).where(AuthSession.uid == uid, AuthSession.user_id == actor.user_id))
    if found is None:
        raise NotFound("That session is not in your list. It may have ended by itself.")
    end_session(session, session_id=found, actor=actor, now=now)


def end_sessions_of(session: Session, *, user: User, actor: Actor, now: datetime, except_id: int | None = None) -> int:
    """Sign the user out everywhere, the session *except_id* excepted; return how many browsers it were."""
    ended = _revoke(session, (AuthSession.user_id == user.id) & (AuthSession.id != (except_id or 0)), now)
    if ended:
        record(session, Event("session.ended_all", "user", user.uid, actor, now, {"sessions": ended}))
    return ended


def end_every_session(session: Session, *, actor: Actor, now: datetime) -> int:
    """Sign everybody out, because sign-ins that ended since are back: a backup was restored."""
    ended = _revoke(session, AuthSession.id > 0, now)
    record(session, Event("session.ended_every", "session", "all", actor, now, {"sessions": ended}))
    return ended


def note_session_seen(session: Session, session_id: int, *, now: datetime) -> None:
    """Move a session's idle limit on; never brings back a revoked or a locked one."""
    session.execute(
        update(AuthSession)
        .where(
            AuthSession.id == session_id,
            AuthSession.revoked_at.is_(None),
            AuthSession.locked_at.is_(None),
            AuthSession.last_seen_at < now,
        )
        .values(last_seen_at=now)
    )


def note_token_used(session: Session, token_id: int, *, now: datetime) -> None:
    """Note when a token was last used, so that forgotten ones can be found."""
    session.execute(update(ApiToken).where(ApiToken.id == token_id).values(last_used_at=now))


def actor_of(user: User) -> Actor:
    """Return the user as the one who acts."""
    return Actor(Role(user.role), user_id=user.id, name=user.name)


def _revoke(session: Session, which: object, now: datetime) -> int:
    result = session.execute(
        update(AuthSession).where(which, AuthSession.revoked_at.is_(None)).values(revoked_at=now)  # type: ignore[arg-type]
    )
    return int(result.rowcount)  # type: ignore[attr-defined]


def forget_old_sessions(session: Session, *, now: datetime) -> None:
    """Delete sessions that ended long ago; a housekeeping job calls this."""
    session.execute(delete(AuthSession).where(AuthSession.ends_at < now - KEPT))
