"""Whether mail is leaving: read from the worker's sign of life."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.reminders.models import WorkerPulse

SILENT_AFTER = timedelta(minutes=2)


def mail_trouble(session: Session, *, now: datetime) -> str:
    """Return in a few words why mail does not leave, empty while it does."""
    pulses = session.execute(select(WorkerPulse.beat_at, WorkerPulse.paused_because)).all()
    if any(pulse.paused_because for pulse in pulses):
        return "mail is paused"
    if not pulses or max(pulse.beat_at for pulse in pulses) < now - SILENT_AFTER:
        return "mail is not leaving"
    return ""
