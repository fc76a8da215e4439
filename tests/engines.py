"""Engines for tests: one for each kind of database, lent to every test with a database of its own.

What an engine learns (what the server can do, how each statement is written) is worth keeping from test to test.
"""

from functools import cache
from typing import Any

from sqlalchemy import URL, Engine, create_engine, event, make_url

from practice.core.engines import engine_options, install_listeners, normalise_url


def lend_engine(url: str) -> Engine:
    """Return an engine on *url* that knows what the tests before compiled; ``dispose`` of it before the next."""
    address = make_url(normalise_url(url))
    shared = _shared_engine(address.drivername)
    shared.url = address
    return shared.execution_options()


def dispose(engine: Engine) -> None:
    """Close what the engine keeps; what somebody did not give back would be found at any later moment."""
    assert engine.pool.checkedout() == 0, "a connection was not given back: close the session that has it"
    engine.dispose()


@cache
def _shared_engine(driver: str) -> Engine:
    anywhere = URL.create(driver, database="lent").render_as_string()
    engine = create_engine(anywhere, **engine_options(anywhere))
    install_listeners(engine)

    @event.listens_for(engine, "do_connect")
    def connect_where_lent(dialect: Any, _record: Any, arguments: list[Any], named: dict[str, Any]) -> None:
        arguments[:], address = dialect.create_connect_args(engine.url)
        named.update(address)

    return engine
