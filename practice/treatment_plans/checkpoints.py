"""Judging at a checkpoint: the verdict is computed here from what was measured, whoever asks; people decide on it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from fractions import Fraction

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.treatment_plans.errors import NothingToJudge
from practice.treatment_plans.holding import hold
from practice.treatment_plans.judging import read_course
from practice.treatment_plans.lifecycles import GoalState, HoldReason, PlanState, SessionState, VersionState
from practice.treatment_plans.models import Reassessment, TreatmentPlan
from practice.treatment_plans.next_steps import Decided, Step, open_steps
from practice.treatment_plans.progress import Change, Definitions, Progress, Verdict
from practice.treatment_plans.queries import find_version, get_plan, list_reassessments
from practice.treatment_plans.reassessing import Finding, record_reassessment
from practice.treatment_plans.sessions import SessionView, list_sessions
from practice.treatment_plans.version_models import PlanVersion
from practice.treatment_plans.version_shapes import checkpoints_of

REFERENCE = "rule of verdicts, edition 2026-11"
"""Which edition of the rule computed a verdict (``progress``, clinical.md 5.4); kept beside it."""

_TREATED = frozenset({SessionState.DELIVERED, SessionState.IN_PROGRESS})


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What is found after the last session that was treated; ``due`` is the checkpoint that it answers, if any."""

    after_number: int
    due: int | None
    progress: Progress
    definitions: Definitions
    earlier: Sequence[Decided]
    goals_met: bool

    def steps(self, verdict: Verdict, adherence: float | None = None) -> tuple[Step, ...]:
        """Return the decisions that a verdict leaves open, the first one proposed."""
        return open_steps(verdict, earlier=self.earlier, adherence=adherence, goals_met=self.goals_met)


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """What the therapist decides: the verdict, confirmed or overridden with a reason, and the step that follows."""

    after_number: int
    decided: Verdict
    step: Step
    reason: str = ""
    adherence: float | None = None


def find_checkpoint(session: Session, plan: TreatmentPlan) -> Checkpoint | None:
    """Return the verdict as it is computed now, with its numbers; None before a visit."""
    course = read_course(session, plan)
    progress = course.at_checkpoint()
    after_number = _last_treated(list_sessions(session, plan.id))
    if progress is None or after_number is None:
        return None
    earlier = list_reassessments(session, plan.id)
    version = find_version(session, plan.id, VersionState.ACTIVE)
    return Checkpoint(
        after_number=after_number,
        due=_due(version, earlier, after_number),
        progress=progress,
        definitions=course.definitions,
        earlier=[Decided(Verdict(row.decided), Step(row.decision)) for row in earlier],
        goals_met=version is not None and _are_met(version),
    )


def assess(session: Session, *, plan_uid: str, decision: Decision, actor: Actor, now: datetime) -> Reassessment:
    """Compute the verdict, keep it beside the one decided, and hold an active plan that gets worse (clinical.md 5.4).

    Raises :class:`NothingToJudge`, also when another session was treated since the page was read, and what
    ``record_reassessment`` raises.
    """
    plan = get_plan(session, plan_uid, is_locked=True)
    found = find_checkpoint(session, plan)
    if found is None:
        raise NothingToJudge
    if found.after_number != decision.after_number:
        raise NothingToJudge("Another session was treated meanwhile. Look at the numbers again.")
    finding = Finding(
        after_number=found.after_number,
        verdict=found.progress.verdict,
        decided=decision.decided,
        step=decision.step,
        reason=decision.reason,
        adherence=decision.adherence,
        goals_met=found.goals_met,
        numbers=numbers_of(found.progress, decision.adherence),
    )
    row = record_reassessment(session, plan_uid=plan_uid, finding=finding, actor=actor, now=now)
    if decision.step is Step.HOLD_AND_REFER and plan.state == PlanState.ACTIVE:
        hold(session, plan_uid=plan_uid, reason=HoldReason.WORSENING, actor=actor, now=now)
    return row


def numbers_of(progress: Progress, adherence: float | None) -> Mapping[str, object]:
    """Return what lies behind a verdict, as it is kept beside it."""
    return {
        "reference": REFERENCE,
        "delivered": progress.delivered,
        "signs": [str(sign) for sign in progress.signs],
        "adherence": adherence,
        **{change.code: _kept(change) for change in (progress.pain, *progress.function)},
    }


def _kept(change: Change) -> list[object]:
    return [number(change.before), number(change.after), str(change.answer)]


def number(value: Fraction | None) -> float | None:
    """Return an exact number as people read it."""
    return None if value is None else round(float(value), 2)


def _last_treated(sessions: Sequence[SessionView]) -> int | None:
    return max((each.number for each in sessions if each.state in _TREATED), default=None)


def _due(version: PlanVersion | None, earlier: Sequence[Reassessment], after_number: int) -> int | None:
    last = max((row.after_number for row in earlier), default=0)
    numbers = () if version is None else checkpoints_of(version)
    return next((each for each in numbers if last < each <= after_number), None)


def _are_met(version: PlanVersion) -> bool:
    return bool(version.goals) and all(goal.state == GoalState.ACHIEVED for goal in version.goals)
