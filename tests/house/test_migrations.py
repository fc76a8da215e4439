"""Migrations make exactly the models, keep every row, and leave nothing half done."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from threading import Event

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import Column, Connection, Integer, MetaData, Table, inspect, text

from practice.app import create_app
from practice.core import failpoints
from practice.tables import METADATA
from practice.web.database import db, migrations_folder
from practice.web.schema_state import newest_revision, stored_revision
from tests.conftest import make_settings
from tests.databases import TestDatabases
from tests.house.rows import column_digests, fill
from tests.processes import PATIENCE_SECONDS, Running, practice

GIVEN_UP = {"user_account.theme"}
"""Columns of earlier revisions that the newest has no more."""

REVISIONS = [script.revision for script in ScriptDirectory(str(migrations_folder())).walk_revisions()]


@pytest.fixture
def empty_url(databases: TestDatabases) -> Iterator[str]:
    """The address of a database without tables."""
    url = databases.empty()
    yield url
    databases.drop(url)


@pytest.fixture
def bare_app(empty_url: str) -> Iterator[Flask]:
    """The application on a database without tables, in its context."""
    app = create_app(make_settings(empty_url))
    with app.app_context():
        yield app
        db.engine.dispose()


def differences(connection: Connection, metadata: MetaData) -> list[str]:
    """Return what autogenerate would change, and the CHECK constraints that it does not look at."""
    context = MigrationContext.configure(connection, opts={"compare_type": True})
    found = [repr(change) for change in compare_metadata(context, metadata)]
    inspector = inspect(connection)
    for table in metadata.sorted_tables:
        if inspector.has_table(table.name):
            stored = {check["name"] for check in inspector.get_check_constraints(table.name)}
            wanted = {str(check.name) for check in table.constraints if check.__visit_name__ == "check_constraint"}
            found += [f"{table.name} lacks {name}" for name in sorted(wanted - stored)]
    return found


def schema_of(connection: Connection) -> list[str]:
    """Return every table, index, constraint and trigger as the database spells it."""
    if connection.dialect.name == "sqlite":
        statement = "SELECT type || ' ' || name || ' ' || coalesce(sql, '') FROM sqlite_master"
        return sorted(connection.execute(text(statement)).scalars())
    statements = (
        """SELECT table_name || '.' || column_name || ' ' || data_type || ' ' || is_nullable
        FROM information_schema.columns WHERE table_schema = 'public'""",
        """SELECT conrelid::regclass || ' ' || conname || ' ' || pg_get_constraintdef(oid)
        FROM pg_constraint WHERE connamespace = 'public'::regnamespace""",
        "SELECT indexdef FROM pg_indexes WHERE schemaname = 'public'",
        "SELECT pg_get_triggerdef(oid) FROM pg_trigger WHERE NOT tgisinternal",
        "SELECT prosrc FROM pg_proc WHERE pronamespace = 'public'::regnamespace",
    )
    return sorted(line for statement in statements for line in connection.execute(text(statement)).scalars())


def test_migrations_make_the_models(app):
    with app.app_context(), db.engine.connect() as connection:
        assert differences(connection, METADATA) == []


def test_a_table_column_or_check_without_migration_is_found(app):
    planted = MetaData(naming_convention=METADATA.naming_convention)
    for table in METADATA.sorted_tables:
        table.to_metadata(planted)
    Table("planted", planted, Column("id", Integer, primary_key=True))
    planted.tables["room"].append_column(Column("planted", Integer))
    with app.app_context(), db.engine.connect() as connection:
        found = differences(connection, planted)
        assert len(found) == 2
        connection.execute(text("DROP TABLE parked_call"))
        assert any("parked_call" in each for each in differences(connection, METADATA))


def test_down_and_up_again_keeps_every_row_that_has_a_table(bare_app):
    upgrade()
    with db.engine.begin() as connection:
        fill(connection)
    for revision in [*REVISIONS[1:], "base"]:
        before = _read(column_digests)
        downgrade(revision=revision)
        after = _read(column_digests)
        # A column that a later revision gave up comes back empty.
        kept = {name: after[name] for name in after if name in before}
        assert kept == {name: before[name] for name in kept}
        assert set(after) - set(before) <= GIVEN_UP
    assert after == {}
    upgrade()
    with db.engine.begin() as connection:
        fill(connection)


def test_down_and_up_again_gives_the_same_schema(bare_app):
    upgrade()
    fresh = _read(schema_of)
    for revision in REVISIONS[1:]:
        downgrade(revision=revision)
        upgrade()
        assert _read(schema_of) == fresh
    downgrade(revision="base")
    upgrade()
    assert _read(schema_of) == fresh


@pytest.mark.alone
@pytest.mark.parametrize("revision", [REVISIONS[0], REVISIONS[2]])
def test_an_upgrade_killed_on_its_way_leaves_nothing_and_can_be_repeated(bare_app, empty_url, revision):
    killed = practice("db", "upgrade", url=empty_url, PRACTICE_FAILPOINT=f"migrated_{revision}")
    assert killed.returncode == -9, killed.stderr
    assert _read(stored_revision) is None
    assert _read(column_digests) == {}
    assert practice("db", "upgrade", url=empty_url).returncode == 0
    assert _read(stored_revision) == newest_revision()


@pytest.mark.alone
def test_an_upgrade_killed_on_its_way_keeps_the_rows_there_were(bare_app, empty_url):
    upgrade()
    with db.engine.begin() as connection:
        fill(connection)
    downgrade(revision=REVISIONS[-2])
    before = _read(column_digests)
    killed = practice("db", "upgrade", url=empty_url, PRACTICE_FAILPOINT=f"migrated_{REVISIONS[0]}")
    assert killed.returncode == -9, killed.stderr
    assert _read(column_digests) == before
    assert practice("db", "upgrade", url=empty_url).returncode == 0
    after = _read(column_digests)
    assert {name: after.get(name) for name in before} == before | dict.fromkeys(GIVEN_UP)


@pytest.mark.alone
def test_of_two_upgrades_at_once_the_second_waits_and_finds_nothing_to_do(bare_app, empty_url):
    standing, may_go = Event(), Event()

    def stand_still() -> None:
        standing.set()
        may_go.wait(PATIENCE_SECONDS)

    def first_upgrade() -> None:
        with bare_app.app_context():
            upgrade()

    failpoints.arm(f"migrated_{REVISIONS[2]}", stand_still)
    try:
        with ThreadPoolExecutor() as threads:
            first = threads.submit(first_upgrade)
            assert standing.wait(PATIENCE_SECONDS)
            with Running("db", "upgrade", url=empty_url) as second:
                second.process.join(2)
                assert second.process.exitcode is None
                may_go.set()
                first.result(PATIENCE_SECONDS)
                assert second.wait_for_end() == 0
    finally:
        may_go.set()
        failpoints.disarm_all()
    assert _read(stored_revision) == newest_revision()


def _read(look):
    with db.engine.connect() as connection:
        return look(connection)
