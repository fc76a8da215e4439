"""How a table lies in an archive: its columns by kind, its rows as JSON that reads the same from either database."""

import json
from base64 import b64decode, b64encode
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

from sqlalchemy import (
    JSON,
    BigInteger,
    Boolean,
    ColumnClause,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Numeric,
    String,
    Table,
    TableClause,
    column,
    select,
    table,
)
from sqlalchemy.types import TypeEngine

from practice.core.db import UtcDateTime
from practice.core.sealed_column import Sealed

ROWS_AT_ONCE = 2000

Row = list[Any]


@dataclass(frozen=True, slots=True)
class Kind:
    """One kind of value: its type in a database, and its way into JSON and back (None: as it is)."""

    stored: TypeEngine[Any]
    write: Callable[[Any], Any] | None = None
    read: Callable[[Any], Any] | None = None


KINDS: Mapping[str, Kind] = {
    "instant": Kind(
        UtcDateTime(), lambda at: at.astimezone(UTC).isoformat(timespec="microseconds"), datetime.fromisoformat
    ),
    "wall": Kind(DateTime(), lambda at: at.isoformat(timespec="microseconds"), datetime.fromisoformat),
    "date": Kind(Date(), date.isoformat, date.fromisoformat),
    "boolean": Kind(Boolean(), bool, bool),
    "integer": Kind(BigInteger()),
    "float": Kind(Float()),
    "decimal": Kind(Numeric(), str, Decimal),
    "json": Kind(JSON(none_as_null=True)),
    "bytes": Kind(LargeBinary(), lambda data: b64encode(data).decode(), b64decode),
    "text": Kind(String()),
}

_KIND_OF_TYPE: Sequence[tuple[type[TypeEngine[Any]] | type[UtcDateTime] | type[Sealed], str]] = (
    (UtcDateTime, "instant"),
    (DateTime, "wall"),
    (Date, "date"),
    (Boolean, "boolean"),
    (Integer, "integer"),
    (Float, "float"),
    (Numeric, "decimal"),
    (JSON, "json"),
    (LargeBinary, "bytes"),
    (Sealed, "bytes"),
    (String, "text"),
)


@dataclass(frozen=True, slots=True)
class Layout:
    """One table as the archive knows it, so that a release with other tables can still read it."""

    name: str
    columns: tuple[tuple[str, str], ...]
    key: tuple[str, ...]

    def as_json(self) -> dict[str, object]:
        """Return the line that stands above the table's rows."""
        return asdict(self)

    def clause(self) -> TableClause:
        """Return the table to insert into and to select from."""
        return table(self.name, *(column(name, KINDS[kind].stored) for name, kind in self.columns))

    def rows(self, connection: Connection) -> Iterator[Row]:
        """Yield every row in the order of its key, values as they stand in JSON, a few thousand in memory at a time."""
        clause = self.clause()
        ordered = select(clause).order_by(*(_by_code_point(connection, clause.c[name]) for name in self.key))
        found = connection.execute(ordered, execution_options={"yield_per": ROWS_AT_ONCE})
        yield from map(self._converter([KINDS[kind].write for _name, kind in self.columns]), found)

    def reader(self) -> Callable[[Row], dict[str, Any]]:
        """Return what turns a row of JSON values into one that a database takes."""
        convert = self._converter([KINDS[kind].read for _name, kind in self.columns])
        names = [name for name, _kind in self.columns]
        return lambda row: dict(zip(names, convert(row), strict=True))

    def _converter(self, ways: Sequence[Callable[[Any], Any] | None]) -> Callable[[Sequence[Any]], Row]:
        needed = [(place, way) for place, way in enumerate(ways) if way is not None]

        def convert(row: Sequence[Any]) -> Row:
            values = list(row)
            for place, way in needed:
                if values[place] is not None:
                    values[place] = way(values[place])
            return values

        return convert


def layout_of(described: Table) -> Layout:
    """Return the layout of a table of ours; raises ``TypeError`` for a column of a kind that archives do not know."""
    columns = tuple((each.name, _kind_of(each.type)) for each in described.columns)
    return Layout(described.name, columns, tuple(each.name for each in described.primary_key.columns))


def layout_from_json(said: Mapping[str, Any]) -> Layout:
    """Return the layout that :meth:`Layout.as_json` wrote."""
    columns = tuple((str(name), str(kind)) for name, kind in said["columns"])
    return Layout(str(said["name"]), columns, tuple(said["key"]))


def line_of(value: object) -> bytes:
    """Return *value* as one canonical line of JSON."""
    return json.dumps(value, sort_keys=True, separators=(",", ":"), allow_nan=False).encode() + b"\n"


def _kind_of(stored: TypeEngine[Any]) -> str:
    for known, kind in _KIND_OF_TYPE:
        if isinstance(stored, known):
            return kind
    raise TypeError(f"{stored!r} has no kind in a backup; add it to KINDS")


def _by_code_point(connection: Connection, key: ColumnClause[Any]) -> Any:
    # PostgreSQL sorts text by the language of the machine, SQLite by code point; digests need one order.
    is_text = isinstance(key.type, String) and connection.dialect.name == "postgresql"
    return key.collate("C") if is_text else key
