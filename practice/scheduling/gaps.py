"""Free stretches in a working day that are long enough to offer somebody."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.scheduling.diary_time import DiaryTime
from practice.scheduling.facts import read_diaries
from practice.scheduling.frame import read_set_up
from practice.scheduling.hours import working_spans
from practice.scheduling.local_days import ceil_minute, instant_of, local_day
from practice.scheduling.question import LocationFacts, Span, TherapistFacts
from practice.scheduling.set_up import load_exceptions
from practice.scheduling.slots import gaps

GAP_MINUTES = 45


@dataclass(frozen=True, slots=True)
class Gap:
    """A therapist's free time between two instants at a location."""

    therapist: TherapistFacts
    location: LocationFacts
    starts_at: datetime
    ends_at: datetime


def list_gaps(
    session: Session,
    *,
    on: date,
    location_id: int,
    therapist_ids: Collection[int] | None = None,
    at_least_minutes: int = GAP_MINUTES,
    now: datetime,
) -> list[Gap]:
    """Return what is still free of a local day in working hours, from *now* on, earliest first; three statements."""
    set_up = read_set_up(session)
    location = set_up.locations[location_id]
    day = local_day(on, location.zone)
    people = [
        one
        for one in set_up.therapists.values()
        if one.is_active and (therapist_ids is None or one.id in therapist_ids)
    ]
    exceptions = load_exceptions(session, on, on, Span(day.begins, day.ends))
    taken = read_diaries(session, [one.diary_id for one in people], Span(day.begins, day.ends))
    earliest = max(day.begins, ceil_minute(now))
    found = [
        Gap(one, location, instant_of(begins), instant_of(ends))
        for one in people
        for span in working_spans(one, location, exceptions, day)
        for begins, ends in _gaps(taken[one.diary_id], span, earliest, at_least_minutes)
    ]
    return sorted(found, key=lambda gap: (gap.starts_at, gap.therapist.name))


def _gaps(diary: DiaryTime, span: Span, earliest: int, at_least_minutes: int) -> Iterator[Span]:
    begins = max(span.begins, earliest)
    if begins < span.ends:
        inside = [(begin, min(end, span.ends)) for begin, end in diary.with_buffers() if begin < span.ends]
        yield from gaps(inside, begins, span.ends, at_least_minutes)
