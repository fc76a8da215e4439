"""The two PINs of a member of staff, kept apart: one unlocks a session of his own that is locked, one signs.

Each is mixed with a key from outside the database before it is hashed: six digits alone would be found by trying all.
"""

from practice.accounts.passwords import hash_password, password_fits
from practice.accounts.secrets import seal

PIN_DIGITS = 6
UNLOCKING, SIGNING = "pin", "signing pin"
"""What a PIN is for; the same digits give two hashes that have nothing in common."""


def hash_pin(pin: str, *, user_uid: str, key: str, purpose: str = UNLOCKING) -> str:
    """Return what is stored for *pin*."""
    return hash_password(seal(key, purpose, user_uid, pin))


def pin_fits(stored: str | None, pin: str, *, user_uid: str, key: str, purpose: str = UNLOCKING) -> bool:
    """Return whether *pin* is the stored one of this user for that purpose."""
    return password_fits(stored, seal(key, purpose, user_uid, pin))
