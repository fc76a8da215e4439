"""What a course does to each booking, in sentences: which visit moves, where and why, and which is new. Pure."""

from collections.abc import Iterator, Mapping, Sequence
from datetime import date

from practice.clinic.hours import show_minute
from practice.treatment_plans.course import Visit
from practice.treatment_plans.course_dues import Arranged, Planned, arrange
from practice.treatment_plans.course_words import NameOf


def changes_of(sessions: Sequence[Planned], visits: Mapping[int, Visit], name_of: NameOf) -> list[str]:
    """Return one sentence for each visit that is moved or new; those that stay are not named."""
    before: dict[int | None, Planned] = {one.appointment_id: one for one in sessions if one.appointment_id is not None}
    gaps = {one.number: one for one in sessions}
    days = {one.number: one.visit.on for one in sessions if one.is_settled and one.visit}
    days |= {number: visit.on for number, visit in visits.items()}
    return list(_sentences(arrange(sessions, visits), before, gaps, days, name_of))


def _sentences(
    arranged: Sequence[Arranged],
    before: Mapping[int | None, Planned],
    gaps: Mapping[int, Planned],
    days: Mapping[int, int],
    name_of: NameOf,
) -> Iterator[str]:
    for one in arranged:
        place = f"{_when(one.visit)}, {name_of(one.visit.therapist_id)}"
        was = before.get(one.appointment_id) if one.is_moved else None
        if was is not None and was.visit is not None:
            why = _why(one.number, was.visit, gaps, days)
            yield f"Visit {one.number} moves from {_when(was.visit)} to {place}: {why}."
        elif one.appointment_id is None:
            yield f"Visit {one.number} is new: {place}."


def _why(number: int, was: Visit, gaps: Mapping[int, Planned], days: Mapping[int, int]) -> str:
    """Return which distance of the plan the old day would not have kept, beside the other visits as they lie then."""
    earlier = max((each for each, on in days.items() if each < number), default=None)
    later = min((each for each in days if each > number), default=None)
    for first, second, away in (
        (earlier, number, was.on - days[earlier] if earlier is not None else 0),
        (number, later, days[later] - was.on if later is not None else 0),
    ):
        if first is None or second is None:
            continue
        gap, other = gaps[second].gap, first if second == number else second
        if away < gap.least:
            return f"it would be too near to visit {other}"
        if away > gap.most:
            return f"it would be too far from visit {other}"
    return "so that the course keeps its rhythm"


def _when(visit: Visit) -> str:
    on = date.fromordinal(visit.on)
    return f"{on:%a, %b} {on.day} {show_minute(visit.minute)}"
