"""From a plan's sessions to the visits of a course, and from a course to what happens to each booking. Pure."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from practice.treatment_plans.blocks import DAYS_OF_WEEK, Block
from practice.treatment_plans.course import MOST_A_WEEK, Due, Gap, Visit

REMEMBERED = MOST_A_WEEK
"""How many of the visits before are looked at: so many decide whether a week is full."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Planned:
    """One session of the plan: what it is treated with, and where its visit lies if it has one that stands.

    ``is_settled`` says that the visit cannot be moved any more: it was, or it begins too soon.
    """

    number: int
    service_id: int
    minutes: int
    gap: Gap
    visit: Visit | None = None
    appointment_id: int | None = None
    is_settled: bool = False


@dataclass(frozen=True, slots=True)
class Arranged:
    """What happens to one session: its visit, in a booking that it keeps, one that is moved, or a new one."""

    number: int
    service_id: int
    visit: Visit
    appointment_id: int | None = None
    is_moved: bool = False


def gap_of(block: Block) -> Gap:
    """Return the gap of a block's sessions and the rhythm it aims at."""
    return Gap(block.gap_min, block.gap_max, round(2 * DAYS_OF_WEEK * block.every_weeks / block.times))


def dues_of(sessions: Sequence[Planned], earliest: int) -> tuple[Due, ...]:
    """Return the last visits that are settled and, after them, those that may be placed, in the plan's order."""
    settled = sorted((one for one in sessions if one.is_settled and one.visit), key=lambda one: one.visit or ())
    fixed = [Due(one.number, one.service_id, one.minutes, one.gap, one.visit) for one in settled[-REMEMBERED:]]
    return (*fixed, *_to_place([one for one in sessions if not one.is_settled], fixed, earliest))


def _to_place(movable: Sequence[Planned], fixed: Sequence[Due], earliest: int) -> Iterable[Due]:
    places = {one.service_id: _places(movable, one.service_id) for one in movable}
    for at, one in enumerate(movable):
        gap = _not_over(one.gap, fixed, earliest) if at == 0 else one.gap
        yield Due(one.number, one.service_id, one.minutes, gap, None, places[one.service_id])


def _places(movable: Sequence[Planned], service_id: int) -> tuple[Visit, ...]:
    return tuple(one.visit for one in movable if one.visit is not None and one.service_id == service_id)


def _not_over(gap: Gap, fixed: Sequence[Due], earliest: int) -> Gap:
    """Return a gap that can still be kept: whoever is late already gets as much room from now on as anybody."""
    if not fixed or fixed[-1].fixed is None:
        return gap
    return gap._replace(most=max(gap.most, earliest - fixed[-1].fixed.on + gap.most))


def arrange(sessions: Sequence[Planned], visits: Mapping[int, Visit]) -> list[Arranged]:
    """Return what happens to each session that is placed: bookings stay where the course has a visit there.

    Bookings that it leaves are moved, in order, to visits of the same service; what is still missing is booked.
    """
    movable = [one for one in sessions if not one.is_settled]
    found: list[Arranged] = []
    for service_id in dict.fromkeys(one.service_id for one in movable):
        ours = [one for one in movable if one.service_id == service_id and one.number in visits]
        booked = {one.visit: one.appointment_id for one in movable if one.service_id == service_id and one.visit}
        left = [appointment_id for visit, appointment_id in booked.items() if visit not in set(visits.values())]
        for one in ours:
            visit = visits[one.number]
            if visit in booked:
                found.append(Arranged(one.number, service_id, visit, booked[visit]))
            else:
                moved = left.pop(0) if left else None
                found.append(Arranged(one.number, service_id, visit, moved, is_moved=moved is not None))
    return sorted(found, key=lambda one: one.number)


def is_whole(dues: Sequence[Due], visits: Sequence[Visit]) -> bool:
    """Return whether visits, one for each due, keep the gaps and never lie four in seven days."""
    if len(dues) != len(visits):
        return False
    days = [visit.on for visit in visits]
    for at, due in enumerate(dues):
        if at == 0 or (due.fixed is not None and dues[at - 1].fixed is not None):
            continue
        if not due.gap.least <= days[at] - days[at - 1] <= due.gap.most:
            return False
        if at >= MOST_A_WEEK and days[at] - days[at - MOST_A_WEEK] < DAYS_OF_WEEK:
            return False
    return True


def without_visit(planned: Planned) -> Planned:
    """Return a session as if it had no booking."""
    return replace(planned, visit=None, appointment_id=None)
