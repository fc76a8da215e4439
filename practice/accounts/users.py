"""Members of staff: added, changed, disabled, given a password. Passwords arrive hashed: hashing is slow."""

from dataclasses import dataclass
from datetime import datetime

from email_validator import EmailNotValidError, validate_email
from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from practice.accounts.errors import EmailTaken, LastOwner
from practice.accounts.models import User
from practice.accounts.queries import find_user_by_email, fold_email, get_user
from practice.accounts.sessions import end_sessions_of
from practice.accounts.tokens import revoke_tokens_of
from practice.core.actor import Actor, Role
from practice.core.errors import WayOut, require_version
from practice.core.events import Event, record

STAFF_ROLES = (Role.RECEPTIONIST, Role.THERAPIST, Role.OWNER)
_TO_USERS = WayOut("list_users", "Show all users", {"href": "/settings/users"})


@dataclass(frozen=True, slots=True)
class UserDetails:
    """What an owner decides about a user."""

    email: str
    name: str
    role: Role


def accepted_email(value: str) -> str:
    """Return *value* as it is stored; raises ``ValueError`` with a sentence for people."""
    try:
        return fold_email(validate_email(value.strip(), check_deliverability=False).normalized)
    except EmailNotValidError as invalid:
        raise ValueError("Give an email address such as rita@example.com.") from invalid


def add_user(session: Session, *, details: UserDetails, password_hash: str, actor: Actor, now: datetime) -> User:
    """Add a member of staff; raises :class:`EmailTaken`."""
    _refuse_taken(session, details.email, None)
    user = User(
        email=details.email,
        name=details.name,
        role=details.role,
        password_hash=password_hash,
        created_at=now,
        password_changed_at=now,
    )
    session.add(user)
    _flush(session)
    record(session, Event("user.added", "user", user.uid, actor, now, {"role": str(details.role)}))
    return user


def change_user(
    session: Session, *, uid: str, details: UserDetails, version: int | None, actor: Actor, now: datetime
) -> User:
    """Change address, name and role. Another role signs the user out everywhere.

    Raises :class:`EmailTaken`, :class:`LastOwner`, ``NotFound`` and ``StaleVersion``.
    """
    user = _locked(session, uid, version)
    _refuse_taken(session, details.email, user.id)
    had = Role(user.role)
    if had is Role.OWNER and details.role is not Role.OWNER:
        _refuse_last_owner(session, user)
    user.email, user.name, user.role = details.email, details.name, details.role
    _flush(session)
    if had is not details.role:
        end_sessions_of(session, user=user, actor=actor, now=now)
    record(session, Event("user.changed", "user", user.uid, actor, now, {"role": str(user.role), "had": str(had)}))
    return user


def disable_user(session: Session, *, uid: str, version: int | None, actor: Actor, now: datetime) -> User:
    """Shut the user out, his sessions and tokens included, from the next request on; raises :class:`LastOwner`."""
    user = _locked(session, uid, version)
    if not user.is_active:
        return user
    _refuse_last_owner(session, user)
    user.is_active = False
    end_sessions_of(session, user=user, actor=actor, now=now)
    record(session, Event("user.disabled", "user", user.uid, actor, now))
    return user


def enable_user(session: Session, *, uid: str, version: int | None, actor: Actor, now: datetime) -> User:
    """Let a disabled user sign in again."""
    user = _locked(session, uid, version)
    if not user.is_active:
        user.is_active = True
        record(session, Event("user.enabled", "user", user.uid, actor, now))
    return user


def set_password(
    session: Session,
    *,
    uid: str,
    password_hash: str,
    keeps_session_id: int | None = None,
    actor: Actor,
    now: datetime,
) -> User:
    """Replace the password and end what the old one opened: every token, every browser but the one in use."""
    user = _locked(session, uid, None)
    user.password_hash, user.password_changed_at = password_hash, now
    end_sessions_of(session, user=user, actor=actor, now=now, except_id=keeps_session_id)
    revoke_tokens_of(session, user=user, actor=actor, now=now)
    record(session, Event("user.password_changed", "user", user.uid, actor, now))
    return user


def strengthen_hash(session: Session, *, user_id: int, had: str, password_hash: str) -> None:
    """Store the same password under today's parameters, unless it was changed meanwhile."""
    user = session.scalars(select(User).where(User.id == user_id, User.password_hash == had)).one_or_none()
    if user is not None:
        user.password_hash = password_hash


def _locked(session: Session, uid: str, version: int | None) -> User:
    user = get_user(session, uid)
    session.refresh(user, with_for_update=True)
    require_version(user.version, version)
    return user


def _refuse_taken(session: Session, email: str, own_id: int | None) -> None:
    other = find_user_by_email(session, email)
    if other is not None and other.id != own_id:
        raise EmailTaken("Somebody signs in with this address already.", ways_out=(_TO_USERS,))


def _refuse_last_owner(session: Session, user: User) -> None:
    # Locked in one order, so that two owners cannot disable each other at the same moment.
    owners = session.scalars(
        select(User.id).where(User.role == Role.OWNER, User.is_active).order_by(User.id).with_for_update()
    ).all()
    if list(owners) == [user.id]:
        raise LastOwner(
            "This is the last owner who can sign in. Make somebody else an owner first.", ways_out=(_TO_USERS,)
        )


def _flush(session: Session) -> None:
    try:
        session.flush()
    except IntegrityError as taken:
        raise EmailTaken("Somebody signs in with this address already.", ways_out=(_TO_USERS,)) from taken
