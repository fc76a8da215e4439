"""The worker as whoever runs it sees it: its jobs, what waits, what the mail server said, what came too late.

Figures only, except for the list of what came too late: they may be shown to whatever watches over the machine.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, case, func, select
from sqlalchemy.orm import Session

from practice.clients.following import is_kept_record
from practice.clients.models import Client
from practice.clinic.models import StaffTask
from practice.reminders.heartbeat import FOLLOWING, HOUSEKEEPING, OFFERING, SENDING, SWEEPING
from practice.reminders.kinds import OPEN_STATES, MessageState, Why
from practice.reminders.models import Message, WorkerPulse
from practice.reminders.queries import WorkerHealth, worker_health
from practice.reminders.undelivered import UNDELIVERED_KIND
from practice.scheduling.models import Appointment

MOST_TOO_LATE = 50
TOO_LATE_FOR = timedelta(days=14)
"""How long what came too late stays on the list."""

SILENT_AFTER = {
    SENDING: timedelta(seconds=60),
    FOLLOWING: timedelta(seconds=60),
    OFFERING: timedelta(minutes=3),
    HOUSEKEEPING: timedelta(minutes=5),
    SWEEPING: timedelta(hours=3),
}
"""The jobs, and after how long without a sign of life each counts as silent."""


@dataclass(frozen=True, slots=True)
class JobState:
    """One job: when any worker last ran it, and which one did."""

    job: str
    beat_at: datetime | None
    worker: str
    is_alive: bool


@dataclass(frozen=True, slots=True)
class Watch:
    """How the worker stands. ``states`` counts what is not at its end, ``due`` what of that should have left by now.

    ``codes`` counts the last replies of the mail server to what is tried again; None is a broken connection.
    """

    health: WorkerHealth
    jobs: Sequence[JobState]
    states: Mapping[str, int]
    due: int
    oldest_due_at: datetime | None
    codes: Mapping[int | None, int]
    too_late: int

    @property
    def silent(self) -> Sequence[str]:
        """Return the jobs that show no sign of life."""
        return [job.job for job in self.jobs if not job.is_alive]

    @property
    def is_well(self) -> bool:
        """Return whether nothing about the worker needs anybody."""
        return self.health.is_well and not self.silent


@dataclass(frozen=True, slots=True)
class TooLate:
    """A message that could not leave while it was useful; its client heard nothing by mail."""

    message: Message
    client: Client
    visit_uid: str | None
    starts_at: datetime | None
    zone: str | None
    is_settled: bool


def watch(session: Session, *, now: datetime) -> Watch:
    """Return how the worker stands; the number of statements does not depend on what waits."""
    states, due, oldest = _waiting(session, now)
    return Watch(
        worker_health(session, now=now),
        _jobs(session, now),
        states,
        due,
        oldest,
        _codes(session),
        session.scalar(select(func.count()).where(*_is_too_late(now))) or 0,
    )


def list_too_late(session: Session, *, now: datetime, limit: int = MOST_TOO_LATE) -> list[TooLate]:
    """Return what came too late in the last two weeks, the newest first."""
    rows = (
        select(Message, Client, Appointment.uid, Appointment.starts_at, Appointment.zone, StaffTask.state)
        .select_from(StaffTask)
        .join(Message, Message.id == StaffTask.subject_id)
        .join(Client, is_kept_record(Message.client_id))
        .outerjoin(Appointment, (Message.subject_kind == "appointment") & (Appointment.id == Message.subject_id))
        .where(*_is_too_late(now))
        .order_by(StaffTask.due_at.desc(), StaffTask.id.desc())
        .limit(min(limit, MOST_TOO_LATE))
    )
    return [TooLate(*row[:5], row[5] != "open") for row in session.execute(rows)]


def _is_too_late(now: datetime) -> list[ColumnElement[bool]]:
    return [
        StaffTask.kind == UNDELIVERED_KIND,
        StaffTask.subject_kind == "message",
        StaffTask.note == Why.TOO_LATE,
        StaffTask.due_at > now - TOO_LATE_FOR,
    ]


def _jobs(session: Session, now: datetime) -> list[JobState]:
    beats = {row.job: row for row in session.scalars(select(WorkerPulse).where(WorkerPulse.job.in_(SILENT_AFTER)))}
    return [_job(job, beats.get(job), now - silent_after) for job, silent_after in SILENT_AFTER.items()]


def _job(job: str, row: WorkerPulse | None, alive_since: datetime) -> JobState:
    if row is None:
        return JobState(job, None, "", is_alive=False)
    return JobState(job, row.beat_at, row.worker, is_alive=row.beat_at >= alive_since)


def _waiting(session: Session, now: datetime) -> tuple[dict[str, int], int, datetime | None]:
    is_due = case((Message.due_at <= now, 1), else_=0)
    rows = select(Message.state, func.count(), func.sum(is_due), func.min(Message.due_at))
    found = session.execute(rows.where(Message.state.in_(OPEN_STATES)).group_by(Message.state)).all()
    counts = {str(state): 0 for state in OPEN_STATES} | {str(row[0]): row[1] for row in found}
    oldest = min((row[3] for row in found), default=None)
    return counts, sum(row[2] for row in found), oldest if oldest is not None and oldest <= now else None


def _codes(session: Session) -> dict[int | None, int]:
    tried = select(Message.last_code, func.count()).where(Message.state.in_((MessageState.RETRY, MessageState.UNKNOWN)))
    return {row[0]: row[1] for row in session.execute(tried.group_by(Message.last_code))}


def metrics_of(watch: Watch, now: datetime) -> Iterator[str]:
    """Yield the figures, one a line, as Prometheus reads them; no personal data."""
    yield f"practice_worker_well {watch.is_well:d}"
    yield f"practice_mail_paused {watch.health.paused_because is not None:d}"
    for job in watch.jobs:
        if job.beat_at is not None:
            yield f'practice_worker_seconds_since_run{{job="{job.job}"}} {_seconds(job.beat_at, now)}'
    for state, count in watch.states.items():
        yield f'practice_mail_messages{{state="{state}"}} {count}'
    yield f"practice_mail_due {watch.due}"
    yield f"practice_mail_overdue {watch.health.overdue}"
    yield f"practice_mail_oldest_due_seconds {_seconds(watch.oldest_due_at, now)}"
    for code, count in watch.codes.items():
        yield f'practice_mail_tried_again{{code="{code or "none"}"}} {count}'
    yield f"practice_mail_too_late {watch.too_late}"


def _seconds(since: datetime | None, now: datetime) -> int:
    return 0 if since is None else max(0, round((now - since).total_seconds()))


def troubles_of(watch: Watch) -> list[str]:
    """Return in a sentence each what about the worker needs somebody."""
    health = watch.health
    told = [
        (bool(watch.silent), f"No sign of life of: {', '.join(watch.silent)}. Start “practice worker”."),
        (health.paused_because is not None, f"Sending is paused: {health.paused_because}."),
        (health.overdue > 0, f"{health.overdue} messages have waited for more than five minutes."),
    ]
    return [sentence for is_so, sentence in told if is_so]
