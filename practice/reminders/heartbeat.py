"""Signs of life of the worker's jobs, and the switch that stops all sending after a refused sign-in."""

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import SYSTEM, Actor, Role
from practice.core.db import insert_into
from practice.core.events import Event, record
from practice.reminders.models import WorkerPulse

SENDING = "dispatch"
"""The job whose row carries the pause."""

FOLLOWING = "follow"
"""The job whose ``done`` is the number of the last event that was followed."""

HOUSEKEEPING = "housekeeping"
"""The job that forgets what has ended."""

OFFERING = "offer"
"""The job that ends offers which ran out and makes new ones."""

SWEEPING = "sweep"
"""The hourly job that judges anew what is booked."""

RESTORED = "restored"
"""Why sending stands still after a restore."""

SILENT_AFTER = timedelta(seconds=60)


def beat(session: Session, *, job: str, worker: str, done: int, now: datetime) -> None:
    """Note that *job* ran; ``done`` adds up over all workers."""
    values = {"job": job, "beat_at": now, "worker": worker, "done": done}
    changed = {"beat_at": now, "worker": worker, "done": WorkerPulse.done + done}
    adding = insert_into(session, WorkerPulse).values(values)
    session.execute(adding.on_conflict_do_update(index_elements=["job"], set_=changed))


def seconds_since(session: Session, now: datetime, *, job: str) -> int | None:
    """Return how long ago any worker ran *job*, None when none ever did."""
    beat_at = session.scalar(select(WorkerPulse.beat_at).where(WorkerPulse.job == job))
    return None if beat_at is None else max(0, round((now - beat_at).total_seconds()))


def is_paused(session: Session) -> bool:
    """Return whether sending is stopped."""
    paused = select(WorkerPulse.job).where(WorkerPulse.job == SENDING, WorkerPulse.paused_because.is_not(None))
    return session.execute(paused).first() is not None


def pause_sending(session: Session, *, because: str, worker: str, now: datetime) -> None:
    """Stop all sending, because the mail server refused our sign-in, and alarm the owner; messages stay queued."""
    _pause(session, because, f"The mail server refused our sign-in ({because[:120]}).", worker, now)


def pause_after_restore(session: Session, *, worker: str, now: datetime) -> None:
    """Stop all sending after a backup was restored: some of what waits there may have left since it was taken."""
    _pause(session, RESTORED, "A backup was restored; some of the mail that waits may have left already.", worker, now)


def _pause(session: Session, because: str, sentence: str, worker: str, now: datetime) -> None:
    beat(session, job=SENDING, worker=worker, done=0, now=now)
    session.execute(update(WorkerPulse).where(WorkerPulse.job == SENDING).values(paused_because=because[:200]))
    task = open_task(
        session,
        kind="mail_paused",
        subject_kind="worker",
        subject_id=0,
        due_at=now,
        dedupe_key=f"mail_paused:{now:%Y%m%dT%H%M}",
        note=f"{sentence} No mail goes out until you let it.",
        now=now,
    )
    assign_task(session, task=task, role=Role.OWNER, user_id=None, actor=SYSTEM, now=now)
    record(session, Event("mail.pause", "worker", SENDING, SYSTEM, now))


def resume_sending(session: Session, *, actor: Actor, now: datetime) -> None:
    """Let mail go out again, after the sign-in was mended; harmless when nothing is paused."""
    if is_paused(session):
        session.execute(update(WorkerPulse).where(WorkerPulse.job == SENDING).values(paused_because=None))
        record(session, Event("mail.resume", "worker", SENDING, actor, now))
