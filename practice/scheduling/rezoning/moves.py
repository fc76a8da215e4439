"""Where a promised wall time lies by the zone's rules of today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.core.intervals import Interval
from practice.core.local_time import NonexistentLocalTime, to_utc


@dataclass(frozen=True, slots=True)
class Promise:
    """A visit as it stands: the wall time that was promised and the instants that stood for it."""

    id: int
    uid: str
    words: str
    local_start: datetime
    zone: str
    stands: Interval


@dataclass(frozen=True, slots=True)
class Move:
    """A promise whose instants are others now; None where the clocks jump over its wall time."""

    promise: Promise
    becomes: Interval | None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two visits that would be at one time on one diary; *with_words* names the one that does not move."""

    move: Move
    with_words: str


def moves_of(promises: Iterable[Promise]) -> list[Move]:
    """Return the promises that the zone's rules of today put elsewhere."""
    found = [(promise, _becomes(promise)) for promise in promises]
    return [Move(promise, becomes) for promise, becomes in found if becomes != promise.stands]


def _becomes(promise: Promise) -> Interval | None:
    """Return the instants of a promise; of a repeated wall time the occurrence at which it stands already."""
    try:
        first, second = (to_utc(promise.local_start.replace(fold=fold), promise.zone) for fold in (0, 1))
    except NonexistentLocalTime:
        return None
    start = second if promise.stands.starts_at == second else first
    return Interval(start, start + (promise.stands.ends_at - promise.stands.starts_at))


def sentences(moves: Sequence[Move]) -> list[str]:
    """Return one line for each move, as the console lists them."""
    return [
        f"{move.promise.words}: {move.promise.stands.starts_at:%Y-%m-%d %H:%M} UTC becomes {_said(move.becomes)}"
        for move in moves
    ]


def _said(becomes: Interval | None) -> str:
    return f"{becomes.starts_at:%H:%M} UTC" if becomes else "impossible: the clocks jump over it; move it by hand"
