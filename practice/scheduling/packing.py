"""Many rows as one value: SQL that both databases understand, for reads that would drown in row transfer.

For select lists only: around an indexed column in a condition these functions would hide the index.
"""

from array import array
from collections.abc import Sequence
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


class packed_minutes(FunctionElement[Any]):  # noqa: N801  # reads as the SQL function it is
    """The minutes of all rows of a group as one value; read it with :func:`unpacked`."""

    name = "packed_minutes"
    type = NullType()
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


@compiles(packed_minutes, "postgresql")
def _packed_on_postgresql(element: packed_minutes, compiler: Any, **kw: Any) -> str:
    return f"array_agg({_minute_on_postgresql(element, compiler, **kw)})"  # type: ignore[arg-type]  # same clauses


@compiles(packed_minutes, "sqlite")
def _packed_on_sqlite(element: packed_minutes, compiler: Any, **kw: Any) -> str:
    return f"group_concat({_minute_on_sqlite(element, compiler, **kw)})"  # type: ignore[arg-type]  # same clauses


def unpacked(packed: str | Sequence[int]) -> "array[int]":
    """Return the minutes that ``packed_minutes`` selected."""
    return array("i", map(int, packed.split(",")) if isinstance(packed, str) else packed)
