"""Proof that whoever signs typed the signing PIN a moment ago, on the device that is signed in (desk.md 8). Pure."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from practice.accounts.errors import StepUpNeeded
from practice.core.actor import Actor

LASTS = timedelta(minutes=5)


@dataclass(frozen=True, slots=True)
class StepUp:
    """Whose signing PIN was typed, and when."""

    user_id: int
    at: datetime

    def is_good_for(self, actor: Actor, now: datetime) -> bool:
        """Return whether it was this actor's, not longer than five minutes ago."""
        return self.user_id == actor.user_id and timedelta() <= now - self.at <= LASTS


def require_step_up(proof: StepUp | None, *, actor: Actor, now: datetime) -> None:
    """Raise :class:`StepUpNeeded` unless *proof* is good for *actor* now."""
    if proof is None or not proof.is_good_for(actor, now):
        raise StepUpNeeded
