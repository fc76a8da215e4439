"""Taking a backup: one snapshot, written, sealed, read back and compared before it bears its name."""

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import BinaryIO

from sqlalchemy import Connection, Engine, MetaData

from practice.backup.archive import Contents, check_archive, write_archive
from practice.backup.errors import BackupRefused, DamagedArchive
from practice.backup.vault import Vault, appearing, settle
from practice.core.failpoints import failpoint
from practice.web.schema_state import SchemaMismatch, newest_revision, require_current


@dataclass(frozen=True, slots=True)
class Source:
    """What is backed up: a database, its tables, and the key of its log of events."""

    engine: Engine
    metadata: MetaData
    audit_key: str


@dataclass(frozen=True, slots=True)
class Backup:
    """A backup that was read back whole."""

    path: Path
    bytes: int
    contents: Contents


def take_backup(source: Source, vault: Vault, *, path: Path | None = None, now: datetime) -> Backup:
    """Write everything that is committed now into *path*, by default a new file of the vault, and prove it.

    Work goes on meanwhile: the archive holds one instant of it. The file appears whole or not at all. Raises
    :class:`BackupRefused`.
    """
    target = path or vault.path_at(now)
    if target.exists():
        raise BackupRefused(f"{target} exists already; a backup overwrites nothing.")
    with appearing(target) as (file, partial):
        contents = _write_and_prove(source, file, partial, key=vault.key, now=now)
        size = partial.stat().st_size
        failpoint("backup_proven")
    return Backup(target, size, contents)


def _write_and_prove(source: Source, file: BinaryIO, partial: Path, *, key: str, now: datetime) -> Contents:
    with _snapshot(source.engine) as connection:
        written = write_archive(
            connection, file, metadata=source.metadata, revision=newest_revision(), key=key, now=now
        )
    settle(file)
    contents = check_archive(partial, key=key, audit_key=source.audit_key)
    if contents.tables != written:
        raise DamagedArchive("What was read back is not what was written; the disk may be failing.")
    # A migration that ran meanwhile may have rewritten tables, which a snapshot does not outlive.
    with source.engine.connect() as connection:
        _require_current(connection)
    return contents


@contextmanager
def _snapshot(engine: Engine) -> Iterator[Connection]:
    """Give a connection that sees one instant of the database, whatever is written meanwhile."""
    with engine.connect() as connection:
        if engine.dialect.name == "postgresql":
            connection.execution_options(isolation_level="REPEATABLE READ", postgresql_readonly=True)
        # On SQLite a reading transaction sees one instant by itself; this first read opens it.
        _require_current(connection)
        yield connection


def _require_current(connection: Connection) -> None:
    try:
        require_current(connection)
    except SchemaMismatch as mismatch:
        raise BackupRefused(str(mismatch)) from mismatch
