"""Passwords: what is accepted, and argon2id with a bound on how many are hashed at once."""

import unicodedata
from collections.abc import Iterator
from contextlib import contextmanager
from threading import BoundedSemaphore

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError

from practice.accounts.errors import WeakPassword
from practice.core.errors import Unavailable

SHORTEST, LONGEST = 12, 1024

# OWASP's recommendation of 2025; one hash costs 19 MiB, so a flood of sign-ins must not run side by side.
_hasher = PasswordHasher(time_cost=2, memory_cost=19456, parallelism=1)
_AT_ONCE = 2
_PATIENCE_SECONDS = 4
_turn = BoundedSemaphore(_AT_ONCE)

# Compared with when nobody has the given address, so that the answer takes as long as for a known one.
_NOBODY = _hasher.hash("nobody signs in with this")


def hash_password(password: str) -> str:
    """Return what is stored for *password*; raises ``ValueError`` when its length is not accepted."""
    if not has_accepted_length(password):
        raise ValueError(f"A password has {SHORTEST} to {LONGEST} characters.")
    with _one_of_few():
        return _hasher.hash(_prepared(password))


def hash_new_password(password: str, *, email: str, name: str) -> str:
    """Return what is stored for a newly chosen password; raises :class:`WeakPassword` that says what is wrong."""
    if faults := password_faults(password, email=email, name=name):
        raise WeakPassword(" ".join(faults))
    return hash_password(password)


def password_fits(stored: str | None, password: str) -> bool:
    """Return whether *password* is the stored one; takes equally long when nothing is stored.

    A password of a length that no user can have is refused before any hashing. Raises :class:`Unavailable`
    when too many wait for their turn.
    """
    if not has_accepted_length(password):
        return False
    with _one_of_few():
        try:
            _hasher.verify(stored or _NOBODY, _prepared(password))
        except (VerificationError, InvalidHashError):
            return False
    return stored is not None


def needs_new_hash(stored: str) -> bool:
    """Return whether *stored* was made with weaker parameters than today's."""
    return _hasher.check_needs_rehash(stored)


def password_faults(password: str, *, email: str, name: str) -> tuple[str, ...]:
    """Return sentences that say why a new password is not accepted, none when it is."""
    if not has_accepted_length(password):
        return (f"Use {SHORTEST} to {LONGEST} characters. A sentence that only you would say works well.",)
    folded = password.casefold()
    known = [word for word in (email.partition("@")[0].casefold(), *name.casefold().split()) if len(word) >= 4]
    if len(set(folded)) < 6:
        return ("This repeats the same few characters. Use a sentence that only you would say.",)
    if any(word in folded and len(folded) - len(word) < 8 for word in known):
        return ("This is little more than the name. Use a sentence that only you would say.",)
    return ()


def has_accepted_length(password: str) -> bool:
    """Return whether the length is one that is ever hashed."""
    return SHORTEST <= len(password) <= LONGEST


def _prepared(password: str) -> bytes:
    return unicodedata.normalize("NFC", password).encode("utf-8", "surrogatepass")


@contextmanager
def _one_of_few() -> Iterator[None]:
    if not _turn.acquire(timeout=_PATIENCE_SECONDS):
        raise Unavailable
    try:
        yield
    finally:
        _turn.release()
