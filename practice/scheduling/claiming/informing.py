"""Rules of features above that must look something up: they read once per act, under the lock, then judge purely."""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from functools import partial
from typing import Generic, TypeVar

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import Refusal
from practice.scheduling.claiming.rules import BookingFacts, BookingRequest, BookingRule, BookingRules, Notice
from practice.scheduling.question import Question

Known = TypeVar("Known")


@dataclass(frozen=True, slots=True)
class InformedRule(Generic[Known]):
    """A rule that asks *read* what it must know about the client of a question, and judges with the answer.

    ``judge`` is given the request, the facts of the diaries, and what was read. Asked before :func:`inform` it
    raises ``RuntimeError``, so that nothing can book past it.
    """

    read: Callable[[Session, Question], Known]
    judge: Callable[[BookingRequest, BookingFacts, Known], Iterable[Refusal | Notice]]

    def __call__(self, _request: BookingRequest, _facts: BookingFacts) -> Iterable[Refusal | Notice]:
        raise RuntimeError(f"{self.judge.__name__} judges only after inform()")

    def informed(self, session: Session, question: Question) -> BookingRule:
        """Return the rule with what is known now."""
        return partial(self._judge_knowing, self.read(session, question))

    def _judge_knowing(self, known: Known, request: BookingRequest, facts: BookingFacts) -> Iterable[Refusal | Notice]:
        return self.judge(request, facts, known)


def inform(session: Session, rules: BookingRules, question: Question) -> BookingRules:
    """Return *rules* ready to judge acts about the client of *question*; at most a few statements a rule."""
    return tuple(rule.informed(session, question) if isinstance(rule, InformedRule) else rule for rule in rules)


@dataclass(frozen=True, slots=True)
class Judging:
    """By which rules, for whom and when a wish is judged."""

    rules: BookingRules
    actor: Actor
    now: datetime

    def about(self, session: Session, question: Question) -> "Judging":
        """Return the same with rules that know what they must about the client of *question*."""
        return replace(self, rules=inform(session, self.rules, question))
