"""Whose visit it is, and the log of who read it: without the event nothing is shown."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.clients.models import Client
from practice.core.actor import Actor
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.scheduling.models import Appointment
from practice.visits.models import Visit
from practice.visits.opening import find_visit, get_visit

READ, RECORD = "visit.read", "visit.record"


def own_visit(session: Session, uid: str, actor: Actor, action: str) -> Visit:
    """Return a visit of a client of the actor's own; raises ``NotFound`` for any other."""
    visit = get_visit(session, uid)
    require_own(session, actor, action, client_id=visit.client_id)
    return visit


def visit_of_own_appointment(session: Session, appointment_uid: str, actor: Actor, action: str) -> Visit | None:
    """Return the visit of an appointment with a client of the actor's own, None while nothing was recorded.

    Raises ``NotFound`` for any other appointment, and for a hold.
    """
    client_id = session.scalar(select(Appointment.client_id).where(Appointment.uid == appointment_uid))
    if client_id is None:
        raise NotFound("There is no such appointment.")
    require_own(session, actor, action, client_id=client_id)
    return find_visit(session, appointment_uid)


def own_client_id(session: Session, uid: str, actor: Actor, action: str) -> int:
    """Return a client of the actor's own; raises ``NotFound`` for any other."""
    client_id = session.scalar(select(Client.id).where(Client.uid == uid))
    if client_id is None:
        raise NotFound("There is no such client.")
    require_own(session, actor, action, client_id=client_id)
    return client_id


def note_reading(session: Session, kind: str, uid: str, *, actor: Actor, now: datetime) -> None:
    """Log that somebody reads a part of a chart; in the same transaction as the reading."""
    record(session, Event("chart.read", kind, uid, actor, now))


def note_look(session: Session, appointment_uid: str, visit: Visit | None, *, actor: Actor, now: datetime) -> None:
    """Log a look at the page of a visit: while nothing was recorded at it, it shows the client's chart all the same."""
    kind, uid = ("appointment", appointment_uid) if visit is None else ("visit", visit.uid)
    note_reading(session, kind, uid, actor=actor, now=now)
