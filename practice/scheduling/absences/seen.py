"""What changed between a preview and the decision made on it, in sentences."""

from collections.abc import Iterable

from practice.scheduling.absences.errors import PreviewOutdated
from practice.scheduling.absences.preview import Impact, Seen
from practice.scheduling.absences.titles import visit_words


def require_seen(impact: Impact, seen: Seen) -> None:
    """Raise :class:`PreviewOutdated` unless the clinic and every visit hit are as they were *seen*."""
    if changes := list(_changes(impact, seen)):
        raise PreviewOutdated(changes)


def _changes(impact: Impact, seen: Seen) -> Iterable[str]:
    if impact.set_up.version != seen.clinic_version:
        yield "the practice's hours, absences, rooms or services were changed."
    present = {hit.appointment.uid: hit for hit in impact.hits}
    for uid, hit in present.items():
        if uid not in seen.visits:
            yield f"{visit_words(hit.appointment)}, was booked."
        elif seen.visits[uid] != hit.appointment.version:
            yield f"{visit_words(hit.appointment)}, was changed."
    if gone := len(seen.visits.keys() - present.keys()):
        yield "one visit was moved or cancelled." if gone == 1 else f"{gone} visits were moved or cancelled."
