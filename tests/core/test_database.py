"""The schema and the engine recipe."""

import pytest
from sqlalchemy import Engine, text
from sqlalchemy.orm import Session, sessionmaker

from tests.engines import lend_engine


def test_a_fresh_database_has_an_audit_head(session: Session) -> None:
    assert session.execute(text("SELECT seq FROM audit_head")).scalar_one() == 0


def test_every_sqlite_connection_enforces_foreign_keys(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 2


READS = 30
USES = text("SELECT coalesce(max(generic_plans + custom_plans), 0) FROM pg_prepared_statements")


def uses_of_what_is_prepared(sessions: sessionmaker[Session], bind: Engine) -> int:
    """Return how often the database used one prepared statement while sessions did nothing but read."""
    if bind.dialect.name == "sqlite":
        pytest.skip("SQLite compiles each statement where it runs")
    bind.dispose()
    for _ in range(READS):
        with sessions(bind=bind) as session:
            session.execute(text("SELECT seq FROM audit_head"))
    with sessions(bind=bind) as session:
        return int(session.execute(USES).scalar_one())


def test_what_is_read_often_stays_prepared(sessions: sessionmaker[Session]) -> None:
    assert uses_of_what_is_prepared(sessions, sessions.kw["bind"]) > READS / 2


def test_inside_transactions_every_read_would_be_prepared_anew(sessions: sessionmaker[Session], engine_url) -> None:
    assert uses_of_what_is_prepared(sessions, lend_engine(engine_url)) <= 1
