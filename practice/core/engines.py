"""Engine recipes: what each database needs before the first statement."""

from typing import Any

from sqlalchemy import Connection, Engine, event, make_url

SQLITE_PRAGMAS = (
    "journal_mode=WAL",
    # FULL, not NORMAL: an acknowledged booking survives a power cut.
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=5000",
)


def normalise_url(url: str) -> str:
    """Return *url* with the driver that we ship: ``postgres://`` and ``postgresql://`` mean psycopg 3."""
    parsed = make_url(url)
    if parsed.get_backend_name() in {"postgresql", "postgres"}:
        parsed = parsed.set(drivername="postgresql+psycopg")
    return parsed.render_as_string(hide_password=False)


def engine_options(url: str) -> dict[str, Any]:
    """Return the options for ``create_engine``; statements are logged without their values (health data)."""
    options: dict[str, Any] = {"hide_parameters": True}
    if make_url(url).get_backend_name() == "postgresql":
        options |= {
            "pool_size": 16,
            "max_overflow": 8,
            "pool_timeout": 2,
            "connect_args": {"connect_timeout": 2, "options": "-c lock_timeout=3000 -c timezone=UTC"},
        }
    return options


def install_listeners(engine: Engine) -> None:
    """Attach the SQLite recipe; PostgreSQL needs none."""
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", _prepare_sqlite)
        event.listen(engine, "begin", _begin_sqlite)


def for_sessions(engine: Engine) -> Engine:
    """Return *engine* as sessions use it: on PostgreSQL what is read outside ``transact`` opens no transaction.

    That saves BEGIN and ROLLBACK around each read; at a ROLLBACK the driver would forget all prepared statements too.
    """
    if engine.dialect.name != "postgresql":
        return engine
    return engine.execution_options(isolation_level="AUTOCOMMIT")


def _prepare_sqlite(connection: Any, _record: Any) -> None:
    # The driver's own transactions leave SELECTs outside; we say BEGIN ourselves.
    connection.isolation_level = None
    for pragma in SQLITE_PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Connection) -> None:
    kind = connection.get_execution_options().get("sqlite_begin", "DEFERRED")
    connection.exec_driver_sql(f"BEGIN {kind}")
