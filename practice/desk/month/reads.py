"""Several weeks of one location read at once: who works when, and what is taken of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from practice.clinic.models import Therapist
from practice.clinic.queries import list_therapists
from practice.core.errors import NotFound
from practice.core.intervals import Interval
from practice.desk.diary.open_diary import belongs, in_use, location_of
from practice.desk.diary.working_hours import Hours, hours_of
from practice.desk.month.fullness import Taken
from practice.desk.queries import days_window
from practice.scheduling.diary_time import LONGEST_TREATMENT
from practice.scheduling.free_time.facts import current_set_up
from practice.scheduling.free_time.pulse import feel_pulse
from practice.scheduling.free_time.set_up import load_exceptions
from practice.scheduling.local_days import ceil_minute, floor_minute
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.question import LocationFacts, ServiceFacts, Span


@dataclass(frozen=True, slots=True)
class Weeks:
    """What was read; ``team`` is everybody who works at the location, hours and taken times are of those shown."""

    location: LocationFacts
    locations: Sequence[LocationFacts]
    services: Sequence[ServiceFacts]
    team: Sequence[Therapist]
    hours: Hours
    taken: Mapping[str, Sequence[Taken]]

    def working_on(self, on: date) -> dict[str, Sequence[Span]]:
        """Return by therapist uid when each works on a day."""
        return {uid: days.get(on, ()) for uid, days in self.hours.working.items()}


def read_weeks(
    session: Session,
    location_uid: str,
    therapist_uid: str,
    *,
    days: tuple[date, date],
    own_id: int | None = None,
    now: datetime,
) -> Weeks:
    """Return the days from first to last of one therapist, or of everybody; a constant number of statements.

    With *own_id* everybody is this therapist. Raises ``NotFound`` for an unknown place or therapist.
    """
    set_up = current_set_up(session, feel_pulse(session, now=now))
    location = location_of(set_up, location_uid)
    everybody = [one for one in list_therapists(session) if own_id in {None, one.id}]
    team = [one for one in everybody if belongs(set_up, one.id, location.id)]
    shown = [one for one in team if therapist_uid in {"", one.uid}]
    if therapist_uid and not shown:
        raise NotFound("There is no such therapist here.")
    window = days_window(*days, location.zone)
    within = Span(floor_minute(window.starts_at), floor_minute(window.ends_at))
    exceptions = load_exceptions(session, *days, within)
    hours = hours_of(location, exceptions, [set_up.therapists[one.id] for one in shown], days)
    services = sorted((one for one in set_up.services.values() if one.is_active), key=lambda one: one.name)
    return Weeks(location, in_use(set_up), services, team, hours, _taken(session, shown, window, now=now))


def _taken(session: Session, team: Sequence[Therapist], window: Interval, *, now: datetime) -> dict[str, list[Taken]]:
    """Return what is taken on everybody's diary, wherever it is; one statement, bounded by the diary's index."""
    owners = {one.diary_id: one.uid for one in team}
    rows = (
        select(
            Allocation.diary_id,
            Allocation.starts_at,
            Allocation.ends_at,
            Allocation.buffer_before,
            Allocation.buffer_after,
            Allocation.block_id,
        )
        .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
        .where(
            Allocation.diary_id.in_(sorted(owners)),
            Allocation.starts_at > window.starts_at - LONGEST_TREATMENT,
            Allocation.starts_at < window.ends_at,
            Allocation.occupies,
            or_(Appointment.hold_ends_at.is_(None), Appointment.hold_ends_at > now),
        )
    )
    taken: dict[str, list[Taken]] = {}
    for diary_id, starts_at, ends_at, before, after, block_id in session.execute(rows):
        span = Span(floor_minute(starts_at) - before, ceil_minute(ends_at) + after)
        taken.setdefault(owners[diary_id], []).append(Taken(span, is_visit=block_id is None))
    return taken
