"""A GET changes no business row, whoever asks."""

from collections.abc import Iterator

import pytest
from flask import Flask

from practice.accounts.policy import requires
from practice.app import create_app
from practice.core.clock import SettableClock
from practice.web.database import db, write
from tests.conftest import NOW, make_settings
from tests.house.access_world import World, build_world
from tests.house.expected_access import ACTORS, expected_access
from tests.house.rows import digests
from tests.house.test_permissions import routes, send, values_for

# What a GET may write, each in a short transaction of its own: that somebody looked, and that somebody is here.
ALLOWED = frozenset(
    {
        "audit_event",
        "audit_head",
        "rate_counter",
        "api_token.last_used_at",
        "auth_session.last_seen_at",
    }
)
READS = sorted(key for key in expected_access() if key[0] == "GET")


def _world(url: str, *, planted: bool = False) -> World:
    app = create_app(make_settings(url), clock=SettableClock(NOW))
    if planted:
        app.add_url_rule("/planted", "planted", requires("public")(_write_while_reading))
    return build_world(app)


def _write_while_reading() -> str:
    write(lambda session: session.connection().exec_driver_sql("UPDATE room SET name = 'Elsewhere'"))
    return "read"


@pytest.fixture(scope="module")
def world(databases) -> Iterator[World]:
    url = databases.copy()
    built = _world(url)
    yield built
    _close(built.app)
    databases.drop(url)


def _close(app: Flask) -> None:
    with app.app_context():
        db.engine.dispose()


def changed_by(world: World, act) -> list[str]:
    """Return the tables in which *act* changed a row."""
    with world.app.app_context():
        engine = db.engine
        with engine.connect() as connection:
            before = digests(connection, without=ALLOWED)
        act()
        with engine.connect() as connection:
            after = digests(connection, without=ALLOWED)
    return [name for name in before if before[name] != after[name]]


@pytest.mark.parametrize("key", READS, ids=" ".join)
def test_reading_changes_nothing(world, key):
    if key not in routes(world.app):
        pytest.skip("reported by the test of lines")
    kind, _ = expected_access()[key]
    values = {actor: values_for(world, kind, actor) for actor in ACTORS}
    world.session.rollback()

    def everybody_reads() -> None:
        for actor in ACTORS:
            send(world, key, actor, values[actor])

    assert changed_by(world, everybody_reads) == []


def test_a_get_that_writes_is_found(engine_url):
    world = _world(engine_url, planted=True)
    changed = changed_by(world, lambda: world.app.test_client().get("/planted"))
    _close(world.app)
    assert changed == ["room"]
