"""A series, and what booking it would do, as the API shows them."""

from collections.abc import Sequence
from typing import Any

from practice.core.actor import Actor
from practice.scheduling.appointments.shown import show_appointment
from practice.scheduling.models import Appointment
from practice.scheduling.series.booking import SeenVisit, SeriesPreview
from practice.scheduling.series.models import Series
from practice.web.problems import shown_refusal

Shown = dict[str, Any]

RULE = ("every", "unit", "weekdays", "count", "until", "on_closed", "on_skipped_time")


def show_series(series_id: str, rule: Series | None, visits: Sequence[Appointment], actor: Actor) -> Shown:
    """Return the visits that *actor* sees of a series, and its rule."""
    return {
        "series_id": series_id,
        "rule": None if rule is None else {name: getattr(rule, name) for name in RULE},
        "appointments": [show_appointment(each, actor) for each in visits],
    }


def show_preview(preview: SeriesPreview) -> Shown:
    """Return what booking would do."""
    return {
        "zone": preview.zone,
        "visits": [_visit(each) for each in preview.visits],
        "skipped": [{"on": each.due_on, "because": str(each.why)} for each in preview.skipped],
    }


def _visit(seen: SeenVisit) -> Shown:
    place = seen.place
    room = None if place is None else place.room
    return {
        "visit": seen.occurrence.number,
        "local_start": seen.occurrence.local_start,
        "shifted_because": None if seen.occurrence.why is None else str(seen.occurrence.why),
        "therapist": None if place is None else {"uid": place.therapist.uid, "name": place.therapist.name},
        "room": None if room is None else {"uid": room.uid, "name": room.name},
        "refusals": [shown_refusal(refusal) for refusal in seen.refusals],
        "nearest": [{"act": way.act, "label": way.label, "values": dict(way.values)} for way in seen.nearest],
    }
