"""Random tokens and what of them is stored: 256 bits for the bearer, their SHA-256 for the database."""

import hashlib
import secrets

SESSION_BYTES = 32
_LONGEST = 200


def new_token(prefix: str = "") -> str:
    """Return a fresh token that can be written in a cookie or a header."""
    return prefix + secrets.token_urlsafe(SESSION_BYTES)


def fingerprint(token: str) -> str:
    """Return what the database keeps of *token*.

    A plain hash is enough: 256 random bits cannot be searched, so there is nothing for a slow hash to protect.
    """
    return hashlib.sha256(token[:_LONGEST].encode("utf-8", "surrogatepass")).hexdigest()
