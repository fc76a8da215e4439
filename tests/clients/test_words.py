"""Words and near names, pure."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.clients.matching import within_one_edit
from practice.clients.words import MAX_WORD, Query, email_words, name_key, name_words, phone_words, read_query
from practice.core.text import fold_word

NAMES = st.text(st.characters(codec="utf-8", exclude_categories=["Cs", "Cc", "Cn"]), max_size=80)


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("Brûlé-Tremblay", {"bruletremblay", "brule", "tremblay"}),
        ("O'Brien", {"obrien", "o", "brien"}),
        ("van der Berg", {"vanderberg", "van", "der", "berg"}),
        ("van O'Brien", {"vanobrien", "van", "obrien", "o", "brien"}),
        ("Søren", {"soren"}),
        ("Łukasz", {"lukasz"}),
        ("🙂", set()),
        ("", set()),
    ],
)
def test_a_name_is_found_whole_and_in_parts(name: str, words: set[str]) -> None:
    assert name_words(name) == words


@given(NAMES)
def test_no_word_is_empty_or_too_long(name: str) -> None:
    assert all(0 < len(word) <= MAX_WORD for word in name_words(name))
    assert len(name_key(name, name)) <= 170


@given(NAMES)
def test_folding_twice_changes_nothing(name: str) -> None:
    assert fold_word(fold_word(name)) == fold_word(name)


@given(NAMES)
def test_a_name_finds_itself(name: str) -> None:
    words = name_words(name)
    assert all(
        any(word.startswith(prefix) for word in words)
        for prefix in read_query(name.replace("@", "")).prefixes
        if prefix.isalpha()
    )


def test_every_tail_of_a_number_is_a_word() -> None:
    words = phone_words(["+14165550123"])
    assert {"14165550123", "4165550123", "5550123", "123"} <= words
    assert "23" not in words


def test_the_domain_of_an_address_is_no_word() -> None:
    assert email_words("anna.berg+mail@example.com") == {"annabergmail", "anna", "berg", "mail"}


@pytest.mark.parametrize(
    ("typed", "query"),
    [
        ("anna  berg", Query(("anna", "berg"))),
        ("416 555 0123", Query(("4165550123",))),
        ("berg 416 555", Query(("berg", "416555"))),
        ("1979-03-14", Query((), date(1979, 3, 14))),
        ("berg 14.3.1979", Query(("berg",), date(1979, 3, 14))),
        ("anna@example.com", Query(("anna",))),
        ("---", Query()),
        ("a b c d e f g h", Query(("a", "b", "c", "d", "e", "f"))),
    ],
)
def test_what_is_typed_is_read(typed: str, query: Query) -> None:
    assert read_query(typed) == query


@pytest.mark.parametrize(
    ("one", "other", "near"),
    [
        ("berg anna", "berg anna", True),
        ("berg anna", "berg ana", True),
        ("berg anna", "berg annna", True),
        ("berg anna", "berg anno", True),
        ("berg anna", "breg anna", True),
        ("berg anna", "brg ana", False),
        ("berg anna", "stein anna", False),
        ("", "a", True),
        ("", "ab", False),
    ],
)
def test_one_edit_apart(one: str, other: str, near: bool) -> None:
    assert within_one_edit(one, other) is near
    assert within_one_edit(other, one) is near
