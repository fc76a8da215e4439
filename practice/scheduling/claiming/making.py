"""From a wish to a place to be found, and from the place found to an appointment."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.core.actor import Actor, Role
from practice.core.local_time import to_utc, wall_time
from practice.scheduling.claiming.frame import read_client_and_set_up, read_frame, read_set_up
from practice.scheduling.claiming.places import Place, Placing
from practice.scheduling.claiming.rules import Notice, Verb, tentative_because
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import KIND_OF, Appointment
from practice.scheduling.question import Question, Shape
from practice.scheduling.wishes import PlaceWish, get_by_uid, resolve_location


def placing_of(
    session: Session,
    verb: Verb,
    wish: PlaceWish,
    local_start: datetime | None,
    *,
    client_uid: str | None = None,
    override_reason: str = "",
    actor: Actor,
    now: datetime,
) -> Placing:
    """Resolve a wish against the set-up, in two statements; no *local_start* means now.

    Raises ``NotFound`` for what is not there.
    """
    if client_uid is None:
        client, set_up = None, read_set_up(session)
    else:
        client, set_up = read_client_and_set_up(session, client_uid)
    service = get_by_uid(set_up.services, wish.service, "service")
    therapist = wish.therapist and get_by_uid(set_up.therapists, wish.therapist, "therapist")
    room = wish.room and get_by_uid(set_up.rooms, wish.room, "room")
    location = resolve_location(set_up, wish.location, therapist or None)
    start = local_start or wall_time(now, location.zone).replace(second=0, microsecond=0)
    question = Question(
        service_id=service.id,
        location_id=location.id,
        first_on=start.date(),
        last_on=start.date(),
        asked_at=now,
        therapist_ids=(therapist.id,) if therapist else None,
        room_id=room.id if room else None,
        client_id=None if client is None else client.id,
        by_link=actor.role is Role.LINK,
        own_only=actor.role is Role.THERAPIST,
    )
    return Placing(
        verb=verb,
        question=question,
        facts=read_frame(session, question, set_up),
        local_start=start,
        client=client,
        override_reason=override_reason,
    )


def new_appointment(
    place: Place, state: AppointmentState, *, client: Client | None = None, actor: Actor, now: datetime
) -> Appointment:
    """Return an appointment at a place, with duration, buffers and price copied from the service."""
    appointment = Appointment(
        client_id=None if client is None else client.id,
        client=client,
        state=state,
        price_cents=place.service.price_cents,
        created_at=now,
        created_by_id=actor.user_id,
    )
    put(appointment, place)
    stand_as_judged(appointment, place.notices)
    return appointment


def stand_as_judged(appointment: Appointment, notices: Iterable[Notice]) -> None:
    """Let a booking be tentative when a rule says that something is missing for it."""
    reason = tentative_because(notices)
    if reason is not None and appointment.state == AppointmentState.BOOKED:
        appointment.previous_state = AppointmentState.BOOKED
        appointment.state, appointment.tentative_reason = AppointmentState.TENTATIVE, reason


def put(appointment: Appointment, place: Place) -> None:
    """Put an appointment at a place."""
    appointment.service_id = place.service.id
    appointment.kind = KIND_OF[place.service.work]
    appointment.group_size = place.service.group_size
    appointment.therapist_id = place.therapist.id
    appointment.room_id = None if place.room is None else place.room.id
    appointment.location_id = place.location.id
    appointment.zone = place.location.zone
    appointment.local_start = place.local_start
    appointment.starts_at = place.treatment.starts_at
    appointment.ends_at = place.treatment.ends_at
    appointment.duration_minutes, appointment.buffer_before_minutes, appointment.buffer_after_minutes = place.shape


def question_about(appointment: Appointment, *, actor: Actor, now: datetime) -> Question:
    """Return the question whether the appointment may lie where it lies, in any suitable room."""
    day = appointment.local_start.date()
    return Question(
        service_id=appointment.service_id,
        location_id=appointment.location_id,
        first_on=day,
        last_on=day,
        asked_at=now,
        therapist_ids=(appointment.therapist_id,),
        client_id=None if appointment.client is None else appointment.client.kept_id,
        moving_id=appointment.id,
        shape=shape_as_booked(appointment),
        by_link=actor.role is Role.LINK,
        own_only=actor.role is Role.THERAPIST,
    )


def start_as_booked(appointment: Appointment) -> datetime:
    """Return the wall time at which an appointment starts; ``fold`` 1 is the second of two that the clocks repeat."""
    is_second = to_utc(appointment.local_start, appointment.zone) != appointment.starts_at
    return appointment.local_start.replace(fold=int(is_second))


def shape_as_booked(appointment: Appointment) -> Shape:
    """Return the lengths that an appointment was booked with, whatever the service says today."""
    return Shape(appointment.duration_minutes, appointment.buffer_before_minutes, appointment.buffer_after_minutes)
