"""A backup brought back on an empty host is the same practice; anything else is refused and touches nothing."""

import os
import resource
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import create_engine, inspect, select, text
from sqlalchemy.orm import Session

from practice.accounts.links import link_token, make_link
from practice.app import create_app
from practice.backup.errors import BackupRefused
from practice.backup.models import BackupRun
from practice.backup.taking import Source, take_backup
from practice.backup.vault import Vault
from practice.clinic.models import StaffTask
from practice.core import failpoints
from practice.core.clock import system_clock
from practice.core.engines import normalise_url
from practice.core.transact import transact
from practice.reminders.links import APPOINTMENT, MANAGE
from practice.tables import METADATA
from practice.web.database import db
from tests.audit_tools import guards_dropped
from tests.backup.conftest import BACKUP_KEY, rows_of
from tests.cast import PASSWORD
from tests.conftest import make_settings
from tests.factories import make_client
from tests.house.rows import fill
from tests.processes import KEYS

Run = Callable[..., Result]


def test_what_comes_back_is_what_was_there(archive: Path, run: Run, engine_url: str, empty_url: str) -> None:
    outcome = run("restore", str(archive), url=empty_url)
    assert outcome.exit_code == 0, outcome.output
    assert rows_of(empty_url) == rows_of(engine_url)
    assert run("audit", "verify", url=empty_url).exit_code == 0
    assert run("db", "check", url=empty_url).exit_code == 0


def test_either_engine_takes_the_others_backup(archive: Path, run: Run, engine_url: str, other_engine_url: str) -> None:
    outcome = run("restore", str(archive), url=other_engine_url)
    assert outcome.exit_code == 0, outcome.output
    assert rows_of(other_engine_url) == rows_of(engine_url)
    assert run("audit", "verify", url=other_engine_url).exit_code == 0


def mailed_link(url: str, now: datetime) -> str:
    """Return the token of a link as a mail carries it; it opens a visit's page."""
    app = create_app(make_settings(url), clock=lambda: now)
    with app.app_context(), app.extensions["sessions"]() as session:
        purpose = {"purpose": MANAGE, "subject_kind": APPOINTMENT, "subject_id": 987_654}
        link = transact(session, lambda: make_link(session, **purpose, expires_at=None, now=now))
        token = link_token(app.extensions["settings"].link_key, link)
        db.engine.dispose()
    return token


def test_people_and_scripts_sign_in_again_and_mail_waits_for_a_look(
    practice_with_rows, run: Run, vault: Path, engine_url: str, empty_url: str, now
) -> None:
    assert run("user", "token", "rita@example.com", "--name", "reports").exit_code == 0
    token = mailed_link(engine_url, now)
    run("backup")
    run("restore", str(next(vault.iterdir())), url=empty_url)
    app = create_app(make_settings(empty_url), clock=lambda: now)
    browser = app.test_client()
    page = {"email": "rita@example.com", "password": PASSWORD}
    assert browser.post("/sign-in", data=page).status_code in {303, 400}
    with app.app_context(), db.engine.connect() as connection:
        assert connection.scalar(text("SELECT paused_because FROM worker_pulse WHERE job = 'dispatch'")) == "restored"
        assert connection.scalar(text("SELECT count(*) FROM auth_session WHERE revoked_at IS NULL")) == 0
        assert connection.scalar(text("SELECT count(*) FROM api_token")) == 1
        assert connection.scalar(text("SELECT count(*) FROM api_token WHERE revoked_at IS NULL")) == 0
        db.engine.dispose()
        answer = app.test_client().get(f"/m/{token}")
        assert (answer.status_code, b"This link has ended" in answer.data) == (404, True)
        db.engine.dispose()


def test_new_rows_get_numbers_of_their_own_after_a_restore(archive: Path, run: Run, empty_url: str) -> None:
    run("restore", str(archive), url=empty_url)
    app = create_app(make_settings(empty_url))
    with app.app_context(), app.extensions["sessions"]() as session:
        assert make_client(session).id > 2
        session.close()
        db.engine.dispose()


def test_every_table_travels_whatever_it_holds(
    app: Flask, run: Run, vault: Path, engine_url: str, empty_url: str, other_engine_url: str
) -> None:
    with app.app_context(), db.engine.begin() as connection:
        fill(connection)
    assert run("backup").exit_code == 0
    (path,) = vault.iterdir()
    for url in (empty_url, other_engine_url):
        refused = run("restore", str(path), url=url)
        assert "log of events in the archive is not whole" in refused.output
        assert run("restore", str(path), "--accept-broken-log", url=url).exit_code == 0
        assert rows_of(url) == rows_of(engine_url)


def test_verify_reads_it_to_the_last_byte(archive: Path, run: Run) -> None:
    outcome = run("backup", "verify", str(archive))
    assert outcome.exit_code == 0, outcome.output
    assert "Whole: " in outcome.output


def test_nothing_of_the_practice_can_be_read_in_the_file(archive: Path) -> None:
    content = archive.read_bytes()
    assert not [word for word in (b"Clara", b"example.com", b"client") if word in content]
    assert archive.stat().st_mode & 0o077 == 0


@pytest.mark.parametrize("harm", [lambda data: data[:-20], lambda data: data[:100], lambda data: b"PK" + data[2:]])
def test_a_cut_or_foreign_file_is_refused_before_anything_is_written(archive, run, empty_url, harm, tmp_path) -> None:
    damaged = tmp_path / "damaged.backup"
    damaged.write_bytes(harm(archive.read_bytes()))
    refused = run("restore", str(damaged), url=empty_url)
    assert refused.exit_code == 1
    assert tables_of(empty_url) == 0


def test_another_key_is_refused(archive: Path, run: Run, empty_url: str) -> None:
    refused = run("restore", str(archive), url=empty_url, PRACTICE_BACKUP_KEY="quite-another-key-9876543210-zyxwvut")
    assert (refused.exit_code, "sealed under the key" in refused.output) == (1, True)
    assert tables_of(empty_url) == 0


def test_another_key_for_the_log_is_named(archive: Path, run: Run, empty_url: str) -> None:
    refused = run("restore", str(archive), url=empty_url, PRACTICE_AUDIT_KEY="quite-another-key-9876543210-zyxwvut")
    assert (refused.exit_code, "PRACTICE_AUDIT_KEY" in refused.output) == (1, True)
    assert tables_of(empty_url) == 0


def test_a_database_with_data_is_refused_and_untouched(archive: Path, run: Run, engine_url: str) -> None:
    before = rows_of(engine_url)
    refused = run("restore", str(archive))
    assert (refused.exit_code, "holds data already" in refused.output) == (1, True)
    assert rows_of(engine_url) == before


def test_a_file_that_is_not_there_is_refused(run: Run, empty_url: str) -> None:
    refused = run("restore", "/nowhere/x.backup", url=empty_url)
    assert (refused.exit_code, "cannot be read" in refused.output) == (1, True)


def test_freshly_made_tables_count_as_empty(archive: Path, run: Run, engine_url: str, empty_url: str) -> None:
    assert run("db", "upgrade", url=empty_url).exit_code == 0
    assert run("restore", str(archive), url=empty_url).exit_code == 0
    assert rows_of(empty_url) == rows_of(engine_url)


def test_a_restore_that_fails_leaves_no_row_and_can_be_repeated(archive, run, empty_url, engine_url) -> None:
    def fail() -> None:
        raise KeyboardInterrupt

    failpoints.arm("restored", fail)
    try:
        assert run("restore", str(archive), url=empty_url).exit_code != 0
    finally:
        failpoints.disarm_all()
    assert run("restore", str(archive), url=empty_url).exit_code == 0
    assert rows_of(empty_url) == rows_of(engine_url)


def test_an_archive_of_newer_tables_is_refused(practice_with_rows, run, vault, empty_url, monkeypatch) -> None:
    monkeypatch.setattr("practice.backup.taking.newest_revision", lambda: "9999")
    assert run("backup").exit_code == 0
    refused = run("restore", str(next(vault.iterdir())), url=empty_url)
    assert (refused.exit_code, "newer release" in refused.output) == (1, True)
    assert tables_of(empty_url) == 0


def test_a_log_that_was_tampered_with_is_named_when_backing_up(practice_with_rows, app, session, run, vault) -> None:
    with guards_dropped(session):
        session.execute(text("UPDATE audit_event SET action = 'x' WHERE seq = 2"))
    session.commit()
    taken = run("backup")
    assert taken.exit_code == 0
    assert "log of events in it is not whole: Event 2" in taken.output


def test_a_full_disk_refuses_and_leaves_no_half_file(archive: Path, vault: Path, app: Flask, session: Session) -> None:
    make_client(session, desk_note=os.urandom(100_000).hex())
    session.close()
    with app.app_context(), room_for(40_000), pytest.raises(BackupRefused, match="no room"):
        take_backup(
            Source(db.engine, METADATA, KEYS["PRACTICE_AUDIT_KEY"]),
            Vault(vault, BACKUP_KEY, 3),
            now=system_clock() + timedelta(hours=1),
        )
    assert list(vault.iterdir()) == [archive]


def test_a_failed_backup_is_noted_and_becomes_the_owners_task(practice_with_rows, run: Run, session: Session) -> None:
    refused = run("backup", PRACTICE_BACKUP_FOLDER="/dev/null/nowhere")
    assert (refused.exit_code, "cannot be written" in refused.output) == (1, True)
    assert session.scalars(select(BackupRun.succeeded)).all() == [False]
    task = session.scalars(select(StaffTask)).one()
    assert (task.kind, task.assigned_role) == ("backup_missing", "owner")


def test_an_existing_file_is_not_overwritten(archive: Path, run: Run) -> None:
    before = archive.read_bytes()
    assert "overwrites nothing" in run("backup", "--to", str(archive)).output
    assert archive.read_bytes() == before


def test_no_backup_without_a_key_or_a_place(run: Run) -> None:
    assert "PRACTICE_BACKUP_KEY" in run("backup", PRACTICE_BACKUP_KEY="").output
    assert "PRACTICE_BACKUP_FOLDER" in run("backup", PRACTICE_BACKUP_FOLDER="").output


@contextmanager
def room_for(size: int) -> Iterator[None]:
    """Let no file of this process grow beyond *size* bytes, as a full disk would."""
    soft, hard = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, hard))
    try:
        yield
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, (soft, hard))


def tables_of(url: str) -> int:
    """Return how many tables there are."""
    engine = create_engine(normalise_url(url))
    with engine.connect() as connection:
        found = len(inspect(connection).get_table_names())
    engine.dispose()
    return found
