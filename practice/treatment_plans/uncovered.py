"""Plans that must rest because nothing covers a warning sign of their client any more: looked for all the time."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from practice.clinic.queries import practice_today, practice_zone
from practice.core.actor import SYSTEM
from practice.safety.gate import Asked, Care, judge_visit
from practice.safety.standing import read_facts
from practice.treatment_plans.holding import hold
from practice.treatment_plans.lifecycles import HoldReason, PlanState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.safety_today import UNCOVERED

PLANS_AT_ONCE = 500


def hold_uncovered(session: Session, *, now: datetime) -> int:
    """Put every active plan on hold whose client has an open flag without a clearance today; return how many.

    A clearance that expires inside a course stops it the same night (clinical.md 2.3). Two statements for some hundred
    plans when all is well.
    """
    held, after = 0, 0
    while plans := _active_plans(session, after):
        held += _hold_uncovered(session, plans, now=now)
        after = plans[-1].id
    return held


def _active_plans(session: Session, after: int) -> Sequence[TreatmentPlan]:
    active = select(TreatmentPlan).where(TreatmentPlan.state == PlanState.ACTIVE, TreatmentPlan.id > after)
    in_order = active.options(joinedload(TreatmentPlan.client)).order_by(TreatmentPlan.id).limit(PLANS_AT_ONCE)
    return session.scalars(in_order).all()


def _hold_uncovered(session: Session, plans: Sequence[TreatmentPlan], *, now: datetime) -> int:
    today = practice_today(session, now)
    kept = sorted({plan.client.kept_id for plan in plans})
    facts = read_facts(session, kept, zone=practice_zone(session), now=now)
    asked = Asked(Care.HANDS_ON, on=today, today=today, is_starting=True)
    stopped = {
        client_id
        for client_id in kept
        if any(finding.code in UNCOVERED for finding in judge_visit(asked, facts[client_id]).refusals)
    }
    resting = [plan for plan in plans if plan.client.kept_id in stopped]
    for plan in resting:
        hold(session, plan_uid=plan.uid, reason=HoldReason.CLEARANCE_EXPIRED, actor=SYSTEM, now=now)
    return len(resting)
