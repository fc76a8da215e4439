"""Who works when: opening hours ∩ the therapist's own hours, less closures and absences.

Hours are wall-clock rules; they become UTC minutes one local day at a time, so a clock change moves nobody's day.
"""

from collections.abc import Iterable, Sequence
from datetime import date

from practice.scheduling.local_days import LocalDay
from practice.scheduling.question import (
    Absence,
    ClosedDays,
    DatedWork,
    Exceptions,
    LocationFacts,
    Span,
    TherapistFacts,
    WeeklyWork,
)


def closure_on(location: LocationFacts, closures: Iterable[ClosedDays], day: date) -> ClosedDays | None:
    """Return what closes the location on a day, if anything does."""
    for closure in closures:
        if closure.location_id in {None, location.id} and closure.first_on <= day <= closure.last_on:
            return closure
    return None


def open_spans(location: LocationFacts, closures: Iterable[ClosedDays], day: date) -> list[Span]:
    """Return the wall minutes at which the location is open on a day."""
    if closure_on(location, closures, day) is not None:
        return []
    return merge(span for weekday, span in location.opening if weekday == day.weekday())


def own_spans(therapist: TherapistFacts, location_id: int, exceptions: Exceptions, day: date) -> list[Span]:
    """Return the wall minutes that a therapist works at a location: a dated exception replaces the weekly rule."""
    dated = exceptions.dated.get(therapist.id, {}).get(day)
    if dated is not None:
        return merge(_dated_spans(dated, location_id))
    return merge(row.span for row in therapist.weekly if _applies(row, location_id, day))


def _dated_spans(dated: Sequence[DatedWork], location_id: int) -> list[Span]:
    return [row.span for row in dated if row.span is not None and row.location_id in {None, location_id}]


def _applies(row: WeeklyWork, location_id: int, day: date) -> bool:
    return (
        row.weekday == day.weekday()
        and row.location_id == location_id
        and (row.valid_from is None or row.valid_from <= day)
        and (row.valid_until is None or day <= row.valid_until)
    )


def working_spans(
    therapist: TherapistFacts, location: LocationFacts, exceptions: Exceptions, day: LocalDay
) -> list[Span]:
    """Return the UTC minutes at which a therapist works at a location on a local day, absences taken out."""
    wall = intersect(
        open_spans(location, exceptions.closures, day.on),
        own_spans(therapist, location.id, exceptions, day.on),
    )
    return subtract(in_utc(wall, day), exceptions.absences.get(therapist.id, ()))


def in_utc(spans: Iterable[Span], day: LocalDay) -> list[Span]:
    """Turn wall minutes of a local day into UTC minutes; a span inside a skipped hour vanishes."""
    turned = (Span(day.minute_at(span.begins), day.minute_at(span.ends)) for span in spans)
    return [span for span in turned if span.begins < span.ends]


def merge(spans: Iterable[Span]) -> list[Span]:
    """Return the union, sorted; touching spans become one."""
    merged: list[Span] = []
    for span in sorted(spans):
        if merged and span.begins <= merged[-1].ends:
            merged[-1] = Span(merged[-1].begins, max(merged[-1].ends, span.ends))
        else:
            merged.append(span)
    return merged


def intersect(ours: Sequence[Span], theirs: Sequence[Span]) -> list[Span]:
    """Return what two merged lists share."""
    shared = (Span(max(one.begins, two.begins), min(one.ends, two.ends)) for one in ours for two in theirs)
    return sorted(span for span in shared if span.begins < span.ends)


def subtract(spans: Iterable[Span], absences: Iterable[Absence]) -> list[Span]:
    """Return what of *spans* no absence covers."""
    left = list(spans)
    for _, away in absences:
        left = [part for span in left for part in _without(span, away)]
    return left


def _without(span: Span, away: Span) -> list[Span]:
    parts = (Span(span.begins, min(span.ends, away.begins)), Span(max(span.begins, away.ends), span.ends))
    return [part for part in parts if part.begins < part.ends]
