"""What a checkpoint found: the verdict as computed and as decided, both kept for good, and the step that follows."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.treatment_plans.errors import DecisionNotOpen, PlanReasonNeeded
from practice.treatment_plans.lifecycles import PLAN, RUNNING_PLANS, PlanState
from practice.treatment_plans.models import Reassessment
from practice.treatment_plans.next_steps import Decided, Step, open_steps
from practice.treatment_plans.progress import Verdict
from practice.treatment_plans.queries import get_plan, list_reassessments

NEEDS_REASON = frozenset({Step.CHANGE_APPROACH, Step.REFER, Step.HOLD_AND_REFER, Step.RETRY_WITH_LESS})


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """What was computed and decided at a checkpoint; ``numbers`` lie behind the verdict, ``adherence`` is per cent."""

    after_number: int
    verdict: Verdict
    decided: Verdict
    step: Step
    reason: str = ""
    adherence: float | None = None
    goals_met: bool = False
    numbers: Mapping[str, object] = field(default_factory=dict)


def record_reassessment(
    session: Session, *, plan_uid: str, finding: Finding, actor: Actor, now: datetime
) -> Reassessment:
    """Keep the verdict computed after a session, the one decided, and the step chosen; it is never changed again.

    Another verdict than the computed one, and a step that changes course, need a reason (clinical.md 5.4). Raises
    :class:`PlanReasonNeeded`, :class:`DecisionNotOpen` and ``ForbiddenStep`` unless the plan runs.
    """
    plan = get_plan(session, plan_uid, is_locked=True)
    if PlanState(plan.state) not in RUNNING_PLANS:
        PLAN.require_step(PlanState(plan.state), PlanState.ON_HOLD)
    _require_reason(finding)
    _require_open(finding, list_reassessments(session, plan.id))
    row = Reassessment(
        uid=new_uid(),
        plan_id=plan.id,
        after_number=finding.after_number,
        done_at=now,
        done_by_id=actor.user_id,
        verdict=finding.verdict,
        decided=finding.decided,
        decision=finding.step,
    )
    sealed = record_to_write(session, client_id=plan.client_id, now=now)
    row.numbers = sealed.seal_json(dict(finding.numbers), Reassessment.numbers, row.uid)
    if finding.reason:
        row.reason = sealed.seal(finding.reason, Reassessment.reason, row.uid)
    session.add(row)
    session.flush()
    is_override = finding.verdict is not finding.decided
    action = "verdict.overridden" if is_override else "verdict.computed"
    record(session, Event(action, "treatment_plan", plan.uid, actor, now, {"after": finding.after_number}))
    return row


def _require_reason(finding: Finding) -> None:
    if finding.reason.strip():
        return
    if finding.verdict is not finding.decided:
        raise PlanReasonNeeded("Say why you judge otherwise than the numbers.")
    if finding.step in NEEDS_REASON:
        raise PlanReasonNeeded("Say why the course changes.")


def _require_open(finding: Finding, earlier: Sequence[Reassessment]) -> None:
    if any(row.after_number >= finding.after_number for row in earlier):
        raise DecisionNotOpen("This checkpoint has its verdict already.")
    decided = [Decided(Verdict(row.decided), Step(row.decision)) for row in earlier]
    ways = open_steps(finding.decided, earlier=decided, adherence=finding.adherence, goals_met=finding.goals_met)
    if finding.step not in ways:
        words = ", ".join(str(way).replace("_", " ") for way in ways)
        raise DecisionNotOpen(f"After this verdict the ways open are: {words}.")
