"""Unlocking from the browser: limits and slow hashing outside any transaction; the PIN counts only with the cookie."""

from flask import current_app, request
from sqlalchemy.orm import Session

from practice.accounts.current import current_identity, forget_identity
from practice.accounts.errors import NotUnlocked, WrongPassword
from practice.accounts.limits import Limit, give_back
from practice.accounts.locking import set_pin, unlock_session
from practice.accounts.models import User
from practice.accounts.passwords import password_fits
from practice.accounts.pins import PIN_DIGITS, SIGNING, hash_pin, pin_fits
from practice.accounts.rows import LiveSession
from practice.accounts.sessions import actor_of
from practice.accounts.sign_in import MOST_TRIES, require_try
from practice.accounts.signing_pins import require_another
from practice.audit.refusals import audit_refusal
from practice.core.actor import ANONYMOUS
from practice.core.events import Event
from practice.web.database import now, sessions, write

MOST_UNLOCK_TRIES = 5


def unlock(locked: LiveSession, secret: str) -> None:
    """Open this browser's locked session; raises :class:`NotUnlocked` and ``TooManyTries``.

    Tries are counted for the session, so that nobody elsewhere can use them up.
    """
    limits = (Limit(f"unlock:{locked.id}", MOST_UNLOCK_TRIES),)
    require_try(limits)
    user = _user(locked.user_id)
    if not _fits(user, secret):
        data = {"address": request.remote_addr or ""}
        audit_refusal(sessions(), Event("session.not_unlocked", "user", user.uid, ANONYMOUS, now(), data))
        raise NotUnlocked

    def work(session: Session) -> None:
        give_back(session, limits, now=now())
        unlock_session(session, session_id=locked.id, actor=actor_of(user), now=now())

    write(work)
    forget_identity()


def choose_pin(password: str, pin: str) -> None:
    """Give the asker a PIN; raises :class:`WrongPassword`, ``PinsAlike`` and ``TooManyTries``."""
    identity = current_identity()
    limits = (Limit(f"password:{identity.user_uid}", MOST_TRIES),)
    require_try(limits)
    user = _user(identity.actor.user_id or 0)
    if not password_fits(user.password_hash, password):
        raise WrongPassword
    require_another(user.signing_pin_hash, pin, SIGNING)
    stored = hash_pin(pin, user_uid=identity.user_uid, key=_key())

    def work(session: Session) -> None:
        give_back(session, limits, now=now())
        set_pin(session, uid=identity.user_uid, pin_hash=stored, actor=identity.actor, now=now())

    write(work)


def _fits(user: User, secret: str) -> bool:
    if len(secret) == PIN_DIGITS:
        return pin_fits(user.pin_hash, secret, user_uid=user.uid, key=_key())
    return password_fits(user.password_hash, secret)


def _user(user_id: int) -> User:
    with sessions()() as session:
        return session.get_one(User, user_id)


def _key() -> str:
    return str(current_app.extensions["settings"].secret_key)
