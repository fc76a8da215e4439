"""How mail runs: each job of the worker, what waits, what the mail server said, what came too late."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.clinic.queries import practice_today, practice_zone
from practice.core.local_time import wall_time
from practice.desk.mail.message_list import STANDINGS, Standing
from practice.desk.mail_health import Health, mail_health
from practice.reminders.explaining import KIND_WORDS
from practice.reminders.heartbeat import FOLLOWING, HOUSEKEEPING, OFFERING, SENDING, SWEEPING
from practice.reminders.kinds import MessageState
from practice.reminders.watching import JobState, TooLate, Watch, list_too_late, watch

_WORDS = {
    SENDING: ("Sends mail", "every second"),
    FOLLOWING: ("Follows changes of addresses, consents and policies", "every two seconds"),
    OFFERING: ("Offers times that came free", "every five seconds"),
    HOUSEKEEPING: ("Lets holds, sign-ins and covers end", "every minute"),
    SWEEPING: ("Judges anew what is booked", "every hour"),
}
_RUNS, _SILENT, _NEVER = (
    Standing("check", "runs", "ok"),
    Standing("stop", "silent", "bad"),
    Standing("minus", "never ran"),
)


@dataclass(frozen=True, slots=True)
class JobLine:
    """One job: what it does and how often, when it last ran (wall time) and where."""

    what: str
    every: str
    last: datetime | None
    ago: str
    worker: str
    standing: Standing
    is_alive: bool


@dataclass(frozen=True, slots=True)
class StateLine:
    """How many messages stand somewhere on their way."""

    standing: Standing
    count: int


@dataclass(frozen=True, slots=True)
class LateLine:
    """One message that came too late, in the wall time of its visit."""

    row: TooLate
    what: str
    due: datetime
    visit: datetime | None


@dataclass(frozen=True, slots=True)
class WorkerPage:
    """What the page shows; ``codes`` are the last replies to what is tried again, the most frequent first."""

    today: date
    health: Health
    jobs: Sequence[JobLine]
    states: Sequence[StateLine]
    due: int
    oldest: datetime | None
    codes: Sequence[tuple[str, int]]
    too_late: int
    late: Sequence[LateLine]


def worker_page(session: Session, *, now: datetime) -> WorkerPage:
    """Return how mail runs, in the practice's wall time."""
    seen, zone = watch(session, now=now), practice_zone(session)
    return WorkerPage(
        today=practice_today(session, now),
        health=mail_health(session, now=now),
        jobs=[_job(job, zone, now) for job in seen.jobs],
        states=[StateLine(STANDINGS[MessageState(state)], count) for state, count in seen.states.items() if count],
        due=seen.due,
        oldest=wall_time(seen.oldest_due_at, zone) if seen.oldest_due_at else None,
        codes=_codes(seen),
        too_late=seen.too_late,
        late=[_late(row, zone) for row in list_too_late(session, now=now)],
    )


def _job(job: JobState, zone: str, now: datetime) -> JobLine:
    what, every = _WORDS[job.job]
    if job.beat_at is None:
        return JobLine(what, every, None, "", "", _NEVER, is_alive=False)
    ago, standing = _ago((now - job.beat_at).total_seconds()), _RUNS if job.is_alive else _SILENT
    return JobLine(what, every, wall_time(job.beat_at, zone), ago, job.worker, standing, job.is_alive)


def _ago(seconds: float) -> str:
    for size, unit in ((86_400, "days"), (3_600, "hours"), (60, "minutes")):
        if seconds >= 2 * size:
            return f"{seconds // size:.0f} {unit} ago"
    return f"{max(0, seconds):.0f} s ago"


def _codes(seen: Watch) -> list[tuple[str, int]]:
    ordered = sorted(seen.codes.items(), key=lambda each: -each[1])
    return [(f"{code}" if code else "The connection broke", count) for code, count in ordered]


def _late(row: TooLate, zone: str) -> LateLine:
    where = row.zone or zone
    visit = wall_time(row.starts_at, where) if row.starts_at else None
    return LateLine(row, KIND_WORDS[row.message.kind], wall_time(row.message.due_at, where), visit)
