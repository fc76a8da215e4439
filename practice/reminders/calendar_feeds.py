"""What a subscribed calendar says: to a therapist when and whose initials, to a client what the mails say.

Two statements, three for a therapist, however many visits there are.
"""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, Row, Select, func, select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.clients.following import is_kept_record, records_of
from practice.clients.models import Client
from practice.clinic.models import Location, Service, ServiceKind, Therapist
from practice.core.errors import NotFound
from practice.reminders.calendar_addresses import THERAPIST, CalendarOf
from practice.reminders.calendar_part import Entry, subscribed_calendar
from practice.reminders.catalogue import wording
from practice.reminders.letters import House
from practice.reminders.links import CLIENT
from practice.reminders.mail_format import calendar_uid
from practice.scheduling.lifecycle import OCCUPIES_TIME, AppointmentState
from practice.scheduling.models import Allocation, Appointment, Block, BlockKind

BACK = timedelta(weeks=4)
AHEAD = timedelta(weeks=26)
MOST_VISITS = 5000
GONE = "There is no calendar at this address. Ask the practice for a new one."

_VISIT = (
    Appointment.uid,
    Appointment.sequence,
    Appointment.created_at,
    Appointment.starts_at,
    Appointment.ends_at,
    Appointment.zone,
    Appointment.state,
)
_SHOWN = OCCUPIES_TIME - {AppointmentState.HELD}


def calendar_of(session: Session, owner: CalendarOf, house: House, *, now: datetime) -> str:
    """Return the calendar from four weeks back to 26 weeks ahead; raises ``NotFound`` when its owner has left."""
    if owner.kind == THERAPIST:
        return _therapists(session, owner.id, house, now)
    if owner.kind == CLIENT:
        return _clients(session, owner.id, house, now)
    raise NotFound(GONE)


def _therapists(session: Session, user_id: int, house: House, now: datetime) -> str:
    found = select(Therapist.id, Therapist.name).join(User, User.id == Therapist.user_id)
    therapist = session.execute(found.where(User.id == user_id, Therapist.is_active, User.is_active)).one_or_none()
    if therapist is None:
        raise NotFound(GONE)
    visits = (
        select(*_VISIT, Client.preferred_name, Client.first_name, Client.last_name)
        .join(Client, is_kept_record(Appointment.client_id))
        .where(Appointment.therapist_id == therapist.id)
    )
    rows = _rows(session, visits, now)
    entries = [
        _entry(row, house, f"Busy {_initials(row.preferred_name or row.first_name, row.last_name)}") for row in rows
    ]
    entries += _kept_free(session, therapist.id, house, now)
    return subscribed_calendar(entries, f"{house.alias}: {therapist.name}")


def _kept_free(session: Session, therapist_id: int, house: House, now: datetime) -> list[Entry]:
    """Return the therapist's time without a client: busy, and nothing else.

    What came from the therapist's own calendar is left out: there it would stand twice.
    """
    blocks = (
        select(Block.uid, Block.version, Block.created_at, Block.starts_at, Block.ends_at, Block.zone)
        .join(Allocation, Allocation.block_id == Block.id)
        .join(Therapist, Therapist.diary_id == Allocation.diary_id)
        .where(
            Therapist.id == therapist_id,
            Block.kind != BlockKind.ELSEWHERE,
            Block.starts_at >= now - BACK,
            Block.starts_at < now + AHEAD,
        )
        .order_by(Block.starts_at, Block.id)
        .limit(MOST_VISITS)
    )
    return [
        Entry(
            uid=calendar_uid(row.uid, house),
            sequence=row.version,
            made_at=row.created_at,
            starts_at=row.starts_at,
            ends_at=row.ends_at,
            zone=row.zone,
            title="Busy",
            place="",
            is_tentative=False,
        )
        for row in session.execute(blocks)
    ]


def _clients(session: Session, client_id: int, house: House, now: datetime) -> str:
    kept = select(func.coalesce(Client.merged_into_id, Client.id), Client.language).where(Client.id == client_id)
    found = session.execute(kept).one_or_none()
    if found is None:
        raise NotFound(GONE)
    visits = (
        select(*_VISIT, Therapist.name, Location.address, Service.kind)
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .join(Location, Location.id == Appointment.location_id)
        .join(Service, Service.id == Appointment.service_id)
        .where(Appointment.client_id.in_(records_of(found[0])))
    )
    title = wording(found[1]).event_title
    entries = [
        _entry(
            row, house, title.replace("{{therapist}}", row.name), "" if row.kind == ServiceKind.PHONE else row.address
        )
        for row in _rows(session, visits, now)
    ]
    return subscribed_calendar(entries, house.alias)


def _rows(session: Session, visits: Select[*tuple[Any, ...]], now: datetime) -> Sequence[Row[*tuple[Any, ...]]]:
    shown = visits.where(_is_near(now), Appointment.state.in_(_SHOWN))
    return session.execute(shown.order_by(Appointment.starts_at, Appointment.id).limit(MOST_VISITS)).all()


def _is_near(now: datetime) -> ColumnElement[bool]:
    return (Appointment.starts_at >= now - BACK) & (Appointment.starts_at < now + AHEAD)


def _entry(visit: Row[*tuple[Any, ...]], house: House, title: str, place: str = "") -> Entry:
    return Entry(
        uid=calendar_uid(visit.uid, house),
        sequence=visit.sequence,
        made_at=visit.created_at,
        starts_at=visit.starts_at,
        ends_at=visit.ends_at,
        zone=visit.zone,
        title=title,
        place=place,
        is_tentative=visit.state == AppointmentState.TENTATIVE,
    )


def _initials(*names: str) -> str:
    return "".join(name[:1] for name in names).upper()
