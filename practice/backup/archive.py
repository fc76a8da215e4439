"""What an archive says: where its tables stood, every row, and a digest over each table and the log of events."""

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any, BinaryIO

from sqlalchemy import Connection, MetaData

from practice.audit.chain import COLUMNS
from practice.audit.verification import ChainCheck, Head
from practice.backup.errors import DamagedArchive
from practice.backup.layouts import Layout, Row, layout_from_json, layout_of, line_of
from practice.backup.sealing import Sealer, unseal_lines
from practice.core.failpoints import failpoint

LOG, LOG_HEAD = "audit_event", "audit_head"
_ENTRY = [column.name for column in COLUMNS]


@dataclass(frozen=True, slots=True)
class Opening:
    """The first line: at which revision the tables stood, and when."""

    revision: str
    taken_at: datetime


@dataclass(frozen=True, slots=True)
class Sum:
    """What a table amounts to: how many rows, and a digest over all of them in the order of their key."""

    rows: int
    digest: str


@dataclass(frozen=True, slots=True)
class TableEnd:
    """The line below a table's rows, proven."""

    layout: Layout
    sum: Sum


Part = Opening | Layout | Row | TableEnd


@dataclass(frozen=True, slots=True)
class Contents:
    """A whole archive, read and proven. ``log_fault`` is the first thing wrong with the log of events, if anything."""

    opening: Opening
    tables: Mapping[str, Sum]
    log_fault: str | None

    @property
    def rows(self) -> int:
        """Return how many rows there are in all tables."""
        return sum(each.rows for each in self.tables.values())


class Tally:
    """Counts and digests the rows of one table."""

    def __init__(self) -> None:
        self._rows = 0
        self._digest = sha256()

    def add(self, line: bytes) -> None:
        """Count one row."""
        self._rows += 1
        self._digest.update(line)

    @property
    def sum(self) -> Sum:
        """Return what was counted so far."""
        return Sum(self._rows, self._digest.hexdigest())


def write_archive(
    connection: Connection, file: BinaryIO, *, metadata: MetaData, revision: str, key: str, now: datetime
) -> dict[str, Sum]:
    """Write every table that *connection* sees, which stands in one snapshot; return what each amounts to."""
    sealer = Sealer(file, key)
    sealer.write(line_of({"opening": {"revision": revision, "taken_at": now.isoformat()}}))
    sums = {}
    for name in sorted(metadata.tables):
        layout = layout_of(metadata.tables[name])
        sums[name] = _write_table(connection, sealer, layout)
        failpoint(f"backed_up_{name}")
    sealer.write(line_of({"tables": len(sums)}))
    sealer.finish()
    return sums


def _write_table(connection: Connection, sealer: Sealer, layout: Layout) -> Sum:
    sealer.write(line_of({"table": layout.as_json()}))
    tally = Tally()
    for row in layout.rows(connection):
        line = line_of(row)
        tally.add(line)
        sealer.write(line)
    sealer.write(line_of({"end": {"rows": tally.sum.rows, "digest": tally.sum.digest}}))
    return tally.sum


def sum_of(connection: Connection, layout: Layout) -> Sum:
    """Return what a table of the database amounts to, by the same reckoning as an archive's."""
    tally = Tally()
    for row in layout.rows(connection):
        tally.add(line_of(row))
    return tally.sum


def read_archive(file: BinaryIO, key: str) -> Iterator[Part]:
    """Yield the parts of an archive in their order, each table proven by its digest at its end.

    Raises ``WrongKey`` and :class:`DamagedArchive`; only when the iterator has ended was the archive whole.
    """
    lines = unseal_lines(file, key)
    yield _opening(next(lines, b""))
    for tables, line in enumerate(lines):
        said = _read_line(line)
        if "tables" in said:
            _require(said["tables"] == tables, "The archive does not hold as many tables as it says.")
            _require(next(lines, None) is None, "The archive goes on after its last line.")
            return
        yield from _table(layout_from_json(said["table"]), lines)
    raise DamagedArchive("The archive has no last line.")


def _table(layout: Layout, lines: Iterator[bytes]) -> Iterator[Part]:
    yield layout
    tally = Tally()
    for line in lines:
        if not line.startswith(b"["):
            said = _read_line(line)
            _require(said.get("end") == {"rows": tally.sum.rows, "digest": tally.sum.digest}, f"{layout.name} differs.")
            yield TableEnd(layout, tally.sum)
            return
        tally.add(line + b"\n")
        yield json.loads(line)


def check_archive(path: Path, *, key: str, audit_key: str) -> Contents:
    """Read a whole archive and return what it holds, the log of events followed link by link.

    Raises ``WrongKey`` and ``DamagedArchive``.
    """
    with path.open("rb") as file:
        return _Check(audit_key).contents(read_archive(file, key))


class _Check:
    """One reading of an archive."""

    def __init__(self, audit_key: str) -> None:
        self._chain = ChainCheck(audit_key)
        self._head: Head | None = None
        self._lookers: Mapping[str, Callable[[dict[str, Any]], None]] = {LOG: self._follow, LOG_HEAD: self._note_head}

    def contents(self, parts: Iterator[Part]) -> Contents:
        tables: dict[str, Sum] = {}
        opening, look, read = None, None, None
        for part in parts:
            match part:
                case Opening():
                    opening = part
                case Layout(name):
                    look, read = self._lookers.get(name), part.reader()
                case TableEnd(layout, total):
                    tables[layout.name] = total
                case list() if look is not None and read is not None:
                    look(read(part))
        if opening is None:
            raise DamagedArchive("The archive does not say what it is.")
        return Contents(opening, tables, self._chain.fault_at_end(self._head))

    def _follow(self, values: dict[str, Any]) -> None:
        self._chain.add([values[column] for column in _ENTRY], values["hash"])

    def _note_head(self, values: dict[str, Any]) -> None:
        self._head = Head(values["seq"], values["hash"])


def _opening(line: bytes) -> Opening:
    said = _read_line(line).get("opening", {})
    _require("revision" in said, "The archive does not say what it is.")
    return Opening(said["revision"], datetime.fromisoformat(said["taken_at"]))


def _read_line(line: bytes) -> Mapping[str, Any]:
    try:
        said = json.loads(line)
    except ValueError as unreadable:
        raise DamagedArchive("The archive holds a line that is none of ours.") from unreadable
    _require(isinstance(said, dict), "The archive holds a line that is none of ours.")
    return said  # type: ignore[no-any-return]  # proven the line above


def _require(is_so: bool, sentence: str) -> None:
    if not is_so:
        raise DamagedArchive(sentence)
