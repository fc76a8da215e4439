"""How a goal of a version in force ended: its words and numbers stay as they were agreed."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.treatment_plans.lifecycles import GOAL, GoalState, VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.version_models import PlanGoal, PlanVersion


def settle_goal(
    session: Session,
    *,
    plan_uid: str,
    goal_uid: str,
    state: GoalState,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> PlanGoal:
    """Note that a goal was achieved or not; raises ``NotFound``, ``StaleVersion`` and ``ForbiddenStep``."""
    goal = get_goal(session, plan_uid, goal_uid)
    require_version(goal.version, version)
    GOAL.require_step(GoalState(goal.state), state)
    goal.state, goal.settled_at = state, now
    session.flush()
    record(session, Event("goal.settle", "plan_goal", goal.uid, actor, now, {"state": str(state)}))
    return goal


def get_goal(session: Session, plan_uid: str, goal_uid: str) -> PlanGoal:
    """Return a goal of a plan, of the version in force or of the draft; raises ``NotFound``."""
    wanted = (
        select(PlanGoal)
        .join(PlanVersion, PlanVersion.id == PlanGoal.version_id)
        .join(TreatmentPlan, TreatmentPlan.id == PlanVersion.plan_id)
        .where(
            TreatmentPlan.uid == plan_uid,
            PlanGoal.uid == goal_uid,
            PlanVersion.state.in_((VersionState.ACTIVE, VersionState.DRAFT)),
        )
    )
    row = session.scalars(wanted.with_for_update(of=PlanGoal)).one_or_none()
    if row is None:
        raise NotFound("There is no such goal in this plan.")
    return row
