"""Clinical text sealed: AES-256-GCM under a data key per client, which the practice's key wraps.

What is sealed opens only for the client, and in the row and column, that it was sealed for.
"""

import hmac
import json
import os
from collections.abc import Iterable
from dataclasses import dataclass

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from practice.core.errors import RELOAD, Conflict, NotFound

MARK = b"\x01S"
"""The first bytes of everything sealed: nothing in clear begins like this."""

_KEY_BYTES = 32
_NONCE_BYTES = 12


class SealBroken(Conflict):
    """Something sealed was altered, moved to another row, or its key does not fit. ``place`` says where."""

    code = "seal_broken"
    title = "This cannot be read"

    def __init__(self, place: "Place") -> None:
        super().__init__(
            "This part of the record was altered or its key is missing, so it is not shown. "
            "Tell the owner; a backup may hold it whole.",
            ways_out=(RELOAD,),
        )
        self.place = place


class RecordDestroyed(NotFound):
    """The key of the record was destroyed, and with it everything sealed in it."""

    code = "record_destroyed"
    title = "This record was destroyed"

    def __init__(self) -> None:
        super().__init__("This record was destroyed when its time was over. Nothing in it can be read or added.")


class WrongKey(ValueError):
    """The keys of this installation do not open what is sealed; the message says what to do."""


@dataclass(frozen=True, slots=True)
class Place:
    """Where something sealed belongs: nothing opens anywhere else."""

    table: str
    column: str
    row_uid: str
    client_uid: str

    @property
    def bytes(self) -> bytes:
        """Return the place as data that the seal covers."""
        return json.dumps([self.table, self.column, self.row_uid, self.client_uid]).encode()


@dataclass(frozen=True, slots=True)
class WrappedKey:
    """A client's data key as it is stored: wrapped under the practice key that ``key_id`` names."""

    key_id: str
    wrapped: bytes


class DataKey:
    """The open key of one client's record; lives no longer than the work it was opened for."""

    __slots__ = ("_cipher", "_client_uid", "_plain")

    def __init__(self, plain: bytes, client_uid: str) -> None:
        self._plain = plain
        self._client_uid = client_uid
        self._cipher = AESGCM(plain)

    def seal(self, plain: bytes, table: str, column: str, row_uid: str) -> bytes:
        """Return *plain* sealed for one column of one row; twice the same text gives two different seals."""
        place = Place(table, column, row_uid, self._client_uid)
        return _encrypt(self._cipher, plain, place.bytes)

    def open(self, sealed: bytes, table: str, column: str, row_uid: str) -> bytes:
        """Return what was sealed there; raises :class:`SealBroken`."""
        place = Place(table, column, row_uid, self._client_uid)
        opened = _decrypt(self._cipher, sealed, place.bytes)
        if opened is None:
            raise SealBroken(place)
        return opened

    def link(self, text: str) -> str:
        """Return the hash that binds one link of this record's chain; only whoever can open the record can make it."""
        chain_key = hmac.digest(self._plain, b"record chain", "sha256")
        return hmac.digest(chain_key, text.encode(), "sha256").hex()

    def wrapped_by(self, cipher: AESGCM, key_id: str) -> WrappedKey:
        """Return this key as it may be stored."""
        return WrappedKey(key_id, _encrypt(cipher, self._plain, _wrapping(key_id, self._client_uid)))


class KeyRing:
    """The practice's keys: the current one wraps, the former ones still open what they wrapped."""

    def __init__(self, current: str, former: Iterable[str] = ()) -> None:
        self.current_id = key_id_of(current)
        self._ciphers = {key_id_of(key): _wrapping_cipher(key) for key in (*former, current)}

    def __contains__(self, key_id: str) -> bool:
        return key_id in self._ciphers

    def make_key(self, client_uid: str) -> WrappedKey:
        """Return a new data key for a client, wrapped."""
        return self.wrap(DataKey(os.urandom(_KEY_BYTES), client_uid))

    def wrap(self, key: DataKey) -> WrappedKey:
        """Return *key* wrapped under the current practice key."""
        return key.wrapped_by(self._ciphers[self.current_id], self.current_id)

    def unwrap(self, stored: WrappedKey, client_uid: str) -> DataKey:
        """Return a client's key; raises :class:`SealBroken` when it was altered or no key of ours wrapped it."""
        cipher = self._ciphers.get(stored.key_id)
        plain = None if cipher is None else _decrypt(cipher, stored.wrapped, _wrapping(stored.key_id, client_uid))
        if plain is None:
            raise SealBroken(Place("client_key", "wrapped", client_uid, client_uid))
        return DataKey(plain, client_uid)


def key_id_of(key: str) -> str:
    """Return the public name of a practice key: it tells keys apart and says nothing about them."""
    return hmac.digest(key.encode(), b"practice record key id", "sha256")[:8].hex()


def _wrapping_cipher(key: str) -> AESGCM:
    return AESGCM(HKDF(SHA256(), length=_KEY_BYTES, salt=None, info=b"practice record key").derive(key.encode()))


def _wrapping(key_id: str, client_uid: str) -> bytes:
    return json.dumps(["client_key", "wrapped", key_id, client_uid]).encode()


def _encrypt(cipher: AESGCM, plain: bytes, place: bytes) -> bytes:
    # Random nonces of 96 bits: one client's key seals far fewer than the 2**32 texts that they are good for.
    nonce = os.urandom(_NONCE_BYTES)
    return MARK + nonce + cipher.encrypt(nonce, plain, MARK + place)


def _decrypt(cipher: AESGCM, sealed: bytes, place: bytes) -> bytes | None:
    start = len(MARK)
    nonce, rest = sealed[start : start + _NONCE_BYTES], sealed[start + _NONCE_BYTES :]
    if not sealed.startswith(MARK) or len(nonce) < _NONCE_BYTES:
        return None
    try:
        return cipher.decrypt(nonce, rest, MARK + place)
    except InvalidTag:
        return None
