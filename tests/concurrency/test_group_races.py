"""The last place of a group is given once: many ask at once, and each guard is taken away in turn."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import pytest
from sqlalchemy import create_engine, func, select
from sqlalchemy.orm import Session, sessionmaker

from practice.clinic.models import Service
from practice.core import failpoints
from practice.core.engines import normalise_url
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.errors import TimeTaken
from practice.scheduling.models import Allocation, Appointment
from tests.concurrency.racing import deadlocks, losers, race, winners
from tests.concurrency.test_guards_have_teeth import meet_after_looking, without_constraint, without_lock
from tests.factories import make_client, make_service
from tests.scheduling.scene import RITA, Scene, overlapping_pairs


@pytest.fixture(autouse=True)
def _disarmed() -> Iterator[None]:
    yield
    failpoints.disarm_all()


@pytest.fixture
def is_sqlite(session: Session) -> bool:
    return session.get_bind().dialect.name == "sqlite"


@pytest.fixture
def group(scene: Scene) -> Service:
    """A group of three with one place left."""
    group = make_service(scene.session, duration_minutes=60, group_size=3)
    for client in range(2):
        scene.book(client=client, service=group.uid)
    return group


def asking(scene: Scene, group: Service, amount: int) -> list[Callable[[Session], Appointment]]:
    acts = [
        partial(
            book_time,
            wish=scene.wish(service=group.uid),
            client_uid=make_client(scene.session).uid,
            rules=SCHEDULING_RULES,
            actor=RITA,
            now=scene.now,
        )
        for _ in range(amount)
    ]
    scene.session.rollback()
    return acts


def unlocked(acts: list[Callable[[Session], Appointment]], engine_url: str) -> list[object]:
    """Run acts at once, each statement on its own: SQLite's write lock is the transaction."""
    engine = create_engine(normalise_url(engine_url), isolation_level="AUTOCOMMIT")

    def run(act: Callable[[Session], Appointment]) -> object:
        with Session(engine) as session:
            try:
                return act(session)
            except TimeTaken as taken:
                return taken

    with ThreadPoolExecutor(len(acts)) as pool:
        outcomes = list(pool.map(run, acts))
    engine.dispose()
    return outcomes


def taken_on_the_last_lane(scene: Scene) -> int:
    scene.session.rollback()
    on_it = select(func.count()).where(Allocation.diary_id == scene.therapists[0].diary_id, Allocation.lane == 2)
    return scene.session.scalar(on_it) or 0


def test_the_last_place_is_given_once(scene, group, sessions: sessionmaker[Session]) -> None:
    outcomes = race(sessions, asking(scene, group, 6))
    assert len(winners(outcomes)) == 1
    assert {getattr(each, "code", each) for each in losers(outcomes)} == {"group_full"} or all(
        isinstance(each, TimeTaken) or hasattr(each, "explain") for each in losers(outcomes)
    )
    assert (taken_on_the_last_lane(scene), overlapping_pairs(scene.session), deadlocks(scene.session)) == (1, 0, 0)


@pytest.mark.parametrize("has_constraint", [True, False])
def test_without_the_lock_the_constraint_gives_it_once_and_without_both_it_is_given_twice(
    scene, group, sessions, engine_url, is_sqlite, monkeypatch, has_constraint
) -> None:
    without_lock(monkeypatch)
    if not has_constraint:
        without_constraint(scene, is_sqlite=is_sqlite)
    acts = asking(scene, group, 2)
    meet_after_looking()
    outcomes = unlocked(acts, engine_url) if is_sqlite else race(sessions, acts)
    assert [type(each) for each in losers(outcomes)] == ([TimeTaken] if has_constraint else [])
    assert taken_on_the_last_lane(scene) == (1 if has_constraint else 2)
