"""Today's clients in the order in which they need somebody: late, here, still to come."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.desk.acts import ARRIVE, COMPLETE, NO_SHOW, START, UNDO, Act
from practice.desk.diary.listed import Row
from practice.desk.reaching import Reached
from practice.desk.visits import State

IN_THE_ROOM = frozenset({State.ARRIVED, State.IN_PROGRESS})
OFFERED = frozenset({ARRIVE, START, COMPLETE, NO_SHOW, UNDO})
"""What is done from Today's rows; everything else stands in the visit's own panel."""


@dataclass(frozen=True, slots=True)
class TodayRow:
    """A row of the day's list with the acts offered here, and whom to phone about somebody late.

    ``expected`` is the wall time at which it can be expected to start, when that is later than booked.
    """

    row: Row
    phone: Reached | None
    expected: datetime | None = None

    @property
    def acts(self) -> Sequence[Act]:
        """Return the acts of this page."""
        return [act for act in self.row.acts if act in OFFERED]


@dataclass(frozen=True, slots=True)
class Group:
    """Rows under one word."""

    words: str
    tone: str
    rows: Sequence[TodayRow]


def groups_of(rows: Sequence[Row], phones: Mapping[int, Reached], expected: Mapping[int, datetime]) -> list[Group]:
    """Return the groups that have somebody in them.

    *phones* are those of late clients by client id, *expected* the later starts by visit.
    """
    late = [row for row in rows if row.late]
    here = [row for row in rows if row.visit.state in IN_THE_ROOM]
    coming = [row for row in rows if row.visit.is_expected and not row.late]
    found = [
        _group("Late", "late", late, phones, expected),
        _group("Here", "here", here, {}, expected),
        _group("To arrive", "", coming, {}, expected),
    ]
    return [group for group in found if group.rows]


def _group(
    words: str, tone: str, rows: Sequence[Row], phones: Mapping[int, Reached], expected: Mapping[int, datetime]
) -> Group:
    return Group(words, tone, [TodayRow(row, _phone(row, phones), expected.get(row.visit.id)) for row in rows])


def _phone(row: Row, phones: Mapping[int, Reached]) -> Reached | None:
    return phones.get(row.visit.client.id) if row.visit.client else None
