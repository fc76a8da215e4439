"""The course planner's values: what is to be placed, what is free, what is wished, and what a course costs. Pure.

Days are ordinals, minutes count on the wall clock from local midnight. ``course_search`` finds the cheapest courses.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

DAYS_A_WEEK = 7
MOST_A_WEEK = 3
"""Never more in any seven days, and never two on one day (clinical.md 5.1)."""

NOON, EVENING = 12 * 60, 17 * 60


class Gap(NamedTuple):
    """Days since the visit before, at least and at most; ``aim`` in half days, so that two a week are 7."""

    least: int
    most: int
    aim: int

    def strain(self, days: int) -> int:
        """Return the half days by which a gap misses its aim; the nearest whole day on either side misses nothing."""
        return max(abs(2 * days - self.aim) - 1, 0)


class Visit(NamedTuple):
    """Where one visit of a course lies."""

    on: int
    minute: int
    therapist_id: int


class FreeStart(NamedTuple):
    """A free start of a service on a day, with the therapists who could give it."""

    minute: int
    therapist_ids: tuple[int, ...]


class Due(NamedTuple):
    """One visit of the course: kept where it is (``fixed``), or to be placed, best where the course has one now.

    ``presents`` are booked places of the course that any of its visits of the service may take: leaving one costs.
    """

    number: int
    service_id: int
    minutes: int
    gap: Gap
    fixed: Visit | None = None
    presents: tuple[Visit, ...] = ()


class With(StrEnum):
    """How firmly a therapist is wished for."""

    ANY = "any"
    PREFER = "prefer"
    MUST = "must"


class Hours(NamedTuple):
    """Wall minutes inside which a visit lies."""

    begins: int
    ends: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wishes:
    """What the client wishes for the visits that are still to be placed; nothing named means anything goes."""

    therapist: With = With.ANY
    therapist_ids: frozenset[int] = frozenset()
    weekdays: frozenset[int] = frozenset()
    hours: tuple[Hours, ...] = ()

    def allow_day(self, on: int) -> bool:
        """Return whether the client can come on a day."""
        return not self.weekdays or weekday_of(on) in self.weekdays

    def allow_hour(self, minute: int, minutes: int) -> bool:
        """Return whether a visit lies inside the hours wished for."""
        return not self.hours or any(one.begins <= minute and minute + minutes <= one.ends for one in self.hours)

    def allow_therapist(self, therapist_id: int) -> bool:
        """Return whether a therapist may be proposed."""
        return self.therapist is not With.MUST or therapist_id in self.therapist_ids

    def passes_over(self, therapist_id: int) -> bool:
        """Return whether somebody else would be preferred."""
        return self.therapist is With.PREFER and therapist_id not in self.therapist_ids


NO_WISHES = Wishes()


class Costs(NamedTuple):
    """What is given up, as numbers: by half days, visits, days; ``hours`` at the same time, within 1 h, 2 h, beyond."""

    strain: int = 1
    weekday: int = 3
    hours: tuple[int, int, int, int] = (0, 1, 2, 4)
    therapist: int = 4
    not_preferred: int = 6
    day_later: int = 1
    moved: int = 9


PLAIN_COSTS = Costs()

FreeStarts = Mapping[int, Mapping[int, Sequence[FreeStart]]]
"""Free starts by service and day."""


@dataclass(frozen=True, slots=True, kw_only=True)
class CourseQuestion:
    """Which courses are there: visits in order, from a day on, among free starts, by wishes.

    ``covered_until`` is the last day that a clearance covers: visits after it are tentative.
    """

    dues: tuple[Due, ...]
    free: FreeStarts
    earliest: int
    wishes: Wishes = NO_WISHES
    covered_until: int | None = None
    costs: Costs = PLAIN_COSTS

    @property
    def weekdays_a_week(self) -> int:
        """Return how many weekdays the course keeps to: as many as its densest part has visits in a week."""
        densest = min(due.gap.aim for due in self.dues)
        return max(min(round(2 * DAYS_A_WEEK / densest), MOST_A_WEEK), 1)


class Pattern(NamedTuple):
    """What the visits of a course have in common: the therapist, the weekdays, the time of day."""

    therapist_id: int
    weekdays: tuple[int, ...]
    minute: int

    @property
    def kind(self) -> "Kind":
        """Return what makes two proposals different to a person."""
        return Kind(self.therapist_id, self.weekdays, part_of_day(self.minute))


class Kind(NamedTuple):
    """Proposals of one kind are variants; distinct ones differ in therapist, weekdays or part of the day."""

    therapist_id: int
    weekdays: tuple[int, ...]
    part: int


@dataclass(frozen=True, slots=True)
class Course:
    """A complete course, what its visits have in common, and what it costs."""

    visits: tuple[Visit, ...]
    pattern: Pattern
    cost: int
    tentative: frozenset[int] = frozenset()
    """Numbers of the visits beyond the clearance."""


class Stop(StrEnum):
    """Why no course is complete, the most telling reason first."""

    WEEKDAYS = "weekdays"
    HOURS = "hours"
    THERAPIST = "therapist"
    NEXT_VISIT = "next_visit"
    THREE_A_WEEK = "three_a_week"
    WISHES = "wishes"
    NOTHING_FREE = "nothing_free"


@dataclass(frozen=True, slots=True)
class Stuck:
    """No course is complete: the first visit that cannot be placed, by number, the days tried, and what stops it."""

    number: int
    first_on: int
    last_on: int
    stop: Stop


@dataclass(frozen=True, slots=True)
class Answer:
    """The cheapest course of each of the best kinds, best first, or why there is none."""

    courses: tuple[Course, ...] = ()
    stuck: Stuck | None = None


def weekday_of(on: int) -> int:
    """Return the weekday of a day ordinal, Monday = 0."""
    return (on + 6) % DAYS_A_WEEK


def part_of_day(minute: int) -> int:
    """Return 0 before noon, 1 in the afternoon, 2 in the evening."""
    return (minute >= NOON) + (minute >= EVENING)
