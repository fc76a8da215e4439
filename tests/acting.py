"""Verbs in processes of their own: what tests that kill or crowd the product run beside themselves."""

import multiprocessing
import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

from sqlalchemy import create_engine
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.ownership import assemble
from practice.app import OWNERSHIP
from practice.audit.chain import AuditLog
from practice.clients.sealing import hang_keys, key_ring_of
from practice.core.engines import engine_options, for_sessions, install_listeners, normalise_url
from practice.core.failpoints import arm_from_environment, disarm_all
from practice.core.transact import BEFORE_COMMIT, transact
from tests.conftest import make_settings

FORKS = multiprocessing.get_context("forkserver")
PATIENCE_SECONDS = 60


@contextmanager
def sessions_on(url: str) -> Iterator[sessionmaker[Session]]:
    """Lend a factory of sessions that ``transact`` accepts, on an engine of this process."""
    normalised = normalise_url(url)
    engine = create_engine(normalised, **engine_options(normalised))
    install_listeners(engine)
    settings = make_settings(url)
    factory = sessionmaker(
        for_sessions(engine), expire_on_commit=False, info={BEFORE_COMMIT: AuditLog(settings.audit_key).append}
    )
    assemble(factory, OWNERSHIP)
    hang_keys(factory, key_ring_of(settings))
    yield factory
    engine.dispose()


def act_elsewhere(url: str, verb: Callable[..., object], *, failpoint: str = "", **named: Any) -> int:
    """Run one verb in a transaction of another process, which dies at *failpoint*; return its exit code."""
    process = FORKS.Process(target=_act, args=(url, verb, failpoint, named), daemon=True)
    process.start()
    process.join(PATIENCE_SECONDS)
    assert process.exitcode is not None, "it does not end"
    return process.exitcode


def _act(url: str, verb: Callable[..., object], failpoint: str, named: dict[str, Any]) -> None:
    os.environ["PRACTICE_FAILPOINT"] = failpoint
    arm_from_environment()
    with sessions_on(url) as sessions, sessions() as session:
        transact(session, lambda: verb(session, **named))
    disarm_all()
