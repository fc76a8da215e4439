"""People who act at the same moment: threads with a session each, released together."""

from collections.abc import Callable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime, timedelta
from threading import Barrier
from typing import TypeVar

from sqlalchemy import text
from sqlalchemy.orm import Session, sessionmaker

from practice.core.transact import transact

T = TypeVar("T")
PATIENCE_SECONDS = 60


def race(sessions: sessionmaker[Session], acts: Sequence[Callable[[Session], T]]) -> list[T | BaseException]:
    """Run each act in a transaction of its own, all at once; return what each came to, refusals included."""
    together = Barrier(len(acts))

    def run(act: Callable[[Session], T]) -> T | BaseException:
        with sessions() as session:
            together.wait(PATIENCE_SECONDS)
            try:
                return transact(session, lambda: act(session))
            except Exception as refusal:  # noqa: BLE001  # whatever a racer came to is looked at
                return refusal

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def winners(outcomes: Sequence[T | BaseException]) -> list[T]:
    """Return what those who were not refused came to."""
    return [outcome for outcome in outcomes if not isinstance(outcome, BaseException)]


def losers(outcomes: Sequence[object]) -> list[BaseException]:
    """Return the refusals."""
    return [outcome for outcome in outcomes if isinstance(outcome, BaseException)]


def deadlocks(session: Session) -> int:
    """Return how many deadlocks this database has seen; always 0 on SQLite, which has one writer."""
    if session.get_bind().dialect.name != "postgresql":
        return 0
    session.rollback()
    found = session.execute(text("SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"))
    return int(found.scalar_one())


def windows(first: datetime) -> Iterator[datetime]:
    """Yield starts of stretches of 105 minutes that do not touch each other, four a weekday, from a Monday on."""
    day = first.replace(hour=0, minute=0)
    while True:
        if day.weekday() < 5:
            for minutes in (9 * 60, 10 * 60 + 45, 13 * 60, 14 * 60 + 45):
                yield day + timedelta(minutes=minutes)
        day += timedelta(days=1)
