"""What changed beside the appointments: addresses, consents, policies, places, read off the audit log.

Every act leaves an event whose number rises in the order of commits, so one watermark misses nothing, and no verb
has to know that messages exist.
"""

from collections.abc import Collection, Sequence
from datetime import UTC, datetime

from sqlalchemy import Row, or_, select
from sqlalchemy.orm import Session

from practice.audit.models import AuditEvent, AuditHead
from practice.clients.models import Client, ClientRelation
from practice.clinic.queries import practice_today
from practice.core.db import insert_into
from practice.reminders.heartbeat import FOLLOWING
from practice.reminders.models import WorkerPulse
from practice.safety.models import Screening
from practice.scheduling.telling import list_coming_ids, mark_all_coming_unreconciled, mark_unreconciled

MOST_EVENTS = 500

_LONG_AGO = datetime(2000, 1, 1, tzinfo=UTC)

_FOR_EVERYBODY = (
    "clinic.policies.",
    "clinic.location.",
    "clinic.closure.",
    "clinic.therapist.change",
)


def follow_changes(session: Session, *, worker: str, now: datetime) -> bool:
    """Ask for a new plan wherever something beside the appointment changed; return whether there may be more.

    Policies come into force on their day without anybody's act, so a new day is a change too.
    """
    mark = _mark(session)
    if practice_today(session, mark.beat_at) != practice_today(session, now):
        mark_all_coming_unreconciled(session, now=now)
    events = _events(session, mark.done)
    _ask_again(session, events, now)
    mark.done = events[-1].seq if events else mark.done
    mark.beat_at, mark.worker = now, worker
    return len(events) == MOST_EVENTS


def _mark(session: Session) -> WorkerPulse:
    """Return the watermark, locked; the first one stands at the newest event, long ago."""
    if (mark := session.get(WorkerPulse, FOLLOWING, with_for_update=True)) is not None:
        return mark
    head = session.execute(select(AuditHead.seq)).scalar_one()
    values = {"job": FOLLOWING, "beat_at": _LONG_AGO, "worker": "", "done": head}
    session.execute(insert_into(session, WorkerPulse).values(values).on_conflict_do_nothing())
    return session.get_one(WorkerPulse, FOLLOWING, with_for_update=True)


def _events(session: Session, after: int) -> Sequence[Row[int, str, str]]:
    later = select(AuditEvent.seq, AuditEvent.action, AuditEvent.object_uid).where(AuditEvent.seq > after)
    return session.execute(later.order_by(AuditEvent.seq).limit(MOST_EVENTS)).all()


def _ask_again(session: Session, events: Sequence[Row[int, str, str]], now: datetime) -> None:
    if any(event.action.startswith(_FOR_EVERYBODY) for event in events):
        mark_all_coming_unreconciled(session, now=now)
        return
    uids = {event.object_uid for event in events if event.action.startswith("client.")}
    forms = {event.object_uid for event in events if event.action.startswith("screening.")}
    if uids or forms:
        client_ids = {*_concerned(session, uids), *_answered(session, forms)}
        mark_unreconciled(session, list_coming_ids(session, client_ids=client_ids, now=now))


def _answered(session: Session, uids: Collection[str]) -> Sequence[int]:
    """Return whose forms these are, and whose records were merged with them."""
    whose = select(Screening.client_id).where(Screening.uid.in_(uids))
    merged = select(Client.merged_into_id).where(Client.id.in_(whose))
    people = or_(Client.id.in_(whose), Client.merged_into_id.in_(whose), Client.id.in_(merged))
    return session.scalars(select(Client.id).where(people)).all() if uids else ()


def _concerned(session: Session, uids: Collection[str]) -> Sequence[int]:
    """Return these clients and those whose messages go to one of them."""
    changed = select(Client.id).where(Client.uid.in_(uids))
    through = select(ClientRelation.client_id).where(ClientRelation.related_client_id.in_(changed))
    return session.execute(select(Client.id).where(or_(Client.uid.in_(uids), Client.id.in_(through)))).scalars().all()
