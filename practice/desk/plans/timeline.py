"""A course drawn on its days: sessions, holds, clearances, checkpoints and today, as numbers for the template. Pure."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from practice.treatment_plans.blocks import Block
from practice.treatment_plans.findings import Missed
from practice.treatment_plans.lifecycles import SessionState
from practice.treatment_plans.session_states import SETTLED
from practice.treatment_plans.sessions import SessionView

WIDTH, LEFT, RIGHT = 1160, 36, 36
STEP_Y, SPAN_Y, SPAN_HEIGHT = 44, 74, 9
ROW = SPAN_HEIGHT + 19
RADIUS = 14
TICKS = 8
MARGIN = timedelta(days=4)
WORD = 6.2
"""About the width of a letter: a bar's words must not run into the next bar."""

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
class Miss:
    """An earlier time of a session at which it did not take place."""

    x: float
    number: int
    at: datetime
    words: str


@dataclass(frozen=True, slots=True)
class Timeline:
    """Everything that is drawn."""

    height: int
    steps: Sequence[Step]
    misses: Sequence[Miss]
    bars: Sequence[Bar]
    ticks: Sequence[tuple[float, date]]
    today_x: float | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """What is drawn beside the sessions: after which numbers they are checked, spans of days, what was missed."""

    checkpoints: Sequence[int] = ()
    spans: Sequence[Span] = ()
    missed: Sequence[Missed] = ()


def timeline(sessions: Sequence[SessionView], drawing: Drawing, *, begins_on: date, today: date) -> Timeline:
    """Return a course as it is drawn; a session without a day stands where the gaps expect it."""
    days = list(_days(sessions, begins_on, today))
    missed = [each.local_start.date() for each in drawing.missed]
    is_over = bool(days) and all(each.state in SETTLED for each in sessions)
    course = [*days, *missed, *([] if is_over else [today])]
    first, last = min(course, default=today) - MARGIN, max(course, default=today) + MARGIN
    scale = _Scale(first, max(last, first + 2 * MARGIN))
    spans = [
        _within(span, scale) for span in drawing.spans if span.first_on <= scale.last and span.last_on >= scale.first
    ]
    steps = [
        _step(each, on, scale, each.number in drawing.checkpoints) for each, on in zip(sessions, days, strict=True)
    ]
    bars, rows = _bars(spans, scale)
    misses = [
        Miss(scale.x(each.local_start.date()), each.number, each.local_start, _missed_words(each))
        for each in drawing.missed
    ]
    today_x = scale.x(today) if first <= today <= last else None
    return Timeline(SPAN_Y + rows * ROW + 24, steps, misses, bars, list(scale.ticks()), today_x)


def _within(span: Span, scale: "_Scale") -> Span:
    """Return the part of a span that is drawn: a long clearance must not press the sessions together."""
    return replace(span, first_on=max(span.first_on, scale.first), last_on=min(span.last_on, scale.last))


def block_spans(sessions: Sequence[SessionView], blocks: Sequence[Block], days: Sequence[date]) -> list[Span]:
    """Return from when to when each block of the version in force runs, by the days of its sessions."""
    numbered, spans = list(zip(sessions, days, strict=True)), list[Span]()
    for block in blocks:
        own, numbered = numbered[: block.sessions], numbered[block.sessions :]
        if own:
            on = [day for _, day in own]
            spans.append(Span(min(on), max(on), block.words, "is-block"))
    return spans


def _missed_words(missed: Missed) -> str:
    return "no-show" if missed.is_no_show else "cancelled"


def _bars(spans: Sequence[Span], scale: "_Scale") -> tuple[list[Bar], int]:
    """Return spans as bars in as few rows as keep bars and words apart, and how many rows that takes."""
    ends: list[float] = []
    bars = []
    for span in spans:
        x = scale.x(span.first_on)
        width = max(scale.x(span.last_on) - x, 4)
        row = next((number for number, end in enumerate(ends) if x >= end), len(ends))
        end = max(x + width, x + 12 + len(span.label) * WORD)
        ends[row:] = [end, *ends[row + 1 :]]
        bars.append(Bar(x, SPAN_Y + row * ROW, width, span.label, span.css))
    return bars, len(ends)


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


def expected_days(sessions: Sequence[SessionView], *, begins_on: date, today: date) -> list[date]:
    """Return the day of each session, the expected one where it has none."""
    return list(_days(sessions, begins_on, today))


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
