"""The one commit point. Nothing else in the product commits or rolls back."""

import random
from collections.abc import Callable, Mapping, Sequence
from threading import Event as Pause
from typing import Any, TypeVar

from sqlalchemy import CursorResult, Executable
from sqlalchemy.exc import DBAPIError, InterfaceError, OperationalError
from sqlalchemy.exc import TimeoutError as PoolTimeout
from sqlalchemy.orm import Session
from sqlalchemy.orm.exc import StaleDataError

from practice.core.errors import RELOAD, GroundChanged, PracticeError, StaleVersion, Unavailable
from practice.core.events import Event, drain
from practice.core.failpoints import failpoint

T = TypeVar("T")
BeforeCommit = Callable[[Session, Sequence[Event]], None]

Statement = tuple[Executable, Mapping[str, object]]
"""A statement and its values."""

BEFORE_COMMIT = "before_commit"
"""Key in ``session.info`` under which a composition root hangs the audit log."""

ATTEMPTS = 3
# serialization_failure, deadlock_detected, lock_not_available
_RETRIED = frozenset({"40001", "40P01", "55P03"})


def transact(session: Session, work: Callable[[], T]) -> T:
    """Run *work* in one transaction and commit it; its only side effects must be in *session*.

    A serialization failure, deadlock or lock timeout of PostgreSQL and :class:`GroundChanged` run *work* again, at
    most three times in all. Raises :class:`Unavailable` when the database stays busy or is gone, ``RuntimeError``
    when the session is already in a transaction or carries no audit hook, and whatever *work* raises after a
    rollback; a bare refusal is explained then, when nobody waits for its locks any more.
    """
    return _retried(session, lambda before_commit: _once(session, work, before_commit))


def transact_statement(session: Session, statement: Statement) -> int:
    """Run one statement that needs no audit as a transaction of its own; return how many rows it changed.

    PostgreSQL commits it in the round trip that runs it, where BEGIN and COMMIT would take two more. Retries and
    raises as :func:`transact`.
    """
    if session.get_bind().dialect.name == "postgresql":
        return _retried(session, lambda _: _alone(session, statement))
    return transact(session, lambda: _run(session, statement))


def _retried(session: Session, once: Callable[[BeforeCommit], T]) -> T:
    if session.in_transaction():
        raise RuntimeError("transact needs a session that is not in a transaction")
    before_commit: BeforeCommit | None = session.info.get(BEFORE_COMMIT)
    if before_commit is None:
        raise RuntimeError("this session has no audit hook; take it from the composition root's factory")
    attempt = 1
    while True:
        try:
            return once(before_commit)
        except PracticeError as refusal:
            if refusal.explain is None:
                raise
            raise _in_full(session, refusal) from refusal
        except (DBAPIError, GroundChanged) as error:
            if _passes(error) and attempt < ATTEMPTS:
                _pause(attempt)
                attempt += 1
                continue
            if isinstance(error, GroundChanged) or is_outage(error):
                raise Unavailable from error
            raise


def _alone(session: Session, statement: Statement) -> int:
    try:
        session.connection(execution_options={"isolation_level": "AUTOCOMMIT"})
        changed = _run(session, statement)
        session.commit()
    except PoolTimeout as busy:
        session.rollback()
        raise Unavailable from busy
    except BaseException:
        session.rollback()
        raise
    failpoint("after_commit")
    return changed


def _run(session: Session, statement: Statement) -> int:
    what, values = statement
    # A statement that answers by RETURNING or by a CTE would lose its count otherwise.
    result = session.connection().execute(what, values, execution_options={"preserve_rowcount": True})
    return result.rowcount if isinstance(result, CursorResult) else 0


def _once(session: Session, work: Callable[[], T], before_commit: BeforeCommit) -> T:
    drain(session)
    try:
        open_transaction(session)
        result = work()
        session.flush()
        before_commit(session, drain(session))
        failpoint("before_commit")
        session.commit()
    except StaleDataError as stale:
        session.rollback()
        raise StaleVersion(
            "This was changed by somebody else at the same moment. Look at what is true now.", ways_out=(RELOAD,)
        ) from stale
    except PoolTimeout as busy:
        session.rollback()
        raise Unavailable from busy
    except BaseException:
        session.rollback()
        raise
    failpoint("after_commit")
    return result


def open_transaction(session: Session) -> None:
    """Begin the transaction that ``transact`` works in; sessions that only read open none on PostgreSQL."""
    isolation = {"isolation_level": "READ COMMITTED"} if session.get_bind().dialect.name == "postgresql" else {}
    session.connection(execution_options={"sqlite_begin": "IMMEDIATE", **isolation})


def _in_full(session: Session, refusal: PracticeError) -> PracticeError:
    try:
        return refusal.in_full()
    finally:
        session.rollback()


def _passes(error: DBAPIError | GroundChanged) -> bool:
    """Return whether the same work may succeed at once."""
    return isinstance(error, GroundChanged) or sqlstate(error) in _RETRIED


def is_outage(error: BaseException) -> bool:
    """Return whether *error* means that the database is busy or gone rather than that a statement is wrong."""
    if isinstance(error, PoolTimeout):
        return True
    if not isinstance(error, (OperationalError, InterfaceError)):
        return False
    # psycopg also files bad statements under OperationalError; those carry a sqlstate outside class 08, 53, 57.
    state = sqlstate(error)
    return state is None or state in _RETRIED or state[:2] in {"08", "53", "57"}


def sqlstate(error: DBAPIError) -> str | None:
    """Return PostgreSQL's five-letter state, None on SQLite."""
    original: Any = error.orig
    return getattr(original, "sqlstate", None)


def _pause(attempt: int) -> None:
    # Jitter keeps two losers of a deadlock from meeting again; not a secret, so a plain generator serves.
    Pause().wait(random.uniform(0.01, 0.05) * attempt)  # noqa: S311
