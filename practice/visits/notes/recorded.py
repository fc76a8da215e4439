"""What was recorded at a visit, as it is written into the note that is signed: later corrections change no note."""

from typing import Any

from sqlalchemy.orm import Session

from practice.visits.models import Visit
from practice.visits.notes.queries import find_consent, list_reactions
from practice.visits.shown import ShownVisit, show_visit
from practice.visits.vitals import RANGES


def recorded_at(session: Session, visit: Visit) -> dict[str, Any]:
    """Return everything recorded at a visit in plain values; a constant number of statements."""
    shown = show_visit(session, visit)
    consent = find_consent(session, visit.id)
    return {
        "pre_check": None if shown.pre_check is None else sorted(shown.pre_check.answers.yes),
        "consent": None
        if consent is None
        else {
            "is_full": consent.is_full,
            "mode": consent.mode,
            "given_by": consent.given_by,
            "covers_buttock": consent.covers_buttock,
        },
        "vitals": _vitals(shown),
        "measures": [[row.code, row.part, row.timing, row.value] for row in shown.measures if row.is_current],
        "body_map": [[row.timing, row.region, row.side, row.quality, row.intensity] for row in shown.body_map],
        "reactions": [[row.kind, row.severity] for row in list_reactions(session, {visit.id})],
    }


def _vitals(shown: ShownVisit) -> list[dict[str, Any]]:
    corrected = {row.corrects_id for row in shown.vitals}
    return [
        {"timing": row.timing, **{name: getattr(row, name) for name in RANGES}}
        for row in shown.vitals
        if row.id not in corrected
    ]
