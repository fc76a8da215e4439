"""What the desk sets going for a client's safety: a therapist who is asked to call."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.queries import practice_today
from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import Actor, Role
from practice.safety.flagging import CALL_CLIENT


def ask_therapist(session: Session, client: Client, *, actor: Actor, now: datetime) -> None:
    """Open the task that a therapist calls the client, once a day; why is not in it."""
    task = open_task(
        session,
        kind=CALL_CLIENT,
        subject_kind="client",
        subject_id=client.id,
        due_at=now,
        dedupe_key=f"{CALL_CLIENT}:{client.id}:{practice_today(session, now)}",
        now=now,
    )
    assign_task(session, task=task, role=Role.THERAPIST, user_id=None, actor=actor, now=now)
