"""A sealed stream comes back whole or is refused, whatever is done to its bytes."""

import io
import os

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from practice.backup.errors import BackupRefused, DamagedArchive, WrongKey
from practice.backup.sealing import CHUNK_BYTES, MAGIC, Sealer, unseal_lines

KEY = "k" * 20 + "0123456789ab"


def sealed(data: bytes, key: str = KEY) -> bytes:
    file = io.BytesIO()
    sealer = Sealer(file, key)
    sealer.write(data)
    sealer.finish()
    return file.getvalue()


def lines(blob: bytes, key: str = KEY) -> list[bytes]:
    return list(unseal_lines(io.BytesIO(blob), key))


# Bytes that do not compress, so that the stream has several chunks.
LONG = b"".join(os.urandom(500).hex().encode() + b"\n" for _ in range(6000))


@given(st.lists(st.text().map(lambda text: text.encode("unicode_escape"))))
@settings(max_examples=30, deadline=None)
def test_lines_come_back_as_they_were_written(written):
    assert lines(sealed(b"".join(line + b"\n" for line in written))) == written


def test_a_stream_of_many_chunks_comes_back():
    blob = sealed(LONG)
    assert len(blob) > 2 * CHUNK_BYTES
    assert lines(blob) == LONG.splitlines()


def test_another_key_is_named_as_such():
    with pytest.raises(WrongKey, match="sealed under the key"):
        lines(sealed(b"a\n"), "another-key-of-32-characters-12345")


@pytest.mark.parametrize("share", [0.0, 0.0001, 0.3, 0.5, 0.9, 0.999999])
def test_a_cut_archive_is_refused(share):
    blob = sealed(LONG)
    with pytest.raises(BackupRefused):
        lines(blob[: int(len(blob) * share)])


def test_a_cut_between_two_chunks_is_refused():
    with pytest.raises(DamagedArchive, match="cut off"):
        lines(b"".join(parts(sealed(LONG))[:2]))


def test_chunks_in_another_order_are_refused():
    header, first, second, *rest = parts(sealed(LONG))
    with pytest.raises(DamagedArchive, match="Part 1"):
        lines(b"".join([header, second, first, *rest]))


def test_a_chunk_of_another_archive_is_refused():
    header, first, *rest = parts(sealed(LONG))
    with pytest.raises(DamagedArchive, match="Part 1"):
        lines(b"".join([header, parts(sealed(LONG))[1], *rest]))
    assert first


def test_a_last_chunk_that_says_it_is_not_the_last_is_refused():
    *whole, last = parts(sealed(LONG))
    with pytest.raises(DamagedArchive):
        lines(b"".join([*whole, last[:8] + b"\0" + last[9:]]))


def test_bytes_after_the_end_are_refused():
    with pytest.raises(DamagedArchive, match="goes on"):
        lines(sealed(b"a\n") + b"x")


@given(st.integers(min_value=0), st.integers(1, 255))
@settings(max_examples=60, deadline=None)
def test_any_altered_byte_is_refused(place, change):
    blob = bytearray(sealed(b"a line\n" * 50))
    blob[place % len(blob)] ^= change
    with pytest.raises(BackupRefused):
        lines(bytes(blob))


def parts(blob: bytes) -> list[bytes]:
    """Split a sealed stream into its head and its chunks."""
    head = len(MAGIC) + 4 + int.from_bytes(blob[len(MAGIC) : len(MAGIC) + 4], "big")
    found, at = [blob[:head]], head
    while at < len(blob):
        end = at + 13 + int.from_bytes(blob[at + 9 : at + 13], "big")
        found.append(blob[at:end])
        at = end
    return found
