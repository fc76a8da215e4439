"""Saying that a therapist runs behind, and reading it."""

from collections.abc import Collection
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.queries import get_therapist
from practice.core.actor import Actor
from practice.core.db import insert_into
from practice.core.errors import RuleViolation, WayOut
from practice.core.events import Event, record
from practice.scheduling.delays.models import RunningBehind

LONGEST = 240


class TooFarBehind(RuleViolation):
    """Nobody runs that late: visits must be moved instead."""

    code = "too_far_behind"
    title = "Too late to catch up"


def run_behind(
    session: Session, *, therapist_uid: str, minutes: int, on: date, actor: Actor, now: datetime
) -> RunningBehind:
    """Note that a therapist runs *minutes* behind on the local day *on*; 0 means on time again.

    No booked time changes and nobody is written to. Raises ``NotFound`` and :class:`TooFarBehind` above four hours.
    """
    if not 0 <= minutes <= LONGEST:
        raise TooFarBehind(
            "More than four hours behind cannot be caught up. Move the visits, or note that the therapist is out.",
            ways_out=(WayOut("open_today", "Back to Today", {"href": "/today"}),),
        )
    therapist = get_therapist(session, therapist_uid)
    said = {"said_on": on, "minutes": minutes, "said_at": now, "said_by_id": actor.user_id}
    # The first word about somebody may be given at two desks at once; the later one stands.
    note = insert_into(session, RunningBehind).values(therapist_id=therapist.id, **said)
    note = note.on_conflict_do_update(index_elements=["therapist_id"], set_=said)
    row = session.scalars(note.returning(RunningBehind), execution_options={"populate_existing": True}).one()
    record(session, Event("therapist.run_behind", "therapist", therapist.uid, actor, now, {"minutes": minutes}))
    return row


def minutes_behind(session: Session, therapist_ids: Collection[int], *, on: date) -> dict[int, int]:
    """Return by how many minutes each of these therapists runs behind on a local day; those on time are left out."""
    said = select(RunningBehind.therapist_id, RunningBehind.minutes).where(
        RunningBehind.therapist_id.in_(therapist_ids), RunningBehind.said_on == on, RunningBehind.minutes > 0
    )
    return {row.therapist_id: row.minutes for row in session.execute(said)}
