"""Tampering with what is append-only, as somebody with the database but without the key would."""

from collections.abc import Iterator
from contextlib import contextmanager

from sqlalchemy import text
from sqlalchemy.orm import Session

_POSTGRES = ("no_change", "no_truncate")


@contextmanager
def guards_dropped(session: Session, table: str = "audit_event") -> Iterator[None]:
    """Drop the triggers that refuse changes, for the length of the block; what is done in it is committed."""
    session.rollback()
    found = drop_guards(session, table)
    yield
    for sql in found:
        session.execute(text(sql))
    session.commit()


def drop_guards(session: Session, table: str) -> list[str]:
    """Drop the triggers that refuse changes, in the transaction that is open; return what puts them back."""
    if session.get_bind().dialect.name == "sqlite":
        wanted = text("SELECT name, sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = :table")
        found = session.execute(wanted, {"table": table}).all()
        for name, _ in found:
            session.execute(text(f"DROP TRIGGER {name}"))
        return [sql for _, sql in found]
    for name in _POSTGRES:
        session.execute(text(f"ALTER TABLE {table} DISABLE TRIGGER {table}_{name}"))
    return [f"ALTER TABLE {table} ENABLE TRIGGER {table}_{name}" for name in _POSTGRES]
