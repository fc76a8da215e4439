"""Where a promised wall time lies by the zone's rules of today."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.core.intervals import Interval
from practice.core.local_time import NonexistentLocalTime, to_utc_as_stood

Key = tuple[bool, int]
"""Whether it is a block, and its id."""


@dataclass(frozen=True, slots=True)
class Promise:
    """A visit or a block as it stands: the wall time that was promised and the instants that stood for it."""

    id: int
    uid: str
    words: str
    local_start: datetime
    zone: str
    stands: Interval
    is_block: bool = False

    @property
    def key(self) -> Key:
        """Return what tells it from every other visit and block."""
        return self.is_block, self.id


@dataclass(frozen=True, slots=True)
class Move:
    """A promise whose instants are others now; None where the clocks jump over its wall time."""

    promise: Promise
    becomes: Interval | None


@dataclass(frozen=True, slots=True)
class Clash:
    """Two that would be at one time on one diary; *with_words* names the one that does not move."""

    move: Move
    with_words: str


def moves_of(promises: Iterable[Promise]) -> list[Move]:
    """Return the promises that the zone's rules of today put elsewhere."""
    found = [(promise, _becomes(promise)) for promise in promises]
    return [Move(promise, becomes) for promise, becomes in found if becomes != promise.stands]


def _becomes(promise: Promise) -> Interval | None:
    """Return the instants of a promise; of a repeated wall time the occurrence at which it stands already."""
    try:
        start = to_utc_as_stood(promise.local_start, promise.zone, promise.stands.starts_at)
    except NonexistentLocalTime:
        return None
    return Interval(start, start + (promise.stands.ends_at - promise.stands.starts_at))


def sentences(moves: Sequence[Move]) -> list[str]:
    """Return one line for each move, as the console lists them."""
    return [
        f"{move.promise.words}: {move.promise.stands.starts_at:%Y-%m-%d %H:%M} UTC becomes {_said(move.becomes)}"
        for move in moves
    ]


def _said(becomes: Interval | None) -> str:
    return f"{becomes.starts_at:%H:%M} UTC" if becomes else "impossible: the clocks jump over it; move it by hand"
