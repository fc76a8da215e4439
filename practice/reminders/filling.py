"""Logic-less texts: ``{{name}}`` is replaced, everything else is literal, and nothing is looked up or evaluated."""

import re
from collections.abc import Callable, Mapping

_PLACEHOLDER = re.compile(r"\{\{([a-z_]{1,40})\}\}")


class UnknownPlaceholder(ValueError):
    """A text asks for a value that no message has."""


class Filled:
    """A text cut at its placeholders once, filled many times."""

    __slots__ = ("_pieces",)

    def __init__(self, text: str, names: frozenset[str]) -> None:
        # The split leaves literals at even and placeholder names at odd positions.
        self._pieces = _PLACEHOLDER.split(text)
        if unknown := set(self._pieces[1::2]) - names:
            raise UnknownPlaceholder(f"There is no placeholder {{{{{min(unknown)}}}}}.")

    def fill(self, values: Mapping[str, str], escape: Callable[[str], str] = str) -> str:
        """Return the text with each value put in once, passed through *escape*; values are never scanned again."""
        pieces = self._pieces
        return "".join([piece if position % 2 == 0 else escape(values[piece]) for position, piece in enumerate(pieces)])
