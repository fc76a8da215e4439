"""Runs migrations on the engine that the application configured, under one transaction."""

from typing import Any

from alembic import context
from sqlalchemy import Connection, Engine

import practice.tables
from practice.core.failpoints import failpoint
from practice.web.database import db

target_metadata = practice.tables.METADATA


def run(engine: Engine) -> None:
    """Migrate; a failure leaves the schema as it was on both databases."""
    with engine.connect() as connection:
        if connection.dialect.name == "sqlite":
            _migrate_sqlite(connection.execution_options(sqlite_begin="IMMEDIATE"))
        else:
            _migrate_postgres(connection)


def _configure(connection: Connection) -> None:
    context.configure(
        connection=connection,
        target_metadata=target_metadata,
        render_as_batch=True,
        compare_type=True,
        # Both databases roll back DDL; Alembic does not expect it of SQLite and would commit after each revision.
        transactional_ddl=True,
        on_version_apply=_pass_step,
    )


def _pass_step(*, step: Any, **_kw: Any) -> None:
    failpoint(f"migrated_{step.up_revision_id}")


def _migrate_sqlite(connection: Connection) -> None:
    # With foreign keys on, a batch rebuild drops the parent and cascades into its children. The pragma does
    # nothing inside a transaction, so it is set on the raw connection around it.
    driver: Any = connection.connection.dbapi_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    _configure(connection)
    try:
        with context.begin_transaction():
            context.run_migrations()
            orphans = connection.exec_driver_sql("PRAGMA foreign_key_check").fetchall()
            if orphans:
                raise RuntimeError(f"the migration left {len(orphans)} rows without their parent")
    finally:
        driver.execute("PRAGMA foreign_keys=ON")


def _migrate_postgres(connection: Connection) -> None:
    _configure(connection)
    with context.begin_transaction():
        # Two upgrades at once: the second waits, then finds nothing to do.
        connection.exec_driver_sql("SELECT pg_advisory_xact_lock(4711)")
        context.run_migrations()


run(context.config.attributes.get("connection") or db.engine)
