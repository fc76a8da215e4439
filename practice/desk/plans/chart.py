"""What only clinical roles see of a plan: why, from where to where, by what, and what is still missing."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.sealing import SealedRecord, open_record
from practice.core.errors import Refusal
from practice.desk.plans.saying import STEP_WORDS, VERDICT_WORDS
from practice.desk.plans.timeline import Span
from practice.safety.clearing import ClearanceState
from practice.safety.queries import list_clearances
from practice.treatment_plans.activating import readiness_of
from practice.treatment_plans.consent_texts import PLAN_CONSENT, ConsentText
from practice.treatment_plans.diagnosis import Side, icd_codes
from practice.treatment_plans.exercises import EXERCISES, STOP_RULE, Exercise, name_of
from practice.treatment_plans.lifecycles import RUNNING_PLANS, ExerciseState, GoalState, PlanState, VersionState
from practice.treatment_plans.models import Episode, PlanHold, Reassessment, TreatmentPlan
from practice.treatment_plans.next_steps import Step
from practice.treatment_plans.prescribing import dose_of
from practice.treatment_plans.progress import Verdict
from practice.treatment_plans.queries import (
    find_consent,
    find_hold,
    find_shown_version,
    find_version,
    get_plan,
    list_exercises,
    list_reassessments,
)
from practice.treatment_plans.readiness import missing
from practice.treatment_plans.version_models import ExercisePrescription, PlanConsent, PlanGoal, PlanVersion
from practice.treatment_plans.version_shapes import from_tenths

MAY_TURN_ACTIVE = frozenset({PlanState.DRAFT, PlanState.AWAITING_CLEARANCE})


@dataclass(frozen=True, slots=True)
class GoalLine:
    """One goal in words."""

    uid: str
    text: str
    measure: str
    target: float | None
    baseline: float | None
    state: GoalState
    due: str


@dataclass(frozen=True, slots=True)
class ExerciseLine:
    """One exercise with its dose in words."""

    uid: str
    name: str
    dose: str
    side: str
    is_paused: bool


@dataclass(frozen=True, slots=True)
class VerdictLine:
    """What one checkpoint found and what was decided."""

    after_number: int
    verdict: str
    decided: str
    step: str
    done_at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Chart:
    """The clinical part of the page; ``missing`` is what keeps the draft from coming into force."""

    about: str
    codes: Sequence[str]
    version: PlanVersion
    draft: PlanVersion | None
    goals: Sequence[GoalLine]
    exercises: Sequence[ExerciseLine]
    consent: PlanConsent | None
    hold: PlanHold | None
    verdicts: Sequence[VerdictLine]
    missing: Sequence[Refusal]
    catalogue: Sequence[Exercise] = field(default_factory=lambda: tuple(EXERCISES.values()))
    consent_text: ConsentText = PLAN_CONSENT
    stop_rule: str = STOP_RULE


def plan_chart(session: Session, uid: str, *, now: datetime) -> Chart:
    """Return the clinical part; the caller has logged that it is read."""
    plan = get_plan(session, uid)
    shown = find_shown_version(session, plan.id)
    if shown is None:
        raise LookupError(uid)
    draft = find_version(session, plan.id, VersionState.DRAFT)
    sealed = open_record(session, plan.client_id)
    may_begin = draft is not None and PlanState(plan.state) in MAY_TURN_ACTIVE | RUNNING_PLANS
    return Chart(
        about=_about(plan.episode, sealed),
        codes=icd_codes(Side(plan.episode.side), shown.baseline_back),
        version=shown,
        draft=draft,
        goals=[_goal(row, sealed) for row in (draft or shown).goals],
        exercises=[_exercise(row) for row in list_exercises(session, plan.id) if row.state != ExerciseState.ENDED],
        consent=find_consent(session, (draft or shown).id),
        hold=find_hold(session, plan.id),
        verdicts=[_verdict(row, sealed) for row in list_reassessments(session, plan.id)],
        missing=missing(readiness_of(session, plan, draft, now=now)) if draft is not None and may_begin else (),
    )


def clearance_spans(session: Session, plan: TreatmentPlan) -> list[Span]:
    """Return the clearances in force as bars under the course."""
    return [
        Span(row.valid_from, row.valid_until, f"clearance until {row.valid_until:%b} {row.valid_until.day}")
        for row in list_clearances(session, plan.client.kept_id)
        if row.state == ClearanceState.VALID and row.valid_from is not None and row.valid_until is not None
    ]


def _about(episode: Episode, sealed: SealedRecord) -> str:
    causes = [] if episode.cause is None else sealed.open_json(episode.cause, Episode.cause, episode.uid)
    source = "unknown"
    if episode.cause_source is not None:
        source = sealed.open(episode.cause_source, Episode.cause_source, episode.uid)
    words = [str(episode.side), str(episode.branch)]
    if causes:
        words.append(f"{', '.join(causes)} ({source})")
    return " · ".join(_said(word) for word in words if word != "unknown")


def _goal(row: PlanGoal, sealed: SealedRecord) -> GoalLine:
    text = "" if row.text is None else sealed.open(row.text, PlanGoal.text, row.uid)
    due = f"by session {row.due_number}" if row.due_on is None else f"by {row.due_on:%b} {row.due_on.day}"
    target, baseline = from_tenths(row.target_tenths), from_tenths(row.baseline_tenths)
    return GoalLine(row.uid, text, row.measure, target, baseline, GoalState(row.state), due)


def _exercise(row: ExercisePrescription) -> ExerciseLine:
    return ExerciseLine(row.uid, name_of(row.code), dose_of(row).words, row.side, row.state == "paused")


def _verdict(row: Reassessment, sealed: SealedRecord) -> VerdictLine:
    reason = "" if row.reason is None else sealed.open(row.reason, Reassessment.reason, row.uid)
    computed, decided = VERDICT_WORDS[Verdict(row.verdict)], VERDICT_WORDS[Verdict(row.decided)]
    return VerdictLine(row.after_number, computed, decided, STEP_WORDS[Step(row.decision)], row.done_at, reason)


def _said(code: str) -> str:
    return str(code).replace("_", " ")
