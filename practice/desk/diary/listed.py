"""The same day as rows in time order: complete without a mouse, and without JavaScript. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from practice.core.actor import Actor
from practice.desk.acts import Act, acts_of
from practice.desk.visits import GONE, State, Visit, late_minutes, minutes_and_seconds, seconds_held


@dataclass(frozen=True, slots=True)
class Row:
    """One visit of the list with what can be done about it."""

    visit: Visit
    acts: Sequence[Act]
    late: int
    held: str
    is_next: bool

    @property
    def css(self) -> str:
        """Return the row's emphasis."""
        if self.late:
            return "is-late"
        if self.visit.state in GONE or self.visit.state == State.NO_SHOW:
            return "is-off"
        return "is-now" if self.is_next else ""


@dataclass(frozen=True, slots=True)
class DayRows:
    """The rows that are expected or happened, and below them what was taken back."""

    rows: Sequence[Row]
    gone: Sequence[Row]


def day_list(visits: Sequence[Visit], *, actor: Actor, now: datetime) -> DayRows:
    """Return the rows of a day; holds of others are shown, their acts are not."""
    coming = next((visit.id for visit in visits if visit.is_expected and visit.starts_at >= now), None)
    rows = [_row(visit, is_next=visit.id == coming, actor=actor, now=now) for visit in visits]
    return DayRows(
        rows=[row for row in rows if row.visit.state not in GONE],
        gone=[row for row in rows if row.visit.state in GONE],
    )


def _row(visit: Visit, *, is_next: bool, actor: Actor, now: datetime) -> Row:
    is_foreign = visit.is_busy or (visit.state == State.HELD and visit.held_by_id != actor.user_id)
    held = minutes_and_seconds(seconds_held(visit, now)) if visit.state == State.HELD else ""
    return Row(visit, () if is_foreign else acts_of(visit, now), late_minutes(visit, now), held, is_next)
