"""The worker's round: offers that ran out or became impossible end, then every free time that suits is offered.

Free times are found from the diaries as they stand, however they came to be free; each offer is one transaction,
so several workers may run and a killed one loses nothing.
"""

from collections.abc import Callable
from datetime import datetime
from functools import partial
from typing import TypeVar

from sqlalchemy.orm import Session, sessionmaker

from practice.core.clock import Clock
from practice.core.errors import PracticeError
from practice.core.transact import transact
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.wait_list.board import Look, Reach, is_anyone_waiting, is_anything_over, read_board
from practice.scheduling.wait_list.deciding import Decision, next_offer
from practice.scheduling.wait_list.ending import expire_offers
from practice.scheduling.wait_list.entries import expire_entries
from practice.scheduling.wait_list.offers import make_offer
from practice.scheduling.wait_list.reviewing import list_doubtful, review_offer

T = TypeVar("T")

MOST_TRIES = 100
"""In one round; what is left comes in the next."""


class OfferRound:
    """What one worker does for the wait list at each tick."""

    def __init__(self, sessions: sessionmaker[Session], clock: Clock, *, rules: BookingRules, reach: Reach) -> None:
        self._sessions = sessions
        self._clock = clock
        self._rules = rules
        self._reach = reach

    def run(self) -> int:
        """End what has run out, offer what is free; return how many offers were made."""
        now = self._clock()
        self._end(now)
        self._review(now)
        impossible: set[tuple[int, int, int]] = set()
        made = 0
        for _ in range(MOST_TRIES):
            decision = self._decide(frozenset(impossible), now)
            if decision is None:
                break
            if self._offer(decision, now):
                made += 1
            else:
                impossible.add(decision.key)
        return made

    def _end(self, now: datetime) -> None:
        with self._sessions() as session:
            is_over = is_anything_over(session, now=now)
        if is_over:
            self._write(lambda session: expire_offers(session, now=now))
            self._write(lambda session: expire_entries(session, now=now))

    def _review(self, now: datetime) -> None:
        reach, rules = self._reach, self._rules
        with self._sessions() as session:
            doubtful = list_doubtful(session, reach=reach, rules=rules, now=now)
        for uid in doubtful:
            self._write(partial(review_offer, offer_uid=uid, reach=reach, rules=rules, now=now))

    def _decide(self, impossible: frozenset[tuple[int, int, int]], now: datetime) -> Decision | None:
        with self._sessions() as session:
            if not is_anyone_waiting(session):
                return None
            return next_offer(read_board(session, Look(), reach=self._reach, now=now), skipping=impossible)

    def _offer(self, decision: Decision, now: datetime) -> bool:
        """Make one offer; False when somebody was faster or a rule forbids it."""
        try:
            self._write(lambda session: make_offer(session, decision=decision, rules=self._rules, now=now))
        except PracticeError:
            return False
        return True

    def _write(self, work: Callable[[Session], T]) -> T:
        with self._sessions() as session:
            return transact(session, lambda: work(session))
