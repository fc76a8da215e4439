"""The JSON loader accepts what JSON is and nothing that could surprise."""

import json

import pytest
from hypothesis import given
from hypothesis import strategies as st

from practice.core.strict_json import MAX_DEPTH, MAX_INTEGER, InvalidJson, loads

texts = st.text(alphabet=st.sampled_from('"\\[]{}:,a\n \u00e9'), max_size=12)
values = st.recursive(
    st.none() | st.booleans() | st.integers(-MAX_INTEGER, MAX_INTEGER) | texts,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(texts, inner, max_size=3),
    max_leaves=8,
)


@given(values)
def test_what_was_written_is_read(value: object) -> None:
    assert loads(json.dumps(value)) == value
    assert loads(json.dumps(value, ensure_ascii=False).encode()) == value


@given(texts, st.integers(1, 60))
def test_only_brackets_outside_text_count_as_depth(text: str, depth: int) -> None:
    nested = "[" * depth + json.dumps(text) + "]" * depth
    if depth <= MAX_DEPTH:
        loads(nested)
    else:
        with pytest.raises(InvalidJson, match="nested"):
            loads(nested)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "{",
        '{"a":1,"a":1}',
        "NaN",
        "-Infinity",
        "1e999",
        "9" * 5000,
        str(2**63),
        "[" * 1_000_000,
        "[]" * 500_000,
        '"' + "\\" * 999_999,
        b"\xff\xfe",
        "{'a':1}",
        '"open',
    ],
)
def test_anything_else_is_named_not_crashed_on(text: str | bytes) -> None:
    with pytest.raises(InvalidJson):
        loads(text)
