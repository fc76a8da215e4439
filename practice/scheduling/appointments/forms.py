"""What the faces of booking share: the rules in force, whose appointment it is, and bodies as wishes."""

from datetime import datetime
from typing import Any

from flask import current_app, request
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.clinic.queries import get_therapist
from practice.core.actor import Actor
from practice.core.errors import NotFound
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import BookingDetails, PlaceWish, TimeWish
from practice.web.api import if_match_version

Body = dict[str, Any]


def booking_rules() -> BookingRules:
    """Return the rules that the composition root assembled."""
    rules: BookingRules = current_app.extensions["booking_rules"]
    return rules


def seen_version() -> int | None:
    """Return the version that If-Match names, None without the header: acts compare the state themselves."""
    return if_match_version() if "If-Match" in request.headers else None


def require_own_appointment(session: Session, uid: str, actor: Actor, action: str) -> None:
    """Raise ``NotFound`` unless the appointment is the actor's to act on."""
    found = session.execute(select(Appointment.therapist_id).where(Appointment.uid == uid)).one_or_none()
    if found is None:
        raise NotFound("There is no such appointment.")
    require_own(session, actor, action, therapist_id=found.therapist_id)


def require_own_diary(session: Session, therapist_uid: str | None, actor: Actor, action: str) -> None:
    """Raise ``NotFound`` when the actor may only use his own diary and asks for another or for anyone."""
    therapist_id = None
    if actor.therapist_id is not None and therapist_uid is not None:
        therapist_id = get_therapist(session, therapist_uid).id
    require_own(session, actor, action, therapist_id=therapist_id)


def require_own_call(session: Session, actor: Actor, action: str) -> None:
    """Note that holds belong to whoever holds them, which the verbs themselves check."""
    require_own(session, actor, action, therapist_id=actor.therapist_id)


def local_start_of(body: Body) -> datetime:
    """Return the wall time asked for, its second occurrence if that was said."""
    local: datetime = body["local_start"]
    return local.replace(fold=1 if body.get("is_second_occurrence") else 0)


def place_wish(body: Body) -> PlaceWish:
    """Return who and where is wanted."""
    return PlaceWish(**_place(body))


def time_wish(body: Body) -> TimeWish:
    """Return who, where and when is wanted."""
    return TimeWish(local_start=local_start_of(body), **_place(body))


def _place(body: Body) -> dict[str, Any]:
    return {name: body.get(f"{name}_uid") for name in ("service", "location", "therapist", "room")}


def booking_details(body: Body) -> BookingDetails:
    """Return what is said with a booking besides its time."""
    names = ("tentative_reason", "override_reason", "desk_note", "tell_client")
    return BookingDetails(**{name: body[name] for name in names if name in body})
