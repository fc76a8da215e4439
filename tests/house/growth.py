"""More of every row that a database holds, inserted straight into the tables: half hang where the first did, half elsewhere."""

import uuid
from collections.abc import Iterator, Mapping, Sequence
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Column, Connection, Table, UniqueConstraint, func, insert, select, update

from practice.clients.fullness import MOST_PARTS
from practice.core.db import UtcDateTime
from practice.core.sealed_column import Sealed
from practice.tables import METADATA

SINGLE = frozenset(
    {
        "audit_event",
        "audit_head",
        "booking_limits",
        "clinic_state",
        "diary",
        "idempotency_key",
        "practice_settings",
        "rate_counter",
        "worker_pulse",
    }
)
"""Tables whose rows are not things of their own, or cannot be added by anybody but their keeper."""

SET_UP = frozenset({"location", "room", "service", "therapist", "user_account"})
MOST_SET_UP = 50
"""No clinic has a thousand rooms; the figures are published for fifty of each."""

PARTS = frozenset({"block_pair", "client_contact", "client_preference", "client_relation", "desk_alert"})
"""Half of the copies hang on one record, which holds fifty of a kind."""

ONE_TO_A_DIARY = frozenset({"allocation"})
"""Copies at the same time, so none may hang where another does."""

SUBJECTS = {"appointment": "appointment", "client": "client", "offer": "wait_list_offer"}
"""What ``subject_kind`` says beside a ``subject_id`` that is no foreign key."""


class Grower:
    """Copies the rows that a database holds now; asked again, it copies the same ones further.

    *focus* names by table the row on which one half of the copies hang: the one that is looked at.
    """

    def __init__(self, connection: Connection, focus: Mapping[str, int]) -> None:
        self._connection = connection
        self._focus = focus
        self._ids: dict[str, Iterator[int]] = {}
        self._numbers = count(1)
        self._templates = {
            table.name: [dict(row) for row in connection.execute(select(table)).mappings()]
            for table in METADATA.sorted_tables
        }
        self._kinds = {int(row["id"]): row["kind"] for row in self._templates["diary"]}
        self._opened: list[dict[str, Any]] = []
        self.copies: dict[str, list[dict[str, Any]]] = {name: [] for name in self._templates}

    def go_on(self, connection: Connection, to: int) -> None:
        """Grow further in another transaction."""
        self._connection = connection
        self.grow(to)

    def grow(self, to: int) -> None:
        """Bring every table that holds anything to *to* copies, those of the set-up to fifty at most."""
        for table in METADATA.sorted_tables:
            if self._templates[table.name] and table.name not in SINGLE and not _is_sealed(table):
                self._add(table, self._bounded(table, to) - len(self.copies[table.name]))
        # Windows of diaries are kept in memory under these versions.
        for name in ("clinic_state", "diary"):
            table = METADATA.tables[name]
            self._connection.execute(update(table).values(version=table.c.version + 1))

    def _bounded(self, table: Table, to: int) -> int:
        return min(to, MOST_SET_UP if table.name in SET_UP else 2 * MOST_PARTS if table.name in PARTS else to)

    def _add(self, table: Table, wanted: int) -> None:
        rows = list(self._rows(table, wanted))
        if self._opened:
            self._connection.execute(insert(METADATA.tables["diary"]), self._opened)
            self._opened.clear()
        if rows:
            self._connection.execute(insert(table), rows)
            self.copies[table.name] += rows

    def _rows(self, table: Table, wanted: int) -> Iterator[dict[str, Any]]:
        keys, taken = unique_keys(table), self._taken(table)
        made = 0
        # A table that can hold only so many, such as one row for two of the set-up, is left with what it can hold.
        for attempt in range(4 * max(wanted, 0)):
            if made >= wanted:
                return
            row = self._copy(table, attempt)
            said = {key: tuple(row[name] for name in key) for key in keys}
            if any(value in taken[key] for key, value in said.items() if None not in value):
                continue
            for key, value in said.items():
                if None not in value:
                    taken[key].add(value)
            made += 1
            yield row

    def _taken(self, table: Table) -> dict[tuple[str, ...], set[tuple[Any, ...]]]:
        held = [*self._templates[table.name], *self.copies[table.name]]
        return {key: {tuple(row[name] for name in key) for row in held} for key in unique_keys(table)}

    def _copy(self, table: Table, attempt: int) -> dict[str, Any]:
        number = next(self._numbers)
        row = dict(self._templates[table.name][attempt % len(self._templates[table.name])])
        keys = unique_keys(table)
        never_twice = {[name for name in key if table.c[name].foreign_keys or name == key[-1]][-1] for key in keys}
        seen: set[str] = set()
        for place, column in enumerate(column for column in table.columns if column.foreign_keys):
            parent = next(iter(column.foreign_keys)).column.table.name
            if row[column.name] is None:
                continue
            if column.name in never_twice or table.name in ONE_TO_A_DIARY or attempt >> place & 1:
                row[column.name] = self._elsewhere(column, row[column.name], number + place)
            elif parent not in seen:
                row[column.name] = self._focus.get(parent, row[column.name])
            seen.add(parent)
        for column in table.columns:
            if not column.foreign_keys and any(column.name in key for key in keys):
                row[column.name] = self._another(table, column, row, number)
        if "subject_id" in row and attempt & 1:
            row["subject_id"] = self._pick(SUBJECTS.get(row["subject_kind"]), row["subject_id"], number)
        return row

    def _elsewhere(self, column: Column[Any], before: int, number: int) -> int | None:
        parent = next(iter(column.foreign_keys)).column.table
        if parent.name == "diary":
            return self._diary_like(before)
        if parent.name == "user_account" and column.unique:
            return None
        return self._pick(parent.name, before, number)

    def _pick(self, table_name: str | None, before: int, number: int) -> int:
        others = self.copies.get(table_name or "", [])
        return int(others[number % len(others)]["id"]) if others else before

    def _diary_like(self, before: int) -> int:
        number = self._next_id(METADATA.tables["diary"])
        self._kinds[number] = self._kinds[before]
        self._opened.append({"id": number, "kind": self._kinds[before], "version": 1})
        return number

    def _another(self, table: Table, column: Column[Any], row: dict[str, Any], number: int) -> Any:
        value = row[column.name]
        if column.name == "uid":
            return str(uuid.uuid4())
        if column.name == "subject_id":
            return self._pick(SUBJECTS.get(row["subject_kind"]), value, number)
        if column.primary_key and column.name == "id":
            return self._next_id(table)
        return _moved(column, value, number)

    def _next_id(self, table: Table) -> int:
        if table.name not in self._ids:
            highest = self._connection.scalar(select(func.max(table.c.id))) or 0
            self._ids[table.name] = count(highest + 1)
        return next(self._ids[table.name])


def _is_sealed(table: Table) -> bool:
    """Return whether a copy could not be read: what is sealed opens in its own row only."""
    return any(isinstance(column.type, Sealed) for column in table.columns)


def _moved(column: Column[Any], value: Any, number: int) -> Any:
    if isinstance(column.type, UtcDateTime) or isinstance(value, datetime):
        return value + timedelta(minutes=number)
    if isinstance(value, date):
        return value + timedelta(days=number)
    if isinstance(value, int):
        return value + number
    if isinstance(value, str):
        length = getattr(column.type, "length", None) or 40
        return f"{number}{value}"[:length]
    return value


def unique_keys(table: Table) -> Sequence[tuple[str, ...]]:
    """Return the columns that no two rows of *table* may share."""
    keys = [constraint.columns for constraint in table.constraints if isinstance(constraint, UniqueConstraint)]
    keys += [index.columns for index in table.indexes if index.unique]
    return sorted({tuple(column.name for column in key) for key in [*keys, table.primary_key.columns]})
