"""The PIN of a member of staff: it unlocks a session of his own that is locked, and opens nothing else.

Mixed with a key from outside the database before it is hashed: six digits alone would be found by trying all.
"""

from practice.accounts.passwords import hash_password, password_fits
from practice.accounts.secrets import seal

PIN_DIGITS = 6
_PURPOSE = "pin"


def hash_pin(pin: str, *, user_uid: str, key: str) -> str:
    """Return what is stored for *pin*."""
    return hash_password(seal(key, _PURPOSE, user_uid, pin))


def pin_fits(stored: str | None, pin: str, *, user_uid: str, key: str) -> bool:
    """Return whether *pin* is the stored one of this user."""
    return password_fits(stored, seal(key, _PURPOSE, user_uid, pin))
