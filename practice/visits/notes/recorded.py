"""What was recorded at a visit, as it is written into the note that is signed: later corrections change no note."""

from typing import Any

from sqlalchemy.orm import Session

from practice.clients.sealing import open_record
from practice.visits.models import Visit
from practice.visits.notes.models import AdverseReaction
from practice.visits.notes.queries import find_consent, list_reactions
from practice.visits.shown import ShownVisit, show_visit
from practice.visits.vitals import RANGES


def recorded_at(session: Session, visit: Visit) -> dict[str, Any]:
    """Return everything recorded at a visit in plain values; a constant number of statements."""
    shown = show_visit(session, visit)
    consent = find_consent(session, visit.id)
    return {
        "pre_check": _pre_check(shown),
        "consent": None
        if consent is None
        else {
            "is_full": consent.is_full,
            "mode": consent.mode,
            "given_by": consent.given_by,
            "covers_buttock": consent.covers_buttock,
            "given_at": consent.given_at.isoformat(),
        },
        "vitals": _vitals(shown),
        "measures": [[row.code, row.part, row.timing, row.value] for row in shown.measures if row.is_current],
        "body_map": [[row.timing, row.region, row.side, row.quality, row.intensity] for row in shown.body_map],
        "activities": [[each.number, each.words] for each in shown.activities if not each.is_ended],
        "reactions": _reactions(session, visit),
    }


def _pre_check(shown: ShownVisit) -> dict[str, list[str]] | None:
    """Return every answer: what was ruled out decides whether a yes is an emergency."""
    if shown.pre_check is None:
        return None
    answers = shown.pre_check.answers
    return {"yes": sorted(answers.yes), "ruled_out": sorted(answers.ruled_out), "regions": sorted(answers.regions)}


def _reactions(session: Session, visit: Visit) -> list[dict[str, Any]]:
    rows = list_reactions(session, {visit.id})
    sealed = open_record(session, visit.client_id) if rows else None
    return [
        {
            "kind": row.kind,
            "severity": row.severity,
            "onset_hours": row.onset_hours,
            "duration_hours": row.duration_hours,
            "action": sealed.open(row.action, AdverseReaction.action, row.uid) if sealed and row.action else "",
        }
        for row in rows
    ]


def _vitals(shown: ShownVisit) -> list[dict[str, Any]]:
    corrected = {row.corrects_id for row in shown.vitals}
    return [
        {"timing": row.timing, **{name: getattr(row, name) for name in RANGES}}
        for row in shown.vitals
        if row.id not in corrected
    ]
