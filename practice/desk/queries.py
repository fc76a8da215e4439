"""Reads of the desk's pages across features: plain columns, a constant number of statements, no writes."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, Select, and_, func, or_, select
from sqlalchemy.orm import Session

from practice.clients.following import is_kept_record, records_of
from practice.clients.models import Client
from practice.clients.names import called_name
from practice.clients.queries import list_alerts, same_name_ids
from practice.clinic.models import Location, Room, Service, StaffTask, Therapist
from practice.core.actor import Actor
from practice.core.db import overlaps
from practice.core.errors import NotFound
from practice.core.intervals import Interval
from practice.core.local_time import day_bounds
from practice.desk.visits import GONE, Named, Person, State, Visit
from practice.scheduling.diary_time import LONGEST_TREATMENT
from practice.scheduling.models import Appointment

CALL_KIND = "call"
LATELY = 200
MOST_TENTATIVE = 100


@dataclass(frozen=True, slots=True)
class People:
    """What rows say about several clients beyond their names."""

    same_name: Collection[int] = ()
    alerts: Mapping[int, tuple[str, ...]] = field(default_factory=dict)
    to_phone: Collection[int] = ()


def days_window(first_on: date, last_on: date, zone: str) -> Interval:
    """Return the instants of local days, both included."""
    return Interval(day_bounds(first_on, zone)[0], day_bounds(last_on, zone)[1])


def list_visits(
    session: Session,
    *,
    location_id: int | None,
    window: Interval,
    therapist_id: int | None = None,
    with_gone: bool = False,
    now: datetime,
) -> list[Visit]:
    """Return the visits and live holds of a location (None: of all) in a window, by start; at most four statements."""
    # Bounded from below too: otherwise every day's diary walks all the years before it.
    since = Appointment.starts_at > window.starts_at - LONGEST_TREATMENT
    wanted = _visits(now).where(since, overlaps(Appointment.starts_at, Appointment.ends_at, window))
    if location_id is not None:
        wanted = wanted.where(Appointment.location_id == location_id)
    if therapist_id is not None:
        wanted = wanted.where(Appointment.therapist_id == therapist_id)
    if not with_gone:
        wanted = wanted.where(Appointment.state.not_in((State.CANCELLED, State.ENTERED_IN_ERROR)))
    return _read(session, wanted)


def list_tentative(session: Session, *, until: datetime, therapist_id: int | None = None, now: datetime) -> list[Visit]:
    """Return the visits that are only tentative and start until then, the next first."""
    wanted = _visits(now).where(
        Appointment.state == State.TENTATIVE, Appointment.starts_at >= now, Appointment.starts_at < until
    )
    if therapist_id is not None:
        wanted = wanted.where(Appointment.therapist_id == therapist_id)
    return _read(session, wanted.limit(MOST_TENTATIVE))


def list_coming_visits(session: Session, client_id: int, *, limit: int = 50, now: datetime) -> list[Visit]:
    """Return a client's visits that have not ended, those taken back left out, the next first."""
    wanted = _visits(now).where(
        Appointment.client_id.in_(records_of(client_id)),
        Appointment.ends_at > now,
        Appointment.state.not_in((State.HELD, *GONE)),
    )
    return _read(session, wanted.limit(limit))


def list_past_visits(session: Session, client_id: int, *, limit: int, offset: int, now: datetime) -> list[Visit]:
    """Return a client's other visits, those taken back included, the latest first."""
    wanted = _visits(now).where(*_past_of(client_id, now)).order_by(None)
    latest = wanted.order_by(Appointment.starts_at.desc(), Appointment.id.desc())
    return _read(session, latest.limit(limit).offset(offset))


def count_past_visits(session: Session, client_id: int, *, now: datetime) -> int:
    """Return how many visits :func:`list_past_visits` pages through."""
    return session.scalar(select(func.count(Appointment.id)).where(*_past_of(client_id, now))) or 0


def _past_of(client_id: int, now: datetime) -> tuple[ColumnElement[bool], ...]:
    over_or_gone = or_(Appointment.ends_at <= now, Appointment.state.in_(GONE))
    return Appointment.client_id.in_(records_of(client_id)), Appointment.state != State.HELD, over_or_gone


def get_visit(session: Session, uid: str, *, now: datetime) -> Visit:
    """Return one visit; raises ``NotFound``, also for a hold that has run out."""
    found = _read(session, _visits(now).where(Appointment.uid == uid))
    if not found:
        raise NotFound("There is no such appointment.")
    return found[0]


def _visits(now: datetime) -> Select[*tuple[Any, ...]]:
    return (
        select(
            Appointment.id,
            Appointment.uid,
            Appointment.version,
            Appointment.state,
            Appointment.starts_at,
            Appointment.ends_at,
            Appointment.local_start,
            Appointment.zone,
            Appointment.buffer_before_minutes,
            Appointment.buffer_after_minutes,
            Appointment.confirmed_at,
            Appointment.hold_ends_at,
            Appointment.held_by_id,
            Appointment.tentative_reason,
            Appointment.price_cents,
            Appointment.therapist_id,
            Appointment.location_id,
            Location.uid.label("location_uid"),
            Appointment.fee_proposed_cents,
            Appointment.fee_waived_reason,
            Appointment.cancel_reason,
            Appointment.desk_note,
            Appointment.series_id,
            Appointment.link_id,
            Appointment.group_size,
            Client.id.label("client_id"),
            Client.uid.label("client_uid"),
            Client.first_name,
            Client.preferred_name,
            Client.last_name,
            Service.uid.label("service_uid"),
            Service.name.label("service_name"),
            Therapist.uid.label("therapist_uid"),
            Therapist.name.label("therapist_name"),
            Therapist.colour,
            Room.uid.label("room_uid"),
            Room.name.label("room_name"),
        )
        .join(Service, Service.id == Appointment.service_id)
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .join(Location, Location.id == Appointment.location_id)
        .outerjoin(Client, is_kept_record(Appointment.client_id))
        .outerjoin(Room, Room.id == Appointment.room_id)
        .where(or_(Appointment.hold_ends_at.is_(None), Appointment.hold_ends_at > now))
        .order_by(Appointment.starts_at, Appointment.id)
    )


def _read(session: Session, wanted: Select[*tuple[Any, ...]]) -> list[Visit]:
    rows = session.execute(wanted).all()
    people = _people(session, {row.client_id for row in rows if row.client_id}, {row.id for row in rows})
    return [_visit(row, people) for row in rows]


def _people(session: Session, client_ids: Collection[int], appointment_ids: Collection[int]) -> People:
    alerts = {
        client_id: tuple(alert.text or alert.kind.replace("_", " ") for alert in found)
        for client_id, found in list_alerts(session, client_ids).items()
    }
    return People(same_name_ids(session, client_ids), alerts, _to_phone(session, appointment_ids))


def _to_phone(session: Session, appointment_ids: Collection[int]) -> set[int]:
    """Return the appointments about which somebody must still be phoned."""
    open_calls = select(StaffTask.subject_id).where(
        StaffTask.subject_kind == "appointment",
        StaffTask.subject_id.in_(appointment_ids),
        StaffTask.state == "open",
        StaffTask.kind.startswith(CALL_KIND),
    )
    return set(session.execute(open_calls).scalars())


def _visit(row: Any, people: People) -> Visit:
    return Visit(
        id=row.id,
        uid=row.uid,
        version=row.version,
        state=State(row.state),
        starts_at=row.starts_at,
        ends_at=row.ends_at,
        local_start=row.local_start,
        zone=row.zone,
        client=_person(row, people) if row.client_id else None,
        service=Named(row.service_uid, row.service_name),
        therapist=Named(row.therapist_uid, row.therapist_name, row.colour),
        room=Named(row.room_uid, row.room_name) if row.room_uid else None,
        buffer_before=row.buffer_before_minutes,
        buffer_after=row.buffer_after_minutes,
        confirmed_at=row.confirmed_at,
        hold_ends_at=row.hold_ends_at,
        held_by_id=row.held_by_id,
        tentative_reason=row.tentative_reason,
        price_cents=row.price_cents,
        therapist_id=row.therapist_id,
        location_id=row.location_id,
        location_uid=row.location_uid,
        fee_proposed_cents=row.fee_proposed_cents,
        fee_waived_reason=row.fee_waived_reason,
        cancel_reason=row.cancel_reason,
        desk_note=row.desk_note,
        series_id=row.series_id,
        link_id=row.link_id,
        group_size=row.group_size,
    )


def _person(row: Any, people: People) -> Person:
    return Person(
        row.client_id,
        row.client_uid,
        called_name(row.first_name, row.preferred_name, row.last_name),
        row.client_id in people.same_name,
        people.alerts.get(row.client_id, ()),
        row.id in people.to_phone,
    )


def count_unconfirmed(session: Session, *, location_id: int, window: Interval) -> int:
    """Return how many booked visits of a window nobody has confirmed."""
    unconfirmed = and_(
        Appointment.location_id == location_id,
        Appointment.state == State.BOOKED,
        Appointment.confirmed_at.is_(None),
        Appointment.starts_at >= window.starts_at,
        Appointment.starts_at < window.ends_at,
    )
    return session.scalar(select(func.count(Appointment.id)).where(unconfirmed)) or 0


def count_calls_due(session: Session, *, before: datetime, now: datetime) -> int:
    """Return how many phone calls are to be made before an instant; a visit that is over needs none any more."""
    about = and_(StaffTask.subject_kind == "appointment", Appointment.id == StaffTask.subject_id)
    due = and_(StaffTask.state == "open", StaffTask.kind.startswith(CALL_KIND), StaffTask.due_at <= before)
    calls = select(func.count(StaffTask.id)).join(Appointment, about).where(due, Appointment.starts_at > now)
    return session.scalar(calls) or 0


@dataclass(frozen=True, slots=True)
class Around:
    """A client's last visit and the next one, as wall times."""

    last: datetime | None = None
    next: datetime | None = None


def visits_around(session: Session, client_ids: Collection[int], *, now: datetime) -> dict[int, Around]:
    """Return the last and the next visit of each client; two statements."""
    last = _edge(session, func.max(Appointment.local_start), client_ids, Appointment.starts_at < now)
    following = _edge(session, func.min(Appointment.local_start), client_ids, Appointment.starts_at >= now)
    return {client_id: Around(last.get(client_id), following.get(client_id)) for client_id in client_ids}


def _edge(session: Session, edge: Any, client_ids: Collection[int], when: Any) -> dict[int, datetime]:
    counted = Appointment.state.not_in((*GONE, State.NO_SHOW, State.HELD))
    kept = func.coalesce(Client.merged_into_id, Client.id)
    rows = (
        select(kept, edge)
        .join(Client, Client.id == Appointment.client_id)
        .where(or_(Client.id.in_(client_ids), Client.merged_into_id.in_(client_ids)), when, counted)
        .group_by(kept)
    )
    return {row[0]: row[1] for row in session.execute(rows)}


@dataclass(frozen=True, slots=True)
class Usual:
    """What the desk begins with: ids of the service and therapist of the last visit, and its wall time."""

    service_id: int
    therapist_id: int
    local_start: datetime


def usual_of_client(session: Session, client_id: int) -> Usual | None:
    """Return what a client had last, None for somebody new."""
    rows = (
        select(Appointment.service_id, Appointment.therapist_id, Appointment.local_start)
        .where(Appointment.client_id.in_(records_of(client_id)), Appointment.state.not_in(GONE))
        .order_by(Appointment.starts_at.desc())
        .limit(1)
    )
    row = session.execute(rows).one_or_none()
    return Usual(row.service_id, row.therapist_id, row.local_start) if row else None


def usual_service(session: Session, location_id: int) -> int | None:
    """Return the service that was booked most often lately at a location."""
    lately = (
        select(Appointment.service_id)
        .where(Appointment.location_id == location_id)
        .order_by(Appointment.starts_at.desc())
        .limit(LATELY)
        .subquery()
    )
    counted = select(lately.c.service_id).group_by(lately.c.service_id)
    return session.scalar(counted.order_by(func.count().desc(), lately.c.service_id).limit(1))


def find_hold(session: Session, uid: str, *, actor: Actor, now: datetime) -> Visit | None:
    """Return a live hold of this actor's, None when it has run out, was booked or is somebody else's."""
    if not uid:
        return None
    found = _read(session, _visits(now).where(Appointment.uid == uid, Appointment.state == State.HELD))
    return found[0] if found and found[0].held_by_id == actor.user_id else None
