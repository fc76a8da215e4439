"""A stream of bytes sealed in chunks: AES-256-GCM under a key of the archive's own.

Each chunk is bound to its number and to whether it is the last, so that none can be moved, dropped or cut off.
"""

import hmac
import json
import os
import struct
import zlib
from collections.abc import Iterator
from typing import BinaryIO

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF

from practice.backup.errors import DamagedArchive, WrongKey

MAGIC = b"practice backup 1\n"
CHUNK_BYTES = 1 << 20
_LONGEST_HEADER = 4096
_TAG_BYTES = 16
_FRAME = struct.Struct(">QBI")
_LENGTH = struct.Struct(">I")


def key_id_of(key: str) -> str:
    """Return the public name of *key*: it tells keys apart and says nothing about them."""
    return hmac.digest(key.encode(), b"practice backup key id", "sha256")[:8].hex()


class Sealer:
    """Compresses and seals what is written into *file*; :meth:`finish` writes the chunk that says that all is there."""

    def __init__(self, file: BinaryIO, key: str) -> None:
        header = json.dumps({"cipher": "AES-256-GCM", "key_id": key_id_of(key), "salt": os.urandom(32).hex()}).encode()
        self._file = file
        self._cipher = _cipher_of(key, header)
        self._deflate = zlib.compressobj(3)
        self._waiting = bytearray()
        self._index = 0
        file.write(MAGIC + _LENGTH.pack(len(header)) + header)

    def write(self, data: bytes) -> None:
        """Add *data* to the stream."""
        self._waiting += self._deflate.compress(data)
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]

    def finish(self) -> None:
        """End the stream."""
        self._waiting += self._deflate.flush()
        while len(self._waiting) > CHUNK_BYTES:
            self._seal(bytes(self._waiting[:CHUNK_BYTES]), is_last=False)
            del self._waiting[:CHUNK_BYTES]
        self._seal(bytes(self._waiting), is_last=True)

    def _seal(self, plain: bytes, *, is_last: bool) -> None:
        frame = _FRAME.pack(self._index, is_last, len(plain) + _TAG_BYTES)
        self._file.write(frame + self._cipher.encrypt(_nonce(self._index), plain, frame))
        self._index += 1


def unseal_lines(file: BinaryIO, key: str) -> Iterator[bytes]:
    """Yield the lines of the stream that was sealed into *file*.

    Raises :class:`WrongKey`, and :class:`DamagedArchive` for a file that is cut, altered or put together anew. A
    line is only yielded when its chunk is proven; that nothing follows is known when the iterator has ended.
    """
    rest = b""
    for piece in _inflate(_chunks(file, key)):
        *lines, rest = (rest + piece).split(b"\n")
        yield from lines
    if rest:
        raise DamagedArchive("The archive ends in the middle of a line.")


def _inflate(chunks: Iterator[bytes]) -> Iterator[bytes]:
    inflate = zlib.decompressobj()
    for chunk in chunks:
        yield inflate.decompress(chunk)
    yield inflate.flush()
    if not inflate.eof:
        raise DamagedArchive("The archive ends before its end.")


def _chunks(file: BinaryIO, key: str) -> Iterator[bytes]:
    cipher = _cipher_of(key, _read_header(file, key))
    index, is_last = 0, False
    while not is_last:
        frame = _exactly(file, _FRAME.size)
        number, is_last, length = _FRAME.unpack(frame)
        if number != index or is_last not in {0, 1} or length > CHUNK_BYTES + _TAG_BYTES:
            raise DamagedArchive(f"Part {index + 1} of the archive is not the one that was written there.")
        yield _open(cipher, index, frame, _exactly(file, length))
        index += 1
    if file.read(1):
        raise DamagedArchive("The archive goes on after its end.")


def _open(cipher: AESGCM, index: int, frame: bytes, sealed: bytes) -> bytes:
    try:
        return cipher.decrypt(_nonce(index), sealed, frame)
    except InvalidTag as altered:
        raise DamagedArchive(f"Part {index + 1} of the archive was altered or damaged.") from altered


def _read_header(file: BinaryIO, key: str) -> bytes:
    if file.read(len(MAGIC)) != MAGIC:
        raise DamagedArchive("This is no backup that this product wrote.")
    (length,) = _LENGTH.unpack(_exactly(file, _LENGTH.size))
    header = _exactly(file, min(length, _LONGEST_HEADER))
    try:
        key_id = json.loads(header)["key_id"]
    except (ValueError, KeyError, TypeError) as unreadable:
        raise DamagedArchive("The head of the archive is damaged.") from unreadable
    if key_id != key_id_of(key):
        raise WrongKey(
            f"The archive is sealed under the key {key_id}, and PRACTICE_BACKUP_KEY is {key_id_of(key)}. "
            "Set the key that was in force when the backup was made."
        )
    return header


def _exactly(file: BinaryIO, count: int) -> bytes:
    data = file.read(count)
    if len(data) < count:
        raise DamagedArchive("The archive is cut off.")
    return data


def _cipher_of(key: str, header: bytes) -> AESGCM:
    # The header salts the key: an altered header opens nothing, and a nonce never meets the same key twice.
    return AESGCM(HKDF(SHA256(), length=32, salt=header, info=MAGIC).derive(key.encode()))


def _nonce(index: int) -> bytes:
    return index.to_bytes(12, "big")
