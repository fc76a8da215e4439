"""Things that a person must do: opened once per dedupe key, finished with an outcome."""

from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.accounts.errors import RoleNotAllowed
from practice.clinic.errors import TaskDone, TaskNotUndone
from practice.clinic.models import StaffTask
from practice.clinic.queries import find_task
from practice.core.actor import Actor, Role
from practice.core.db import insert_into, new_uid
from practice.core.errors import RELOAD, require_version
from practice.core.events import Event, record

ABOUT_PEOPLE = frozenset({"client", "appointment"})
UNDO_WITHIN = timedelta(hours=12)
"""A day's work can be mended on that day."""


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
    keep_before(task, now)
    task.state, task.outcome, task.note = "done", outcome, note or task.note
    task.done_at, task.done_by_id = now, actor.user_id
    session.flush()
    record(session, Event("task.finish", "task", task.uid, actor, now, {"outcome": outcome}))
    return task


def require_may_finish(task: StaffTask, actor: Actor) -> None:
    """Raise ``RoleNotAllowed`` for what the owner alone is to look at: how a client was treated, or a note signed."""
    if task.assigned_role == Role.OWNER and task.subject_kind in ABOUT_PEOPLE and actor.role is not Role.OWNER:
        raise RoleNotAllowed("task.finish")


def keep_before(task: StaffTask, now: datetime) -> None:
    """Keep how a task stands before its end is noted at *now*."""
    task.was = {
        "at": now.isoformat(),
        "outcome": task.outcome,
        "note": task.note,
        "due_at": task.due_at.isoformat(),
    }


def reopen_finished(
    session: Session, *, task: StaffTask, version: int | None = None, actor: Actor, now: datetime
) -> dict[str, object]:
    """Open a task again as it stood before its end was noted, at most twelve hours ago; return what was kept of it.

    Raises ``StaleVersion`` and :class:`TaskNotUndone`.
    """
    require_version(task.version, version)
    was = task.was
    if was is None or task.state == "withdrawn":
        raise TaskNotUndone("Nothing was noted here that could be taken back.", ways_out=(RELOAD,))
    if now - datetime.fromisoformat(str(was["at"])) > UNDO_WITHIN:
        raise TaskNotUndone("This was noted too long ago to be taken back.", ways_out=(RELOAD,))
    task.state, task.note, task.was = "open", str(was["note"]), None
    task.outcome = None if was["outcome"] is None else str(was["outcome"])
    task.due_at = datetime.fromisoformat(str(was["due_at"]))
    task.done_at = task.done_by_id = None
    session.flush()
    record(session, Event("task.undo", "task", task.uid, actor, now))
    return was


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
