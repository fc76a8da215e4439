"""One small practice per database, made anew when an act of the fuzzer has locked its actor out."""

from collections.abc import Callable, Iterator

import pytest

from practice.app import create_app
from practice.core.clock import SettableClock
from practice.web.database import db
from tests.conftest import NOW, make_settings
from tests.databases import TestDatabases
from tests.fuzz.targets import ROLES
from tests.house.access_world import World, build_world

Enter = Callable[[], World]


def headers_of(world: World, role: str) -> dict[str, str]:
    """Return what says who asks."""
    name = ROLES[role]
    return {} if name is None else {"Authorization": f"Bearer {world.tokens[name]}"}


@pytest.fixture(scope="module")
def enter(databases: TestDatabases) -> Iterator[Enter]:
    """Return what gives a world in which everybody who fuzzes can still sign in."""
    worlds: list[tuple[str, World]] = []

    def leave() -> None:
        url, world = worlds.pop()
        world.session.close()
        with world.app.app_context():
            db.engine.dispose()
        databases.drop(url)

    def enter() -> World:
        if worlds and not all(_is_let_in(worlds[0][1], role) for role in ROLES):
            leave()
        if not worlds:
            url = databases.copy()
            worlds.append((url, build_world(create_app(make_settings(url), clock=SettableClock(NOW)))))
        return worlds[0][1]

    yield enter
    while worlds:
        leave()


def _is_let_in(world: World, role: str) -> bool:
    answer = world.app.test_client().get("/api/v1/me", headers=headers_of(world, role))
    return answer.status_code == (401 if ROLES[role] is None else 200)
