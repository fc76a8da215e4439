"""What nobody may forget: a call that a therapist has not made goes to the owner."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.models import StaffTask
from practice.clinic.tasks import assign_task
from practice.core.actor import SYSTEM, Role
from practice.safety.flagging import ESCALATES_AFTER, PHONE_NOW


def escalate_calls(session: Session, *, now: datetime) -> int:
    """Give the owner every call that is due at once and was not made within 15 minutes; return how many."""
    waiting = select(StaffTask).where(
        StaffTask.kind == PHONE_NOW,
        StaffTask.state == "open",
        StaffTask.assigned_role == Role.THERAPIST,
        StaffTask.created_at <= now - ESCALATES_AFTER,
    )
    tasks = session.scalars(waiting.limit(100).with_for_update()).all()
    for task in tasks:
        assign_task(session, task=task, role=Role.OWNER, user_id=None, actor=SYSTEM, now=now)
    return len(tasks)
