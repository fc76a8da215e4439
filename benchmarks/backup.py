"""Backup and restore of a hundred thousand visits, each proven: minutes against the fifteen that are promised."""

import tempfile
import time
from collections.abc import Callable
from pathlib import Path
from typing import TypeVar

from flask_migrate import upgrade
from sqlalchemy import make_url

from benchmarks.stage import Stage, make_app, settings_for, stage
from practice.backup.archive import check_archive
from practice.backup.restoring import Archive, load
from practice.backup.taking import Source, take_backup
from practice.backup.vault import Vault
from practice.core.clock import system_clock
from practice.core.transact import transact
from practice.tables import METADATA
from practice.web.database import db
from tests.databases import PostgresServer, SqliteFolder

VISITS = 100_000
PROMISED_SECONDS = 15 * 60
T = TypeVar("T")

KEY = "benchmark-backup-key-0123456789abcdef"  # of a throw-away archive


def show(kind: str) -> None:
    """Print how long backup and restore take."""
    with tempfile.TemporaryDirectory() as folder, stage(kind, history=VISITS) as built:
        vault = Vault(Path(folder), KEY, 1)
        audit_key = settings_for(built.url).audit_key
        source = Source(built.engine, METADATA, audit_key)
        backup, taken = _timed(lambda: take_backup(source, vault, now=system_clock()))
        _, restored = _timed(lambda: _restore(built, Archive(backup.path, KEY, audit_key)))
    missed = "" if taken + restored <= PROMISED_SECONDS else "  MISSED"
    print(
        f"backup of {VISITS:,} past visits ({backup.contents.rows:,} rows, {backup.bytes / 1e6:.0f} MB) written and "
        f"read back in {taken:.0f} s, restored and compared in {restored:.0f} s{missed}"
    )


def _timed(work: Callable[[], T]) -> tuple[T, float]:
    began = time.perf_counter()
    return work(), time.perf_counter() - began


def _restore(built: Stage, archive: Archive) -> None:
    elsewhere = _server_of(built)
    url = elsewhere.empty()
    app = make_app(url)
    with app.app_context():
        upgrade()
        contents = check_archive(archive.path, key=archive.key, audit_key=archive.audit_key)
        with app.extensions["sessions"]() as session:
            transact(session, lambda: load(session, archive, contents))
        db.engine.dispose()
    elsewhere.drop(url)


def _server_of(built: Stage) -> PostgresServer | SqliteFolder:
    if not built.is_postgresql:
        return SqliteFolder()
    admin = make_url(built.url).set(database="postgres")
    return PostgresServer(admin.render_as_string(hide_password=False))
