"""When nobody works: what the diary hatches, and between which hours it is worth drawing. Pure."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

from practice.core.local_time import wall_time
from practice.desk.diary.feed import Closed
from practice.desk.diary.kept_free import KeptFree
from practice.desk.visits import Visit
from practice.scheduling.free_time.hours import closure_on, open_spans, working_spans
from practice.scheduling.local_days import days_between, instant_of, local_day
from practice.scheduling.question import Exceptions, LocationFacts, Span, TherapistFacts

USUAL_HOURS = Span(8 * 60, 18 * 60)
END_OF_DAY = 24 * 60
GAP_MINUTES = 45


@dataclass(frozen=True, slots=True)
class Hours:
    """A location's days as the diary draws them: who works when, as UTC minutes by therapist uid and day."""

    location: LocationFacts
    exceptions: Exceptions
    days: tuple[date, ...]
    working: dict[str, dict[date, list[Span]]]

    def works_on(self, therapist_uid: str, on: date) -> bool:
        """Return whether a therapist works here on a day."""
        return bool(self.working.get(therapist_uid, {}).get(on))


def hours_of(
    location: LocationFacts, exceptions: Exceptions, therapists: Iterable[TherapistFacts], days: tuple[date, date]
) -> Hours:
    """Return who works when at a location between two days, both included."""
    all_days = days_between(*days)
    working = {
        therapist.uid: {
            on: working_spans(therapist, location, exceptions, local_day(on, location.zone)) for on in all_days
        }
        for therapist in therapists
    }
    return Hours(location, exceptions, tuple(all_days), working)


def closed_for_therapist(hours: Hours, uid: str, column: str) -> list[Closed]:
    """Return the wall times at which a therapist does not work here, to be hatched in *column*."""
    return [
        span
        for on in hours.days
        for span in _closed_on(hours, on, hours.working[uid][on], column, words=_why_closed(hours, on))
    ]


def closed_for_room(hours: Hours, column: str) -> list[Closed]:
    """Return the wall times at which the location is closed, to be hatched in a room's column."""
    return [
        span
        for on in hours.days
        for span in _closed_on(hours, on, _open(hours, on), column, words=_why_closed(hours, on))
    ]


def _open(hours: Hours, on: date) -> list[Span]:
    day = local_day(on, hours.location.zone)
    wall = open_spans(hours.location, hours.exceptions.closures, on)
    return [Span(day.minute_at(span.begins), day.minute_at(span.ends)) for span in wall]


def _why_closed(hours: Hours, on: date) -> str:
    closure = closure_on(hours.location, hours.exceptions.closures, on)
    return closure.name if closure else ""


def _closed_on(hours: Hours, on: date, spans: Sequence[Span], column: str, *, words: str) -> list[Closed]:
    midnight = datetime.combine(on, time.min)
    edges = [midnight]
    for span in spans:
        edges += [_wall(span.begins, hours.location.zone), _wall(span.ends, hours.location.zone)]
    edges.append(midnight + timedelta(days=1))
    return [
        Closed(column, starts, ends, words)
        for starts, ends in zip(edges[::2], edges[1::2], strict=True)
        if starts < ends
    ]


def _wall(minute: int, zone: str) -> datetime:
    return wall_time(instant_of(minute), zone)


def drawn_hours(hours: Hours, visits: Iterable[Visit | KeptFree]) -> tuple[int, int]:
    """Return the first and last wall hour to draw: when the place is open, and every visit besides."""
    opening = [span for weekday, span in hours.location.opening if weekday in {on.weekday() for on in hours.days}]
    spans = opening or [USUAL_HOURS]
    begins, ends = min(span.begins for span in spans), max(span.ends for span in spans)
    for visit in visits:
        begins = min(begins, visit.local_start.hour * 60)
        ends = max(ends, _minute_of(visit.local_end, visit.on))
    return begins // 60, -(-min(ends, END_OF_DAY) // 60)


def _minute_of(local: datetime, on: date) -> int:
    return END_OF_DAY if local.date() > on else local.hour * 60 + local.minute


def gaps_of(
    hours: Hours, visits: Sequence[Visit], kept: Sequence[KeptFree] = (), *, now: datetime
) -> list[tuple[str, Span]]:
    """Return each time of at least 45 minutes still free in working hours, by therapist uid."""
    now_minute = int(now.timestamp() // 60)
    found: list[tuple[str, Span]] = []
    for uid, days in hours.working.items():
        busy = [_with_buffers(visit) for visit in visits if visit.therapist.uid == uid]
        taken = sorted(busy + [_minutes_of(each) for each in kept if uid in each.columns])
        found += [(uid, gap) for spans in days.values() for span in spans for gap in _gaps(span, taken, now_minute)]
    return found


def _minutes_of(kept: KeptFree) -> Span:
    return Span(int(kept.starts_at.timestamp() // 60), int(kept.ends_at.timestamp() // 60))


def _with_buffers(visit: Visit) -> Span:
    return Span(
        int(visit.starts_at.timestamp() // 60) - visit.buffer_before,
        int(visit.ends_at.timestamp() // 60) + visit.buffer_after,
    )


def _gaps(span: Span, taken: Sequence[Span], now_minute: int) -> list[Span]:
    cursor, gaps = max(span.begins, now_minute), []
    for busy in (each for each in taken if each.begins < span.ends):
        if busy.begins - cursor >= GAP_MINUTES:
            gaps.append(Span(cursor, busy.begins))
        cursor = max(cursor, busy.ends)
    if span.ends - cursor >= GAP_MINUTES:
        gaps.append(Span(cursor, span.ends))
    return gaps
