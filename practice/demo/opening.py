"""Sets the demo practice up through the services: staff, place, rooms, services, therapists, hours, holidays."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.accounts.users import UserDetails, add_user
from practice.clinic.details import RoomDetails, TherapistDetails
from practice.clinic.hours import Span
from practice.clinic.models import Location, Room, Service, Therapist
from practice.clinic.opening import ClosureDetails, add_closure, set_opening_hours
from practice.clinic.policies import set_policies
from practice.clinic.public_holidays import holidays_between
from practice.clinic.service import create_location, create_room, create_service, create_therapist
from practice.clinic.working_hours import TimeOffDetails, Week, add_time_off, replace_week
from practice.core.actor import SYSTEM, Actor, Role
from practice.core.local_time import instant_at, wall_time
from practice.demo.premises import (
    BRAMS_DAYS_OFF,
    OPENING,
    PLACE,
    POLICIES,
    REGION,
    ROOMS,
    SERVICES,
    STAFF,
    THERAPISTS,
    ZONE,
    Colleague,
    WorkingCalendar,
)

YEAR = timedelta(days=365)


@dataclass(frozen=True, slots=True)
class Premises:
    """The set-up as it was stored: who acts, and the uids that wishes name."""

    actors: Mapping[str, Actor]
    location_uid: str
    rooms: Mapping[str, str]
    services: Mapping[str, str]
    therapists: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class _Founding:
    """The act of setting up: in which session, by whom and when, seen from which day."""

    session: Session
    owner: Actor
    now: datetime
    calendar: WorkingCalendar


def open_practice(session: Session, *, today: date, password_hash: str, now: datetime) -> Premises:
    """Store the whole set-up; *now* is when it happened, *today* the day on which the demo opens."""
    users = _add_staff(session, password_hash, now)
    actors = {key: _actor(user) for key, user in users.items()}
    founding = _Founding(session, actors["owner"], now, WorkingCalendar(today))
    set_policies(
        session, details=POLICIES, effective_on=wall_time(now, ZONE).date(), version=None, actor=founding.owner, now=now
    )
    location = _open_location(founding)
    rooms = _add_rooms(founding, location)
    services = _add_services(founding)
    therapists = {
        key: _add_therapist(founding, colleague, users[key], rooms, services) for key, colleague in THERAPISTS.items()
    }
    _set_weeks(founding, location, therapists)
    return Premises(
        actors={
            key: replace(actor, therapist_id=therapists[key].id if key in therapists else None)
            for key, actor in actors.items()
        },
        location_uid=location.uid,
        rooms={name: room.uid for name, room in rooms.items()},
        services={code: service.uid for code, service in services.items()},
        therapists={key: therapist.uid for key, therapist in therapists.items()},
    )


def _add_staff(session: Session, password_hash: str, now: datetime) -> dict[str, User]:
    return {
        each.key: add_user(
            session,
            details=UserDetails(each.email, each.name, each.role),
            password_hash=password_hash,
            actor=SYSTEM,
            now=now,
        )
        for each in STAFF
    }


def _actor(user: User) -> Actor:
    return Actor(Role(user.role), user_id=user.id, name=user.name)


def _open_location(founding: _Founding) -> Location:
    session, owner, now = founding.session, founding.owner, founding.now
    location = create_location(session, details=PLACE, actor=owner, now=now)
    spans = [Span(weekday, opens, closes) for weekday, (opens, closes) in OPENING.items()]
    set_opening_hours(session, location=location, spans=spans, version=None, actor=owner, now=now)
    first = wall_time(now, ZONE).date()
    for day, name in holidays_between(REGION, first, founding.calendar.today + YEAR).items():
        add_closure(session, details=ClosureDetails(day, day, name), actor=owner, now=now)
    return location


def _add_rooms(founding: _Founding, location: Location) -> dict[str, Room]:
    return {
        name: create_room(
            founding.session,
            details=RoomDetails(location.id, name, list(features)),
            actor=founding.owner,
            now=founding.now,
        )
        for name, features in ROOMS.items()
    }


def _add_services(founding: _Founding) -> dict[str, Service]:
    return {
        code: create_service(founding.session, details=details, actor=founding.owner, now=founding.now)
        for code, details in SERVICES.items()
    }


def _add_therapist(
    founding: _Founding, colleague: Colleague, user: User, rooms: Mapping[str, Room], services: Mapping[str, Service]
) -> Therapist:
    details = TherapistDetails(
        name=colleague.name,
        registration_number=colleague.registration,
        registered_from=wall_time(founding.now, ZONE).date() - 5 * YEAR,
        registered_until=founding.calendar.leo_until if colleague.key == "leo" else founding.calendar.today + YEAR,
        colour=colleague.colour,
        usual_room_id=rooms[colleague.usual_room].id,
        user_id=user.id,
    )
    return create_therapist(
        founding.session,
        details=details,
        service_ids=[services[code].id for code in colleague.services],
        actor=founding.owner,
        now=founding.now,
    )


def _set_weeks(founding: _Founding, location: Location, therapists: Mapping[str, Therapist]) -> None:
    session, owner, now = founding.session, founding.owner, founding.now
    for key, therapist in therapists.items():
        spans = [
            Span(weekday, opens, closes, location.id)
            for weekday, shifts in THERAPISTS[key].shifts.items()
            for opens, closes in shifts
        ]
        replace_week(session, therapist=therapist, week=Week(spans), version=None, actor=owner, now=now)
    monday = founding.calendar.today - timedelta(days=founding.calendar.today.weekday())
    away = TimeOffDetails(
        starts_at=instant_at(monday + timedelta(days=BRAMS_DAYS_OFF[0]), 0, ZONE),
        ends_at=instant_at(monday + timedelta(days=BRAMS_DAYS_OFF[-1] + 1), 0, ZONE),
        note="Long weekend",
    )
    add_time_off(session, therapist=therapists["bram"], details=away, actor=owner, now=now)
