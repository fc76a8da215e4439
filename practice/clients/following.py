"""Following a merge: no row of a retired record is rewritten, so reads of what hangs on it ask here whose it is now."""

from collections.abc import Collection

from sqlalchemy import ColumnElement, Select, func, or_, select
from sqlalchemy.orm import Session, aliased
from sqlalchemy.sql.elements import SQLColumnExpression

from practice.clients.models import Client


def is_kept_record(client_id: SQLColumnExpression[int | None]) -> ColumnElement[bool]:
    """Return the condition that ``Client`` is the record that *client_id* stands for today, for a join."""
    named = aliased(Client)
    kept = select(func.coalesce(named.merged_into_id, named.id)).where(named.id == client_id)
    return Client.id == kept.correlate_except(named).scalar_subquery()


def records_of(client_id: int) -> Select[int]:
    """Return the select of the ids of a record and of all that were merged into it."""
    return select(Client.id).where(or_(Client.id == client_id, Client.merged_into_id == client_id))


def kept_ids(session: Session, client_ids: Collection[int]) -> dict[int, int]:
    """Return for each record the one that it stands for today, mostly itself; one statement."""
    rows = select(Client.id, func.coalesce(Client.merged_into_id, Client.id)).where(Client.id.in_(client_ids))
    return {row[0]: row[1] for row in session.execute(rows)}
