"""A backup taken while others write holds one instant; a kill at any step leaves the former one."""

import signal
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy import Connection, Engine, create_engine, func, select
from sqlalchemy.orm import Session

from practice.app import create_app
from practice.audit.models import AuditEvent
from practice.backup import taking
from practice.clients.details import ClientDetails
from practice.clients.models import Client
from practice.clients.service import create_client
from practice.core import failpoints
from practice.core.engines import normalise_url
from practice.core.transact import transact
from practice.web.database import db
from tests.acting import FORKS, sessions_on
from tests.backup.conftest import BACKUP_KEY, rows_of
from tests.cast import sign_in
from tests.conftest import NOW, make_settings
from tests.factories import RECEPTIONIST
from tests.processes import PATIENCE_SECONDS, eventually, practice

Run = Callable[..., Result]
WRITERS = 2
PER_SECOND, PROMISED_PER_SECOND, FULL_PER_SECOND = 60, 200, 240


class Load:
    """Processes that make clients at a measured pace until they are told to stop, and count what was acknowledged."""

    def __init__(self, url: str, per_second: int = PER_SECOND) -> None:
        self._ended = FORKS.Event()
        self._counters = [FORKS.Value("l", 0) for _ in range(WRITERS)]
        pace = WRITERS / per_second
        self._writers = [
            FORKS.Process(target=write_clients, args=(url, number, pace, counter, self._ended), daemon=True)
            for number, counter in enumerate(self._counters)
        ]

    @property
    def acknowledged(self) -> int:
        """Return how many clients the database has acknowledged."""
        return sum(counter.value for counter in self._counters)

    def wait_for(self, more: int) -> None:
        wanted = self.acknowledged + more
        assert eventually(lambda: self.acknowledged >= wanted, every=0.005, seconds=PATIENCE_SECONDS)

    @contextmanager
    def running(self) -> Iterator[None]:
        for writer in self._writers:
            writer.start()
        yield
        self._ended.set()
        for writer in self._writers:
            writer.join(PATIENCE_SECONDS)
            assert writer.exitcode == 0


def write_clients(url: str, number: int, pace: float, counter, ended) -> None:
    """Make one client each *pace* seconds; late for one, the next comes at once."""
    with sessions_on(url) as sessions:
        due = perf_counter()
        while not ended.is_set():
            details = ClientDetails(first_name=f"Load {number}", last_name="Test", phone="+14165550101")
            with sessions() as session:
                transact(session, lambda s=session, d=details: create_client(s, details=d, actor=RECEPTIONIST, now=NOW))
            counter.value += 1
            due += pace
            ended.wait(max(0.0, due - perf_counter()))


@dataclass(frozen=True)
class Taken:
    """What was acknowledged before the snapshot, and how many writes a second there were while it was taken."""

    before: int
    rate: float


def back_up_under_load(load: Load, run: Run, writes: int) -> Taken:
    """Take a backup with *writes* acknowledged before its snapshot, in its middle and until its end."""
    # The log is read before its head and before the clients: what is made between would show.
    failpoints.arm("backed_up_audit_event", lambda: load.wait_for(writes))
    try:
        with load.running():
            load.wait_for(writes)
            before, begun = load.acknowledged, perf_counter()
            outcome = run("backup")
            assert outcome.exit_code == 0, outcome.output
            rate = (load.acknowledged - before) / (perf_counter() - begun)
        return Taken(before, rate)
    finally:
        failpoints.disarm_all()


def rows_up_to(url: str, last_id: int) -> list[tuple[object, ...]]:
    """Return the clients up to one, whole."""
    engine = create_engine(normalise_url(url))
    with engine.connect() as connection:
        rows = connection.execute(select(Client.__table__).where(Client.id <= last_id).order_by(Client.id)).all()
    engine.dispose()
    return [tuple(row) for row in rows]


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
@pytest.mark.timeout(300)
def test_a_backup_under_load_holds_one_instant(
    practice_with_rows, app, cast, run, vault, engine_url, empty_url, pytestconfig, record_property
) -> None:
    is_full = pytestconfig.getoption("--full")
    load = Load(engine_url, FULL_PER_SECOND if is_full else PER_SECOND)
    taken = back_up_under_load(load, run, 2_000 if is_full else 60)
    record_property("writes_a_second", round(taken.rate))
    assert not is_full or taken.rate >= PROMISED_PER_SECOND
    with restored(run, vault, empty_url) as other:
        with other.app_context(), other.extensions["sessions"]() as session:
            clients, events = made(session)
            last = session.scalar(select(func.max(Client.id))) or 0
        assert run("audit", "verify", url=empty_url).exit_code == 0
        assert taken.before + 2 <= clients == events < load.acknowledged + 2
        assert rows_up_to(empty_url, last) == rows_up_to(engine_url, last)
        assert sign_in(other, cast["rita"]).get("/today").status_code == 200


@pytest.mark.alone
def test_without_the_snapshot_the_tables_would_differ(app, run, vault, engine_url, empty_url, monkeypatch) -> None:
    @contextmanager
    def no_snapshot(engine: Engine) -> Iterator[Connection]:
        # Without our listeners SQLite begins nothing for a read, and PostgreSQL reads what is committed by then.
        bare = create_engine(engine.url)
        with bare.connect() as connection:
            yield connection
        bare.dispose()

    monkeypatch.setattr(taking, "_snapshot", no_snapshot)
    back_up_under_load(Load(engine_url), run, 20)
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
