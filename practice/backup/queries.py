"""Reads of the attempts: how old the newest backup is, and whether one is wanted."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.backup.models import BackupRun

SHOWN = 30


def list_runs(session: Session, *, limit: int = SHOWN) -> Sequence[BackupRun]:
    """Return the attempts, the newest first."""
    return session.scalars(select(BackupRun).order_by(BackupRun.id.desc()).limit(limit)).all()


def list_runs_of_night(session: Session, night_on: date) -> Sequence[BackupRun]:
    """Return the worker's attempts of one night, the newest first."""
    rows = select(BackupRun).where(BackupRun.night_on == night_on).order_by(BackupRun.attempt.desc())
    return session.scalars(rows).all()


def find_newest_backup(session: Session) -> BackupRun | None:
    """Return the newest attempt that ended with a proven backup."""
    proven = select(BackupRun).where(BackupRun.succeeded.is_(True))
    return session.scalars(proven.order_by(BackupRun.ended_at.desc()).limit(1)).first()


def seconds_since_backup(session: Session, now: datetime) -> int | None:
    """Return how old the newest backup is, counted from the instant that it holds; None when there is none."""
    newest = find_newest_backup(session)
    return None if newest is None else max(0, round((now - newest.started_at).total_seconds()))
