"""How full days are and where they are free, from hours and what is taken. Pure; UTC minutes."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

from practice.scheduling.question import Span

WHOLE = 100


class Taken(NamedTuple):
    """A time that is taken with its buffers; ``is_visit`` is false for time kept free of visits."""

    span: Span
    is_visit: bool


class Gap(NamedTuple):
    """A free stretch of one therapist, by uid."""

    therapist: str
    span: Span

    @property
    def minutes(self) -> int:
        """Return its length."""
        return self.span.ends - self.span.begins


@dataclass(frozen=True, slots=True)
class DayFill:
    """A day: the minutes that could be booked, those that are, and those still free from now on."""

    on: date
    bookable: int
    booked: int
    free: int

    @property
    def is_open(self) -> bool:
        """Return whether anybody works."""
        return self.bookable > 0

    @property
    def percent(self) -> int:
        """Return how full it is; a day with any minute left is never said to be full."""
        if not self.bookable:
            return 0
        share = self.booked * WHOLE // self.bookable
        return min(share, WHOLE - 1) if self.booked < self.bookable else WHOLE


def fill_of(
    on: date, working: Mapping[str, Sequence[Span]], taken: Mapping[str, Sequence[Taken]], *, not_before: int
) -> DayFill:
    """Return how full a day is for everybody who works then: hours and what is taken by therapist uid."""
    bookable = booked = free = 0
    for uid, spans in working.items():
        own = taken.get(uid, ())
        kept = [each.span for each in own if not each.is_visit]
        open_spans = [gap for span in spans for gap in free_within(span, kept)]
        bookable += _length(open_spans)
        left = [gap for span in open_spans for gap in free_within(span, [each.span for each in own])]
        booked += _length(open_spans) - _length(left)
        free += _length(Span(max(each.begins, not_before), each.ends) for each in left if each.ends > not_before)
    return DayFill(on, bookable, booked, free)


def gaps_of_day(
    working: Mapping[str, Sequence[Span]],
    taken: Mapping[str, Sequence[Taken]],
    *,
    at_least: int,
    not_before: int,
) -> list[Gap]:
    """Return the free stretches of at least so many minutes, the earliest first."""
    gaps = [
        Gap(uid, Span(max(gap.begins, not_before), gap.ends))
        for uid, spans in working.items()
        for span in spans
        for gap in free_within(span, [each.span for each in taken.get(uid, ())])
    ]
    return sorted((gap for gap in gaps if gap.minutes >= at_least), key=lambda gap: (gap.span, gap.therapist))


def free_within(span: Span, taken: Iterable[Span]) -> list[Span]:
    """Return what is left of *span*; what is taken may overlap and come in any order."""
    cursor, free = span.begins, []
    for busy in sorted(taken):
        if busy.ends <= cursor or busy.begins >= span.ends:
            continue
        if busy.begins > cursor:
            free.append(Span(cursor, busy.begins))
        cursor = max(cursor, busy.ends)
    return [*free, Span(cursor, span.ends)] if cursor < span.ends else free


def _length(spans: Iterable[Span]) -> int:
    return sum(span.ends - span.begins for span in spans)
