"""When a therapist works: the week from a date on, dated exceptions, and time off."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from practice.clinic import queries
from practice.clinic.details import apply_details
from practice.clinic.errors import AbsenceOverlaps, DatesOrder, correct
from practice.clinic.hours import Span, Validity, cut_validity
from practice.clinic.models import DatedHours, Therapist, TimeOff, WeeklyHours
from practice.clinic.opening import require_sound_week
from practice.clinic.service import added, bump_clinic_version, record_change, touched
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import require_version
from practice.core.local_time import spoken_date, to_local


@dataclass(frozen=True, slots=True)
class Week:
    """A therapist's week and the days it rules, first and last included; None is open."""

    spans: Sequence[Span]
    valid_from: date | None = None
    valid_until: date | None = None


@dataclass(frozen=True, slots=True)
class TimeOffDetails:
    """An absence between two instants; ``kind`` is a code such as ``holiday`` or ``ill``."""

    starts_at: datetime
    ends_at: datetime
    kind: str = "holiday"
    note: str = ""


def replace_week(
    session: Session, *, therapist: Therapist, week: Week, version: int | None, actor: Actor, now: datetime
) -> None:
    """Let *week* rule from its first to its last day, as one act; what ruled before and after those days stays.

    A therapist is in one place at a time: spans may not overlap across locations either. Raises ``StaleVersion``,
    :class:`DatesOrder`, ``HoursOrder`` and ``HoursOverlap``.
    """
    require_version(therapist.version, version)
    _require_dates(week.valid_from, week.valid_until, "The week ends before it starts.", "valid_until")
    require_sound_week(week.spans)
    _cut_earlier_weeks(session, therapist.id, week)
    session.add_all(_weekly_row(therapist.id, span, week.valid_from, week.valid_until) for span in sorted(week.spans))
    touched(session, therapist, "clinic.therapist.hours", data=_dates(week), actor=actor, now=now)


def set_day(
    session: Session, *, therapist: Therapist, on: date, spans: Sequence[Span], reason: str, actor: Actor, now: datetime
) -> None:
    """Say how a therapist works on one day instead of the weekly hours; no span means not working.

    Raises ``HoursOrder`` and ``HoursOverlap``.
    """
    require_sound_week(spans)
    _forget_day(session, therapist.id, on)
    if not spans:
        session.add(DatedHours(therapist_id=therapist.id, on_date=on, reason=reason))
    session.add_all(
        DatedHours(
            therapist_id=therapist.id,
            location_id=span.location_id,
            on_date=on,
            opens_minute=span.opens_minute,
            closes_minute=span.closes_minute,
            reason=reason,
        )
        for span in sorted(spans)
    )
    touched(session, therapist, "clinic.therapist.day", data={"on": on.isoformat()}, actor=actor, now=now)


def clear_day(session: Session, *, therapist: Therapist, on: date, actor: Actor, now: datetime) -> None:
    """Let the weekly hours rule again on a day."""
    _forget_day(session, therapist.id, on)
    touched(session, therapist, "clinic.therapist.day", data={"on": on.isoformat()}, actor=actor, now=now)


def end_work(session: Session, *, therapist: Therapist, last_on: date, actor: Actor, now: datetime) -> None:
    """Let a therapist work for the last time on a day: no weekly or dated hours remain after it."""
    leaves_on = last_on + timedelta(days=1)
    _cut_earlier_weeks(session, therapist.id, Week((), leaves_on))
    later = DatedHours.therapist_id == therapist.id, DatedHours.on_date >= leaves_on
    session.execute(delete(DatedHours).where(*later))
    touched(session, therapist, "clinic.therapist.end", data={"on": last_on.isoformat()}, actor=actor, now=now)


def add_time_off(
    session: Session,
    *,
    therapist: Therapist,
    details: TimeOffDetails,
    joins: bool = False,
    actor: Actor,
    now: datetime,
) -> TimeOff:
    """Note an absence; appointments in it stay until they are moved.

    Raises :class:`DatesOrder`, and :class:`AbsenceOverlaps` for time that is off already, unless it *joins* that:
    then one absence covers both.
    """
    _require_order(details)
    others = _overlapping(session, therapist.id, details)
    if others and not joins:
        raise AbsenceOverlaps(_away_already(session, therapist, others), joined="Make it one absence")
    for other in others:
        details = replace(
            details,
            starts_at=min(details.starts_at, other.starts_at),
            ends_at=max(details.ends_at, other.ends_at),
            note=details.note or other.note,
        )
        remove_time_off(session, absence=other, version=None, actor=actor, now=now)
    row = TimeOff(uid=new_uid(), therapist_id=therapist.id)
    apply_details(row, details)
    return added(session, row, "clinic.time_off.add", actor=actor, now=now)


def _overlapping(
    session: Session, therapist_id: int, details: TimeOffDetails, *, without_id: int | None = None
) -> Sequence[TimeOff]:
    rows = select(TimeOff).where(
        TimeOff.therapist_id == therapist_id,
        TimeOff.starts_at < details.ends_at,
        TimeOff.ends_at > details.starts_at,
        TimeOff.id != (without_id or 0),
    )
    return session.scalars(rows.order_by(TimeOff.starts_at)).all()


def _away_already(session: Session, therapist: Therapist, others: Sequence[TimeOff]) -> str:
    zone = queries.practice_zone(session)
    starts, ends = (to_local(instant, zone) for instant in (others[0].starts_at, others[0].ends_at))
    return (
        f"{therapist.name} is away already from {starts:%H:%M} on {spoken_date(starts)} "
        f"to {ends:%H:%M} on {spoken_date(ends)}."
    )


def change_time_off(
    session: Session, *, absence: TimeOff, details: TimeOffDetails, version: int | None, actor: Actor, now: datetime
) -> TimeOff:
    """Change an absence; raises ``StaleVersion``, :class:`DatesOrder` and :class:`AbsenceOverlaps`."""
    require_version(absence.version, version)
    _require_order(details)
    if others := _overlapping(session, absence.therapist_id, details, without_id=absence.id):
        raise AbsenceOverlaps(_away_already(session, session.get_one(Therapist, absence.therapist_id), others))
    apply_details(absence, details)
    touched(session, absence, "clinic.time_off.change", actor=actor, now=now)
    return absence


def remove_time_off(session: Session, *, absence: TimeOff, version: int | None, actor: Actor, now: datetime) -> None:
    """Take an absence back; raises ``StaleVersion``."""
    require_version(absence.version, version)
    record_change(session, "clinic.time_off.remove", absence, actor=actor, now=now)
    session.delete(absence)
    session.flush()
    bump_clinic_version(session)


def _cut_earlier_weeks(session: Session, therapist_id: int, week: Week) -> None:
    for row in queries.list_weekly_hours(session, therapist_id=therapist_id):
        remaining = cut_validity(Validity(row.valid_from, row.valid_until), week.valid_from, week.valid_until)
        span = Span(row.weekday, row.opens_minute, row.closes_minute, row.location_id)
        session.delete(row)
        session.add_all(_weekly_row(therapist_id, span, part.first_on, part.last_on) for part in remaining)
    session.flush()


def _weekly_row(therapist_id: int, span: Span, valid_from: date | None, valid_until: date | None) -> WeeklyHours:
    return WeeklyHours(
        therapist_id=therapist_id,
        location_id=span.location_id,
        weekday=span.weekday,
        opens_minute=span.opens_minute,
        closes_minute=span.closes_minute,
        valid_from=valid_from,
        valid_until=valid_until,
    )


def _forget_day(session: Session, therapist_id: int, on: date) -> None:
    session.execute(delete(DatedHours).where(DatedHours.therapist_id == therapist_id, DatedHours.on_date == on))


def _dates(week: Week) -> dict[str, object]:
    return {"from": str(week.valid_from or ""), "until": str(week.valid_until or "")}


def _require_dates(first_on: date | None, last_on: date | None, sentence: str, field: str) -> None:
    if first_on is not None and last_on is not None and last_on < first_on:
        raise DatesOrder(sentence, ways_out=correct(field, "Correct the dates"))


def _require_order(details: TimeOffDetails) -> None:
    if details.ends_at <= details.starts_at:
        raise DatesOrder(
            "The time off ends before it starts. Give an end that is later.",
            ways_out=correct("ends_at", "Correct the end"),
        )
