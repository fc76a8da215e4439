"""Writes a change of the ground where it belongs: time off, closures, hours, rooms, services, places."""

from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clinic import opening, service, working_hours
from practice.clinic.details import LocationDetails, RoomDetails, ServiceDetails, details_of
from practice.clinic.hours import Span as WeekSpan
from practice.clinic.models import Location, Room, Service, Therapist
from practice.clinic.opening import ClosureDetails
from practice.clinic.working_hours import TimeOffDetails, Week
from practice.core.actor import Actor
from practice.scheduling.absences.changes import (
    Away,
    Change,
    Closing,
    Leaving,
    NewWeek,
    PlaceEnds,
    RoomOut,
    ServiceEnds,
)
from practice.scheduling.local_days import instant_of


@dataclass(frozen=True, slots=True)
class Words:
    """What is said with a change: the kind of an absence, a note that colleagues do not see; ``joins`` extends one."""

    away_kind: str = "holiday"
    note: str = ""
    joins: bool = False


def save(session: Session, change: Change, words: Words, *, actor: Actor, now: datetime) -> None:
    """Put *change* into force; raises what the verbs of the clinic raise."""
    match change:
        case Away():
            _save_away(session, change, words, actor=actor, now=now)
        case Closing(location_id, first_on, last_on, name):
            details = ClosureDetails(first_on, last_on, name, location_id)
            opening.add_closure(session, details=details, actor=actor, now=now)
        case NewWeek():
            _save_week(session, change, actor=actor, now=now)
        case Leaving(therapist_id, last_on):
            therapist = session.get_one(Therapist, therapist_id)
            working_hours.end_work(session, therapist=therapist, last_on=last_on, actor=actor, now=now)
        case _:
            _take_out(session, change, actor=actor, now=now)


def _save_away(session: Session, change: Away, words: Words, *, actor: Actor, now: datetime) -> None:
    details = TimeOffDetails(instant_of(change.span.begins), instant_of(change.span.ends), words.away_kind, words.note)
    therapist = session.get_one(Therapist, change.therapist_id)
    working_hours.add_time_off(session, therapist=therapist, details=details, joins=words.joins, actor=actor, now=now)


def _save_week(session: Session, change: NewWeek, *, actor: Actor, now: datetime) -> None:
    spans = [WeekSpan(row.weekday, row.span.begins, row.span.ends, row.location_id) for row in change.weekly]
    working_hours.replace_week(
        session,
        therapist=session.get_one(Therapist, change.therapist_id),
        week=Week(spans, change.first_on, change.last_on),
        version=None,
        actor=actor,
        now=now,
    )


def _take_out(session: Session, change: RoomOut | ServiceEnds | PlaceEnds, *, actor: Actor, now: datetime) -> None:
    """Take a room, a service or a place out of use."""
    match change:
        case RoomOut(room_id):
            room = session.get_one(Room, room_id)
            out = replace(details_of(RoomDetails, room), is_active=False)
            service.change_room(session, room=room, details=out, version=None, actor=actor, now=now)
        case ServiceEnds(service_id):
            given = session.get_one(Service, service_id)
            ended = replace(details_of(ServiceDetails, given), is_active=False)
            service.change_service(session, service=given, details=ended, version=None, actor=actor, now=now)
        case PlaceEnds(location_id):
            place = session.get_one(Location, location_id)
            left = replace(details_of(LocationDetails, place), is_active=False)
            service.change_location(session, location=place, details=left, version=None, actor=actor, now=now)
