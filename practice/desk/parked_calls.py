"""The tray of parked calls that stands on every page: whose, until when the time is held, how to go on."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.permissions import may
from practice.core.actor import Actor
from practice.scheduling.models import Appointment, ParkedCall

MOST_SHOWN = 5
MINUTE = timedelta(minutes=1)
UNNAMED = "Unnamed caller"


@dataclass(frozen=True, slots=True)
class TrayCall:
    """One parked call as the tray shows it."""

    name: str
    detail: str
    url: str


def tray_of(session: Session, actor: Actor, now: datetime) -> Sequence[TrayCall]:
    """Return the actor's parked calls, oldest first; one statement."""
    if not may(actor, "parked_call.use"):
        return []
    rows = session.execute(
        select(ParkedCall.uid, ParkedCall.label, Appointment.local_start, Appointment.hold_ends_at)
        .outerjoin(Appointment, Appointment.id == ParkedCall.hold_id)
        .where(ParkedCall.user_id == actor.user_id, ParkedCall.closed_at.is_(None))
        .order_by(ParkedCall.created_at, ParkedCall.id)
        .limit(MOST_SHOWN)
    )
    return [
        TrayCall(row.label or UNNAMED, held_words(row.local_start, row.hold_ends_at, now), f"/parked-calls/{row.uid}")
        for row in rows
    ]


def held_words(local_start: datetime | None, hold_ends_at: datetime | None, now: datetime) -> str:
    """Return which time a call holds and for how long: ``14:00 · 3 min``, nothing without a time."""
    if local_start is None or hold_ends_at is None:
        return ""
    if hold_ends_at <= now:
        return "time let go"
    return f"{local_start:%H:%M} · {-(-(hold_ends_at - now) // MINUTE)} min"
