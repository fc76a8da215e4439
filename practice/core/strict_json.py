"""The one JSON loader: no duplicate keys, no NaN, bounded depth, bounded integers."""

import json
from typing import Any

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
    depth, in_string, escaped = 0, False, False
    for character in raw:
        if in_string:
            in_string, escaped = _after_string_character(character, escaped=escaped)
        elif character == '"':
            in_string = True
        elif character in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                raise InvalidJson(f"The body is nested more than {MAX_DEPTH} levels deep.")
        elif character in "]}":
            depth -= 1


def _after_string_character(character: str, *, escaped: bool) -> tuple[bool, bool]:
    if escaped:
        return True, False
    return character != '"', character == "\\"


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
