"""How a plan ends: completed, discharged, referred, or cancelled before it began; nothing open is left behind."""

from collections.abc import Callable, Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.errors import Refusal, require_version
from practice.core.events import Event, record
from practice.treatment_plans.errors import PlanNotOver, PlanReasonNeeded
from practice.treatment_plans.holding import end_hold
from practice.treatment_plans.lifecycles import PLAN, VERSION, Outcome, PlanState, SessionState, VersionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import find_version, get_plan, list_reassessments
from practice.treatment_plans.readiness import (
    Ending,
    against_cancelling,
    against_completion,
    against_discharge,
    against_referral,
)
from practice.treatment_plans.session_states import SETTLED
from practice.treatment_plans.sessions import SessionView, delivered, list_sessions, standing
from practice.treatment_plans.version_shapes import checkpoints_of

_Against = Callable[[Ending], tuple[Refusal, ...]]


def complete(
    session: Session, *, plan_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> TreatmentPlan:
    """End a plan whose sessions are all delivered and whose last checkpoint is done; its outcome is *goals met*.

    Raises :class:`PlanNotOver` naming everything that is open, ``ForbiddenStep`` and ``StaleVersion``.
    """
    plan = _get(session, plan_uid, PlanState.COMPLETED, version)
    _require(session, plan, against_completion)
    plan.outcome = Outcome.GOALS_MET
    return _end(session, plan, PlanState.COMPLETED, "", actor=actor, now=now)


def discharge(
    session: Session,
    *,
    plan_uid: str,
    outcome: Outcome,
    measures_reason: str = "",
    reason: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> TreatmentPlan:
    """End a running plan with one of the outcomes of clinical.md 5.6; without final measures a reason says why.

    Raises :class:`PlanNotOver`, ``ForbiddenStep`` and ``StaleVersion``.
    """
    plan = _get(session, plan_uid, PlanState.DISCHARGED, version)
    _require(session, plan, against_discharge, measures_reason=measures_reason)
    plan.outcome = outcome
    words = "\n".join(filter(None, (reason, measures_reason)))
    return _end(session, plan, PlanState.DISCHARGED, words, actor=actor, now=now)


def refer(
    session: Session,
    *,
    plan_uid: str,
    reason: str,
    outcome: Outcome = Outcome.REFERRED_PHYSICIAN,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> TreatmentPlan:
    """End a plan by handing the client on; the reason names the letter or the emergency record. It is sealed.

    Raises :class:`PlanReasonNeeded`, :class:`PlanNotOver`, ``ForbiddenStep`` and ``StaleVersion``.
    """
    plan = _get(session, plan_uid, PlanState.REFERRED, version)
    if not reason.strip():
        raise PlanReasonNeeded("Say to whom the client is referred and by which letter.")
    _require(session, plan, against_referral)
    plan.outcome = outcome
    return _end(session, plan, PlanState.REFERRED, reason, actor=actor, now=now)


def cancel_plan(
    session: Session, *, plan_uid: str, reason: str = "", version: int | None = None, actor: Actor, now: datetime
) -> TreatmentPlan:
    """End a plan that never began; raises :class:`PlanNotOver`, ``ForbiddenStep`` and ``StaleVersion``."""
    plan = _get(session, plan_uid, PlanState.CANCELLED, version)
    _require(session, plan, against_cancelling)
    return _end(session, plan, PlanState.CANCELLED, reason, actor=actor, now=now)


def ending_of(session: Session, plan: TreatmentPlan, *, measures_reason: str = "") -> Ending:
    """Return what there is when a plan is to end; the page shows it before the button is pressed."""
    sessions = list_sessions(session, plan.id)
    version = find_version(session, plan.id, VersionState.ACTIVE)
    done = {row.after_number for row in list_reassessments(session, plan.id)}
    last = checkpoints_of(version)[-1:] if version is not None else ()
    return Ending(
        future_bookings=len(standing(sessions)),
        undelivered=sum(each.state not in SETTLED for each in sessions),
        delivered=delivered(sessions),
        open_checkpoints=tuple(number for number in last if number not in done),
        has_final_measures=bool(done) and max(done) >= _last_delivered(sessions),
        measures_reason=measures_reason.strip(),
    )


def _last_delivered(sessions: Sequence[SessionView]) -> int:
    return max((each.number for each in sessions if each.state is SessionState.DELIVERED), default=0)


def _get(session: Session, uid: str, after: PlanState, version: int | None) -> TreatmentPlan:
    plan = get_plan(session, uid, is_locked=True)
    require_version(plan.version, version)
    PLAN.require_step(PlanState(plan.state), after)
    return plan


def _require(session: Session, plan: TreatmentPlan, against: _Against, *, measures_reason: str = "") -> None:
    if found := against(ending_of(session, plan, measures_reason=measures_reason)):
        raise PlanNotOver(found)


def _end(
    session: Session, plan: TreatmentPlan, state: PlanState, reason: str, *, actor: Actor, now: datetime
) -> TreatmentPlan:
    if reason:
        sealed = record_to_write(session, client_id=plan.client_id, now=now)
        plan.reason = sealed.seal(reason, TreatmentPlan.reason, plan.uid)
    plan.state, plan.ended_at = state, now
    end_hold(session, plan, actor=actor, now=now)
    _end_versions(session, plan, now=now)
    session.flush()
    data = {"outcome": str(plan.outcome)} if plan.outcome else {}
    record(session, Event(f"plan.{state}", "treatment_plan", plan.uid, actor, now, data))
    return plan


def _end_versions(session: Session, plan: TreatmentPlan, *, now: datetime) -> None:
    draft = find_version(session, plan.id, VersionState.DRAFT)
    if draft is not None:
        VERSION.require_step(VersionState(draft.state), VersionState.DISCARDED)
        draft.state, draft.ended_at = VersionState.DISCARDED, now
