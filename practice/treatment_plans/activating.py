"""Bringing a plan, or a new version of one, into force: everything that is missing is named at once."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.errors import Refusal, require_version
from practice.core.events import Event, record
from practice.treatment_plans.consenting import end_consent
from practice.treatment_plans.errors import PlanNotReady, VersionFrozen
from practice.treatment_plans.lifecycles import (
    GOAL,
    PLAN,
    RUNNING_PLANS,
    VERSION,
    ConsentState,
    GoalState,
    PlanState,
    SessionState,
    VersionState,
)
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import find_consent, find_version, get_plan, is_registered, list_exercises
from practice.treatment_plans.readiness import (
    FUTURE_BOOKINGS,
    Readiness,
    missing,
    missing_from_outside,
    missing_of_own,
)
from practice.treatment_plans.safety_today import safety_of
from practice.treatment_plans.session_states import STANDING
from practice.treatment_plans.sessions import SessionView, list_sessions, skip_session, write_sessions
from practice.treatment_plans.version_models import PlanVersion
from practice.treatment_plans.version_shapes import checkpoints_of, shape_of

_SETTLED_FOR_GOOD = frozenset(
    {SessionState.DELIVERED, SessionState.SKIPPED, SessionState.ARRIVED, SessionState.IN_PROGRESS}
)


def readiness_of(session: Session, plan: TreatmentPlan, version: PlanVersion, *, now: datetime) -> Readiness:
    """Return what there is of a plan and its draft; the page shows it before the button is pressed."""
    return Readiness(
        safety=safety_of(session, plan, now=now),
        has_consent=find_consent(session, version.id) is not None,
        goals=len(version.goals),
        functional_goals=sum(goal.is_functional for goal in version.goals),
        exercises=len(list_exercises(session, plan.id, active_only=True)),
        has_leg_baseline=version.baseline_leg is not None,
        has_back_baseline=version.baseline_back is not None,
        has_function_baseline=version.baseline_psfs_tenths is not None,
        is_therapist_registered=is_registered(plan.therapist, practice_today(session, now)),
    )


def activate(
    session: Session, *, plan_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> TreatmentPlan:
    """Bring a draft into force; when only a physician's part is missing it waits for that instead.

    Raises :class:`PlanNotReady` naming every missing part (clinical.md 6), ``ForbiddenStep`` and ``StaleVersion``.
    """
    plan = get_plan(session, plan_uid, is_locked=True)
    require_version(plan.version, version)
    PLAN.require_step(PlanState(plan.state), PlanState.ACTIVE)
    if plan.state == PlanState.ON_HOLD:
        raise VersionFrozen("The plan is on hold: resume it.")
    draft = _draft(session, plan)
    ready = readiness_of(session, plan, draft, now=now)
    if missing_of_own(ready) or (plan.state == PlanState.AWAITING_CLEARANCE and missing_from_outside(ready)):
        raise PlanNotReady(missing(ready))
    if missing_from_outside(ready):
        return _await(session, plan, actor=actor, now=now)
    plan.state, plan.activated_at = PlanState.ACTIVE, now
    _bring_into_force(session, draft, actor=actor, now=now)
    record(session, Event("plan.activated", "treatment_plan", plan.uid, actor, now))
    return plan


def activate_version(
    session: Session, *, plan_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> PlanVersion:
    """Bring the next version of a running plan into force; sessions that stand go on under their numbers.

    Raises :class:`PlanNotReady` naming every missing part, and visits beyond its last session that are booked, and
    ``StaleVersion``.
    """
    plan = get_plan(session, plan_uid, is_locked=True)
    require_version(plan.version, version)
    if PlanState(plan.state) not in RUNNING_PLANS:
        PLAN.require_step(PlanState(plan.state), PlanState.ON_HOLD)
    draft = _draft(session, plan)
    present = list_sessions(session, plan.id)
    _renumber(draft, present)
    lacking = [*missing(readiness_of(session, plan, draft, now=now)), *_left_over(draft, present)]
    if lacking:
        raise PlanNotReady(lacking)
    _supersede(session, plan, now=now)
    _skip_earlier(session, draft, present, now=now)
    _bring_into_force(session, draft, actor=actor, now=now)
    return draft


def _draft(session: Session, plan: TreatmentPlan) -> PlanVersion:
    draft = find_version(session, plan.id, VersionState.DRAFT)
    if draft is None:
        raise VersionFrozen("There is no draft to bring into force. Write a new version first.")
    return draft


def _await(session: Session, plan: TreatmentPlan, *, actor: Actor, now: datetime) -> TreatmentPlan:
    PLAN.require_step(PlanState(plan.state), PlanState.AWAITING_CLEARANCE)
    plan.state = PlanState.AWAITING_CLEARANCE
    session.flush()
    record(session, Event("plan.clearance_needed", "treatment_plan", plan.uid, actor, now))
    return plan


def _bring_into_force(session: Session, draft: PlanVersion, *, actor: Actor, now: datetime) -> None:
    VERSION.require_step(VersionState(draft.state), VersionState.ACTIVE)
    for goal in draft.goals:
        GOAL.require_step(GoalState(goal.state), GoalState.ACTIVE)
        goal.state = GoalState.ACTIVE
    draft.state, draft.activated_at = VersionState.ACTIVE, now
    session.flush()
    write_sessions(session, draft, shape_of(draft))
    data = {"number": draft.number}
    record(session, Event("version.activated", "plan_version", draft.uid, actor, now, data))


def _renumber(draft: PlanVersion, present: Sequence[SessionView]) -> None:
    """Let a draft begin after the last session that is over, for some may have been since it was written."""
    over = [each.number for each in present if each.state in _SETTLED_FOR_GOOD]
    first = max(over, default=0) + 1
    moved_by = first - draft.first_number
    draft.checkpoints = " ".join(str(number + moved_by) for number in checkpoints_of(draft))
    draft.first_number = first


def _left_over(draft: PlanVersion, present: Sequence[SessionView]) -> list[Refusal]:
    last = shape_of(draft).last_number
    return [FUTURE_BOOKINGS] if any(each.number > last and each.state in STANDING for each in present) else []


def _skip_earlier(session: Session, draft: PlanVersion, present: Sequence[SessionView], *, now: datetime) -> None:
    """Leave out for good what was lost before a new version began and is not booked again."""
    for each in present:
        if each.number < draft.first_number and each.state not in _SETTLED_FOR_GOOD | STANDING:
            skip_session(session, planned_id=each.id, now=now)


def _supersede(session: Session, plan: TreatmentPlan, *, now: datetime) -> None:
    """End the version in force, its consent and the goals that were still open."""
    old = find_version(session, plan.id, VersionState.ACTIVE)
    if old is None:
        return
    VERSION.require_step(VersionState(old.state), VersionState.SUPERSEDED)
    old.state, old.ended_at = VersionState.SUPERSEDED, now
    for goal in old.goals:
        if goal.state == GoalState.ACTIVE:
            goal.state, goal.settled_at = GoalState.REPLACED, now
    if (consent := find_consent(session, old.id)) is not None:
        end_consent(consent, ConsentState.SUPERSEDED, now=now)
    session.flush()
