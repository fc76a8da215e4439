"""Refusals worth remembering: stored in a transaction of their own, after the refused one was rolled back."""

from sqlalchemy.orm import Session, sessionmaker

from practice.core.events import Event, record
from practice.core.transact import transact


def audit_refusal(sessions: sessionmaker[Session], event: Event) -> None:
    """Store *event* now; raises ``Unavailable`` when the database is busy or gone."""
    with sessions() as session:
        transact(session, lambda: record(session, event))
