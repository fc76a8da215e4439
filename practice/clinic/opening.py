"""When a place is open: its weekly opening hours, and closures of one place or of all."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from practice.clinic.details import apply_details
from practice.clinic.errors import (
    AbsenceOverlaps,
    DatesOrder,
    HoursOrder,
    HoursOverlap,
    NoHoliday,
    UnknownRegion,
    correct,
)
from practice.clinic.hours import Span, find_backwards, find_overlap
from practice.clinic.models import Closure, Location, OpeningHours
from practice.clinic.public_holidays import Holiday, is_known_region, public_holidays
from practice.clinic.queries import phone_region
from practice.clinic.service import added, bump_clinic_version, record_change, touched
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import require_version
from practice.core.local_time import spoken_date


@dataclass(frozen=True, slots=True)
class ClosureDetails:
    """Local days, first and last included; ``location_id`` None closes every place."""

    first_on: date
    last_on: date
    name: str
    location_id: int | None = None


def require_sound_week(spans: Sequence[Span]) -> None:
    """Raise :class:`HoursOrder` or :class:`HoursOverlap`, naming the day."""
    if (backwards := find_backwards(spans)) is not None:
        raise HoursOrder(
            f"{backwards} ends before it begins. The second time must be later, 24:00 at the latest.",
            ways_out=correct("hours", "Correct the hours"),
        )
    if (clash := find_overlap(spans)) is not None:
        raise HoursOverlap(
            f"{clash[0]} and {clash[1]} overlap. Join them or leave a break between them.",
            ways_out=correct("hours", "Correct the hours"),
        )


def set_opening_hours(
    session: Session, *, location: Location, spans: Sequence[Span], version: int | None, actor: Actor, now: datetime
) -> None:
    """Replace a location's opening hours as one act; no span means closed all week.

    Raises ``StaleVersion``, :class:`HoursOrder` and :class:`HoursOverlap`.
    """
    require_version(location.version, version)
    require_sound_week(spans)
    session.execute(delete(OpeningHours).where(OpeningHours.location_id == location.id))
    session.add_all(
        OpeningHours(
            location_id=location.id,
            weekday=span.weekday,
            opens_minute=span.opens_minute,
            closes_minute=span.closes_minute,
        )
        for span in sorted(spans)
    )
    touched(session, location, "clinic.location.hours", actor=actor, now=now)


def add_closure(session: Session, *, details: ClosureDetails, actor: Actor, now: datetime) -> Closure:
    """Close one place or all; appointments on those days stay until they are moved.

    Raises :class:`DatesOrder`, and :class:`AbsenceOverlaps` for days on which it is closed already.
    """
    _require_order(details)
    _require_open(session, details)
    row = Closure(uid=new_uid())
    apply_details(row, details)
    return added(session, row, "clinic.closure.add", actor=actor, now=now)


@dataclass(frozen=True, slots=True)
class ProposedClosure:
    """A public holiday at one place; ``is_closed`` when a closure covers it already."""

    holiday: Holiday
    is_closed: bool


def propose_holidays(session: Session, *, location: Location, year: int, now: datetime) -> list[ProposedClosure]:
    """Return the public holidays of a year where *location* is; raises :class:`UnknownRegion`."""
    region = location.holiday_region or phone_region(session, now)
    if not is_known_region(region):
        raise UnknownRegion(region)
    here = or_(Closure.location_id.is_(None), Closure.location_id == location.id)
    closed = session.scalars(
        select(Closure).where(here, Closure.first_on <= date(year, 12, 31), Closure.last_on >= date(year, 1, 1))
    ).all()
    return [
        ProposedClosure(each, any(one.first_on <= each.on <= one.last_on for one in closed))
        for each in public_holidays(region, year)
    ]


def add_holidays(
    session: Session, *, location: Location, year: int, days: Collection[date], actor: Actor, now: datetime
) -> list[Closure]:
    """Close one place on the public holidays of a year that are named in *days*, as one act.

    Days that are closed already stay as they are. Raises :class:`UnknownRegion`, and :class:`NoHoliday` for a day
    that is none.
    """
    proposed = {each.holiday.on: each for each in propose_holidays(session, location=location, year=year, now=now)}
    if strange := sorted(set(days) - proposed.keys()):
        raise NoHoliday(strange[0])
    return [
        add_closure(
            session,
            details=ClosureDetails(on, on, proposed[on].holiday.name, location.id),
            actor=actor,
            now=now,
        )
        for on in sorted(set(days))
        if not proposed[on].is_closed
    ]


def change_closure(
    session: Session, *, closure: Closure, details: ClosureDetails, version: int | None, actor: Actor, now: datetime
) -> Closure:
    """Change a closure; raises ``StaleVersion``, :class:`DatesOrder` and :class:`AbsenceOverlaps`."""
    require_version(closure.version, version)
    _require_order(details)
    _require_open(session, details, without_id=closure.id)
    apply_details(closure, details)
    touched(session, closure, "clinic.closure.change", actor=actor, now=now)
    return closure


def remove_closure(session: Session, *, closure: Closure, version: int | None, actor: Actor, now: datetime) -> None:
    """Open again on the days of a closure; raises ``StaleVersion``."""
    require_version(closure.version, version)
    record_change(session, "clinic.closure.remove", closure, actor=actor, now=now)
    session.delete(closure)
    session.flush()
    bump_clinic_version(session)


def _require_open(session: Session, details: ClosureDetails, *, without_id: int | None = None) -> None:
    """Raise :class:`AbsenceOverlaps` when the same place, or every place, is closed on one of the days."""
    everywhere = Closure.location_id.is_(None)
    here = Closure.location_id == details.location_id
    same = everywhere if details.location_id is None else everywhere | here
    rows = select(Closure).where(
        same, Closure.first_on <= details.last_on, Closure.last_on >= details.first_on, Closure.id != (without_id or 0)
    )
    other = session.scalars(rows.order_by(Closure.first_on).limit(1)).one_or_none()
    if other is not None:
        raise AbsenceOverlaps(
            f"{other.name} closes it already from {spoken_date(other.first_on)} to {spoken_date(other.last_on)}. "
            "Choose other days, or remove that closure first."
        )


def _require_order(details: ClosureDetails) -> None:
    if details.last_on < details.first_on:
        raise DatesOrder(
            f"The closure ends on {spoken_date(details.last_on)}, before it starts.",
            ways_out=correct("last_on", "Correct the dates"),
        )
