"""Putting a plan on hold, and resuming it once the cause is resolved."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import require_version
from practice.core.events import Event, record
from practice.treatment_plans.errors import SEE_PLAN, ForbiddenStep, HoldCauseOpen
from practice.treatment_plans.lifecycles import PLAN, HoldReason, PlanState, VersionState
from practice.treatment_plans.models import PlanHold, TreatmentPlan
from practice.treatment_plans.queries import find_consent, find_hold, find_version, get_plan, is_registered
from practice.treatment_plans.readiness import unresolved
from practice.treatment_plans.safety_today import safety_of


def hold(
    session: Session,
    *,
    plan_uid: str,
    reason: HoldReason,
    note: str = "",
    allows_booking: bool = False,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> TreatmentPlan:
    """Let an active plan rest; ``allows_booking`` lets visits be booked meanwhile. The note is sealed.

    Raises ``ForbiddenStep`` and ``StaleVersion``.
    """
    plan = get_plan(session, plan_uid, is_locked=True)
    require_version(plan.version, version)
    PLAN.require_step(PlanState(plan.state), PlanState.ON_HOLD)
    plan.state = PlanState.ON_HOLD
    row = PlanHold(
        uid=new_uid(),
        plan_id=plan.id,
        reason=reason,
        allows_booking=allows_booking,
        from_at=now,
        held_by_id=actor.user_id,
    )
    if note:
        sealed = record_to_write(session, client_id=plan.client_id, now=now)
        row.note = sealed.seal(note, PlanHold.note, row.uid)
    session.add(row)
    session.flush()
    record(session, Event("plan.held", "treatment_plan", plan.uid, actor, now, {"reason": str(reason)}))
    return plan


def resume(
    session: Session, *, plan_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> TreatmentPlan:
    """Go on with a plan on hold, once its cause is resolved and a fresh screening is signed (clinical.md 6).

    Raises :class:`HoldCauseOpen` naming everything that is not resolved, ``ForbiddenStep`` and ``StaleVersion``.
    """
    plan = get_plan(session, plan_uid, is_locked=True)
    require_version(plan.version, version)
    _require_held(PlanState(plan.state))
    in_force = find_version(session, plan.id, VersionState.ACTIVE)
    open_causes = unresolved(
        safety_of(session, plan, now=now),
        is_therapist_registered=is_registered(plan.therapist, practice_today(session, now)),
        has_consent=in_force is not None and find_consent(session, in_force.id) is not None,
    )
    if open_causes:
        raise HoldCauseOpen(open_causes)
    plan.state = PlanState.ACTIVE
    end_hold(session, plan, actor=actor, now=now)
    session.flush()
    record(session, Event("plan.resumed", "treatment_plan", plan.uid, actor, now))
    return plan


def _require_held(state: PlanState) -> None:
    """Raise ``ForbiddenStep`` for a plan that does not rest; one that never began is activated, not resumed."""
    PLAN.require_step(state, PlanState.ACTIVE)
    if state is not PlanState.ON_HOLD:
        sentence = f"The treatment plan is {PLAN.words[state]}, so there is nothing to resume."
        raise ForbiddenStep(sentence, thing=PLAN.thing, before=state, after=PlanState.ACTIVE, ways_out=(SEE_PLAN,))


def end_hold(session: Session, plan: TreatmentPlan, *, actor: Actor, now: datetime) -> None:
    """Write down that the hold of a plan, if there is one, is over."""
    row = find_hold(session, plan.id)
    if row is not None:
        row.until_at, row.resumed_by_id = now, actor.user_id
