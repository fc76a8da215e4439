"""Random tokens, what of them is stored, and seals that only our key can make."""

import base64
import hashlib
import hmac
import secrets

TOKEN_BYTES = 32
_LONGEST = 200


def new_token(prefix: str = "") -> str:
    """Return a fresh token of 256 random bits that can be written in a cookie or a header."""
    return prefix + secrets.token_urlsafe(TOKEN_BYTES)


def fingerprint(token: str) -> str:
    """Return what the database keeps of *token*.

    A plain hash is enough: 256 random bits cannot be searched, so there is nothing for a slow hash to protect.
    """
    return hashlib.sha256(token[:_LONGEST].encode("utf-8", "surrogatepass")).hexdigest()


def seal(key: str, *parts: str) -> str:
    """Return the HMAC-SHA256 of *parts* as URL-safe text; the lengths keep neighbouring parts apart."""
    message = "".join(f"{len(part)}:{part}" for part in parts)
    digest = hmac.digest(key.encode(), message.encode("utf-8", "surrogatepass"), "sha256")
    return base64.urlsafe_b64encode(digest).rstrip(b"=").decode()


def is_seal(candidate: str, key: str, *parts: str) -> bool:
    """Return whether *candidate* seals *parts*, in time that tells nothing."""
    return hmac.compare_digest(candidate.encode("utf-8", "surrogatepass"), seal(key, *parts).encode())
