"""In which column of a caseload a plan stands: the one thing about it that matters most now. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from enum import StrEnum

from practice.treatment_plans.lifecycles import PlanState
from practice.treatment_plans.progress import Verdict

NEARLY_DONE_FROM = 2
"""So many sessions are left when a course is nearly done."""


class Column(StrEnum):
    """Where a plan stands, the most urgent first (clinical.md 8: sorted by risk)."""

    WORSENING = "worsening"
    WAITING = "waiting"
    CHECK_DUE = "check_due"
    BEHIND = "behind"
    NEARLY_DONE = "nearly_done"
    ON_COURSE = "on_course"
    DRAFT = "draft"


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """What decides about a plan's column; ``check_after`` is the next re-assessment, None when all are judged."""

    state: PlanState
    sessions: int
    delivered: int
    last_number: int = 0
    check_after: int | None = None
    days_behind: int = 0
    is_lapsing: bool = False
    verdict: Verdict | None = None
    next_on: date | None = None

    @property
    def is_check_due(self) -> bool:
        """Return whether a session is delivered after which nobody has judged yet."""
        return self.check_after is not None and self.check_after <= self.last_number

    @property
    def left(self) -> int:
        """Return how many sessions are still to be delivered."""
        return self.sessions - self.delivered


def column_of(standing: Standing) -> Column:
    """Return the column of a plan: the first of the tests that holds."""
    if standing.state is PlanState.DRAFT:
        return Column.DRAFT
    tests = (
        (Column.WORSENING, standing.verdict is Verdict.WORSENING),
        (Column.WAITING, standing.state in {PlanState.AWAITING_CLEARANCE, PlanState.ON_HOLD}),
        (Column.CHECK_DUE, standing.is_check_due),
        (Column.BEHIND, standing.days_behind > 0 or standing.is_lapsing),
        (Column.NEARLY_DONE, 0 <= standing.left <= NEARLY_DONE_FROM),
    )
    return next((column for column, holds in tests if holds), Column.ON_COURSE)


def next_check(checkpoints: Iterable[int], judged: int) -> int | None:
    """Return after which session the next re-assessment is, *judged* being the last one that was."""
    return min((number for number in checkpoints if number > judged), default=None)


def urgency(standing: Standing) -> tuple[bool, int, date]:
    """Return what a column is sorted by: what lapses, then the farthest behind, then who comes first."""
    return (not standing.is_lapsing, -standing.days_behind, standing.next_on or date.max)
