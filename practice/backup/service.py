"""Noting attempts, so that there is one a night however many workers there are, and so that a missing one is seen."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.backup.models import BackupRun
from practice.backup.nights import TOO_OLD_AFTER, Attempt, is_attempt_due
from practice.backup.queries import find_newest_backup, list_runs_of_night
from practice.clinic.queries import practice_zone
from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import SYSTEM, Actor, Role
from practice.core.db import insert_into, new_uid
from practice.core.events import Event, record
from practice.core.local_time import spoken_date, to_local


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of an attempt; ``archive`` is a file's name without its folder."""

    succeeded: bool
    sentence: str
    archive: str = ""
    bytes: int = 0
    rows: int = 0


def claim_nightly_run(session: Session, *, worker: str, now: datetime) -> int | None:
    """Return the id of a new attempt that is this worker's to make, None when none is due or another has it."""
    local_now = to_local(now, practice_zone(session))
    earlier = list_runs_of_night(session, local_now.date())
    attempts = [Attempt(run.started_at, run.succeeded) for run in earlier]
    has_any = find_newest_backup(session) is not None
    if not is_attempt_due(local_now, attempts, has_any=has_any, now=now):
        return None
    values = {
        "uid": new_uid(),
        "night_on": local_now.date(),
        "attempt": (earlier[0].attempt if earlier else 0) + 1,
        "worker": worker,
        "started_at": now,
        "archive": "",
        "bytes": 0,
        "rows": 0,
        "sentence": "",
    }
    claimed = insert_into(session, BackupRun).values(values).on_conflict_do_nothing()
    return session.execute(claimed.returning(BackupRun.id)).scalar_one_or_none()


def start_run(session: Session, *, worker: str, now: datetime) -> int:
    """Note an attempt made by hand and return its id."""
    run = BackupRun(uid=new_uid(), night_on=None, attempt=1, worker=worker, started_at=now)
    session.add(run)
    session.flush()
    return run.id


def finish_run(session: Session, *, run_id: int, outcome: Outcome, actor: Actor, now: datetime) -> None:
    """Note what came of an attempt; one that failed becomes a task of the owner's, once a day."""
    run = session.get_one(BackupRun, run_id)
    run.ended_at, run.succeeded, run.sentence = now, outcome.succeeded, outcome.sentence[:400]
    run.archive, run.bytes, run.rows = outcome.archive, outcome.bytes, outcome.rows
    action = "backup.take" if outcome.succeeded else "backup.fail"
    record(session, Event(action, "backup", run.uid, actor, now, {"rows": outcome.rows, "bytes": outcome.bytes}))
    if not outcome.succeeded:
        _tell_owner(session, f"The backup failed. {outcome.sentence}", now=now)


def watch_age(session: Session, *, now: datetime) -> bool:
    """Return whether the newest backup is recent enough; otherwise the owner gets a task, once a day."""
    newest = find_newest_backup(session)
    if newest is not None and now - newest.started_at <= TOO_OLD_AFTER:
        return True
    words = (
        "There is no backup yet." if newest is None else f"The newest backup is of {spoken_date(newest.started_at)}."
    )
    _tell_owner(session, f"{words} Everything entered since would be lost with this machine.", now=now)
    return False


def _tell_owner(session: Session, note: str, *, now: datetime) -> None:
    task = open_task(
        session,
        kind="backup_missing",
        subject_kind="backup",
        subject_id=0,
        due_at=now,
        dedupe_key=f"backup_missing:{now:%Y%m%d}",
        note=note[:400],
        now=now,
    )
    if task.assigned_role != Role.OWNER:
        assign_task(session, task=task, role=Role.OWNER, user_id=None, actor=SYSTEM, now=now)
