"""One backup a night however many workers there are; a missing one is noticed."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.backup.jobs import Keeper
from practice.backup.models import BackupRun
from practice.backup.nights import Attempt, is_attempt_due
from practice.backup.queries import seconds_since_backup
from practice.backup.service import claim_nightly_run, watch_age
from practice.backup.taking import Source
from practice.backup.vault import Vault
from practice.clinic.models import StaffTask
from practice.core.clock import SettableClock
from practice.core.transact import transact
from practice.tables import METADATA
from tests.backup.conftest import BACKUP_KEY
from tests.concurrency.racing import race, winners
from tests.conftest import make_settings
from tests.factories import make_location
from tests.processes import KEYS

NIGHT = datetime(2026, 11, 24, 2, 0, tzinfo=UTC)
RAN = Attempt(NIGHT, succeeded=True)
FAILED = Attempt(NIGHT, succeeded=False)
RUNNING = Attempt(NIGHT, succeeded=None)


@pytest.mark.parametrize(
    ("hour", "tonight", "has_any", "later", "is_due"),
    [
        pytest.param(1, [], True, timedelta(), False, id="before the night"),
        pytest.param(1, [], False, timedelta(), True, id="the first backup waits for no night"),
        pytest.param(2, [], True, timedelta(), True, id="at two"),
        pytest.param(15, [], True, timedelta(), True, id="a worker that was down at two"),
        pytest.param(3, [RAN], True, timedelta(hours=1), False, id="done"),
        pytest.param(3, [RUNNING], True, timedelta(hours=1), False, id="under way"),
        pytest.param(6, [RUNNING], True, timedelta(hours=3), True, id="its process died"),
        pytest.param(2, [FAILED], True, timedelta(minutes=59), False, id="failed a moment ago"),
        pytest.param(3, [FAILED], True, timedelta(hours=1), True, id="failed an hour ago"),
        pytest.param(4, [RAN, FAILED], True, timedelta(hours=2), False, id="failed, then done"),
    ],
)
def test_when_an_attempt_is_due(hour, tonight, has_any, later, is_due):
    local = datetime(2026, 11, 24, hour)
    assert is_attempt_due(local, tonight, has_any=has_any, now=NIGHT + later) is is_due


@pytest.fixture
def keeper(app: Flask, sessions: sessionmaker[Session], session: Session, clock: SettableClock, vault: Path) -> Keeper:
    make_location(session)
    session.close()
    source = Source(sessions.kw["bind"], METADATA, KEYS["PRACTICE_AUDIT_KEY"])
    return Keeper(sessions, source, Vault(vault, BACKUP_KEY, kept=2), "worker", clock)


def test_a_worker_makes_one_backup_a_night_and_keeps_the_newest(keeper, clock, vault, session):
    for _hour in range(4 * 24):
        keeper.back_up_nightly()
        clock.advance(timedelta(hours=1))
    runs = session.scalars(select(BackupRun).order_by(BackupRun.id)).all()
    assert [run.succeeded for run in runs] == [True] * 5
    assert [path.name for path in keeper.vault.list()] == [run.archive for run in runs[-2:]]
    assert session.scalars(select(StaffTask)).all() == []


def test_of_two_workers_at_once_one_makes_it(keeper, sessions, now):
    claims = [
        lambda session, name=name: claim_nightly_run(session, worker=f"worker {name}", now=now) for name in range(4)
    ]
    outcomes = race(sessions, claims)
    assert len([run_id for run_id in winners(outcomes) if run_id is not None]) == 1
    assert len(winners(outcomes)) == 4


def test_a_night_that_fails_is_tried_again_and_the_owner_is_told_once(keeper, clock, vault, session):
    vault.write_text("a file where the folder should be")
    for _minute in range(0, 180, 10):
        keeper.back_up_nightly()
        clock.advance(timedelta(minutes=10))
    assert session.scalars(select(BackupRun.succeeded)).all() == [False] * 3
    assert len(session.scalars(select(StaffTask)).all()) == 1
    vault.unlink()
    session.rollback()
    clock.advance(timedelta(hours=1))
    keeper.back_up_nightly()
    assert seconds_since_backup(session, clock()) == 0


def test_an_old_backup_is_noticed(keeper, clock, session, sessions):
    def watch() -> bool:
        with sessions() as opened:
            return transact(opened, lambda: watch_age(opened, now=clock()))

    assert watch() is False
    keeper.back_up_nightly()
    assert watch() is True
    clock.advance(timedelta(hours=27))
    assert watch() is False
    assert {task.assigned_role for task in session.scalars(select(StaffTask))} == {"owner"}


def test_ready_tells_the_age(app: Flask, keeper: Keeper, clock: SettableClock) -> None:
    assert app.test_client().get("/ready").json["seconds_since_backup"] is None
    keeper.back_up_nightly()
    clock.advance(timedelta(hours=3))
    assert app.test_client().get("/ready").json["seconds_since_backup"] == 3 * 3600


def test_a_backup_under_way_elsewhere_is_left_alone(keeper: Keeper, vault: Path, held: Callable[[Path], None]) -> None:
    left, busy = vault / ".practice-1.backup.partial", vault / ".practice-2.backup.partial"
    vault.mkdir()
    left.touch()
    held(busy)
    keeper.back_up_nightly()
    assert (left.exists(), busy.exists()) == (False, True)


@pytest.fixture
def held():
    import fcntl

    opened = []

    def hold(path: Path) -> None:
        opened.append(path.open("wb"))
        fcntl.flock(opened[-1], fcntl.LOCK_EX)

    yield hold
    for file in opened:
        file.close()


def test_the_owner_sees_whether_everything_could_be_brought_back(app, client_as, keeper, clock) -> None:
    oscar = client_as("oscar")
    app.extensions["settings"] = make_settings("sqlite://", backup_folder="/mnt/vault")
    assert "There is no fresh backup" in oscar.get("/settings/backups").text
    keeper.back_up_nightly()
    page = oscar.get("/settings/backups").text
    assert "The newest backup holds everything up to" in page
    assert "proven" in page
    clock.advance(timedelta(hours=27))
    assert "There is no fresh backup" in client_as("oscar").get("/settings/backups").text
