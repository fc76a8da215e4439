"""Rate limits counted in the database, so that they hold across processes and restarts."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from sqlalchemy import delete, select, tuple_, update
from sqlalchemy.orm import Session

from practice.accounts.models import RateCounter
from practice.core.db import insert_into

WINDOW = timedelta(minutes=5)
_KEPT = timedelta(hours=1)
_EPOCH = datetime(2020, 1, 1, tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Limit:
    """At most *most* attempts under *key* in any five minutes."""

    key: str
    most: int


def count_attempt(session: Session, limits: Sequence[Limit], *, now: datetime) -> datetime | None:
    """Count one attempt under every limit; return None when all allow it, else the instant to wait for.

    Counts before the attempt, in one statement, so that parallel attempts cannot slip through together. The window
    before weighs in with the part of it that still lies within five minutes; see :func:`give_back`.
    """
    window = window_of(now)
    counted = _add_one(session, limits, window)
    before = _attempts(session, limits, window - WINDOW)
    still = 1 - (now - window) / WINDOW
    for limit in limits:
        if counted[limit.key] + min(before.get(limit.key, 0), limit.most) * still > limit.most:
            return window + WINDOW
    return None


def give_back(session: Session, limits: Sequence[Limit], *, now: datetime) -> None:
    """Take back the attempt just counted, because it succeeded: people who share an address do not add up."""
    session.execute(
        update(RateCounter)
        .where(
            RateCounter.key.in_([limit.key for limit in limits]),
            RateCounter.window_starts_at == window_of(now),
            RateCounter.attempts > 0,
        )
        .values(attempts=RateCounter.attempts - 1)
    )


def forget_old_counters(session: Session, *, now: datetime) -> None:
    """Delete windows that can no longer weigh in; a housekeeping job calls this."""
    session.execute(delete(RateCounter).where(RateCounter.window_starts_at < now - _KEPT))


def window_of(now: datetime) -> datetime:
    """Return the start of the five minutes that *now* lies in."""
    return now - (now - _EPOCH) % WINDOW


def _add_one(session: Session, limits: Sequence[Limit], window: datetime) -> Mapping[str, int]:
    # Sorted, so that two attempts take their row locks in the same order.
    rows = [{"key": key, "window_starts_at": window, "attempts": 1} for key in sorted(limit.key for limit in limits)]
    adding = (
        insert_into(session, RateCounter)
        .values(rows)
        .on_conflict_do_update(index_elements=["key", "window_starts_at"], set_={"attempts": RateCounter.attempts + 1})
    )
    found = session.execute(adding.returning(RateCounter.key, RateCounter.attempts))
    return {row.key: row.attempts for row in found}


def _attempts(session: Session, limits: Sequence[Limit], window: datetime) -> Mapping[str, int]:
    pairs = [(limit.key, window) for limit in limits]
    found = session.execute(
        select(RateCounter.key, RateCounter.attempts).where(
            tuple_(RateCounter.key, RateCounter.window_starts_at).in_(pairs)
        )
    )
    return {row.key: row.attempts for row in found}
