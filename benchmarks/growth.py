"""Growth: the rows and pages that everyday reads touch with a short and a long history, as the database counts."""

import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from sqlalchemy import Connection, event
from sqlalchemy.engine.interfaces import DBAPICursor

from benchmarks import availability, booking, calendar, practice_50
from benchmarks.stage import Stage, stage
from practice.desk.queries import days_window, list_visits
from practice.scheduling.blocks.queries import blocks_on

SHORT = 1_000
LONG = 100_000
FULL = 1_000_000


@dataclass(frozen=True, slots=True)
class Reading:
    """What one statement reads: rows and pages on PostgreSQL, the query plan on SQLite."""

    rows: int = 0
    pages: int = 0
    plan: str = ""


@dataclass(frozen=True, slots=True)
class Read:
    """Something that is done every day, and the table whose reading must not grow with the years."""

    title: str
    act: Callable[[Stage], object]
    table: str


def _free_time(built: Stage) -> None:
    availability.forget(built)()
    availability.ask(built, one=False)


def _diary_of_a_day(built: Stage) -> None:
    window = days_window(practice_50.DAY_NINE, practice_50.DAY_NINE, practice_50.ZONE)
    with built.sessions() as session:
        list_visits(session, location_id=1, window=window, now=practice_50.NOW)


def _blocks_of_a_day(built: Stage) -> None:
    window = days_window(practice_50.DAY_NINE, practice_50.DAY_NINE, practice_50.ZONE)
    with built.sessions() as session:
        blocks_on(session, availability.EVERY_DIARY, window)


def _booking(built: Stage) -> None:
    booking.book_next(built, booking.Times())


READS = (
    Read("free time, 50 therapists x 4 weeks", _free_time, "allocation"),
    Read("diary of a day", _diary_of_a_day, "appointment"),
    Read("blocks of a day", _blocks_of_a_day, "diary_block"),
    Read("calendar feed, 10 therapists x week", calendar.in_process, "appointment"),
    Read("look of a booking under the lock", _booking, "allocation"),
)


def show(kind: str, *, is_full: bool) -> None:
    """Print what each read reads with *SHORT* and with the long history, and whether they are equal as promised."""
    amounts = (SHORT, FULL if is_full else LONG)
    print(f"with {amounts[0]:,} and {amounts[1]:,} past appointments")
    for read, short, long in zip(READS, *(measured(kind, amount) for amount in amounts), strict=True):
        if kind == "postgresql":
            kept = abs(long.rows - short.rows) <= 0.05 * short.rows
            told = f"rows {short.rows:,} and {long.rows:,}; pages {short.pages:,} and {long.pages:,}"
        else:
            kept = short.plan == long.plan
            told = f"query plan {'the same' if kept else 'another'}: {long.plan}"
        print(f"  {read.title}: {told}{'' if kept else '  MISSED'}")


def measured(kind: str, history: int) -> list[Reading]:
    """Return what each of :data:`READS` reads."""
    with stage(kind, history=history) as built:
        captured = [_last_statement(built, read) for read in READS]
        with built.engine.connect() as connection:
            explain = _on_postgresql if built.is_postgresql else _on_sqlite
            return [explain(connection, *one) for one in captured]


def _last_statement(built: Stage, read: Read) -> tuple[str, Any]:
    sent: list[tuple[str, Any]] = []

    def note(_connection: Connection, _cursor: DBAPICursor, statement: str, values: Any, *_rest: object) -> None:
        sent.append((statement, values))

    event.listen(built.engine, "before_cursor_execute", note)
    try:
        read.act(built)
    finally:
        event.remove(built.engine, "before_cursor_execute", note)
    reading = [(text, values) for text, values in sent if text.startswith("SELECT") and f"FROM {read.table}" in text]
    return reading[-1]


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
