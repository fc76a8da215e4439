"""The one JSON loader: no duplicate keys, no NaN, bounded depth, bounded integers."""

import json
import re
from typing import Any

# Strings are passed over whole, so that a megabyte of text costs a millisecond; an open one ends with the body.
_STRING_OR_BRACKET = re.compile(r'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[{\]}]', re.DOTALL)

MAX_DEPTH = 32
MAX_INTEGER = 2**63 - 1


class InvalidJson(ValueError):
    """The text is not JSON that we accept; the message says why."""


def loads(text: str | bytes) -> Any:
    """Return the parsed value; raises :class:`InvalidJson`."""
    try:
        raw = text.decode("utf-8") if isinstance(text, bytes) else text
        _check_depth(raw)
        return json.loads(
            raw,
            object_pairs_hook=_unique_keys,
            parse_constant=_refuse_constant,
            parse_int=_bounded_int,
            parse_float=_finite_float,
        )
    except InvalidJson:
        raise
    except (ValueError, RecursionError) as broken:
        raise InvalidJson("The body is not valid JSON.") from broken


def _check_depth(raw: str) -> None:
    depth = 0
    for token in _STRING_OR_BRACKET.finditer(raw):
        first = token[0][0]
        if first in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidJson(f"The body is nested more than {MAX_DEPTH} levels deep.")
        elif first in "]}":
            depth -= 1


def _unique_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    result: dict[str, Any] = {}
    for key, value in pairs:
        if key in result:
            raise InvalidJson(f"The key {key!r} is given twice.")
        result[key] = value
    return result


def _refuse_constant(name: str) -> None:
    raise InvalidJson(f"{name} is not a number that JSON knows.")


def _bounded_int(digits: str) -> int:
    if len(digits) > 20 or abs(int(digits)) > MAX_INTEGER:
        raise InvalidJson("A number in the body is too large.")
    return int(digits)


def _finite_float(digits: str) -> float:
    value = float(digits)
    if value in {float("inf"), float("-inf")}:
        raise InvalidJson("A number in the body is too large.")
    return value
