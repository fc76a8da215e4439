"""A course drawn on its days: sessions, holds, clearances, checkpoints and today, as numbers for the template. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from practice.treatment_plans.lifecycles import SessionState
from practice.treatment_plans.sessions import SessionView

WIDTH, LEFT, RIGHT = 1160, 36, 36
STEP_Y, SPAN_Y, SPAN_HEIGHT = 44, 76, 10
RADIUS = 14
TICKS = 8

WORDS = {
    SessionState.PLANNED: "to be booked",
    SessionState.BOOKED: "booked",
    SessionState.ARRIVED: "here",
    SessionState.IN_PROGRESS: "in treatment",
    SessionState.DELIVERED: "delivered",
    SessionState.ATTENDED_NOT_TREATED: "came, not treated",
    SessionState.CANCELLED: "cancelled",
    SessionState.LATE_CANCELLED: "cancelled late",
    SessionState.NO_SHOW: "no-show",
    SessionState.SKIPPED: "left out",
}
_DONE = frozenset({SessionState.DELIVERED})
_LOST = frozenset(
    {
        SessionState.CANCELLED,
        SessionState.LATE_CANCELLED,
        SessionState.NO_SHOW,
        SessionState.ATTENDED_NOT_TREATED,
        SessionState.SKIPPED,
    }
)


@dataclass(frozen=True, slots=True)
class Span:
    """Days from first to last, both included, with what they are; ``css`` tells holds from clearances."""

    first_on: date
    last_on: date
    label: str
    css: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """One session on the line; ``on`` is the day on which it is expected when it has none."""

    number: int
    on: date
    x: float
    css: str
    words: str
    is_checkpoint: bool
    is_expected: bool
    session: SessionView


@dataclass(frozen=True, slots=True)
class Bar:
    """A span as it is drawn."""

    x: float
    y: float
    width: float
    label: str
    css: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that is drawn."""

    height: int
    steps: Sequence[Step]
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, date]]
    today_x: float | None


def timeline(
    sessions: Sequence[SessionView],
    checkpoints: Sequence[int],
    spans: Sequence[Span],
    *,
    begins_on: date,
    today: date,
) -> Timeline:
    """Return a course as it is drawn; a session without a day stands where the gaps expect it."""
    days = list(_days(sessions, begins_on, today))
    last = max([*days, *(span.last_on for span in spans), today], default=today)
    first = min([*days, *(span.first_on for span in spans)], default=today)
    scale = _Scale(first, max(last, first + timedelta(days=7)))
    steps = [_step(each, on, scale, each.number in checkpoints) for each, on in zip(sessions, days, strict=True)]
    bars = [
        Bar(
            scale.x(span.first_on),
            SPAN_Y + row * (SPAN_HEIGHT + 18),
            max(scale.x(span.last_on) - scale.x(span.first_on), 4),
            span.label,
            span.css,
        )
        for row, span in enumerate(spans)
    ]
    height = SPAN_Y + len(bars) * (SPAN_HEIGHT + 18) + 24
    return Timeline(height, steps, bars, list(scale.ticks()), scale.x(today) if first <= today <= last else None)


@dataclass(frozen=True, slots=True)
class _Scale:
    first: date
    last: date

    def x(self, on: date) -> float:
        share = (on - self.first).days / (self.last - self.first).days
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)

    def ticks(self) -> Iterator[tuple[float, date]]:
        weeks = max((self.last - self.first).days // 7 // TICKS, 1) + ((self.last - self.first).days // 7 > TICKS)
        on = self.first
        while on <= self.last:
            yield self.x(on), on
            on += timedelta(weeks=weeks)


def _days(sessions: Sequence[SessionView], begins_on: date, today: date) -> Iterator[date]:
    """Yield the day of each session: its own, or the one expected after the session before it, never in the past."""
    before: date | None = None
    for each in sessions:
        if each.local_start is not None and each.state is not SessionState.SKIPPED:
            on = each.local_start.date()
        else:
            aim = timedelta(days=(each.gap_min + each.gap_max) // 2)
            on = max(begins_on if before is None else before + aim, today)
        yield on
        before = on


def _step(session: SessionView, on: date, scale: _Scale, is_checkpoint: bool) -> Step:
    words = "tentative" if session.is_tentative else WORDS[session.state]
    is_expected = session.local_start is None
    return Step(session.number, on, scale.x(on), _css(session), words, is_checkpoint, is_expected, session)


def _css(session: SessionView) -> str:
    if session.state in _DONE:
        return "is-done"
    if session.state in _LOST:
        return "is-lost"
    if session.is_tentative:
        return "is-tentative"
    return "is-planned" if session.state is SessionState.PLANNED else ""
