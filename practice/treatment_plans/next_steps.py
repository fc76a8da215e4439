"""What may follow a verdict: the therapist chooses among these and writes why (clinical.md 5.4). Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from practice.treatment_plans.progress import Verdict

LOW_ADHERENCE_BELOW = 50
FAIR_ADHERENCE_BELOW = 80


class Step(StrEnum):
    """A decision at a checkpoint."""

    CONTINUE = "continue"
    CONTINUE_ONCE = "continue_once"
    TAPER = "taper"
    DISCHARGE = "discharge"
    HOLD_AND_REFER = "hold_and_refer"
    RETRY_WITH_LESS = "retry_with_less"
    CHANGE_APPROACH = "change_approach"
    REFER = "refer"


class Adherence(StrEnum):
    """How much of the home programme was done."""

    GOOD = "good"
    FAIR = "fair"
    LOW = "low"


@dataclass(frozen=True, slots=True)
class Decided:
    """A checkpoint that is past: its verdict and what was decided."""

    verdict: Verdict
    step: Step


def adherence_band(percent: float) -> Adherence:
    """Return the band of a percentage."""
    if percent < LOW_ADHERENCE_BELOW:
        return Adherence.LOW
    return Adherence.FAIR if percent < FAIR_ADHERENCE_BELOW else Adherence.GOOD


def open_steps(
    verdict: Verdict, *, earlier: Sequence[Decided], adherence: float | None, goals_met: bool = False
) -> tuple[Step, ...]:
    """Return the decisions that a verdict leaves open, the first one proposed.

    *earlier* are the plan's checkpoints so far, *adherence* its mean percentage, None when nothing was logged.
    """
    if verdict is Verdict.NO_CHANGE:
        return _without_change(earlier, adherence)
    if verdict is Verdict.PARTIAL:
        went_on = bool(earlier) and earlier[-1].verdict is Verdict.PARTIAL
        return (Step.CHANGE_APPROACH, Step.REFER) if went_on else (Step.CONTINUE_ONCE, Step.CHANGE_APPROACH)
    if verdict is Verdict.RESPONDER:
        return (Step.DISCHARGE, Step.TAPER, Step.CONTINUE) if goals_met else (Step.CONTINUE, Step.TAPER)
    return _FIXED[verdict]


_FIXED = {
    Verdict.WORSENING: (Step.HOLD_AND_REFER,),
    Verdict.RECOVERED: (Step.DISCHARGE, Step.TAPER),
    Verdict.TOO_EARLY: (Step.CONTINUE,),
}


def _without_change(earlier: Sequence[Decided], adherence: float | None) -> tuple[Step, ...]:
    has_retried = any(each.step is Step.RETRY_WITH_LESS for each in earlier)
    if adherence is not None and adherence < LOW_ADHERENCE_BELOW and not has_retried:
        return (Step.RETRY_WITH_LESS, Step.REFER)
    if any(each.verdict is Verdict.NO_CHANGE for each in earlier):
        return (Step.REFER,)
    return (Step.CHANGE_APPROACH, Step.REFER)
