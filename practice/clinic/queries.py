"""Reads of the practice's set-up. ``get_`` raises, ``find_`` may be None, ``list_`` is ordered for people."""

from collections.abc import Collection, Iterable, Sequence
from datetime import date, datetime
from typing import TypeVar

from sqlalchemy import Select, or_, select
from sqlalchemy.orm import Session

from practice.clinic.models import (
    ClinicState,
    Closure,
    DatedHours,
    Location,
    OpeningHours,
    PracticeSettings,
    Room,
    Service,
    StaffTask,
    Therapist,
    TherapistService,
    TimeOff,
    WeeklyHours,
)
from practice.core.db import Editable, Identified
from practice.core.errors import NotFound
from practice.core.local_time import to_local

Row = TypeVar("Row", bound=Editable)
MAX_LISTED = 100


def clinic_version(session: Session) -> int:
    """Return the counter that rises with every change to what availability is computed from."""
    return session.execute(select(ClinicState.version)).scalar_one()


def get_settings(session: Session, on: date) -> PracticeSettings:
    """Return the policies in force on a day; raises ``NotFound`` when the practice has none that early."""
    newest = select(PracticeSettings).where(PracticeSettings.effective_on <= on)
    row = session.execute(newest.order_by(PracticeSettings.effective_on.desc()).limit(1)).scalar_one_or_none()
    if row is None:
        raise NotFound("The practice has no policies for that day.")
    return row


def list_settings(session: Session) -> Sequence[PracticeSettings]:
    """Return every edition of the policies, newest first."""
    editions = select(PracticeSettings).order_by(PracticeSettings.effective_on.desc()).limit(MAX_LISTED)
    return session.execute(editions).scalars().all()


def get_location(session: Session, uid: str) -> Location:
    """Return one location; raises ``NotFound``."""
    return _get(session, Location, uid, "There is no such location.")


def get_room(session: Session, uid: str) -> Room:
    """Return one room; raises ``NotFound``."""
    return _get(session, Room, uid, "There is no such room.")


def get_service(session: Session, uid: str) -> Service:
    """Return one service; raises ``NotFound``."""
    return _get(session, Service, uid, "There is no such service.")


def get_therapist(session: Session, uid: str) -> Therapist:
    """Return one therapist; raises ``NotFound``."""
    return _get(session, Therapist, uid, "There is no such therapist.")


def get_time_off(session: Session, uid: str) -> TimeOff:
    """Return one absence; raises ``NotFound``."""
    return _get(session, TimeOff, uid, "There is no such time off.")


def get_closure(session: Session, uid: str) -> Closure:
    """Return one closure; raises ``NotFound``."""
    return _get(session, Closure, uid, "There is no such closure.")


def get_task(session: Session, uid: str) -> StaffTask:
    """Return one task; raises ``NotFound``."""
    return _get(session, StaffTask, uid, "There is no such task.")


def list_locations(session: Session, *, active_only: bool = True) -> Sequence[Location]:
    """Return locations by name."""
    wanted = select(Location).order_by(Location.name, Location.id)
    return _list(session, wanted.where(Location.is_active) if active_only else wanted)


def list_rooms(session: Session, *, location_id: int | None = None, active_only: bool = True) -> Sequence[Room]:
    """Return rooms by name."""
    wanted = select(Room).order_by(Room.name, Room.id)
    if location_id is not None:
        wanted = wanted.where(Room.location_id == location_id)
    return _list(session, wanted.where(Room.is_active) if active_only else wanted)


def list_services(session: Session, *, active_only: bool = True) -> Sequence[Service]:
    """Return services by name."""
    wanted = select(Service).order_by(Service.name, Service.id)
    return _list(session, wanted.where(Service.is_active) if active_only else wanted)


def list_therapists(
    session: Session, *, service_id: int | None = None, active_only: bool = True
) -> Sequence[Therapist]:
    """Return therapists by name, those who offer one service if asked."""
    wanted = select(Therapist).order_by(Therapist.name, Therapist.id)
    if service_id is not None:
        offering = select(TherapistService.therapist_id).where(TherapistService.service_id == service_id)
        wanted = wanted.where(Therapist.id.in_(offering))
    return _list(session, wanted.where(Therapist.is_active) if active_only else wanted)


def offers(session: Session) -> dict[int, set[int]]:
    """Return who offers what: therapist ids by service id."""
    offered: dict[int, set[int]] = {}
    for row in session.execute(select(TherapistService.service_id, TherapistService.therapist_id)):
        offered.setdefault(row.service_id, set()).add(row.therapist_id)
    return offered


def uids_of(session: Session, kind: type[Identified], ids: Iterable[int | None]) -> dict[int, str]:
    """Return the uids of rows by their ids; one statement."""
    wanted = select(kind.id, kind.uid).where(kind.id.in_({each for each in ids if each is not None}))
    return {row.id: row.uid for row in session.execute(wanted)}


def ids_of(session: Session, kind: type[Identified], uids: Collection[str]) -> list[int]:
    """Return the ids of rows by their uids, in the order asked; raises ``NotFound`` when one is unknown."""
    wanted = select(kind.uid, kind.id).where(kind.uid.in_(set(uids)))
    found = {row.uid: row.id for row in session.execute(wanted)}
    if any(uid not in found for uid in uids):
        raise NotFound(f"There is no such {kind.__name__.lower()}.")
    return [found[uid] for uid in uids]


def list_opening_hours(session: Session, *, location_id: int | None = None) -> Sequence[OpeningHours]:
    """Return opening hours in the order of the week."""
    wanted = select(OpeningHours).order_by(OpeningHours.location_id, OpeningHours.weekday, OpeningHours.opens_minute)
    if location_id is not None:
        wanted = wanted.where(OpeningHours.location_id == location_id)
    return session.execute(wanted).scalars().all()


def list_weekly_hours(session: Session, *, therapist_id: int, on: date | None = None) -> Sequence[WeeklyHours]:
    """Return a therapist's weekly hours in the order of the week, those that rule on a day if one is given."""
    wanted = select(WeeklyHours).where(WeeklyHours.therapist_id == therapist_id)
    if on is not None:
        wanted = wanted.where(
            or_(WeeklyHours.valid_from.is_(None), WeeklyHours.valid_from <= on),
            or_(WeeklyHours.valid_until.is_(None), WeeklyHours.valid_until >= on),
        )
    return session.execute(wanted.order_by(WeeklyHours.weekday, WeeklyHours.opens_minute)).scalars().all()


def list_dated_hours(session: Session, *, therapist_id: int, first_on: date) -> Sequence[DatedHours]:
    """Return a therapist's dated exceptions from a day on."""
    wanted = select(DatedHours).where(DatedHours.therapist_id == therapist_id, DatedHours.on_date >= first_on)
    return session.execute(wanted.order_by(DatedHours.on_date, DatedHours.opens_minute)).scalars().all()


def list_time_off(session: Session, *, since: datetime, therapist_id: int | None = None) -> Sequence[TimeOff]:
    """Return absences that end after *since*, by start."""
    wanted = select(TimeOff).where(TimeOff.ends_at > since).order_by(TimeOff.starts_at, TimeOff.id)
    if therapist_id is not None:
        wanted = wanted.where(TimeOff.therapist_id == therapist_id)
    return _list(session, wanted)


def list_closures(session: Session, *, since: date) -> Sequence[Closure]:
    """Return closures whose last day is not before *since*, by first day."""
    wanted = select(Closure).where(Closure.last_on >= since).order_by(Closure.first_on, Closure.id)
    return _list(session, wanted)


def list_tasks(
    session: Session, *, state: str = "open", kind: str | None = None, due_before: datetime | None = None
) -> Sequence[StaffTask]:
    """Return at most a hundred tasks, the most urgent first."""
    wanted = select(StaffTask).where(StaffTask.state == state).order_by(StaffTask.due_at, StaffTask.id)
    if kind is not None:
        wanted = wanted.where(StaffTask.kind == kind)
    if due_before is not None:
        wanted = wanted.where(StaffTask.due_at < due_before)
    return _list(session, wanted)


def find_task(session: Session, dedupe_key: str) -> StaffTask | None:
    """Return the task with a dedupe key, if it was ever opened."""
    return session.execute(select(StaffTask).where(StaffTask.dedupe_key == dedupe_key)).scalar_one_or_none()


def practice_zone(session: Session) -> str:
    """Return the zone in which the practice as a whole counts its days: its first location's, else UTC."""
    first = select(Location.zone).order_by(Location.is_active.desc(), Location.id).limit(1)
    return session.execute(first).scalar_one_or_none() or "UTC"


def practice_today(session: Session, now: datetime) -> date:
    """Return the practice's own date at an instant."""
    return to_local(now, practice_zone(session)).date()


def phone_region(session: Session, now: datetime) -> str:
    """Return the country in which a phone number typed without one lies."""
    return get_settings(session, practice_today(session, now)).default_region


def _get(session: Session, kind: type[Row], uid: str, sentence: str) -> Row:
    row = session.execute(select(kind).where(kind.uid == uid)).scalar_one_or_none()
    if row is None:
        raise NotFound(sentence)
    return row


def _list(session: Session, wanted: Select[Row]) -> Sequence[Row]:
    return session.execute(wanted.limit(MAX_LISTED)).scalars().all()
