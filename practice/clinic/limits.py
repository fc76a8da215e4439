"""Setting limits: for everybody, for one therapist, the way between places, and where a service is given."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime

from sqlalchemy import delete, insert, select
from sqlalchemy.orm import Session

from practice.clinic import queries
from practice.clinic.details import apply_details
from practice.clinic.limit_models import BookingLimits, LocationService, TherapistLimits, TravelTime
from practice.clinic.models import Location, Service, Therapist
from practice.clinic.service import touched
from practice.core.actor import Actor
from practice.core.errors import require_version

Pair = tuple[int, int]


@dataclass(frozen=True, slots=True)
class LimitDetails:
    """What holds for everybody; None and 0 mean no limit. See ``limit_models.BookingLimits``."""

    visits_a_day: int | None = None
    visits_a_week: int | None = None
    hands_on_minutes_a_day: int | None = None
    hands_on_minutes_a_week: int | None = None
    rest_after_minutes: int | None = None
    rest_minutes: int = 30
    gap_days_hands_on: int = 0
    gap_days_assessment: int = 0
    gap_days_phone: int = 0
    client_visits_a_day: int | None = None
    travel_minutes: int = 0


@dataclass(frozen=True, slots=True)
class OwnLimits:
    """What holds for one therapist instead; None leaves what holds for everybody."""

    visits_a_day: int | None = None
    visits_a_week: int | None = None
    hands_on_minutes_a_day: int | None = None
    hands_on_minutes_a_week: int | None = None
    rest_after_minutes: int | None = None


def get_limits(session: Session) -> BookingLimits:
    """Return what holds for everybody; the row is made by a migration."""
    return session.execute(select(BookingLimits)).scalar_one()


def own_limits(session: Session) -> dict[int, OwnLimits]:
    """Return the limits of therapists who have any of their own, by therapist id."""
    names = [each.name for each in fields(OwnLimits)]
    rows = session.execute(select(TherapistLimits)).scalars()
    return {row.therapist_id: OwnLimits(**{name: getattr(row, name) for name in names}) for row in rows}


def travel_times(session: Session) -> dict[Pair, int]:
    """Return the noted minutes between places, the lower id first."""
    rows = select(TravelTime.location_id, TravelTime.other_location_id, TravelTime.minutes)
    return {(row.location_id, row.other_location_id): row.minutes for row in session.execute(rows)}


def places_of_services(session: Session) -> dict[int, set[int]]:
    """Return where services are given: location ids by service id; one that is missing is given everywhere."""
    given: dict[int, set[int]] = {}
    for row in session.execute(select(LocationService.service_id, LocationService.location_id)):
        given.setdefault(row.service_id, set()).add(row.location_id)
    return given


def set_limits(
    session: Session, *, details: LimitDetails, version: int | None, actor: Actor, now: datetime
) -> BookingLimits:
    """Say what holds for everybody from now on; what is booked stays. Raises ``StaleVersion``."""
    row = get_limits(session)
    require_version(row.version, version)
    changed = apply_details(row, details)
    if changed:
        touched(session, row, "clinic.limits.set", data={"changed": changed}, actor=actor, now=now)
    return row


def set_own_limits(
    session: Session, *, therapist: Therapist, details: OwnLimits, version: int | None, actor: Actor, now: datetime
) -> None:
    """Say what holds for one therapist; without any value the practice's limits hold. Raises ``StaleVersion``."""
    require_version(therapist.version, version)
    session.execute(delete(TherapistLimits).where(TherapistLimits.therapist_id == therapist.id))
    if details != OwnLimits():
        row = TherapistLimits(therapist_id=therapist.id)
        apply_details(row, details)
        session.add(row)
    touched(session, therapist, "clinic.therapist.limits", actor=actor, now=now)


def set_travel(
    session: Session, *, location: Location, minutes: Mapping[int, int | None], actor: Actor, now: datetime
) -> None:
    """Note how far other places lie from one, by their ids; None leaves the practice's usual way."""
    for other_id, noted in minutes.items():
        low, high = sorted((location.id, other_id))
        session.execute(delete(TravelTime).where(TravelTime.location_id == low, TravelTime.other_location_id == high))
        if noted is not None:
            session.add(TravelTime(location_id=low, other_location_id=high, minutes=noted))
    touched(session, location, "clinic.location.travel", actor=actor, now=now)


def set_places(
    session: Session,
    *,
    service: Service,
    location_ids: Collection[int],
    version: int | None,
    actor: Actor,
    now: datetime,
) -> None:
    """Say where a service is given; none or all of the places mean every place, later ones too.

    What is booked elsewhere stays. Raises ``StaleVersion``.
    """
    require_version(service.version, version)
    session.execute(delete(LocationService).where(LocationService.service_id == service.id))
    everywhere = {row.id for row in _all_places(session)}
    if chosen := set(location_ids) & everywhere if set(location_ids) != everywhere else set[int]():
        rows = [{"location_id": each, "service_id": service.id} for each in sorted(chosen)]
        session.execute(insert(LocationService), rows)
    touched(session, service, "clinic.service.places", actor=actor, now=now)


def _all_places(session: Session) -> Sequence[Location]:
    return queries.list_locations(session, active_only=False)
