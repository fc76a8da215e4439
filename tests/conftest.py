"""Fixtures for every test: two real databases, an app on a clock that stands still, sessions that commit.

``engine_url`` is parametrised over SQLite and PostgreSQL, so a test that touches the database runs on both. The
template is built once by ``upgrade head`` and copied for each test.
"""

import atexit
import gc
import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest
from flask import Flask
from flask_migrate import upgrade
from sqlalchemy import Engine
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.models import User
from practice.accounts.ownership import assemble
from practice.app import OWNERSHIP, create_app
from practice.audit.chain import AuditLog
from practice.clients.sealing import hang_keys, key_ring_of
from practice.config import Settings
from practice.core.clock import SettableClock
from practice.core.engines import for_sessions
from practice.core.transact import BEFORE_COMMIT
from tests.cast import Browser, make_cast, sign_in
from tests.databases import PostgresServer, SqliteFolder, TestDatabases, find_postgres
from tests.engines import dispose, lend_engine

# A Tuesday, two weeks after a DST change in Toronto.
NOW = datetime(2026, 11, 24, 14, 0, tzinfo=UTC)

ALL_DATABASES = ("sqlite", "postgresql")


BYTECODE = "PYTHONPYCACHEPREFIX"


def pytest_configure() -> None:
    """Let the processes that tests start compile the product once a run, and leave nothing in the tree."""
    if BYTECODE not in os.environ:
        os.environ[BYTECODE] = tempfile.mkdtemp(prefix="bytecode")
        atexit.register(shutil.rmtree, os.environ[BYTECODE], ignore_errors=True)
    os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption("--db", action="append", choices=ALL_DATABASES, help="run on this database only")
    parser.addoption("--full", action="store_true", help="run the published amounts instead of bounded ones")


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    if "databases" in metafunc.fixturenames:
        chosen = metafunc.config.getoption("--db") or ALL_DATABASES
        metafunc.parametrize("databases", chosen, indirect=True, scope="session")


# Tests in these folders start processes, kill them or drive a browser: they share the machine in two groups only.
ALONE = ("concurrency", "crash", "e2e")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    tests = Path(__file__).parent
    for item in items:
        is_in_browser = item.get_closest_marker("browser") is not None
        if item.path.relative_to(tests).parts[0] in ALONE or is_in_browser:
            item.add_marker("alone")
        if item.get_closest_marker("alone"):
            item.add_marker(pytest.mark.xdist_group("browser" if is_in_browser else "processes"))


def pytest_collection_finish() -> None:
    # What is imported by now stays until the end; the collector need not walk through it thousands of times.
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 20, 50)


@pytest.fixture(scope="session")
def postgres(tmp_path_factory: pytest.TempPathFactory) -> Iterator[PostgresServer]:
    """A PostgreSQL server for this run; its absence fails in CI and skips elsewhere."""
    server = find_postgres(tmp_path_factory.mktemp("postgres"))
    if server is None:
        reason = "no PostgreSQL: set TEST_DATABASE_URL, install initdb, or `uv sync --group pg`"
        if os.environ.get("CI") or os.environ.get("REQUIRE_POSTGRES"):
            pytest.fail(reason)
        pytest.skip(reason)
    yield server
    server.stop()


@pytest.fixture(scope="session")
def sqlite() -> Iterator[SqliteFolder]:
    """A folder of SQLite files for this run."""
    folder = SqliteFolder()
    yield folder
    folder.stop()


@pytest.fixture(scope="session")
def databases(request: pytest.FixtureRequest) -> TestDatabases:
    """The migrated template of one engine, copied for each test."""
    made: TestDatabases = request.getfixturevalue("sqlite" if request.param == "sqlite" else "postgres")
    made.build_template(_migrate)
    return made


def _migrate(url: str) -> None:
    app = create_app(make_settings(url))
    with app.app_context():
        upgrade()
        from practice.web.database import db

        db.engine.dispose()


def make_settings(url: str, **over: object) -> Settings:
    """Return settings for tests: fixed keys, loopback addresses."""
    values: dict[str, object] = {
        "mode": "test",
        "database_url": url,
        "secret_key": "test-secret-key-0123456789abcdefghij",
        "link_key": "test-link-key-0123456789abcdefghijkl",
        "audit_key": "test-audit-key-0123456789abcdefghijk",
        "record_key": "test-record-key-0123456789abcdefghij",
        "base_url": "http://localhost",
    }
    return Settings(**{**values, **over})  # type: ignore[arg-type]  # the dataclass checks nothing at run time


@pytest.fixture
def engine_url(databases: TestDatabases) -> Iterator[str]:
    """The address of a fresh, migrated database, dropped afterwards."""
    url = databases.copy()
    yield url
    databases.drop(url)


@pytest.fixture
def clock() -> SettableClock:
    """A clock standing at ``NOW``."""
    return SettableClock(NOW)


@pytest.fixture
def now(clock: SettableClock) -> datetime:
    """The instant at which the clock starts."""
    return clock.now


@pytest.fixture(scope="session")
def assembled() -> Flask:
    """The application, put together once a run: every test lends it a database and a clock of its own."""
    app = create_app(make_settings("sqlite://"))
    app.testing = True
    return app


@pytest.fixture
def app(assembled: Flask, engine_url: str, clock: SettableClock) -> Iterator[Flask]:
    """The application on a fresh database."""
    from practice.web.database import db

    assembled.extensions.update(settings=make_settings(engine_url), clock=clock)
    engine = lend_engine(engine_url)
    with assembled.app_context():
        db.engines[None] = engine
    assembled.extensions["sessions"].configure(bind=for_sessions(engine))
    yield assembled
    dispose(engine)


@pytest.fixture
def own_app(engine_url: str, clock: SettableClock) -> Iterator[Flask]:
    """An application that a test may add routes to."""
    from practice.web.database import db

    app = create_app(make_settings(engine_url), clock=clock)
    app.testing = True
    yield app
    with app.app_context():
        dispose(db.engine)


@pytest.fixture
def sessions(request: pytest.FixtureRequest, engine_url: str) -> Iterator[sessionmaker[Session]]:
    """The factory of sessions that ``transact`` accepts: the application's, or one as its root would make it."""
    if "app" in request.fixturenames:
        yield request.getfixturevalue("app").extensions["sessions"]
        return
    engine = lend_engine(engine_url)
    yield sessions_on(engine, engine_url)
    dispose(engine)


def sessions_on(engine: Engine, url: str) -> sessionmaker[Session]:
    """Return sessions on the database at *url* as an application's root would make them."""
    settings = make_settings(url)
    audit_log = AuditLog(settings.audit_key)
    factory = sessionmaker(for_sessions(engine), expire_on_commit=False, info={BEFORE_COMMIT: audit_log.append})
    assemble(factory, OWNERSHIP)
    hang_keys(factory, key_ring_of(settings))
    return factory


@pytest.fixture
def session(sessions: sessionmaker[Session]) -> Iterator[Session]:
    """One session, for arranging through services and ``transact`` and for looking at the outcome."""
    with sessions() as opened:
        yield opened


@pytest.fixture
def root() -> Path:
    """The repository's root."""
    return Path(__file__).parents[1]


@pytest.fixture
def cast(sessions: sessionmaker[Session], now: datetime) -> dict[str, User]:
    """Rita (receptionist), Theo and Olga (therapists) and Oscar (owner), stored, by first name."""
    return make_cast(sessions, now=now)


@pytest.fixture
def client_as(app: Flask, cast: dict[str, User]) -> Callable[[str], Browser]:
    """Return a function that signs one of the cast in for real: ``client_as("rita")``."""
    return lambda name: sign_in(app, cast[name])
