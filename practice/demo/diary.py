"""The plan of a believable diary: who comes when, to whom, in which room, and how it ends. Pure and repeatable."""

import random
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import date, timedelta
from enum import StrEnum

from practice.clinic.models import ServiceKind
from practice.demo.premises import (
    BUFFER,
    MOST_HANDS_ON_MINUTES,
    SATURDAY,
    SERVICES,
    THERAPISTS,
    TUESDAY,
    Colleague,
    WorkingCalendar,
)

EVENING_FROM = 16 * 60 + 30
QUIET_TUESDAY = (10 * 60, 12 * 60)
STEP = 15
FILL_BY_WEEK = {-1: 0.75, 0: 0.60, 1: 0.45, 2: 0.20}
"""How full the weeks around this one are, of the hands-on minutes a therapist may work."""


class Fate(StrEnum):
    """How a planned visit ends once its time has come; whom a warning stopped, others have called off."""

    COMPLETED = "completed"
    NO_SHOW = "no_show"
    CANCELLED = "cancelled"
    CANCELLED_LATE = "cancelled_late"
    SENT_HOME = "sent_home"
    STOPPED = "stopped"


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One visit of the plan; ``minute`` is wall time after midnight, ``series`` joins the visits of one course."""

    client: str
    therapist: str
    service: str
    day: date
    minute: int
    fate: Fate = Fate.COMPLETED
    series: str | None = None
    tentative: bool = False
    walk_in: bool = False
    cancel_on: date | None = None

    @property
    def ends(self) -> int:
        """Return the minute at which the treatment ends."""
        return self.minute + SERVICES[self.service].duration_minutes

    @property
    def is_hands_on(self) -> bool:
        """Return whether it counts towards the therapist's daily limit."""
        return SERVICES[self.service].kind is not ServiceKind.PHONE

    def clashes(self, other: "Visit") -> bool:
        """Return whether both cannot be with one therapist or client on one day, buffers included."""
        return self.minute < other.ends + BUFFER and other.minute < self.ends + BUFFER


def course_visits(visits: Sequence[Visit]) -> dict[str, list[int]]:
    """Return which visits of a script belong to a course, in the order of their days, by client."""
    found: dict[str, list[int]] = {}
    for number, visit in enumerate(visits):
        if visit.series not in {None, "case"}:
            found.setdefault(visit.client, []).append(number)
    return {client: sorted(numbers, key=lambda number: visits[number].day) for client, numbers in found.items()}


@dataclass
class Plan:
    """The visits placed so far; places more where the practice's rules leave room."""

    calendar: WorkingCalendar
    visits: list[Visit] = field(default_factory=list)
    _by_day: dict[date, list[Visit]] = field(default_factory=lambda: defaultdict(list))

    def add(self, visit: Visit) -> bool:
        """Place *visit* if it fits; return whether it did."""
        if not self.fits(visit):
            return False
        self.visits.append(visit)
        self._by_day[visit.day].append(visit)
        return True

    def add_near(self, visit: Visit) -> Visit | None:
        """Place *visit* at its time or the nearest one that fits on that day; None when the day is full."""
        starts = sorted(range(9 * 60, 19 * 60, STEP), key=lambda minute: abs(minute - visit.minute))
        for minute in starts:
            if self.add(moved := replace(visit, minute=minute)):
                return moved
        return None

    def add_on_or_after(self, visit: Visit, *, days: int = 4) -> Visit | None:
        """Place *visit* on its day or one of the next on which the therapist works, as a holiday may ask."""
        for later in range(days + 1):
            if placed := self.add_near(replace(visit, day=visit.day + timedelta(days=later))):
                return placed
        return None

    def fits(self, visit: Visit) -> bool:
        """Return whether therapist, client and the daily limit leave room for *visit*."""
        shifts = self.calendar.shifts(THERAPISTS[visit.therapist], visit.day)
        if not any(opens <= visit.minute and visit.ends <= closes for opens, closes in shifts):
            return False
        others = self._by_day[visit.day]
        mine = [other for other in others if other.therapist == visit.therapist]
        if any(visit.clashes(other) for other in others if visit.client == other.client or other in mine):
            return False
        hands_on = sum(other.ends - other.minute for other in mine if other.is_hands_on)
        return not visit.is_hands_on or hands_on + visit.ends - visit.minute <= MOST_HANDS_ON_MINUTES

    def hands_on_minutes(self, therapist: str, day: date) -> int:
        """Return how long the therapist treats on *day*."""
        return sum(v.ends - v.minute for v in self._by_day[day] if v.therapist == therapist and v.is_hands_on)


@dataclass
class Rotation:
    """The clients of one therapist in the order in which they come; nobody twice within five days, some only once."""

    clients: list[str]
    services: dict[str, str]
    once: frozenset[str] = frozenset()
    _next: int = 0
    _seen: dict[str, date] = field(default_factory=dict)

    def offer(self, day: date) -> Iterator[str]:
        """Yield clients whose turn it may be."""
        for step in range(len(self.clients)):
            client = self.clients[(self._next + step) % len(self.clients)]
            if client not in self._seen or (client not in self.once and (day - self._seen[client]).days > 5):
                yield client

    def took(self, client: str, day: date) -> None:
        """Move past *client*."""
        self._next = (self.clients.index(client) + 1) % len(self.clients)
        self._seen[client] = day


def fill(plan: Plan, rotations: dict[str, Rotation], chance: random.Random) -> None:
    """Fill last week, this one and the next ones around what *plan* already holds."""
    monday = plan.calendar.today - timedelta(days=plan.calendar.today.weekday())
    for week, share in FILL_BY_WEEK.items():
        for weekday in range(6):
            day = monday + timedelta(weeks=week, days=weekday)
            for therapist in THERAPISTS.values():
                _fill_day(plan, therapist, day, rotation=rotations[therapist.key], chance=chance, share=share)


def _fill_day(
    plan: Plan, therapist: Colleague, day: date, *, rotation: Rotation, chance: random.Random, share: float
) -> None:
    shifts = plan.calendar.shifts(therapist, day)
    for minute in _full_starts(shifts, day):
        _place(plan, therapist, day, minute, rotation)
    starts = [minute for opens, closes in shifts for minute in range(opens, closes, STEP)]
    chance.shuffle(starts)
    for minute in starts:
        if plan.hands_on_minutes(therapist.key, day) >= share * MOST_HANDS_ON_MINUTES:
            break
        _place(plan, therapist, day, minute, rotation)


def _full_starts(shifts: Sequence[tuple[int, int]], day: date) -> Iterable[int]:
    """Return starts that leave no gap: backwards from closing in the evening, all day on Saturday."""
    if day.weekday() == SATURDAY:
        return [minute for opens, closes in shifts for minute in range(opens, closes, STEP)]
    return [minute for _, closes in shifts[-1:] for minute in range(closes - 45, EVENING_FROM - STEP, -STEP)]


def _place(plan: Plan, therapist: Colleague, day: date, minute: int, rotation: Rotation) -> None:
    for client in rotation.offer(day):
        visit = Visit(client=client, therapist=therapist.key, service=rotation.services[client], day=day, minute=minute)
        if not _disturbs_tuesday(visit) and plan.add(visit):
            rotation.took(client, day)
            return


def _disturbs_tuesday(visit: Visit) -> bool:
    return visit.day.weekday() == TUESDAY and visit.minute < QUIET_TUESDAY[1] and visit.ends > QUIET_TUESDAY[0]


def seal_fates(visits: Iterable[Visit], chance: random.Random) -> list[Visit]:
    """Let about 6 % stay away and 9 % cancel late, of the visits that no story decides."""
    return [visit if visit.series else replace(visit, fate=_fate(chance)) for visit in visits]


def _fate(chance: random.Random) -> Fate:
    drawn = chance.random()
    if drawn < 0.06:
        return Fate.NO_SHOW
    return Fate.CANCELLED_LATE if drawn < 0.15 else Fate.COMPLETED
