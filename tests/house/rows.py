"""Rows for every table, whatever tables there are, and digests that show whether any row was touched."""

import hashlib
from datetime import UTC, date, datetime, timedelta
from typing import Any

from sqlalchemy import (
    JSON,
    Boolean,
    Column,
    ColumnElement,
    Connection,
    Date,
    DateTime,
    Float,
    Integer,
    LargeBinary,
    Table,
    inspect,
    literal_column,
    select,
)

from practice.core.db import Base, UtcDateTime
from practice.core.sealed_column import Sealed
from practice.core.sealed_text import MARK
from practice.tables import METADATA

NUMBERS = range(101, 104)
NOON = datetime(2026, 11, 24, 12, 0, tzinfo=UTC)

# What a constraint asks of a column beyond its type; the rest is made up from the type alone.
FITTING: dict[str, Any] = {
    "appointment.state": "booked",
    "appointment.hold_ends_at": None,
    "client.merged_into_id": None,
    "client_key.destroyed_at": None,
    "flag.tier": "T1",
    "closes_minute": 700,
    "opens_minute": 600,
    "duration_minutes": 60,
    "grid_minutes": 15,
    "group_size": 1,
    "weekday": 1,
    "buffer_before_minutes": 0,
    "buffer_after_minutes": 0,
    "client_preference.kind": "therapist",
    "block_pair.other_client_id": None,
    "allocation.block_id": None,
    "vitals.diastolic": 60,
    "vitals.tension": 5,
    "body_map_entry.intensity": 5,
    "note_entry.kind": "addendum",
    "visit_consent.mode": "written",
    "visit_consent.given_by": "client",
    "adverse_reaction.kind": "bruise",
    "adverse_reaction.severity": 1,
    "measure_definition.low": 0.0,
    "episode.side": "left",
    "episode.branch": "tibial",
    "treatment_plan.state": "draft",
    "treatment_plan.outcome": None,
    "treatment_plan.ended_at": None,
    "plan_hold.reason": "client",
    "reassessment.verdict": "partial",
    "reassessment.decided": "partial",
    "reassessment.decision": "continue",
    "plan_version.state": "draft",
    "plan_version.activated_at": None,
    "plan_version.minutes": 60,
    "plan_version.preference": "prefer",
    "baseline_leg": 7,
    "baseline_back": 5,
    "baseline_psfs_tenths": 33,
    "plan_goal.state": "active",
    "plan_goal.settled_at": None,
    "plan_consent.state": "given",
    "plan_consent.mode": "written",
    "plan_consent.given_by": "client",
    "plan_consent.ended_at": None,
    "exercise_prescription.state": "active",
    "exercise_prescription.side": "left",
    "exercise_prescription.place": 1,
    "exercise_prescription.ends_on": None,
    "times_per_day": 2,
    "days_per_week": 7,
    "planned_session.ordinal": 1,
    "planned_session.skipped_at": None,
}
KEPT_BY_MIGRATIONS = {"audit_head", "clinic_state", "booking_limits"}


def fill(connection: Connection, tables: set[str] | None = None) -> None:
    """Insert a few rows into each table (or those named), parents first."""
    for table in Base.metadata.sorted_tables:
        if table.name not in KEPT_BY_MIGRATIONS and (tables is None or table.name in tables):
            connection.execute(table.insert(), [row(table, number) for number in NUMBERS])


def row(table: Table, number: int) -> dict[str, Any]:
    return {column.name: _value(column, number) for column in table.columns}


def _value(column: Column[Any], number: int) -> Any:
    for name in (f"{column.table.name}.{column.name}", column.name):
        if name in FITTING:
            return FITTING[name]
    if column.foreign_keys:
        return number
    return _by_type(column, number)


def _by_type(column: Column[Any], number: int) -> Any:
    if isinstance(column.type, UtcDateTime):
        return NOON + timedelta(days=number, hours=1 if column.name.startswith("ends") else 0)
    if isinstance(column.type, DateTime):
        return datetime(2026, 11, 24, 7) + timedelta(days=number)
    if isinstance(column.type, Date):
        return date(2026, 11, 24) + timedelta(days=number)
    if isinstance(column.type, Boolean):
        return True
    if isinstance(column.type, Integer):
        return number
    if isinstance(column.type, Float):
        return float(number)
    if isinstance(column.type, Sealed | LargeBinary):
        return MARK + bytes(range(number))
    if isinstance(column.type, JSON):
        return {"number": number}
    return f"{column.name} {number}"[: getattr(column.type, "length", None) or 40]


def digests(connection: Connection, *, without: frozenset[str] = frozenset()) -> dict[str, str]:
    """Return for each table that exists a digest over all its rows; *without* names tables and table.columns."""
    present = set(inspect(connection).get_table_names())
    return {
        table.name: _digest(connection, table, without)
        for table in METADATA.sorted_tables
        if table.name in present and table.name not in without
    }


def _digest(connection: Connection, table: Table, without: frozenset[str]) -> str:
    columns = [column for column in table.columns if f"{table.name}.{column.name}" not in without]
    rows = connection.execute(select(*columns).order_by(*table.primary_key.columns)).all()
    return f"{len(rows)}:{hashlib.sha256(repr([tuple(each) for each in rows]).encode()).hexdigest()}"


def column_digests(connection: Connection) -> dict[str, str]:
    """Return for each column that exists a digest over all its values, by ``table.column``."""
    inspector = inspect(connection)
    present = set(inspector.get_table_names())
    found = {}
    for table in METADATA.sorted_tables:
        if table.name in present:
            names = {column["name"] for column in inspector.get_columns(table.name)}
            found |= {f"{table.name}.{name}": _digest_of(connection, table, name) for name in sorted(names)}
    return found


def _digest_of(connection: Connection, table: Table, name: str) -> str:
    rows = (
        connection.execute(select(_column(table, name)).select_from(table).order_by(*table.primary_key.columns))
        .scalars()
        .all()
    )
    return f"{len(rows)}:{hashlib.sha256(repr(rows).encode()).hexdigest()}"


def _column(table: Table, name: str) -> ColumnElement[Any]:
    """Return a column by name, also one that a later revision gave up."""
    return table.columns[name] if name in table.columns else literal_column(name)
