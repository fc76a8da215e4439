"""Tampering with the log as somebody with the database but without the key would."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

_POSTGRES = ("audit_event_no_change", "audit_event_no_truncate")


@contextmanager
def guards_dropped(session: Session) -> Iterator[None]:
    """Drop the triggers that refuse changes, for the length of the block; what is done in it is committed."""
    session.rollback()
    if session.get_bind().dialect.name == "sqlite":
        found = session.execute(
            text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'audit_event'")
        ).all()
        for name, _ in found:
            session.execute(text(f"DROP TRIGGER {name}"))
        yield
        for _, sql in found:
            session.execute(text(sql))
    else:
        for name in _POSTGRES:
            session.execute(text(f"ALTER TABLE audit_event DISABLE TRIGGER {name}"))
        yield
        for name in _POSTGRES:
            session.execute(text(f"ALTER TABLE audit_event ENABLE TRIGGER {name}"))
    session.commit()
