"""The home programme: four exercises at most; another dose is an end and a new row."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.queries import practice_today
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.treatment_plans.diagnosis import Side
from practice.treatment_plans.errors import TooManyExercises
from practice.treatment_plans.exercises import EXERCISES, MOST_ACTIVE, Dose
from practice.treatment_plans.lifecycles import EXERCISE, OPEN_PLANS, PLAN, ExerciseState, PlanState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import get_plan, list_exercises
from practice.treatment_plans.version_models import ExercisePrescription


def prescribe(
    session: Session,
    *,
    plan_uid: str,
    code: str,
    side: Side,
    dose: Dose | None = None,
    actor: Actor,
    now: datetime,
) -> ExercisePrescription:
    """Prescribe an exercise, with the starting dose unless another is given.

    Raises ``NotFound`` for an unknown code, :class:`TooManyExercises`, and ``ForbiddenStep`` when the plan ended.
    """
    if code not in EXERCISES:
        raise NotFound("There is no such exercise.")
    plan = get_plan(session, plan_uid, is_locked=True)
    require_open(plan)
    place = _free_place(session, plan.id)
    row = ExercisePrescription(
        uid=new_uid(), plan_id=plan.id, code=code, side=side, place=place, starts_on=practice_today(session, now)
    )
    _write_dose(row, dose or EXERCISES[code].dose)
    session.add(row)
    _note(session, row, "prescribe", actor=actor, now=now)
    return row


def change_dose(
    session: Session, *, exercise_uid: str, dose: Dose, version: int | None = None, actor: Actor, now: datetime
) -> ExercisePrescription:
    """End a prescription and write another with the new dose in its place; raises what ending and prescribing raise."""
    old = end_exercise(session, exercise_uid=exercise_uid, version=version, actor=actor, now=now)
    plan = session.get_one(TreatmentPlan, old.plan_id)
    return prescribe(session, plan_uid=plan.uid, code=old.code, side=old.side, dose=dose, actor=actor, now=now)


def pause_exercise(
    session: Session, *, exercise_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> ExercisePrescription:
    """Let an exercise rest; raises ``ForbiddenStep`` and ``StaleVersion``."""
    return _step(session, exercise_uid, ExerciseState.PAUSED, "pause", version=version, actor=actor, now=now)


def resume_exercise(
    session: Session, *, exercise_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> ExercisePrescription:
    """Take an exercise up again; raises :class:`TooManyExercises`, ``ForbiddenStep`` and ``StaleVersion``."""
    row = _get(session, exercise_uid)
    EXERCISE.require_step(ExerciseState(row.state), ExerciseState.ACTIVE)
    session.scalars(select(TreatmentPlan.id).where(TreatmentPlan.id == row.plan_id).with_for_update()).one()
    row.place = _free_place(session, row.plan_id)
    return _step(session, exercise_uid, ExerciseState.ACTIVE, "resume", version=version, actor=actor, now=now)


def end_exercise(
    session: Session, *, exercise_uid: str, version: int | None = None, actor: Actor, now: datetime
) -> ExercisePrescription:
    """End an exercise for good; raises ``ForbiddenStep`` and ``StaleVersion``."""
    return _step(session, exercise_uid, ExerciseState.ENDED, "end", version=version, actor=actor, now=now)


def require_open(plan: TreatmentPlan) -> None:
    """Raise ``ForbiddenStep`` for a plan that has ended."""
    if PlanState(plan.state) not in OPEN_PLANS:
        PLAN.require_step(PlanState(plan.state), PlanState.ACTIVE)


def _step(
    session: Session,
    uid: str,
    after: ExerciseState,
    verb: str,
    *,
    version: int | None,
    actor: Actor,
    now: datetime,
) -> ExercisePrescription:
    row = _get(session, uid)
    require_version(row.version, version)
    EXERCISE.require_step(ExerciseState(row.state), after)
    today = practice_today(session, now)
    row.state, row.ends_on = after, today if after is ExerciseState.ENDED else None
    _note(session, row, verb, actor=actor, now=now)
    return row


def _get(session: Session, uid: str) -> ExercisePrescription:
    row = session.scalars(select(ExercisePrescription).where(ExercisePrescription.uid == uid)).one_or_none()
    if row is None:
        raise NotFound("There is no such exercise.")
    return row


def _free_place(session: Session, plan_id: int) -> int:
    taken = {row.place for row in list_exercises(session, plan_id, active_only=True)}
    free = [place for place in range(1, MOST_ACTIVE + 1) if place not in taken]
    if not free:
        raise TooManyExercises
    return free[0]


def dose_of(row: ExercisePrescription) -> Dose:
    """Return how much a prescription asks for."""
    return Dose(
        sets=row.sets,
        reps=row.reps,
        hold_seconds=row.hold_seconds,
        minutes=row.minutes,
        times_per_day=row.times_per_day,
        days_per_week=row.days_per_week,
    )


def _write_dose(row: ExercisePrescription, dose: Dose) -> None:
    row.sets, row.reps, row.hold_seconds, row.minutes = dose.sets, dose.reps, dose.hold_seconds, dose.minutes
    row.times_per_day, row.days_per_week = dose.times_per_day, dose.days_per_week


def _note(session: Session, row: ExercisePrescription, verb: str, *, actor: Actor, now: datetime) -> None:
    session.flush()
    record(session, Event(f"exercise.{verb}", "exercise", row.uid, actor, now, {"code": row.code}))
