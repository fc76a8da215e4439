"""Consent at a visit: in full at the first session and when the plan changed, one tap on other days (desk.md 8)."""

from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.visits.models import Visit
from practice.visits.notes.consent import Consent, Standing
from practice.visits.notes.errors import ConsentNotFull
from practice.visits.notes.models import VisitConsent
from practice.visits.notes.queries import find_consent, find_earlier_full_consent


def record_visit_consent(
    session: Session, *, visit: Visit, consent: Consent, standing: Standing, actor: Actor, now: datetime
) -> VisitConsent:
    """Note the consent of the day; said again, the last one counts.

    One without elements rests on the consent to the plan in force, or without a plan on the last full one, and is
    written when that was. Raises :class:`ConsentNotFull` when there is none to rest on, or elements are missing.
    """
    if consent.elements and not consent.is_full:
        raise ConsentNotFull
    mode = consent.mode if consent.is_full else mode_to_rest_on(session, visit.client_id, standing)
    if mode is None:
        raise ConsentNotFull
    row = VisitConsent(
        uid=new_uid(),
        visit_id=visit.id,
        client_id=visit.client_id,
        is_full=consent.is_full,
        mode=mode,
        given_by=consent.given_by,
        covers_buttock=consent.covers_buttock,
        given_at=now,
        recorded_by_id=actor.user_id,
    )
    session.add(row)
    session.flush()
    record(session, Event("consent.visit", "visit", visit.uid, actor, now, {"full": row.is_full, "mode": mode}))
    return row


def mode_to_rest_on(session: Session, client_id: int, standing: Standing) -> str | None:
    """Return how the consent was given that a short one would repeat, None when all must be discussed."""
    if standing.has_plan:
        return standing.mode
    earlier = find_earlier_full_consent(session, client_id)
    return None if earlier is None else earlier.mode


def withdraw_visit_consent(
    session: Session, *, visit: Visit, because: str = "", actor: Actor, now: datetime
) -> VisitConsent | None:
    """End the consent of the day at once; without one nothing happens."""
    row = find_consent(session, visit.id)
    if row is None:
        return None
    row.withdrawn_at = now
    if because:
        sealed = record_to_write(session, client_id=row.client_id, now=now)
        row.withdrawn_because = sealed.seal(because, VisitConsent.withdrawn_because, row.uid)
    session.flush()
    record(session, Event("consent.visit_withdrawn", "visit", visit.uid, actor, now))
    return row
