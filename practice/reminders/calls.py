"""Calls and decisions that the desk owes: one staff task per wanted call, withdrawn when the reason is gone."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.models import StaffTask
from practice.clinic.tasks import open_task, reopen_task, withdraw_task
from practice.core.actor import SYSTEM
from practice.reminders.kinds import OFF, Channel, MessageKind
from practice.reminders.planned import Plan, Wanted

CALL_KINDS = frozenset(f"call_{kind}" for kind in (MessageKind.REMINDER, MessageKind.MOVED, MessageKind.FORM, *OFF))
DECIDE_KIND = "decide_tentative"
_KINDS = CALL_KINDS | {DECIDE_KIND}


def reconcile_calls(session: Session, plans: Mapping[int, Plan], *, now: datetime) -> None:
    """Open the tasks that these appointments want and withdraw the open ones that they no longer want."""
    known = _known(session, plans)
    for number, plan in plans.items():
        wanted = {each.dedupe_key: each for each in plan.wanted if each.channel is not Channel.EMAIL}
        tasks = known.get(number, {})
        for key, call in wanted.items():
            _want(session, tasks.get(key), number, call, now)
        for key, task in tasks.items():
            if key not in wanted:
                withdraw_task(session, task=task, actor=SYSTEM, now=now)


def _known(session: Session, plans: Mapping[int, Plan]) -> dict[int, dict[str, StaffTask]]:
    rows = select(StaffTask).where(
        StaffTask.subject_kind == "appointment", StaffTask.subject_id.in_(plans), StaffTask.kind.in_(_KINDS)
    )
    found: dict[int, dict[str, StaffTask]] = {}
    for task in session.execute(rows).scalars():
        found.setdefault(task.subject_id, {})[task.dedupe_key] = task
    return found


def _want(session: Session, task: StaffTask | None, appointment_id: int, call: Wanted, now: datetime) -> None:
    if task is None:
        opened = open_task(
            session,
            kind=DECIDE_KIND if call.channel is Channel.DESK else f"call_{call.kind}",
            subject_kind="appointment",
            subject_id=appointment_id,
            due_at=call.due_at,
            dedupe_key=call.dedupe_key,
            now=now,
        )
        opened.client_id = call.former_client_id
    elif task.state == "withdrawn":
        reopen_task(session, task=task, due_at=call.due_at, actor=SYSTEM, now=now)
    elif task.state == "open" and task.outcome is None and task.due_at != call.due_at:
        task.due_at = call.due_at
