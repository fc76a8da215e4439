"""Recording vital signs before and after treatment."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.sealing import record_to_write
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.safety.catalogue import Raised
from practice.visits.errors import AlreadyMeasured, CorrectionNeedsReason, NotAccepted
from practice.visits.measures import Timing
from practice.visits.models import Visit, Vitals
from practice.visits.vitals import RANGES, Reading, faults_of, raised


def record_vitals(
    session: Session, *, visit: Visit, reading: Reading, timing: Timing, actor: Actor, now: datetime
) -> tuple[Vitals, Raised | None]:
    """Record a reading and return it with the flag that the visit's pressures before treatment raise now.

    Raises :class:`NotAccepted`.
    """
    row = _add(session, visit, reading, timing, actor=actor, now=now)
    record(session, Event("vitals.record", "visit", visit.uid, actor, now, {"vitals": row.uid}))
    return row, raised_at(session, visit.id)


def correct_vitals(
    session: Session, *, visit: Visit, wrong: Vitals, reading: Reading, reason: str, actor: Actor, now: datetime
) -> tuple[Vitals, Raised | None]:
    """Put a reading in the place of a wrong one, which stays readable.

    Raises :class:`NotAccepted`, :class:`CorrectionNeedsReason`, and :class:`AlreadyMeasured` when it was corrected
    before.
    """
    if not reason:
        raise CorrectionNeedsReason
    if session.scalar(select(Vitals.id).where(Vitals.corrects_id == wrong.id)) is not None:
        raise AlreadyMeasured(["this reading"])
    row = _add(session, visit, reading, Timing(wrong.timing), actor=actor, now=now)
    sealed = record_to_write(session, client_id=visit.client_id, now=now)
    row.corrects_id, row.reason = wrong.id, sealed.seal(reason, Vitals.reason, row.uid)
    session.flush()
    data = {"vitals": row.uid, "corrects": wrong.uid}
    record(session, Event("vitals.correct", "visit", visit.uid, actor, now, data))
    return row, raised_at(session, visit.id)


def get_vitals(session: Session, visit_id: int, uid: str) -> Vitals:
    """Return one reading of a visit; raises ``NotFound``."""
    row = session.execute(select(Vitals).where(Vitals.visit_id == visit_id, Vitals.uid == uid)).scalar_one_or_none()
    if row is None:
        raise NotFound("There is no such reading.")
    return row


def list_vitals(session: Session, visit_ids: Collection[int], *, corrected: bool = False) -> Sequence[Vitals]:
    """Return the readings of visits in their order; corrected ones only when asked for; one statement."""
    wanted = select(Vitals).where(Vitals.visit_id.in_(visit_ids)).order_by(Vitals.visit_id, Vitals.id)
    if not corrected:
        wanted = wanted.where(Vitals.id.not_in(select(Vitals.corrects_id).where(Vitals.corrects_id.is_not(None))))
    return session.execute(wanted).scalars().all()


def reading_of(row: Vitals) -> Reading:
    """Return the numbers of a row."""
    return Reading(**{name: getattr(row, name) for name in RANGES})


def raised_at(session: Session, visit_id: int) -> Raised | None:
    """Return the flag that the pressures before treatment raise as they stand."""
    return raised([reading_of(row) for row in list_vitals(session, {visit_id}) if row.timing == Timing.PRE])


def _add(session: Session, visit: Visit, reading: Reading, timing: Timing, *, actor: Actor, now: datetime) -> Vitals:
    if faults := faults_of(reading):
        raise NotAccepted(faults, "vitals")
    numbers = {name: getattr(reading, name) for name in RANGES}
    row = Vitals(
        uid=new_uid(), visit_id=visit.id, timing=timing, recorded_at=now, recorded_by_id=actor.user_id, **numbers
    )
    session.add(row)
    session.flush()
    return row
