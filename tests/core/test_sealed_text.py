"""What is sealed opens in its own place with its own key, and nowhere else."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.core.sealed_column import Sealed
from practice.core.sealed_text import MARK, KeyRing, SealBroken, WrappedKey, key_id_of

OLD, NEW, OTHER = ("old-record-key-0123456789", "new-record-key-0123456789", "other-record-key-0123456789")
HERE = ("flag", "note", "row-1")


def key(ring: KeyRing, client_uid: str = "ada"):
    return ring.unwrap(ring.make_key(client_uid), client_uid)


@given(st.binary(max_size=200))
def test_what_was_sealed_opens_again_and_no_two_seals_are_alike(plain: bytes):
    opened = key(KeyRing(OLD))
    sealed = opened.seal(plain, *HERE)
    assert opened.open(sealed, *HERE) == plain
    assert opened.seal(plain, *HERE) != sealed
    assert sealed.startswith(MARK)


@pytest.mark.parametrize("place", [("flog", "note", "row-1"), ("flag", "text", "row-1"), ("flag", "note", "row-2")])
def test_it_opens_in_no_other_table_column_or_row(place):
    opened = key(KeyRing(OLD))
    with pytest.raises(SealBroken) as refused:
        opened.open(opened.seal(b"numb", *HERE), *place)
    assert (refused.value.place.table, refused.value.place.column, refused.value.place.row_uid) == place
    assert "numb" not in refused.value.sentence


def test_it_opens_for_no_other_client_even_under_the_same_key():
    ring = KeyRing(OLD)
    stored = ring.make_key("ada")
    sealed = ring.unwrap(stored, "ada").seal(b"numb", *HERE)
    with pytest.raises(SealBroken):
        ring.unwrap(stored, "bea")
    with pytest.raises(SealBroken):
        key(ring, "bea").open(sealed, *HERE)


def test_every_flipped_bit_and_every_cut_is_found():
    opened = key(KeyRing(OLD))
    sealed = opened.seal(b"numb", *HERE)
    harmed = [sealed[:at] + bytes([sealed[at] ^ 1 << at % 8]) + sealed[at + 1 :] for at in range(len(sealed))]
    harmed += [sealed[:end] for end in range(len(sealed))] + [sealed + b"\0", b"numb"]
    for each in harmed:
        with pytest.raises(SealBroken):
            opened.open(each, *HERE)


def test_a_former_key_opens_what_it_wrapped_and_the_current_one_wraps():
    before = KeyRing(OLD)
    stored = before.make_key("ada")
    sealed = before.unwrap(stored, "ada").seal(b"numb", *HERE)
    both = KeyRing(NEW, [OLD])
    opened = both.unwrap(stored, "ada")
    assert opened.open(sealed, *HERE) == b"numb"
    again = both.wrap(opened)
    assert again.key_id == key_id_of(NEW) == both.current_id
    assert KeyRing(NEW).unwrap(again, "ada").open(sealed, *HERE) == b"numb"


def test_another_key_or_a_renamed_one_unwraps_nothing():
    stored = KeyRing(OLD).make_key("ada")
    assert stored.key_id in KeyRing(OLD)
    assert stored.key_id not in KeyRing(OTHER)
    for ring, claimed in ((KeyRing(OTHER), stored), (KeyRing(OTHER), WrappedKey(key_id_of(OTHER), stored.wrapped))):
        with pytest.raises(SealBroken):
            ring.unwrap(claimed, "ada")


def test_a_sealed_column_takes_nothing_in_clear():
    column = Sealed()
    for clear in (b"numb", b""):
        with pytest.raises(ValueError, match="sealed"):
            column.process_bind_param(clear, None)
    assert column.process_bind_param(None, None) is None
