"""Growth: the rows and pages that availability reads with a short and with a long history, counted by the database."""

import json
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor

from benchmarks import availability
from benchmarks.stage import Stage, stage

SHORT = 1_000
LONG = 100_000
FULL = 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What one answer reads: rows and pages on PostgreSQL, the query plan on SQLite."""

    rows: int = 0
    pages: int = 0
    plan: str = ""


def show(kind: str, *, is_full: bool) -> None:
    """Print what is read with *SHORT* and with the long history, and whether they are equal as promised."""
    amounts = (SHORT, FULL if is_full else LONG)
    short, long = (measured(kind, amount) for amount in amounts)
    if kind == "postgresql":
        kept = abs(long.rows - short.rows) <= 0.05 * short.rows
        print(
            f"rows read with {amounts[0]:,} and {amounts[1]:,} past appointments: {short.rows:,} and {long.rows:,}; "
            f"pages {short.pages:,} and {long.pages:,}{'' if kept else '  MISSED'}"
        )
    else:
        kept = short.plan == long.plan
        print(f"query plan with {amounts[0]:,} and {amounts[1]:,} past appointments: {'same' if kept else 'DIFFERENT'}")
        print(f"  {long.plan}")


def measured(kind: str, history: int) -> Reading:
    """Return what the cold answer for fifty therapists and four weeks reads."""
    with stage(kind, history=history) as built:
        captured = _last_statement(built)
        with built.engine.connect() as connection:
            return _on_postgresql(connection, *captured) if built.is_postgresql else _on_sqlite(connection, *captured)


def _last_statement(built: Stage) -> tuple[str, Any]:
    sent: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: DBAPICursor, statement: str, values: Any, *_rest: object) -> None:
        sent.append((statement, values))

    availability.forget(built)()
    event.listen(built.engine, "before_cursor_execute", note)
    try:
        availability.ask(built, one=False)
    finally:
        event.remove(built.engine, "before_cursor_execute", note)
    return next(one for one in reversed(sent) if "FROM allocation" in one[0] or "allocation" in one[0])


def _on_postgresql(connection: Connection, statement: str, values: Any) -> Reading:
    found = connection.exec_driver_sql(f"EXPLAIN (ANALYZE, BUFFERS, FORMAT JSON) {statement}", values).scalar_one()
    plan = (json.loads(found) if isinstance(found, str) else found)[0]["Plan"]
    return Reading(rows=_leaf_rows(plan), pages=plan["Shared Hit Blocks"] + plan["Shared Read Blocks"])


def _leaf_rows(node: dict[str, Any]) -> int:
    inner = node.get("Plans", [])
    removed = node.get("Rows Removed by Filter", 0) + node.get("Rows Removed by Index Recheck", 0)
    own = (node["Actual Rows"] + removed) * node["Actual Loops"] if not inner or "Index" in node["Node Type"] else 0
    return int(own) + sum(_leaf_rows(child) for child in inner)


def _on_sqlite(connection: Connection, statement: str, values: Any) -> Reading:
    rows = connection.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", values).all()
    return Reading(plan="; ".join(str(row[-1]) for row in rows))
