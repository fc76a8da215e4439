"""What the numbers of running courses say each night: a course that gets worse is somebody's task by the morning."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from practice.clinic.models import StaffTask
from practice.clinic.tasks import assign_task, open_task, withdraw_task
from practice.core.actor import SYSTEM, Role
from practice.core.events import Event, record
from practice.treatment_plans.judging import Course, read_courses
from practice.treatment_plans.lifecycles import PlanState
from practice.treatment_plans.models import TreatmentPlan

EARLY_SIGNAL = "early_signal"
"""The kind of the task to look at a plan whose numbers get worse; which ones is not in it."""

MOST_AT_ONCE = 200

Open = Mapping[str, StaffTask]


def note_signals(session: Session, *, after: int = 0, now: datetime) -> int:
    """Open a task for the therapist of each active plan beyond the id *after* for each sign that its course gets worse.

    One task for a plan, a sign and the visit that shows it, none while an earlier one is open, and it is taken back
    when the sign is gone: done twice it changes nothing more. Returns the last id looked at, 0 when there is none
    left. The signs are those of clinical.md 5.4: contact the client the same day.
    """
    active = select(TreatmentPlan).where(TreatmentPlan.state == PlanState.ACTIVE, TreatmentPlan.id > after)
    wanted = active.options(joinedload(TreatmentPlan.therapist)).order_by(TreatmentPlan.id).limit(MOST_AT_ONCE)
    plans = session.scalars(wanted).all()
    if not plans:
        return 0
    courses = read_courses(session, [plan.id for plan in plans])
    waiting = _open_tasks(session, plans)
    for plan in plans:
        _settle(session, plan, courses[plan.id], waiting, now=now)
    return plans[-1].id


def _settle(session: Session, plan: TreatmentPlan, course: Course, waiting: Open, *, now: datetime) -> None:
    progress = course.tonight()
    shown = {_about(plan, str(sign)) for sign in progress.signs} if progress is not None else set()
    for about in sorted(shown - set(waiting)):
        _open(session, plan, f"{about}{course.visit_ids[-1]}", now=now)
    for about, task in waiting.items():
        if about.startswith(_about(plan)) and about not in shown:
            withdraw_task(session, task=task, actor=SYSTEM, now=now)


def _open(session: Session, plan: TreatmentPlan, key: str, *, now: datetime) -> None:
    task = open_task(
        session,
        kind=EARLY_SIGNAL,
        subject_kind="client",
        subject_id=plan.client_id,
        due_at=now,
        dedupe_key=key,
        now=now,
    )
    # One that a therapist has had already is neither handed out nor told again.
    if task.assigned_role != Role.THERAPIST:
        assign_task(session, task=task, role=Role.THERAPIST, user_id=plan.therapist.user_id, actor=SYSTEM, now=now)
        record(session, Event("plan.signal", "treatment_plan", plan.uid, SYSTEM, now, {"task": task.uid}))


def _open_tasks(session: Session, plans: Sequence[TreatmentPlan]) -> Open:
    """Return the open tasks of plans by plan and sign; one statement."""
    wanted = select(StaffTask).where(
        StaffTask.kind == EARLY_SIGNAL,
        StaffTask.state == "open",
        StaffTask.subject_kind == "client",
        StaffTask.subject_id.in_([plan.client_id for plan in plans]),
    )
    return {task.dedupe_key.rpartition(":")[0] + ":": task for task in session.scalars(wanted)}


def _about(plan: TreatmentPlan, sign: str = "") -> str:
    return f"{EARLY_SIGNAL}:{plan.id}:{sign}:" if sign else f"{EARLY_SIGNAL}:{plan.id}:"
