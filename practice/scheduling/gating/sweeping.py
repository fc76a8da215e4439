"""The round over all that is booked: what ran out makes visits tentative, what has come makes them firm."""

from collections.abc import Callable
from functools import partial

from sqlalchemy.orm import Session, sessionmaker

from practice.core.actor import SYSTEM
from practice.core.clock import Clock
from practice.core.transact import transact
from practice.safety.clearances import lapse_requests
from practice.scheduling.gating.asking_ahead import ask_ahead
from practice.scheduling.gating.restanding import clients_with_visits, restand


class Sweep:
    """Walks over all who have something coming, some hundred at once, each in a transaction of their own."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock) -> None:
        self._sessions = sessions
        self._clock = clock

    def run(self) -> int:
        """Judge every coming visit anew; return how many stand otherwise now. Done twice it changes nothing more."""
        now = self._clock()
        self._write(partial(lapse_requests, actor=SYSTEM, now=now))
        changed, after = 0, 0
        while ids := self._next(after):
            changed += self._write(partial(restand, client_ids=ids, actor=SYSTEM, now=now))
            self._write(partial(ask_ahead, client_ids=ids, now=now))
            after = ids[-1]
        return changed

    def _next(self, after: int) -> list[int]:
        with self._sessions() as session:
            return clients_with_visits(session, after=after, now=self._clock())

    def _write(self, work: Callable[[Session], int]) -> int:
        with self._sessions() as session:
            return transact(session, lambda: work(session))
