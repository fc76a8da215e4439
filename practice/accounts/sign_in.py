"""Signing in and out from a browser: limits, slow hashing outside any transaction, cookies."""

import ipaddress
import math
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask import current_app, g, request
from flask import session as form_cookie
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import cookie_name, current_identity, forget_identity
from practice.accounts.devices import describe_device
from practice.accounts.errors import SignInFailed, TooManyTries, WrongPassword
from practice.accounts.limits import Limit, count_attempt, give_back
from practice.accounts.models import User
from practice.accounts.passwords import hash_new_password, hash_password, needs_new_hash, password_fits
from practice.accounts.queries import find_user_by_email, fold_email
from practice.accounts.secrets import fingerprint, is_seal, new_token, seal
from practice.accounts.sessions import Browser, Started, end_session, start_session
from practice.accounts.users import set_password, strengthen_hash
from practice.audit.refusals import audit_refusal
from practice.config import Settings
from practice.core.actor import ANONYMOUS
from practice.core.events import Event
from practice.web.database import now, sessions, write

MOST_TRIES, MOST_TRIES_IN_ALL = 10, 1000
_KNOWN_FOR = timedelta(days=365)
_PURPOSE = "known device"


@dataclass(frozen=True, slots=True)
class Account:
    """The stored hash that an email and password are compared with; empty for addresses that nobody has."""

    user_id: int = 0
    uid: str = "unknown"
    password_hash: str | None = None


def sign_in(email: str, password: str) -> Started:
    """Return a fresh session for the owner of email and password.

    Raises :class:`SignInFailed`, equally for unknown and disabled users and wrong passwords, and
    :class:`TooManyTries`.
    """
    limits = sign_in_limits(email)
    require_try(limits)
    account = _account(email)
    if not password_fits(account.password_hash, password) or account.password_hash is None:
        _audit_failure(account, email)
        raise SignInFailed
    proven = account.password_hash

    def work(session: Session) -> Started:
        give_back(session, limits, now=now())
        return begin_session(session, account.user_id, proven)

    started = write(work)
    _strengthen(account.user_id, proven, password)
    return started


def change_password(current: str, new: str) -> Started:
    """Give the asker a new password, sign all his browsers out and return a fresh session for this one.

    Raises :class:`WrongPassword`, :class:`WeakPassword` and :class:`TooManyTries`.
    """
    identity = current_identity()
    limits = (Limit(f"password:{identity.user_uid}", MOST_TRIES),)
    require_try(limits)
    if not password_fits(_account(identity.email).password_hash, current):
        raise WrongPassword
    stored = hash_new_password(new, email=identity.email, name=identity.actor.name)

    def work(session: Session) -> Started:
        give_back(session, limits, now=now())
        user = set_password(session, uid=identity.user_uid, password_hash=stored, actor=identity.actor, now=now())
        session.flush()
        return begin_session(session, user.id, stored)

    return write(work)


def begin_session(session: Session, user_id: int, proven_hash: str) -> Started:
    """Start a session for this browser in place of the one that its cookie names."""
    return start_session(
        session,
        user_id=user_id,
        proven_hash=proven_hash,
        browser=Browser(describe_device(request.user_agent.string), request.remote_addr or "", _session_of_cookie()),
        lasts=timedelta(hours=_settings().session_hours),
        now=now(),
    )


def _session_of_cookie() -> int | None:
    identity = current_identity()
    return identity.session_id if identity.locked is None else identity.locked.id


def admit(response: Response, started: Started) -> None:
    """Give the browser its session cookie and forget what forms it knew; the old session's tokens die with it."""
    settings = _settings()
    response.set_cookie(cookie_name(), started.token, secure=settings.is_https, httponly=True, samesite="Lax", path="/")
    _remember_device(response, started.user.email)
    renew_form_token()
    forget_identity()


def sign_out(response: Response) -> None:
    """End this browser's session and take its cookie away; signing out twice does no harm."""
    identity = current_identity()
    if identity.session_id is not None:
        ended = identity.session_id
        write(lambda session: end_session(session, session_id=ended, actor=identity.actor, now=now()))
    response.delete_cookie(cookie_name(), secure=_settings().is_https, httponly=True, samesite="Lax", path="/")
    renew_form_token()
    forget_identity()


def renew_form_token() -> None:
    """Make every form token handed out so far worthless."""
    form_cookie.clear()
    g.pop("csrf_token", None)


def require_try(limits: Sequence[Limit]) -> None:
    """Count a try in its own short transaction; raises :class:`TooManyTries` when a limit is reached."""
    instant = now()
    until = write(lambda session: count_attempt(session, limits, now=instant))
    if until is not None:
        raise TooManyTries(until, math.ceil((until - instant) / timedelta(minutes=1)))


def sign_in_limits(email: str) -> tuple[Limit, ...]:
    """Return the limits of one try: account, address and all; a browser known to the account has its own.

    So nobody can lock a person out of his own computer by guessing elsewhere.
    """
    who = fingerprint(fold_email(email))[:32]
    device = _known_device(who)
    if device is not None:
        return (Limit(f"sign-in:device:{device}", MOST_TRIES),)
    return (
        Limit(f"sign-in:account:{who}", MOST_TRIES),
        Limit(f"sign-in:address:{network_of(request.remote_addr)}", MOST_TRIES),
        Limit("sign-in:all", MOST_TRIES_IN_ALL),
    )


def network_of(address: str | None) -> str:
    """Return what one sender cannot change at will: the address, or the /64 network of an IPv6 one."""
    try:
        parsed = ipaddress.ip_address((address or "").partition("%")[0])
    except ValueError:
        return "unknown"
    if isinstance(parsed, ipaddress.IPv6Address) and parsed.ipv4_mapped is None:
        return str(ipaddress.ip_network((parsed, 64), strict=False))
    return str(getattr(parsed, "ipv4_mapped", None) or parsed)


def _account(email: str) -> Account:
    with sessions()() as session:
        user: User | None = find_user_by_email(session, email)
        return Account(user.id, user.uid, user.password_hash) if user is not None and user.is_active else Account()


def _audit_failure(account: Account, email: str) -> None:
    data = {"email": fingerprint(fold_email(email))[:16], "address": request.remote_addr or ""}
    audit_refusal(sessions(), Event("session.refused", "user", account.uid, ANONYMOUS, now(), data))


def _strengthen(user_id: int, had: str, password: str) -> None:
    if needs_new_hash(had):
        stronger = hash_password(password)
        write(lambda session: strengthen_hash(session, user_id=user_id, had=had, password_hash=stronger))


def _known_device(who: str) -> str | None:
    device, _, sealed = request.cookies.get(_device_cookie(), "").partition(".")
    return device if device and is_seal(sealed, _settings().secret_key, _PURPOSE, device, who) else None


def _remember_device(response: Response, email: str) -> None:
    who = fingerprint(email)[:32]
    device = _known_device(who) or new_token()
    value = f"{device}.{seal(_settings().secret_key, _PURPOSE, device, who)}"
    secure = _settings().is_https
    response.set_cookie(
        _device_cookie(), value, max_age=_KNOWN_FOR, secure=secure, httponly=True, samesite="Lax", path="/"
    )


def _device_cookie() -> str:
    return "__Host-known" if _settings().is_https else "known"


def _settings() -> Settings:
    settings: Settings = current_app.extensions["settings"]
    return settings
