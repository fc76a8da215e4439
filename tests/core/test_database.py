"""The schema and the engine recipe."""

from sqlalchemy import text
from sqlalchemy.orm import Session


def test_a_fresh_database_has_an_audit_head(session: Session) -> None:
    assert session.execute(text("SELECT seq FROM audit_head")).scalar_one() == 0


def test_every_sqlite_connection_enforces_foreign_keys(session: Session) -> None:
    if session.get_bind().dialect.name == "sqlite":
        assert session.execute(text("PRAGMA foreign_keys")).scalar_one() == 1
        assert session.execute(text("PRAGMA synchronous")).scalar_one() == 2
