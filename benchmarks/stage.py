"""The benchmark practice on a fresh database, and statements counted on it."""

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Engine, event
from sqlalchemy.orm import Session, sessionmaker

from benchmarks import practice_50
from benchmarks.ratios import Work
from practice.accounts.models import ApiToken, User
from practice.accounts.secrets import fingerprint
from practice.app import create_app
from practice.config import Settings
from practice.core.actor import Role
from practice.core.clock import SettableClock
from practice.core.transact import transact
from tests.databases import PostgresServer, SqliteFolder, TestDatabases, find_postgres

DATABASES = ("postgresql", "sqlite")
TOKEN = "benchmark-token"  # of a throw-away database


@dataclass(frozen=True, slots=True)
class Stage:
    """One database with the practice in it."""

    kind: str
    url: str
    app: Flask
    sessions: sessionmaker[Session]
    engine: Engine

    @property
    def is_postgresql(self) -> bool:
        """Return whether the stage stands on PostgreSQL."""
        return self.kind == "postgresql"


def settings_for(url: str) -> Settings:
    """Return settings that serve on loopback."""
    return Settings(
        mode="test",
        database_url=url,
        secret_key="benchmark-secret-key-0123456789abcdef",
        link_key="benchmark-link-key-0123456789abcdefgh",
        audit_key="benchmark-audit-key-0123456789abcdefg",
        record_key="benchmark-record-key-0123456789abcdef",
        base_url="http://localhost",
    )


def make_app(url: str) -> Flask:
    """Return the application on a clock that stands still the day before the window."""
    return create_app(settings_for(url), clock=SettableClock(practice_50.NOW))


@contextmanager
def stage(kind: str, *, history: int = 0) -> Iterator[Stage]:
    """Build the practice on *kind*, with *history* past bookings; dropped afterwards."""
    with tempfile.TemporaryDirectory() as folder:
        databases = _databases(kind, Path(folder))
        try:
            databases.build_template(_migrate)
            url = databases.copy()
            app = make_app(url)
            sessions: sessionmaker[Session] = app.extensions["sessions"]
            engine: Engine = sessions.kw["bind"]
            practice_50.build(engine, history=history)
            _let_in(sessions)
            yield Stage(kind, url, app, sessions, engine)
            engine.dispose()
        finally:
            if isinstance(databases, PostgresServer):
                databases.stop()


def _databases(kind: str, folder: Path) -> TestDatabases:
    if kind == "sqlite":
        return SqliteFolder(folder)
    server = find_postgres(folder, is_durable=True)
    if server is None:
        raise SystemExit("No PostgreSQL: set TEST_DATABASE_URL, install initdb, or sync the dependency group pg.")
    return server


def _migrate(url: str) -> None:
    app = make_app(url)
    with app.app_context():
        upgrade()
    app.extensions["sessions"].kw["bind"].dispose()


def _let_in(sessions: sessionmaker[Session]) -> None:
    with sessions() as session:

        def work() -> None:
            user = User(
                email="bench@example.com",
                name="Bench",
                role=Role.RECEPTIONIST,
                password_hash="",
                created_at=practice_50.NOW,
                password_changed_at=practice_50.NOW,
            )
            session.add(user)
            session.flush()
            token = ApiToken(
                token_hash=fingerprint(TOKEN),
                user_id=user.id,
                name="benchmark",
                created_at=practice_50.NOW,
                # Seen just now, so that no request writes the time stamp.
                last_used_at=practice_50.NOW,
            )
            session.add(token)

        transact(session, work)


def statements_of(engine: Engine, work: Work) -> int:
    """Return how many statements *work* sends, but for what opens and closes a transaction."""
    sent: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            sent.append(statement)

    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(sent)
