"""The signing PIN from the browser: limits and slow hashing outside any transaction."""

from flask import current_app
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.current import current_identity
from practice.accounts.errors import NoSigningPin, PinsAlike, WrongPassword, WrongSigningPin
from practice.accounts.limits import Limit, give_back
from practice.accounts.locking import set_signing_pin, step_up
from practice.accounts.models import AuthSession, User
from practice.accounts.passwords import password_fits
from practice.accounts.pins import SIGNING, UNLOCKING, hash_pin, pin_fits
from practice.accounts.sign_in import MOST_TRIES, require_try
from practice.accounts.step_up import StepUp
from practice.audit.refusals import audit_refusal
from practice.core.events import Event
from practice.web.database import now, sessions, write

MOST_SIGNING_TRIES = 5


def choose_signing_pin(password: str, pin: str) -> None:
    """Give the asker a signing PIN; raises :class:`WrongPassword`, :class:`PinsAlike` and ``TooManyTries``."""
    identity = current_identity()
    limits = (Limit(f"password:{identity.user_uid}", MOST_TRIES),)
    require_try(limits)
    user = _user()
    if not password_fits(user.password_hash, password):
        raise WrongPassword
    require_another(user.pin_hash, pin, UNLOCKING)
    stored = hash_pin(pin, user_uid=user.uid, key=_key(), purpose=SIGNING)

    def work(session: Session) -> None:
        give_back(session, limits, now=now())
        set_signing_pin(session, uid=user.uid, pin_hash=stored, actor=identity.actor, now=now())

    write(work)


def require_another(stored: str | None, pin: str, purpose: str) -> None:
    """Raise :class:`PinsAlike` when *pin* is what the asker has stored for the other purpose."""
    uid = current_identity().user_uid
    if stored is not None and pin_fits(stored, pin, user_uid=uid, key=_key(), purpose=purpose):
        raise PinsAlike


def prove(pin: str | None) -> StepUp | None:
    """Return the proof that the asker may sign now: by the PIN, or by one typed in this browser a moment ago.

    A PIN counts for five minutes in the session it was typed in; a script gives it with every signature. None when
    no PIN was given and none was typed lately. Raises :class:`WrongSigningPin`, :class:`NoSigningPin` and
    ``TooManyTries``; tries are counted for the user, in the database.
    """
    identity = current_identity()
    if not pin:
        return _typed_lately()
    user = _user()
    if user.signing_pin_hash is None:
        raise NoSigningPin
    limits = (Limit(f"signing:{user.uid}", MOST_SIGNING_TRIES),)
    require_try(limits)
    if not pin_fits(user.signing_pin_hash, pin, user_uid=user.uid, key=_key(), purpose=SIGNING):
        audit_refusal(sessions(), Event("signing.refused", "user", user.uid, identity.actor, now()))
        raise WrongSigningPin

    def work(session: Session) -> None:
        give_back(session, limits, now=now())
        if identity.session_id is not None:
            step_up(session, session_id=identity.session_id, now=now())

    write(work)
    return StepUp(user.id, now())


def _typed_lately() -> StepUp | None:
    identity = current_identity()
    with sessions()() as session:
        wanted = select(AuthSession.stepped_up_at).where(AuthSession.id == identity.session_id)
        at = session.scalar(wanted)
    return None if at is None or identity.actor.user_id is None else StepUp(identity.actor.user_id, at)


def has_signing_pin() -> bool:
    """Return whether the asker has chosen a signing PIN."""
    return _user().signing_pin_hash is not None


def _user() -> User:
    with sessions()() as session:
        return session.get_one(User, current_identity().actor.user_id)


def _key() -> str:
    return str(current_app.extensions["settings"].secret_key)
