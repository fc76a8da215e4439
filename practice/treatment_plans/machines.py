"""State machines as values: which step may follow which, and a refusal by name for every other one. Pure."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Generic, TypeVar

from practice.core.errors import WayOut
from practice.treatment_plans.errors import ForbiddenStep

State = TypeVar("State", bound=StrEnum)


@dataclass(frozen=True, slots=True, eq=False)
class Machine(Generic[State]):
    """One life: ``steps`` names every allowed one, ``words`` how a state is said in a sentence.

    ``instead`` leads on from states out of which nothing leads.
    """

    thing: str
    steps: Mapping[State, frozenset[State]]
    words: Mapping[State, str]
    instead: Mapping[State, WayOut] = field(default_factory=dict)

    @property
    def states(self) -> list[State]:
        """Return every state, in the order of a life."""
        return list(self.steps)

    @property
    def ends(self) -> frozenset[State]:
        """Return the states out of which nothing leads."""
        return frozenset(state for state, after in self.steps.items() if not after)

    def may_step(self, before: State, after: State) -> bool:
        """Return whether one act may lead from *before* to *after*."""
        return after in self.steps[before]

    def require_step(self, before: State, after: State) -> None:
        """Raise :class:`ForbiddenStep`, naming both states, unless the step is allowed."""
        if self.may_step(before, after):
            return
        sentence = f"The {self.thing} is {self.words[before]}, so it cannot become {self.words[after]}."
        if before in self.ends:
            sentence = f"The {self.thing} is {self.words[before]}, and nothing leads out of that."
        ways = (self.instead[before],) if before in self.instead else ()
        raise ForbiddenStep(sentence, thing=self.thing, before=before, after=after, ways_out=ways)
