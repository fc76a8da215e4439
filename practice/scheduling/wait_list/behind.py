"""Who has fallen behind what was planned for her: asked of a feature above by one protocol, assembled in app.py."""

from collections.abc import Collection, Mapping
from datetime import datetime
from typing import Protocol

from sqlalchemy.orm import Session, sessionmaker

_BEHIND = "days_behind"


class DaysBehind(Protocol):
    """Returns by client how many days each of some clients is behind; those who are not may be left out."""

    def __call__(self, session: Session, client_ids: Collection[int], *, now: datetime) -> Mapping[int, int]: ...


def assemble_days_behind(sessions: sessionmaker[Session], days_behind: DaysBehind) -> None:
    """Give every session of *sessions* the means to know who is behind."""
    sessions.configure(info={**sessions.kw.get("info", {}), _BEHIND: days_behind})


def days_behind(session: Session, client_ids: Collection[int], *, now: datetime) -> Mapping[int, int]:
    """Return how far behind some clients are; nobody is where nothing above plans visits."""
    assembled: DaysBehind | None = session.info.get(_BEHIND)
    return {} if assembled is None else assembled(session, client_ids, now=now)
