"""Things that a person must do: opened once per dedupe key, finished with an outcome."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clinic.errors import TaskDone
from practice.clinic.models import StaffTask
from practice.clinic.queries import find_task
from practice.core.actor import Actor
from practice.core.db import insert_into, new_uid
from practice.core.errors import RELOAD, require_version
from practice.core.events import Event, record


def open_task(
    session: Session,
    *,
    kind: str,
    subject_kind: str,
    subject_id: int,
    due_at: datetime,
    dedupe_key: str,
    note: str = "",
    now: datetime,
) -> StaffTask:
    """Return the task of a dedupe key, opened now unless it exists; two callers at once get the same one.

    It is the receptionist's until :func:`assign_task` says otherwise.
    """
    values = {
        "uid": new_uid(),
        "kind": kind,
        "subject_kind": subject_kind,
        "subject_id": subject_id,
        "assigned_role": "receptionist",
        "due_at": due_at,
        "state": "open",
        "note": note,
        "dedupe_key": dedupe_key,
        "created_at": now,
        "version": 1,
    }
    session.execute(
        insert_into(session, StaffTask).values(values).on_conflict_do_nothing(index_elements=["dedupe_key"])
    )
    task = find_task(session, dedupe_key)
    if task is None:
        raise LookupError(dedupe_key)
    return task


def assign_task(
    session: Session, *, task: StaffTask, role: str, user_id: int | None, actor: Actor, now: datetime
) -> None:
    """Give a task to a role, or to one user of it."""
    task.assigned_role, task.assigned_user_id = role, user_id
    session.flush()
    record(session, Event("task.assign", "task", task.uid, actor, now, {"role": role}))


def finish_task(
    session: Session,
    *,
    task: StaffTask,
    outcome: str,
    note: str = "",
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> StaffTask:
    """Close a task with an outcome such as ``reached``; raises ``StaleVersion`` and :class:`TaskDone`."""
    require_version(task.version, version)
    if task.state != "open":
        raise TaskDone("Somebody has finished this task already.", ways_out=(RELOAD,))
    task.state, task.outcome, task.note = "done", outcome, note or task.note
    task.done_at, task.done_by_id = now, actor.user_id
    session.flush()
    record(session, Event("task.finish", "task", task.uid, actor, now, {"outcome": outcome}))
    return task


def withdraw_task(session: Session, *, task: StaffTask, actor: Actor, now: datetime) -> None:
    """Take back an open task whose reason is gone, such as a call for a visit that was cancelled."""
    if task.state == "open":
        task.state, task.done_at = "withdrawn", now
        session.flush()
        record(session, Event("task.withdraw", "task", task.uid, actor, now))


def reopen_task(session: Session, *, task: StaffTask, due_at: datetime, actor: Actor, now: datetime) -> None:
    """Open a withdrawn task again, because its reason came back."""
    if task.state == "withdrawn":
        task.state, task.done_at, task.due_at = "open", None, due_at
        session.flush()
        record(session, Event("task.reopen", "task", task.uid, actor, now))
