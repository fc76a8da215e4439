"""What a new version would do to the visits that are booked: which stay, which no longer fit, which it has no room for.

Pure. The distances are those of the new course; visits that no longer fit are moved by its planner afterwards.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from itertools import pairwise

from practice.treatment_plans.blocks import Numbered, Shape, numbered


class Fate(StrEnum):
    """What becomes of one session."""

    STAYS = "stays"
    TOO_NEAR = "too near"
    TOO_FAR = "too far"
    BEYOND = "beyond the last session"
    NEW = "to be booked"


@dataclass(frozen=True, slots=True)
class OnDay:
    """A session with the day of its visit, None while it has none that stands."""

    number: int
    on: date | None


@dataclass(frozen=True, slots=True)
class Effect:
    """What a new version does to one session, and why."""

    number: int
    on: date | None
    fate: Fate
    why: str = ""


def effects_of(sessions: Sequence[OnDay], shape: Shape) -> list[Effect]:
    """Return what becomes of every session from the first one of the new version on, in order."""
    days = {each.number: each.on for each in sessions if each.on is not None}
    planned = {each.number: each for each in numbered(shape)}
    found = [Effect(number, None, Fate.NEW) for number in planned if number not in days]
    found += [_beyond(number, on, shape) for number, on in days.items() if number > shape.last_number]
    found += _booked(days, planned)
    return sorted(found, key=lambda each: each.number)


def _booked(days: dict[int, date], planned: dict[int, Numbered]) -> Iterator[Effect]:
    numbers = sorted(days)
    before = {later: days[earlier] for earlier, later in pairwise(numbers)}
    for number in numbers:
        if (wanted := planned.get(number)) is not None:
            yield _judged(wanted, days[number], before.get(number))


def _judged(wanted: Numbered, on: date, before: date | None) -> Effect:
    if before is None or wanted.gap_min <= (away := (on - before).days) <= wanted.gap_max:
        return Effect(wanted.number, on, Fate.STAYS)
    why = f"{away} days after the visit before it; the new course wants {wanted.gap_min} to {wanted.gap_max}"
    return Effect(wanted.number, on, Fate.TOO_NEAR if away < wanted.gap_min else Fate.TOO_FAR, why)


def _beyond(number: int, on: date, shape: Shape) -> Effect:
    return Effect(number, on, Fate.BEYOND, f"the new course ends with session {shape.last_number}: cancel it first")
