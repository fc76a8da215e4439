"""When a therapist works: the week from a date on, dated exceptions, and time off."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import delete
from sqlalchemy.orm import Session

from practice.clinic import queries
from practice.clinic.details import apply_details
from practice.clinic.errors import DatesOrder, correct
from practice.clinic.hours import Span, Validity, cut_validity
from practice.clinic.models import DatedHours, Therapist, TimeOff, WeeklyHours
from practice.clinic.opening import require_sound_week
from practice.clinic.service import added, bump_clinic_version, record_change, touched
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import require_version


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


def add_time_off(
    session: Session, *, therapist: Therapist, details: TimeOffDetails, actor: Actor, now: datetime
) -> TimeOff:
    """Note an absence; raises :class:`DatesOrder`. Appointments in it stay until they are moved."""
    _require_order(details)
    row = TimeOff(uid=new_uid(), therapist_id=therapist.id)
    apply_details(row, details)
    return added(session, row, "clinic.time_off.add", actor=actor, now=now)


def change_time_off(
    session: Session, *, absence: TimeOff, details: TimeOffDetails, version: int | None, actor: Actor, now: datetime
) -> TimeOff:
    """Change an absence; raises ``StaleVersion`` and :class:`DatesOrder`."""
    require_version(absence.version, version)
    _require_order(details)
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
