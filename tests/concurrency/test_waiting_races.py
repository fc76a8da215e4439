"""One client put on the wait list for the same at several desks at once: she waits once."""

from functools import partial
from threading import Barrier

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.core import failpoints
from practice.scheduling.wait_list import entries
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from practice.scheduling.wait_list.errors import WaitsAlready
from practice.scheduling.wait_list.models import WaitListEntry
from tests.concurrency.racing import PATIENCE_SECONDS, deadlocks, losers, race, winners
from tests.scheduling.scene import RITA, Scene


@pytest.fixture(autouse=True)
def _disarmed():
    yield
    failpoints.disarm_all()


def asking(scene: Scene) -> partial[WaitListEntry]:
    details, client_uid, now = EntryDetails(service=scene.service.uid), scene.clients[0].uid, scene.now
    scene.session.rollback()
    return partial(add_entry, client_uid=client_uid, details=details, actor=RITA, now=now)


def waiting(scene: Scene) -> int:
    scene.session.rollback()
    return scene.session.scalars(select(func.count()).select_from(WaitListEntry)).one()


def test_of_eight_desks_one_puts_her_on_the_list(scene: Scene, sessions: sessionmaker[Session]) -> None:
    outcomes = race(sessions, [asking(scene)] * 8)
    assert len(winners(outcomes)) == waiting(scene) == 1
    assert [type(each) for each in losers(outcomes)] == [WaitsAlready] * 7
    assert deadlocks(scene.session) == 0


def test_without_the_lock_she_waits_twice(
    scene: Scene, sessions: sessionmaker[Session], monkeypatch: pytest.MonkeyPatch
) -> None:
    is_sqlite = scene.session.get_bind().dialect.name == "sqlite"
    monkeypatch.setattr(entries, "lock_waiting", lambda _session, _client_id: None)
    if not is_sqlite:
        both = Barrier(2)
        failpoints.arm("wait_list.looked", lambda: both.wait(PATIENCE_SECONDS))
    race(sessions, [asking(scene)] * 2)
    # On SQLite the write lock is the transaction itself.
    assert waiting(scene) == (1 if is_sqlite else 2)
