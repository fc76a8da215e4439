"""The one cleaning of text that people type: NFC, trimmed, no control, bidi or surrogate characters."""

import unicodedata

# Bidirectional controls can make a name read differently from what is stored (Trojan Source, CVE-2021-42574).
_BIDI_CONTROLS = frozenset("\u061c\u200e\u200f\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069")
_LINE_BREAKS = frozenset("\n\t")


def clean_text(value: str, *, multiline: bool = False) -> str:
    """Return *value* normalised; raises ``ValueError`` naming what is not accepted."""
    if multiline:
        value = value.replace("\r\n", "\n").replace("\r", "\n")
    for character in value:
        if not _is_accepted(character, multiline=multiline):
            raise ValueError(f"The character U+{ord(character):04X} is not accepted here.")
    return unicodedata.normalize("NFC", value).strip()


def _is_accepted(character: str, *, multiline: bool) -> bool:
    if multiline and character in _LINE_BREAKS:
        return True
    category = unicodedata.category(character)
    return category not in {"Cc", "Cs", "Zl", "Zp"} and category != "Cn" and character not in _BIDI_CONTROLS


def fold_word(value: str) -> str:
    """Return *value* for comparing: lower case, without accents, letters and digits only."""
    # Twice: a mathematical bold letter comes apart into a capital, and some capitals fold into letters that come apart.
    decomposed = _apart(_apart(value).casefold())
    plain = "".join(character for character in decomposed if not unicodedata.combining(character))
    return "".join(_LATIN.get(character, character) for character in plain if character.isalnum())


def _apart(value: str) -> str:
    return unicodedata.normalize("NFKD", value)


# Letters that Unicode does not decompose but that people type without their stroke.
_LATIN = {"ø": "o", "ł": "l", "đ": "d", "ð": "d", "þ": "th", "æ": "ae", "œ": "oe", "\u0131": "i"}
