"""Who is asking, read once per request through a short session of its own."""

from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from datetime import timedelta
from typing import cast

from flask import current_app, g, request
from sqlalchemy.orm import Session
from werkzeug.exceptions import Unauthorized

from practice.accounts.ownership import ownership_of
from practice.accounts.queries import find_live_session, find_live_token
from practice.accounts.rows import LiveSession
from practice.accounts.secrets import fingerprint
from practice.accounts.sessions import note_session_seen, note_token_used
from practice.config import Settings
from practice.core.actor import ANONYMOUS, Actor, Role
from practice.core.errors import Unavailable
from practice.core.transact import transact
from practice.web.database import now, sessions

BACKGROUND_HEADER = "X-Background"
SEEN_EVERY = timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Identity:
    """The actor and how he proved who he is; ``session_id`` and ``token_id`` are rows, at most one is set.

    In a *locked* session nobody is asking: the actor stays anonymous until it is unlocked.
    """

    actor: Actor = ANONYMOUS
    user_uid: str = ""
    email: str = ""
    session_id: int | None = None
    token_id: int | None = None
    has_pin: bool = False
    locked: LiveSession | None = None

    @property
    def is_bearer(self) -> bool:
        """Return whether the Authorization header is what authenticated."""
        return self.token_id is not None


def current_actor() -> Actor:
    """Return who is asking; :data:`ANONYMOUS` when nobody has signed in."""
    return current_identity().actor


def current_identity() -> Identity:
    """Return the actor with his account and the session or token that he used.

    Raises ``Unauthorized`` when a bearer token is given that opens nothing: a script must not go on as somebody else.
    """
    if "identity" not in g:
        g.identity = _identify()
    return cast("Identity", g.identity)


def forget_identity() -> None:
    """Read anew who is asking; called after signing in or out within a request."""
    g.pop("identity", None)


def cookie_name() -> str:
    """Return the session cookie's name; ``__Host-`` makes the browser refuse it from other hosts or without TLS."""
    settings: Settings = current_app.extensions["settings"]
    return "__Host-practice" if settings.is_https else "practice"


def is_background() -> bool:
    """Return whether the request was sent by a timer rather than by a person; such requests keep nobody signed in."""
    return request.headers.get(BACKGROUND_HEADER) == "1"


def bearer_token() -> str | None:
    """Return the token of an Authorization header, None when the request carries none."""
    scheme, _, token = request.headers.get("Authorization", "").partition(" ")
    return token.strip() if scheme.casefold() == "bearer" else None


def _identify() -> Identity:
    token = bearer_token()
    if token is not None:
        return _by_bearer(token)
    cookie = request.cookies.get(cookie_name())
    return _by_cookie(cookie) if cookie else Identity()


def _by_bearer(token: str) -> Identity:
    instant = now()
    with sessions()() as session:
        row = find_live_token(session, fingerprint(token), now=instant)
        if row is None:
            raise Unauthorized("This token opens nothing. It may have been revoked, or its user disabled.")
        identity = Identity(_actor(session, row.user_id, row.role, row.name), row.user_uid, row.email, token_id=row.id)
    if row.last_used_at is None or instant - row.last_used_at >= SEEN_EVERY:
        _note(lambda session: note_token_used(session, row.id, now=instant))
    return identity


def _by_cookie(token: str) -> Identity:
    instant = now()
    settings: Settings = current_app.extensions["settings"]
    with sessions()() as session:
        row = find_live_session(
            session, fingerprint(token), seen_after=instant - timedelta(minutes=settings.idle_minutes), now=instant
        )
        if row is None:
            return Identity()
        if row.is_locked:
            return Identity(locked=row)
        identity = Identity(
            _actor(session, row.user_id, row.role, row.name),
            row.user_uid,
            row.email,
            session_id=row.id,
            has_pin=row.has_pin,
        )
    if instant - row.last_seen_at >= SEEN_EVERY and not is_background():
        _note(lambda session: note_session_seen(session, row.id, now=instant))
    return identity


def _actor(session: Session, user_id: int, role: str, name: str) -> Actor:
    therapist_id = ownership_of(session).therapist_of(session, user_id)
    return Actor(Role(role), user_id=user_id, therapist_id=therapist_id, name=name)


def _note(work: Callable[[Session], None]) -> None:
    """Write one time stamp in its own short transaction; a busy database costs the stamp, never the request."""
    with sessions()() as session, suppress(Unavailable):
        transact(session, lambda: work(session))
