"""A backup taken while others write holds one instant; a kill at any step leaves the former one."""

import signal
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from pathlib import Path
from threading import Event

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.app import create_app
from practice.audit.models import AuditEvent
from practice.backup import taking
from practice.clients.details import ClientDetails
from practice.clients.models import Client
from practice.clients.service import create_client
from practice.core import failpoints
from practice.core.transact import transact
from practice.web.database import db
from tests.backup.conftest import BACKUP_KEY, rows_of
from tests.cast import sign_in
from tests.conftest import NOW, make_settings
from tests.factories import RECEPTIONIST
from tests.processes import PATIENCE_SECONDS, practice

Run = Callable[..., Result]
WRITERS = 2


class Load:
    """Threads that make clients until they are told to stop; counts what the database acknowledged."""

    def __init__(self, sessions: sessionmaker[Session]) -> None:
        self._sessions = sessions
        self._ended = Event()
        self.acknowledged = 0

    def write(self, number: int) -> None:
        while not self._ended.is_set():
            details = ClientDetails(first_name=f"Load {number}", last_name="Test", phone="+14165550101")
            with self._sessions() as session:
                transact(session, lambda s=session, d=details: create_client(s, details=d, actor=RECEPTIONIST, now=NOW))
            self.acknowledged += 1

    def wait_for(self, more: int) -> None:
        wanted = self.acknowledged + more
        pause = Event()
        while self.acknowledged < wanted:
            assert not pause.wait(0.005)

    @contextmanager
    def running(self) -> Iterator[None]:
        with ThreadPoolExecutor(WRITERS) as pool:
            writing = [pool.submit(self.write, number) for number in range(WRITERS)]
            yield
            self._ended.set()
            for each in writing:
                each.result(PATIENCE_SECONDS)


def back_up_under_load(load: Load, run: Run, writes: int) -> int:
    """Take a backup with *writes* acknowledged before its snapshot, in its middle and until its end; return the first."""
    # The log is read before its head and before the clients: what is made between would show.
    failpoints.arm("backed_up_audit_event", lambda: load.wait_for(writes))
    try:
        with load.running():
            load.wait_for(writes)
            before = load.acknowledged
            outcome = run("backup")
            assert outcome.exit_code == 0, outcome.output
        return before
    finally:
        failpoints.disarm_all()


def made(session: Session) -> tuple[int, int]:
    """Return how many clients there are and how many the log knows."""
    clients = session.scalar(select(func.count()).select_from(Client))
    events = session.scalar(select(func.count()).where(AuditEvent.action == "client.create"))
    return clients or 0, events or 0


@contextmanager
def restored(run: Run, vault: Path, url: str) -> Iterator[Flask]:
    outcome = run("restore", str(next(vault.glob("*.backup"))), url=url)
    assert outcome.exit_code == 0, outcome.output
    app = create_app(make_settings(url), clock=lambda: NOW)
    yield app
    with app.app_context():
        db.engine.dispose()


@pytest.mark.alone
def test_a_backup_under_load_holds_one_instant(
    practice_with_rows, app, cast, sessions, run, vault, empty_url, pytestconfig
) -> None:
    load = Load(sessions)
    before = back_up_under_load(load, run, 2_000 if pytestconfig.getoption("--full") else 60)
    with restored(run, vault, empty_url) as other:
        with other.app_context(), other.extensions["sessions"]() as session:
            clients, events = made(session)
        assert run("audit", "verify", url=empty_url).exit_code == 0
        assert before + 2 <= clients == events < load.acknowledged + 2
        assert sign_in(other, cast["rita"]).get("/today").status_code == 200


@pytest.mark.alone
def test_without_the_snapshot_the_tables_would_differ(app, sessions, run, vault, empty_url, monkeypatch) -> None:
    @contextmanager
    def no_snapshot(engine: Engine) -> Iterator[Connection]:
        # Without our listeners SQLite begins nothing for a read, and PostgreSQL reads what is committed by then.
        bare = create_engine(engine.url)
        with bare.connect() as connection:
            yield connection
        bare.dispose()

    monkeypatch.setattr(taking, "_snapshot", no_snapshot)
    back_up_under_load(Load(sessions), run, 20)
    refused = run("restore", str(next(vault.glob("*.backup"))), url=empty_url)
    assert (refused.exit_code, "the archive is not whole" in refused.output) == (1, True)


@pytest.mark.alone
def test_a_killed_backup_leaves_the_former_one(archive: Path, run: Run, engine_url: str, vault: Path) -> None:
    # Archives are named by the second, and this one must not be of the present second.
    archive = archive.rename(vault / "practice-20261122T020000Z.backup")
    former = archive.read_bytes()
    told = {
        "PRACTICE_BACKUP_FOLDER": str(vault),
        "PRACTICE_BACKUP_KEY": BACKUP_KEY,
        "PRACTICE_FAILPOINT": "backed_up_client",
    }
    killed = practice("backup", url=engine_url, **told)
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert list(vault.glob("*.backup")) == [archive]
    assert archive.read_bytes() == former
    assert run("backup", "verify", str(archive)).exit_code == 0
    assert run("backup").exit_code == 0
    assert len(list(vault.iterdir())) == 2, "what the killed one left is gone"


@pytest.mark.alone
def test_a_killed_restore_can_be_repeated(archive: Path, run: Run, engine_url: str, empty_url: str) -> None:
    killed = practice(
        "restore", str(archive), url=empty_url, PRACTICE_BACKUP_KEY=BACKUP_KEY, PRACTICE_FAILPOINT="restored"
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr
    assert run("restore", str(archive), url=empty_url).exit_code == 0
    assert rows_of(empty_url) == rows_of(engine_url)
