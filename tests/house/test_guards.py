"""What must never happen is impossible in the database itself, after every migration and on every connection."""

import pytest
from sqlalchemy import text

from practice.core.engines import SQLITE_PRAGMAS
from practice.web.database import db

PLAN_TRIGGERS = {
    "exercise_prescription_no_update",
    "exercise_prescription_step",
    "plan_block_no_delete",
    "plan_block_no_insert",
    "plan_block_no_update",
    "plan_consent_step",
    "plan_goal_no_delete",
    "plan_goal_no_insert",
    "plan_goal_no_update",
    "plan_goal_step",
    "plan_version_no_delete",
    "plan_version_no_update",
    "plan_version_step",
    "reassessment_no_delete",
    "reassessment_no_update",
    "treatment_plan_no_delete",
    "treatment_plan_step",
}
SQLITE_TRIGGERS = PLAN_TRIGGERS | {
    "allocation_overlap_insert",
    "allocation_overlap_update",
    "audit_event_no_delete",
    "audit_event_no_replace",
    "audit_event_no_update",
    "note_entry_no_delete",
    "note_entry_no_replace",
    "note_entry_no_update",
}
POSTGRES_TRIGGERS = PLAN_TRIGGERS | {
    "audit_event_no_change",
    "audit_event_no_truncate",
    "note_entry_no_change",
    "note_entry_no_truncate",
}
POSTGRES_CONSTRAINTS = {"ex_allocation_overlap", "ck_allocation_longest"}
WANTED = {"journal_mode": "wal", "synchronous": 2, "foreign_keys": 1, "busy_timeout": 5000}


@pytest.fixture
def connection(app):
    with app.app_context(), db.engine.connect() as opened:
        yield opened


def _names(connection, statement: str) -> set[str]:
    return set(connection.execute(text(statement)).scalars())


def test_triggers_and_exclusion_constraints_stand_after_upgrade(connection):
    if connection.dialect.name == "sqlite":
        assert _names(connection, "SELECT name FROM sqlite_master WHERE type = 'trigger'") == SQLITE_TRIGGERS
        return
    assert _names(connection, "SELECT tgname FROM pg_trigger WHERE NOT tgisinternal") == POSTGRES_TRIGGERS
    assert _names(connection, "SELECT conname FROM pg_constraint") >= POSTGRES_CONSTRAINTS


def pragmas(connection) -> dict[str, object]:
    return {name: connection.exec_driver_sql(f"PRAGMA {name}").scalar_one() for name in WANTED}


def test_every_sqlite_connection_is_prepared(app):
    assert {pragma.partition("=")[0] for pragma in SQLITE_PRAGMAS} == set(WANTED)
    with app.app_context():
        if db.engine.dialect.name != "sqlite":
            pytest.skip("pragmas are SQLite's")
        opened = [db.engine.connect() for _ in range(3)]
        try:
            assert [pragmas(each) for each in opened] == [WANTED] * 3
        finally:
            for each in opened:
                each.close()


def test_an_unprepared_connection_is_found(tmp_path):
    import sqlite3

    bare = sqlite3.connect(tmp_path / "bare.sqlite3")
    found = {name: bare.execute(f"PRAGMA {name}").fetchone()[0] for name in WANTED}
    bare.close()
    assert found != WANTED
