"""What this process remembers of diaries and set-up, under versions that one small query checks.

A copy is only served while its version is the database's; a write transaction reads but never fills it,
because what it sees may be rolled back.
"""

from collections import OrderedDict
from collections.abc import Hashable, Iterable, Mapping
from datetime import date
from threading import Lock
from typing import Generic, TypeVar
from weakref import WeakKeyDictionary

from sqlalchemy import Connection, Engine
from sqlalchemy.orm import Session

from practice.scheduling.diary_time import DiaryTime
from practice.scheduling.question import Exceptions, SetUp, Span

K = TypeVar("K", bound=Hashable)
T = TypeVar("T")

MOST_DIARY_WINDOWS = 2000
MOST_EXCEPTION_WINDOWS = 64


ExceptionsKey = tuple[date, date, Span]
DiaryKey = tuple[int, Span]


class Shelf(Generic[K, T]):
    """A bounded store that forgets what was used least recently; safe between threads."""

    def __init__(self, most: int) -> None:
        self._most = most
        self._kept: OrderedDict[K, tuple[int, T]] = OrderedDict()
        self._lock = Lock()

    def recall(self, versions: Mapping[K, int]) -> dict[K, T]:
        """Return what is kept under these keys in exactly these versions."""
        found: dict[K, T] = {}
        with self._lock:
            for key, version in versions.items():
                kept = self._kept.get(key)
                if kept is not None and kept[0] == version:
                    self._kept.move_to_end(key)
                    found[key] = kept[1]
        return found

    def keep(self, values: Iterable[tuple[K, int, T]]) -> None:
        """Keep values of ``(key, version, value)``."""
        with self._lock:
            for key, version, value in values:
                self._kept[key] = (version, value)
                self._kept.move_to_end(key)
            while len(self._kept) > self._most:
                self._kept.popitem(last=False)

    def __len__(self) -> int:
        return len(self._kept)


class Memory:
    """The shelves of one database."""

    def __init__(self) -> None:
        self.set_ups: Shelf[str, SetUp] = Shelf(1)
        self.exceptions: Shelf[ExceptionsKey, Exceptions] = Shelf(MOST_EXCEPTION_WINDOWS)
        self.diaries: Shelf[DiaryKey, DiaryTime] = Shelf(MOST_DIARY_WINDOWS)


_memories: WeakKeyDictionary[Engine, Memory] = WeakKeyDictionary()
_memories_lock = Lock()


def memory_of(session: Session) -> Memory:
    """Return the memory that belongs to the session's database."""
    bind = session.get_bind()
    engine = bind.engine if isinstance(bind, Connection) else bind
    with _memories_lock:
        return _memories.setdefault(engine, Memory())


def may_fill(session: Session) -> bool:
    """Return whether what *session* reads is committed: not so inside a write transaction."""
    return session.connection().get_execution_options().get("sqlite_begin") != "IMMEDIATE"
