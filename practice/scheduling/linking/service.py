"""Booking, moving and cancelling linked visits: both or neither, as one act with one mail."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.intervals import Interval
from practice.core.local_time import local_start, to_utc
from practice.scheduling.appointments.booking import PLAIN
from practice.scheduling.appointments.cancelling import CallingOff, called_off
from practice.scheduling.appointments.changing import change_several
from practice.scheduling.appointments.history import TOGETHER, Act, require_state
from practice.scheduling.appointments.staleness import require_seen
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.loading import load
from practice.scheduling.claiming.making import start_as_booked
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.free_time.following import follow_on
from practice.scheduling.lifecycle import OPEN
from practice.scheduling.linking.back_to_back import ONE_COMING, require_back_to_back
from practice.scheduling.linking.errors import NotLinked
from practice.scheduling.linking.queries import list_linked
from practice.scheduling.models import Appointment
from practice.scheduling.question import ServiceFacts, SetUp
from practice.scheduling.series.several import CourseVisit, Tie, arrange_visits
from practice.scheduling.wishes import BookingDetails, MoveWish, PlaceWish, TimeWish, get_by_uid, resolve_location


@dataclass(frozen=True, slots=True, kw_only=True)
class LinkedWish(PlaceWish):
    """One of the visits wanted; without a ``local_start`` it follows the one before at once."""

    local_start: datetime | None = None


def book_linked(
    session: Session,
    *,
    first: TimeWish,
    then: Sequence[LinkedWish],
    client_uid: str,
    details: BookingDetails = PLAIN,
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    """Book visits that follow each other at once, all of them or none; each is a row of its own with the same link.

    They are at the first one's location, and one coming to the rules about how often a client comes. Raises
    :class:`NotBackToBack`, ``NonexistentLocalTime`` and what ``arrange_visits`` raises.
    """
    set_up = read_set_up(session)
    wishes = _timed(set_up, first, then)
    return arrange_visits(
        session,
        visits=[_visit(number, wish) for number, wish in enumerate(wishes, 1)],
        client_uid=client_uid,
        details=details,
        tie=Tie.LINK,
        rules=rules,
        actor=actor,
        now=now,
    )


def _visit(number: int, wish: TimeWish, moving: Appointment | None = None) -> CourseVisit:
    return CourseVisit(number=number, wish=wish, moving=moving, waived=ONE_COMING if number > 1 else frozenset[str]())


def _timed(set_up: SetUp, first: TimeWish, then: Sequence[LinkedWish]) -> list[TimeWish]:
    """Return every wish with its start, all at one location; raises :class:`NotBackToBack`."""
    therapist = get_by_uid(set_up.therapists, first.therapist, "therapist") if first.therapist else None
    location = resolve_location(set_up, first.location, therapist)
    services = [get_by_uid(set_up.services, wish.service, "service") for wish in (first, *then)]
    wishes = [replace(first, location=location.uid)]
    for before, service, wish in zip(services, services[1:], then, strict=False):
        start = wish.local_start or follow_on(
            wishes[-1].local_start, before.shape, service.shape, service.grid_minutes, location.zone
        )
        wishes.append(
            TimeWish(
                service=wish.service,
                location=location.uid,
                therapist=wish.therapist,
                room=wish.room,
                local_start=start,
            )
        )
    require_back_to_back(
        [_treatment(wish, service, location.zone) for wish, service in zip(wishes, services, strict=True)]
    )
    return wishes


def _treatment(wish: TimeWish, service: ServiceFacts, zone: str) -> Interval:
    starts_at = to_utc(wish.local_start, zone)
    return Interval(starts_at, starts_at + timedelta(minutes=service.shape.duration))


def move_linked(
    session: Session,
    *,
    appointment_uid: str,
    wish: MoveWish,
    version: int | None = None,
    override_reason: str = "",
    rules: BookingRules,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    """Move a visit and those linked to it by as much time; those with the same therapist go to the same one.

    All stay at their location. Raises ``NotFound``, :class:`NotLinked`, ``WrongState``, ``StaleVersion``, and
    ``SeriesConflict`` or ``SeriesRefused`` naming each visit that does not fit; all then stay where they were.
    """
    this, linked = _open_linked(session, appointment_uid, version, "moved")
    start = wish.local_start or start_as_booked(this)
    shift = to_utc(start, this.zone) - this.starts_at
    visits = [
        _visit(
            number,
            TimeWish(
                service=each.service.uid,
                location=each.location.uid,
                therapist=wish.therapist if _goes_along(each, this, wish) else each.therapist.uid,
                room=wish.room if each is this else None,
                local_start=local_start(each.starts_at + shift, each.zone),
            ),
            each,
        )
        for number, each in enumerate(linked, 1)
    ]
    return arrange_visits(
        session,
        visits=visits,
        client_uid="" if this.client is None else this.client.uid,
        details=BookingDetails(override_reason=override_reason),
        tie=Tie.LINK,
        rules=rules,
        actor=actor,
        now=now,
    )


def _goes_along(each: Appointment, this: Appointment, wish: MoveWish) -> bool:
    return wish.therapist is not None and each.therapist_id == this.therapist_id


def cancel_linked(
    session: Session,
    *,
    appointment_uid: str,
    calling_off: CallingOff,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> list[Appointment]:
    """Call off a visit and those linked to it, each late or not on its own, and give all their time back.

    Raises ``NotFound``, :class:`NotLinked`, ``StaleVersion``, ``WrongState`` and ``ReasonNeeded``.
    """
    _, linked = _open_linked(session, appointment_uid, version, "cancelled")
    alter = called_off(session, calling_off, now=now)
    together = {TOGETHER: [each.uid for each in linked]}
    act = Act("cancel", new_uid(), calling_off.comment, more=together)
    return change_several(session, [each.id for each in linked], act, alter, actor=actor, now=now)


def _open_linked(
    session: Session, uid: str, version: int | None, what: str
) -> tuple[Appointment, Sequence[Appointment]]:
    """Return a visit as it is now, and all open ones of its link."""
    this = load(session, uid)
    require_seen(session, this, version)
    require_state(this, OPEN, what)
    linked = [each for each in list_linked(session, this.link_id) if each.state in OPEN]
    if len(linked) < 2:
        raise NotLinked
    return this, linked
