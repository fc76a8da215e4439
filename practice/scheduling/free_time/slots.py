"""Starts on a grid as bits of one big integer: bit i stands for the i-th grid start of a window of days.

A start is an instant whose wall minute is a multiple of the grid, counted from local midnight.
"""

from bisect import bisect_left
from collections.abc import Iterator, Mapping
from datetime import date
from functools import lru_cache

from practice.scheduling.diary_time import NOWHERE_ELSE, DiaryTime
from practice.scheduling.free_time.hours import working_spans
from practice.scheduling.local_days import days_between, grid_of_day, local_day
from practice.scheduling.question import Exceptions, LocationFacts, Shape, Span, TherapistFacts


class _Ranks(dict[int, int]):
    """How many starts lie before a minute; remembered, because all diaries are cut at the same few minutes."""

    def __init__(self, starts: list[int]) -> None:
        super().__init__()
        self._starts = starts

    def __missing__(self, minute: int) -> int:
        rank = self[minute] = bisect_left(self._starts, minute)
        return rank


class Grid:
    """All grid starts of the local days from first to last, in order."""

    __slots__ = ("_ranks", "first_on", "grid_minutes", "last_on", "starts", "zone")

    def __init__(self, first_on: date, last_on: date, zone: str, grid_minutes: int) -> None:
        self.first_on, self.last_on, self.zone, self.grid_minutes = first_on, last_on, zone, grid_minutes
        self.starts = [
            start for day in days_between(first_on, last_on) for start in grid_of_day(day, zone, grid_minutes)
        ]
        self._ranks = _Ranks(self.starts)

    @property
    def begins(self) -> int:
        """Return the first UTC minute of the window."""
        return local_day(self.first_on, self.zone).begins

    @property
    def ends(self) -> int:
        """Return the first UTC minute after the window."""
        return local_day(self.last_on, self.zone).ends

    def between(self, first: int, last: int) -> int:
        """Return the bits of the starts from minute *first* to minute *last*, both included."""
        low, high = self._ranks[first], self._ranks[last + 1]
        return (1 << high) - (1 << low) if low < high else 0

    def chosen(self, bits: int) -> list[int]:
        """Return the starts whose bits are set, in order."""
        return [self.starts[position] for position in positions(bits)]


@lru_cache(maxsize=256)
def grid_of(first_on: date, last_on: date, zone: str, grid_minutes: int) -> Grid:
    """Return the grid of a window, made once."""
    return Grid(first_on, last_on, zone, grid_minutes)


def positions(bits: int) -> Iterator[int]:
    """Yield the positions of the set bits, lowest first."""
    digits = f"{bits:b}"[::-1]
    position = digits.find("1")
    while position >= 0:
        yield position
        position = digits.find("1", position + 1)


def gaps(begins: list[int], ends: list[int], window: Span, at_least: int) -> Iterator[tuple[int, int]]:
    """Yield where no interval is, *window* being the outer bounds; gaps shorter than *at_least* are left out.

    *begins* and *ends* of the intervals are sorted each on its own: wherever as many have ended as have begun nobody
    is there, so an end opens a gap if the next begin comes after it. This holds for intervals that overlap, too.
    """
    for end, begin in zip([window.begins, *ends], [*begins, window.ends], strict=True):
        if begin - end >= at_least:
            yield end, begin


def free_starts(diary: DiaryTime, grid: Grid, shape: Shape, apart: Mapping[int, int] = NOWHERE_ELSE) -> int:
    """Return the starts at which the treatment with its buffers overlaps nothing on the diary with its buffers.

    *apart* are the minutes of travel to other locations; they lie around what is taken there.
    """
    key = (grid, shape, *apart.items())
    bits = diary.remembered.get(key)
    if bits is None:
        bits = diary.remembered[key] = _fitting(diary.with_buffers(apart), grid, shape)
    return bits


def free_of_treatment(diary: DiaryTime, grid: Grid, duration: int) -> int:
    """Return the starts at which the treatment itself overlaps no treatment on the diary (a client's own diary)."""
    return _fitting(diary.without_buffers(), grid, Shape(duration))


def _fitting(edges: tuple[list[int], list[int]], grid: Grid, shape: Shape) -> int:
    duration, before, after = shape
    window = Span(grid.begins - before, grid.ends + duration + after)
    bits = 0
    for free_from, free_until in gaps(*edges, window, before + duration + after):
        bits |= grid.between(free_from + before, free_until - after - duration)
    return bits


def work_starts(
    therapist: TherapistFacts, location: LocationFacts, exceptions: Exceptions, grid: Grid, duration: int
) -> int:
    """Return the starts at which the treatment lies inside the therapist's working hours at the location."""
    # Most therapists share their hours with others and have no exception of their own in the window.
    own = therapist.id if exceptions.concern(therapist.id) else therapist.weekly
    registered = (therapist.is_registered, therapist.registered_from, therapist.registered_until)
    key = (own, registered, location.id, grid, duration)
    bits = exceptions.remembered.get(key)
    if bits is None:
        bits = exceptions.remembered[key] = _inside_hours(therapist, location, exceptions, grid, duration)
    return bits


def _inside_hours(
    therapist: TherapistFacts, location: LocationFacts, exceptions: Exceptions, grid: Grid, duration: int
) -> int:
    bits = 0
    for on in days_between(grid.first_on, grid.last_on):
        if is_registered_on(therapist, on):
            for span in working_spans(therapist, location, exceptions, local_day(on, location.zone)):
                bits |= grid.between(span.begins, span.ends - duration)
    return bits


def is_registered_on(therapist: TherapistFacts, on: date) -> bool:
    """Return whether the therapist is registered with the college on a day."""
    return (
        therapist.is_registered
        and (therapist.registered_from is None or therapist.registered_from <= on)
        and (therapist.registered_until is None or on <= therapist.registered_until)
    )
