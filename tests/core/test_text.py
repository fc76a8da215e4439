"""Text that people type: cleaned once, the same everywhere."""

import pytest

from practice.core.strict_json import InvalidJson, loads
from practice.core.text import clean_text, fold_word


@pytest.mark.parametrize(
    "text",
    [
        "Zoë Brûlé-Tremblay",
        "山田 花子",
        "أحمد",
        "O'Brien",
        "🌿",
        "Đặng Thị",
        "Ñandú",
        "a\u0301b".replace("a\u0301", "á"),
    ],
)
def test_names_of_all_scripts_pass_unchanged(text: str) -> None:
    assert clean_text(f"  {text} ") == text


@pytest.mark.parametrize("code", [0x00, 0x07, 0x1B, 0x7F, 0x85, 0x202E, 0x2066, 0x2028, 0xD800, 0xFFFF, 0x200F])
def test_invisible_and_dangerous_characters_are_refused_by_name(code: int) -> None:
    with pytest.raises(ValueError, match=f"U\\+{code:04X}"):
        clean_text(f"a{chr(code)}b")


def test_line_breaks_are_for_long_texts_only() -> None:
    assert clean_text("one\r\ntwo\rthree", multiline=True) == "one\ntwo\nthree"
    with pytest.raises(ValueError, match="U\\+000A"):
        clean_text("one\ntwo")


def test_combining_characters_are_composed() -> None:
    assert clean_text("Zoe\u0308") == "Zoë"


@pytest.mark.parametrize(
    ("typed", "folded"),
    [("Brûlé", "brule"), ("ŁÓDŹ", "lodz"), ("Straße", "strasse"), ("O'Brien", "obrien"), ("Ærø", "aero"), ("李", "李")],
)
def test_words_fold_to_what_people_type(typed: str, folded: str) -> None:
    assert fold_word(typed) == folded


def test_a_string_may_hold_brackets_and_quotes() -> None:
    assert loads('{"a": "[[[\\"{", "b": [1, -2.5, true, null]}') == {"a": '[[["{', "b": [1, -2.5, True, None]}


@pytest.mark.parametrize("text", ['{"a":1,"a":2}', "NaN", "-Infinity", "1e999", "9" * 30, "[" * 33 + "]" * 33, "{", ""])
def test_json_outside_our_bounds_is_refused(text: str) -> None:
    with pytest.raises(InvalidJson):
        loads(text)
