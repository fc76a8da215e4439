"""What a client is found by, and what a typed query asks for. Words are folded; a query is an AND of prefixes."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from practice.core.text import fold_word

MAX_WORD = 80
MAX_NAME_KEY = 170
SHORTEST_TAIL = 3
MAX_PARTS = 6
HIGHEST = "\U0010ffff"
"""Sorts after every character, so that ``[word, word + HIGHEST)`` is the range of a prefix."""

_BETWEEN_NAME_PARTS = re.compile(r"[\s\-\u2010-\u2015'\u2019.,/]+")
_NUMBERLIKE = re.compile(r"[+()\d./\-]*\d[+()\d./\-]*")
_BETWEEN_MAIL_PARTS = re.compile(r"[._+\-]+")
_ISO_DATE = re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})")
_DOTTED_DATE = re.compile(r"(\d{1,2})[./](\d{1,2})[./](\d{4})")


@dataclass(frozen=True, slots=True)
class Query:
    """What a typed text asks for; no prefix and no date means nothing can be found."""

    prefixes: tuple[str, ...] = ()
    born_on: date | None = None

    @property
    def is_empty(self) -> bool:
        """Return whether there is nothing to look for."""
        return not self.prefixes and self.born_on is None


def name_key(first_name: str, last_name: str) -> str:
    """Return the folded ``last first`` by which two people of one name are known."""
    return f"{fold_word(last_name)} {fold_word(first_name)}"[:MAX_NAME_KEY]


def name_words(*names: str) -> set[str]:
    """Return each name folded whole, each of its words, and what hyphens and apostrophes part."""
    words = {fold_word(word) for name in names for word in (name, *name.split())}
    words |= {fold_word(part) for name in names for part in _BETWEEN_NAME_PARTS.split(name)}
    return _bounded(words)


def phone_words(numbers: Iterable[str]) -> set[str]:
    """Return every tail of three or more digits of numbers as they are written at home and abroad."""
    return {
        digits[start:]
        for digits in (digits_of(number) for number in numbers)
        for start in range(len(digits) - SHORTEST_TAIL + 1)
    }


def email_words(address: str) -> set[str]:
    """Return the part before the @, whole and in pieces; the domain finds too many to be of use."""
    local = address.partition("@")[0]
    return _bounded({fold_word(local)} | {fold_word(part) for part in _BETWEEN_MAIL_PARTS.split(local)})


def digits_of(number: str) -> str:
    """Return the decimal digits of a number."""
    return "".join(character for character in number if character.isascii() and character.isdigit())


def read_query(typed: str) -> Query:
    """Return what *typed* asks for: words, parts of phone numbers written with or without spaces, a birth date."""
    born_on: date | None = None
    prefixes: list[str] = []
    for is_number, group in groupby(typed.split(), key=lambda part: _NUMBERLIKE.fullmatch(part) is not None):
        parts = list(group)
        if is_number:
            dates = [found for part in parts if (found := read_date(part)) is not None]
            born_on = dates[0] if dates else born_on
            prefixes.append("".join(digits_of(part) for part in parts if read_date(part) is None))
        else:
            prefixes.extend(fold_word(part.partition("@")[0]) for part in parts)
    return Query(tuple(prefix[:MAX_WORD] for prefix in prefixes if prefix)[:MAX_PARTS], born_on)


def read_date(typed: str) -> date | None:
    """Return a date typed as 1979-03-14 or 14.3.1979, None when it is something else."""
    if (iso := _ISO_DATE.fullmatch(typed)) is not None:
        return _date(iso[1], iso[2], iso[3])
    if (dotted := _DOTTED_DATE.fullmatch(typed)) is not None:
        return _date(dotted[3], dotted[2], dotted[1])
    return None


def _date(year: str, month: str, day: str) -> date | None:
    try:
        return date(int(year), int(month), int(day))
    except ValueError:
        return None


def _bounded(words: set[str]) -> set[str]:
    return {word[:MAX_WORD] for word in words if word}
