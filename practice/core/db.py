"""Base class, column types and naming convention of every table."""

import uuid
from datetime import UTC, datetime

from sqlalchemy import DateTime, Dialect, MetaData, String
from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column
from sqlalchemy.sql.elements import ColumnElement, SQLColumnExpression
from sqlalchemy.types import TypeDecorator

from practice.core.intervals import Interval

NAMING_CONVENTION = {
    "ix": "ix_%(table_name)s_%(column_0_N_name)s",
    "uq": "uq_%(table_name)s_%(column_0_N_name)s",
    "ck": "ck_%(table_name)s_%(constraint_name)s",
    "fk": "fk_%(table_name)s_%(column_0_N_name)s",
    "pk": "pk_%(table_name)s",
}


class UtcDateTime(TypeDecorator[datetime]):
    """An aware UTC instant; refuses naive values and restores the zone where the database drops it."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a naive datetime cannot be stored as an instant")
        utc = value.astimezone(UTC)
        return utc.replace(tzinfo=None) if dialect.name == "sqlite" else utc

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002  # SQLAlchemy's signature
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class Base(DeclarativeBase):
    """Base of every table."""

    metadata = MetaData(naming_convention=NAMING_CONVENTION)
    type_annotation_map = {datetime: UtcDateTime}


def new_uid() -> str:
    """Return a fresh public identifier: 122 random bits, so that ids cannot be enumerated."""
    return str(uuid.uuid4())


class Identified:
    """An integer key for rows and constraints, a uid for the world."""

    id: Mapped[int] = mapped_column(primary_key=True)
    # As the sentinel it lets many rows be inserted in one statement and told apart afterwards.
    uid: Mapped[str] = mapped_column(String(36), unique=True, default=new_uid, insert_sentinel=True)


class Editable(Identified):
    """A row that people edit: each update raises ``version``, and an update of a version seen earlier fails."""

    version: Mapped[int] = mapped_column(default=1)

    __mapper_args__ = {"version_id_col": version}


def insert_into(session: Session, table: type[Base]) -> postgresql.Insert | sqlite.Insert:
    """Return an insert in the dialect of *session*'s database, which can say what happens to a row already there."""
    if session.get_bind().dialect.name == "postgresql":
        return postgresql.insert(table)
    return sqlite.insert(table)


def overlaps(
    starts_at: SQLColumnExpression[datetime], ends_at: SQLColumnExpression[datetime], interval: Interval
) -> ColumnElement[bool]:
    """Return the SQL twin of :meth:`Interval.overlaps` for two columns."""
    return (starts_at < interval.ends_at) & (ends_at > interval.starts_at)
