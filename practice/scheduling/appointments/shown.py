"""An appointment as the API shows it: names and uids, the desk's part apart from what everybody on the staff sees."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any

from practice.core.actor import Actor, Role
from practice.scheduling.appointments.queries import ListPlace
from practice.scheduling.models import Appointment, AppointmentChange

Shown = dict[str, Any]

FOR_STAFF = (
    "uid",
    "version",
    "state",
    "tentative_reason",
    "local_start",
    "zone",
    "starts_at",
    "ends_at",
    "duration_minutes",
    "sequence",
    "series_id",
    "tell_client",
    "desk_note",
    "confirmed_at",
    "arrived_at",
    "started_at",
    "ended_at",
    "cancelled_at",
    "cancelled_by",
    "cancel_reason",
    "cancelled_late",
    "created_at",
)
FOR_THE_DESK = ("price_cents", "fee_proposed_cents", "fee_waived_reason")
HOLD_FIELDS = ("uid", "local_start", "zone", "starts_at", "ends_at", "duration_minutes", "hold_ends_at")


def show_appointment(appointment: Appointment, actor: Actor) -> Shown:
    """Return what *actor* sees of an appointment loaded with everybody."""
    names = FOR_STAFF if actor.role is Role.THERAPIST else FOR_STAFF + FOR_THE_DESK
    shown = {name: getattr(appointment, name) for name in names} | _place(appointment)
    client = appointment.client
    return shown | {"client": None if client is None else {"uid": client.uid, "name": client.display_name}}


def show_hold(hold: Appointment) -> Shown:
    """Return a held time."""
    return {name: getattr(hold, name) for name in HOLD_FIELDS} | _place(hold)


def _place(appointment: Appointment) -> Shown:
    room = appointment.room
    return {
        "service": {"uid": appointment.service.uid, "name": appointment.service.name},
        "therapist": {"uid": appointment.therapist.uid, "name": appointment.therapist.name},
        "location": {"uid": appointment.location.uid, "name": appointment.location.name},
        "room": None if room is None else {"uid": room.uid, "name": room.name},
    }


def show_change(change: AppointmentChange) -> Shown:
    """Return one act of the history; ids of rows stay inside."""
    names = ("uid", "at", "verb", "actor_role", "state_before", "state_after", "reason", "undone_at")
    return {name: getattr(change, name) for name in names} | {
        "changed": sorted(name.removesuffix("_id") for name in change.before),
        "local_start_before": change.before.get("local_start"),
        "local_start_after": change.after.get("local_start"),
    }


def cursor_after(appointment: Appointment) -> str:
    """Return where the next page goes on, as text that fits into an address."""
    return urlsafe_b64encode(f"{appointment.starts_at.isoformat()}|{appointment.id}".encode()).decode()


def read_cursor(text: str) -> ListPlace:
    """Return what :func:`cursor_after` wrote; raises ``ValueError`` for anything else."""
    starts_at, _, last_id = urlsafe_b64decode(text.encode("ascii")).decode("ascii").partition("|")
    place = ListPlace(datetime.fromisoformat(starts_at), int(last_id))
    if place.starts_at.tzinfo is None or not 0 < place.id < 2**31:
        raise ValueError("this cursor was not made here")
    return place
