"""A practice with some rows, and the commands as a person runs them."""

from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import create_engine
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.cli import main
from practice.core.db import Base
from practice.core.engines import normalise_url
from tests.databases import TestDatabases
from tests.factories import make_client, make_location, make_service, make_therapist
from tests.house.rows import digests
from tests.processes import KEYS

BACKUP_KEY = "test-backup-key-0123456789abcdefghij"


@pytest.fixture
def vault(tmp_path: Path) -> Path:
    """The folder of backups."""
    return tmp_path / "vault"


@pytest.fixture
def practice_with_rows(app: Flask, session: Session, cast: dict[str, User]) -> None:
    """People, a place and clients, one merged into a younger one, as rows that refer forward do."""
    make_location(session)
    make_service(session)
    make_therapist(session)
    old, young = make_client(session, first_name="Ada", last_name="Łukasz — 姓"), make_client(session)
    session.refresh(old)
    old.merged_into_id = young.id
    session.commit()


@pytest.fixture
def run(engine_url: str, vault: Path) -> Callable[..., Result]:
    """Run one command on the practice's own database, or on the one at *url*."""

    def run(*arguments: str, url: str = engine_url, **over: str) -> Result:
        environment = {
            **KEYS,
            "PRACTICE_DATABASE_URL": url,
            "PRACTICE_BACKUP_FOLDER": str(vault),
            "PRACTICE_BACKUP_KEY": BACKUP_KEY,
            **over,
        }
        return CliRunner().invoke(main, arguments, env=environment)

    return run


@pytest.fixture
def archive(practice_with_rows: None, run: Callable[..., Result], vault: Path) -> Path:
    """A backup of that practice."""
    outcome = run("backup")
    assert outcome.exit_code == 0, outcome.output
    return next(vault.iterdir())


@pytest.fixture
def empty_url(databases: TestDatabases) -> Iterator[str]:
    """The address of a database without tables, of the same engine."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def other_engine_url(request: pytest.FixtureRequest, databases: TestDatabases) -> Iterator[str]:
    """The address of a database without tables, of the other engine."""
    other = request.getfixturevalue("postgres" if databases is request.getfixturevalue("sqlite") else "sqlite")
    url = other.empty()
    yield url
    other.drop(url)


# What a backup and a restore themselves write.
OWN = frozenset(
    {
        "audit_event",
        "audit_head",
        "backup_run",
        "api_token",
        "auth_session",
        "signed_link",
        "worker_pulse",
        "staff_task",
    }
)


def rows_of(url: str) -> dict[str, str]:
    """Return a digest of each table's rows, the tables apart that backing up and restoring write to."""
    engine = create_engine(normalise_url(url))
    with engine.connect() as connection:
        found = digests(connection, without=OWN)
    engine.dispose()
    assert set(found) == {table.name for table in Base.metadata.sorted_tables} - OWN
    return found
