"""Reads of the log for people: newest first, filtered, a page at a time."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from practice.audit.models import AuditEvent

PAGE = 50


@dataclass(frozen=True, slots=True)
class Filter:
    """What to look for; None leaves a side open. ``action`` may be the first part alone: ``session``."""

    action: str | None = None
    actor_id: int | None = None
    object_uid: str | None = None
    from_at: datetime | None = None
    until_at: datetime | None = None


def list_events(
    session: Session, wanted: Filter, *, before: int | None = None, limit: int = PAGE
) -> Sequence[AuditEvent]:
    """Return events newest first; *before* goes on below the event of that number."""
    statement = select(AuditEvent).where(*_conditions(wanted))
    if before is not None:
        statement = statement.where(AuditEvent.seq < before)
    return session.scalars(statement.order_by(AuditEvent.seq.desc()).limit(limit)).all()


def _conditions(wanted: Filter) -> list[ColumnElement[bool]]:
    conditions: list[ColumnElement[bool]] = []
    if wanted.action:
        group = wanted.action.rstrip(".")
        conditions.append((AuditEvent.action == group) | AuditEvent.action.startswith(f"{group}.", autoescape=True))
    if wanted.actor_id is not None:
        conditions.append(AuditEvent.actor_id == wanted.actor_id)
    if wanted.object_uid:
        conditions.append(AuditEvent.object_uid == wanted.object_uid)
    if wanted.from_at is not None:
        conditions.append(AuditEvent.at >= wanted.from_at)
    if wanted.until_at is not None:
        conditions.append(AuditEvent.at < wanted.until_at)
    return conditions
