"""Writing the next version of a running plan: a reason, and what changes; it comes into force with a new consent."""

from dataclasses import replace
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clients.sealing import SealedRecord, record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.treatment_plans.blocks import Shape
from practice.treatment_plans.details import VersionDetails
from practice.treatment_plans.drafting import write_details
from practice.treatment_plans.errors import PlanReasonNeeded, VersionFrozen
from practice.treatment_plans.lifecycles import PLAN, RUNNING_PLANS, VERSION, GoalState, PlanState, VersionState
from practice.treatment_plans.queries import find_version, get_plan
from practice.treatment_plans.sessions import delivered, list_sessions
from practice.treatment_plans.version_models import PlanGoal, PlanVersion
from practice.treatment_plans.version_shapes import shape_of


def revise(
    session: Session, *, plan_uid: str, details: VersionDetails, reason: str, actor: Actor, now: datetime
) -> PlanVersion:
    """Write the draft of the next version: baseline and open goals are taken over, its sessions go on counting.

    Raises :class:`PlanReasonNeeded`, ``ImpossibleCourse``, ``ForbiddenStep`` unless the plan runs, and
    :class:`VersionFrozen` when a draft is being written already.
    """
    if not reason.strip():
        raise PlanReasonNeeded("Say why the plan changes.")
    plan = get_plan(session, plan_uid, is_locked=True)
    if PlanState(plan.state) not in RUNNING_PLANS:
        PLAN.require_step(PlanState(plan.state), PlanState.ON_HOLD)
    old = find_version(session, plan.id, VersionState.ACTIVE)
    if old is None or find_version(session, plan.id, VersionState.DRAFT) is not None:
        raise VersionFrozen("A new version is being written already. Finish or discard it first.")
    sealed = record_to_write(session, client_id=plan.client_id, now=now)
    draft = PlanVersion(
        uid=new_uid(),
        plan_id=plan.id,
        number=_next_number(session, plan.id),
        baseline_leg=old.baseline_leg,
        baseline_back=old.baseline_back,
        baseline_psfs_tenths=old.baseline_psfs_tenths,
        created_at=now,
        created_by_id=actor.user_id,
    )
    draft.reason = sealed.seal(reason, PlanVersion.reason, draft.uid)
    first = delivered(list_sessions(session, plan.id)) + 1
    write_details(session, draft, details, _going_on(shape_of(old), first))
    draft.goals = [_again(goal, sealed) for goal in old.goals if goal.state == GoalState.ACTIVE]
    session.add(draft)
    session.flush()
    record(session, Event("version.created", "plan_version", draft.uid, actor, now, {"number": draft.number}))
    return draft


def discard_draft(session: Session, *, plan_uid: str, actor: Actor, now: datetime) -> None:
    """Drop the draft of a running plan; the version in force stays. Raises :class:`VersionFrozen` without one."""
    plan = get_plan(session, plan_uid, is_locked=True)
    draft = find_version(session, plan.id, VersionState.DRAFT)
    if draft is None or PlanState(plan.state) not in RUNNING_PLANS:
        raise VersionFrozen("There is no draft of a new version to discard.")
    VERSION.require_step(VersionState(draft.state), VersionState.DISCARDED)
    draft.state, draft.ended_at = VersionState.DISCARDED, now
    session.flush()
    record(session, Event("version.discarded", "plan_version", draft.uid, actor, now))


def _going_on(shape: Shape, first: int) -> Shape:
    """Return the same course, its sessions counted from another number on."""
    moved_by = first - shape.first_number
    return replace(shape, first_number=first, checkpoints=tuple(number + moved_by for number in shape.checkpoints))


def _again(goal: PlanGoal, sealed: SealedRecord) -> PlanGoal:
    row = PlanGoal(
        uid=new_uid(),
        measure=goal.measure,
        is_functional=goal.is_functional,
        baseline_tenths=goal.baseline_tenths,
        target_tenths=goal.target_tenths,
        due_on=goal.due_on,
        due_number=goal.due_number,
    )
    if goal.text is not None:
        row.text = sealed.seal(sealed.open(goal.text, PlanGoal.text, goal.uid), PlanGoal.text, row.uid)
    return row


def _next_number(session: Session, plan_id: int) -> int:
    last = session.scalar(select(func.max(PlanVersion.number)).where(PlanVersion.plan_id == plan_id))
    return (last or 0) + 1
