"""Taking back the end of a call or of another task that was noted by mistake."""

from datetime import datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from practice.clinic.models import StaffTask
from practice.clinic.queries import get_task
from practice.clinic.tasks import reopen_finished
from practice.core.actor import Actor
from practice.reminders.calls import CALL_KINDS
from practice.reminders.models import Told
from practice.reminders.told import from_json, remember
from practice.scheduling.telling import mark_unreconciled

TOLD = "told"
CLIENT = "client_id"


def take_back(session: Session, *, task_uid: str, version: int | None = None, actor: Actor, now: datetime) -> StaffTask:
    """Open a task again as it was before somebody noted its end, within twelve hours.

    After a call, what the client had been told before is what counts again. Raises ``NotFound``, ``TaskNotUndone``
    and ``StaleVersion``.
    """
    task = get_task(session, task_uid)
    was = reopen_finished(session, task=task, version=version, actor=actor, now=now)
    if task.kind in CALL_KINDS and CLIENT in was:
        _restore(session, task.subject_id, was)
    return task


def _restore(session: Session, appointment_id: int, was: dict[str, object]) -> None:
    said = was.get(TOLD)
    if isinstance(said, dict):
        told = from_json(said)
        remember(session, appointment_id, told, told.sequence)
    else:
        session.execute(
            delete(Told).where(Told.appointment_id == appointment_id, Told.client_id == was[CLIENT]),
            execution_options={"synchronize_session": False},
        )
    mark_unreconciled(session, [appointment_id])
