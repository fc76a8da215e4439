"""Restoring: the archive is proven first, then loaded in one transaction and compared with what it says."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import islice
from pathlib import Path

from sqlalchemy import Connection, insert, inspect, literal, select, table, text
from sqlalchemy.orm import Session

from practice.backup.archive import Contents, Part, TableEnd, check_archive, read_archive, sum_of
from practice.backup.errors import BackupRefused, DamagedArchive, NotEmpty
from practice.backup.layouts import ROWS_AT_ONCE, Layout, Row
from practice.core.failpoints import failpoint

BORN_WITH_ROWS = frozenset({"alembic_version", "audit_head", "booking_limits", "clinic_state", "practice_settings"})
"""Tables in which migrations leave rows of their own."""


@dataclass(frozen=True, slots=True)
class Archive:
    """A file and what opens it."""

    path: Path
    key: str
    audit_key: str

    def check(self) -> Contents:
        """Return what the archive holds, read to its last byte; raises :class:`BackupRefused`."""
        try:
            return check_archive(self.path, key=self.key, audit_key=self.audit_key)
        except OSError as unreadable:
            raise BackupRefused(f"{self.path} cannot be read: {unreadable.strerror}.") from unreadable


def require_empty(connection: Connection) -> None:
    """Raise :class:`NotEmpty` when any table holds a row that migrations did not put there."""
    for name in inspect(connection).get_table_names():
        if name not in BORN_WITH_ROWS and _holds_a_row(connection, name):
            raise NotEmpty(
                f"The database holds data already ({name}). Restore into an empty one: a new SQLite file, or a "
                "database that createdb made. Nothing was changed."
            )


def load(session: Session, archive: Archive, contents: Contents) -> None:
    """Fill empty tables, which stand at the archive's revision, and compare each with the archive.

    Raises :class:`BackupRefused` when they differ; the caller's transaction then leaves nothing behind.
    """
    connection = session.connection()
    require_empty(connection)
    with _references_checked_last(connection):
        layouts = _fill(connection, archive)
    failpoint("restored")
    for layout in layouts:
        if sum_of(connection, layout) != contents.tables[layout.name]:
            raise DamagedArchive(f"After loading, {layout.name} is not what the archive holds. Nothing was kept.")


def _fill(connection: Connection, archive: Archive) -> list[Layout]:
    layouts = []
    with archive.path.open("rb") as file:
        parts = read_archive(file, archive.key)
        for part in parts:
            if isinstance(part, Layout):
                _fill_table(connection, part, parts)
                layouts.append(part)
    return layouts


def _fill_table(connection: Connection, layout: Layout, parts: Iterator[Part]) -> None:
    clause, read = layout.clause(), layout.reader()
    if layout.name in BORN_WITH_ROWS:
        connection.execute(clause.delete())
    rows = _rows_until_end(parts)
    while batch := [read(row) for row in islice(rows, ROWS_AT_ONCE)]:
        connection.execute(insert(clause), batch)


def _rows_until_end(parts: Iterator[Part]) -> Iterator[Row]:
    for part in parts:
        if isinstance(part, TableEnd):
            return
        if isinstance(part, list):
            yield part


@contextmanager
def _references_checked_last(connection: Connection) -> Iterator[None]:
    """Let rows refer to rows that come later, within their table or in another; all are checked in the end."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql("PRAGMA defer_foreign_keys=ON")
        yield
        return
    references = connection.execute(text(_REFERENCES)).all()
    for owner, name, _definition in references:
        connection.execute(text(f"ALTER TABLE {owner} DROP CONSTRAINT {name}"))
    yield
    for owner, name, definition in references:
        connection.execute(text(f"ALTER TABLE {owner} ADD CONSTRAINT {name} {definition}"))
    _count_on(connection)


def _count_on(connection: Connection) -> None:
    """Let PostgreSQL number new rows after those that were loaded with their numbers."""
    for owner, column, sequence in connection.execute(text(_SEQUENCES)).all():
        newest = f"SELECT coalesce(max({column}), 0) + 1 FROM {owner}"
        connection.execute(text(f"SELECT setval('{sequence}', ({newest}), false)"))


_REFERENCES = """
SELECT conrelid::regclass::text, quote_ident(conname), pg_get_constraintdef(oid) FROM pg_constraint
WHERE contype = 'f' AND connamespace = current_schema()::regnamespace
"""

_SEQUENCES = """
SELECT quote_ident(table_name), quote_ident(column_name), pg_get_serial_sequence(quote_ident(table_name), column_name)
FROM information_schema.columns
WHERE table_schema = current_schema() AND pg_get_serial_sequence(quote_ident(table_name), column_name) IS NOT NULL
"""


def _holds_a_row(connection: Connection, name: str) -> bool:
    return connection.execute(select(literal(1)).select_from(table(name)).limit(1)).first() is not None
