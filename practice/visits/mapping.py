"""Painting the body map of a visit, and reading maps of many visits at once."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.safety.catalogue import T0, Raised
from practice.visits.body_map import SADDLE, Painted, Quality, Side, fault_of
from practice.visits.errors import NotAccepted
from practice.visits.measures import Timing
from practice.visits.models import BodyMapEntry, Visit

CES_SADDLE = "CES_SADDLE"


def paint_body_map(
    session: Session,
    *,
    visit: Visit,
    painted: Sequence[Painted],
    timing: Timing = Timing.PRE,
    actor: Actor,
    now: datetime,
) -> Raised | None:
    """Paint the map of a visit, in place of what was painted before, which stays; return the emergency it shows.

    Raises :class:`NotAccepted`. A painted saddle area is an emergency (clinical.md 4.2), raised above.
    """
    _require_accepted(painted)
    session.execute(
        update(BodyMapEntry)
        .where(BodyMapEntry.visit_id == visit.id, BodyMapEntry.timing == timing, BodyMapEntry.is_current)
        .values(is_current=False)
    )
    session.add_all(
        BodyMapEntry(
            uid=new_uid(),
            visit_id=visit.id,
            timing=timing,
            region=each.region,
            side=each.side,
            quality=each.quality,
            intensity=each.intensity,
            is_current=True,
            recorded_at=now,
            recorded_by_id=actor.user_id,
        )
        for each in painted
    )
    session.flush()
    record(session, Event("body_map.paint", "visit", visit.uid, actor, now, {"timing": str(timing)}))
    return Raised(CES_SADDLE, T0) if any(each.region == SADDLE for each in painted) else None


def list_entries(session: Session, visit_ids: Collection[int]) -> Sequence[BodyMapEntry]:
    """Return what is painted on the maps of visits; one statement."""
    wanted = select(BodyMapEntry).where(BodyMapEntry.visit_id.in_(visit_ids), BodyMapEntry.is_current)
    return session.execute(wanted.order_by(BodyMapEntry.visit_id, BodyMapEntry.id)).scalars().all()


def painted_on(rows: Sequence[BodyMapEntry], timing: Timing = Timing.PRE) -> list[Painted]:
    """Return the entries of one visit as values."""
    return [
        Painted(row.region, Side(row.side), Quality(row.quality), row.intensity) for row in rows if row.timing == timing
    ]


def _require_accepted(painted: Sequence[Painted]) -> None:
    faults = [fault for each in painted if (fault := fault_of(each))]
    places = [(each.region, each.side) for each in painted]
    faults += [
        f"{region} {side} is painted twice." for region, side in sorted(set(places)) if places.count((region, side)) > 1
    ]
    if faults:
        raise NotAccepted(faults, "body_map")
