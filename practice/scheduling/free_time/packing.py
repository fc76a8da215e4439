"""Many rows as one value: SQL that both databases understand, for reads that would drown in row transfer.

For select lists only: around an indexed column in a condition these functions would hide the index.
"""

from array import array
from collections.abc import Sequence
from datetime import UTC, datetime
from functools import lru_cache
from math import ceil
from typing import Any

from sqlalchemy import JSON, Integer
from sqlalchemy.ext.compiler import compiles
from sqlalchemy.sql.functions import FunctionElement
from sqlalchemy.types import NullType


class minute_of(FunctionElement[int]):  # noqa: N801  # reads as the SQL function it is
    """The UTC minute that contains an instant."""

    name = "minute_of"
    type = Integer()
    inherit_cache = True


class json_rows(FunctionElement[Any]):  # noqa: N801  # reads as the SQL function it is
    """All rows as one JSON array of arrays; NULL or empty when there are none."""

    name = "json_rows"
    type = JSON()
    inherit_cache = True


class json_value(FunctionElement[Any]):  # noqa: N801  # reads as the SQL function it is
    """A JSON column inside ``json_rows``; SQLite would take it for text."""

    name = "json_value"
    type = JSON()
    inherit_cache = True


class packed(FunctionElement[Any]):  # noqa: N801  # reads as the SQL function it is
    """The values of all rows of a group as one; read it with :func:`unpacked_minutes` or :func:`unpacked_numbers`."""

    name = "packed"
    type = NullType()
    inherit_cache = True


class packed_minutes(packed):  # noqa: N801  # reads as the SQL function it is
    """Instants; whole minutes on PostgreSQL, texts on SQLite, where parsing is cheaper on our side."""

    name = "packed_minutes"
    inherit_cache = True


@compiles(minute_of, "postgresql")
def _minute_on_postgresql(element: minute_of, compiler: Any, **kw: Any) -> str:
    return f"CAST(floor(date_part('epoch', {compiler.process(element.clauses, **kw)}) / 60) AS integer)"


@compiles(minute_of, "sqlite")
def _minute_on_sqlite(element: minute_of, compiler: Any, **kw: Any) -> str:
    return f"CAST(strftime('%s', {compiler.process(element.clauses, **kw)}) AS INTEGER) / 60"


@compiles(json_rows, "postgresql")
def _rows_on_postgresql(element: json_rows, compiler: Any, **kw: Any) -> str:
    return f"json_agg(json_build_array({compiler.process(element.clauses, **kw)}))"


@compiles(json_rows, "sqlite")
def _rows_on_sqlite(element: json_rows, compiler: Any, **kw: Any) -> str:
    return f"json_group_array(json_array({compiler.process(element.clauses, **kw)}))"


@compiles(json_value, "postgresql")
def _json_on_postgresql(element: json_value, compiler: Any, **kw: Any) -> str:
    return str(compiler.process(element.clauses, **kw))


@compiles(json_value, "sqlite")
def _json_on_sqlite(element: json_value, compiler: Any, **kw: Any) -> str:
    return f"json({compiler.process(element.clauses, **kw)})"


@compiles(packed, "postgresql")
def _packed_on_postgresql(element: packed, compiler: Any, **kw: Any) -> str:
    return f"array_agg({compiler.process(element.clauses, **kw)})"


@compiles(packed, "sqlite")
def _packed_on_sqlite(element: packed, compiler: Any, **kw: Any) -> str:
    return f"group_concat({compiler.process(element.clauses, **kw)})"


@compiles(packed_minutes, "postgresql")
def _minutes_on_postgresql(element: packed_minutes, compiler: Any, **kw: Any) -> str:
    return f"array_agg(CAST(ceil(date_part('epoch', {compiler.process(element.clauses, **kw)}) / 60) AS integer))"


def unpacked_numbers(values: str | Sequence[int]) -> Sequence[int]:
    """Return the numbers that ``packed`` selected."""
    return [int(number) for number in values.split(",")] if isinstance(values, str) else values


def unpacked_minutes(values: str | Sequence[int]) -> "array[int]":
    """Return the minutes that ``packed_minutes`` selected."""
    return array("i", map(_minute_of_text, values.split(",")) if isinstance(values, str) else values)


@lru_cache(maxsize=65_536)
def _minute_of_text(instant: str) -> int:
    # The same few instants come again and again: every diary is cut at the same quarters of an hour.
    return ceil(datetime.fromisoformat(instant).replace(tzinfo=UTC).timestamp() / 60)
