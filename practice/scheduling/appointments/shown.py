"""An appointment as the API shows it: names and uids, the desk's part apart from what everybody on the staff sees."""

from base64 import urlsafe_b64decode, urlsafe_b64encode
from datetime import datetime
from typing import Any, NamedTuple, Protocol

from practice.clients.models import Client
from practice.core.actor import Actor, Role
from practice.scheduling.appointments.queries import ListPlace
from practice.scheduling.models import Appointment, AppointmentChange
from practice.scheduling.question import SetUp

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
    "link_id",
    "group_size",
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


class _Named(Protocol):
    @property
    def uid(self) -> str: ...

    @property
    def name(self) -> str: ...


class Whereabouts(NamedTuple):
    """What, with whom and where an appointment is, by the names that the set-up knows."""

    service: _Named
    therapist: _Named
    location: _Named
    room: _Named | None


def show_appointment(appointment: Appointment, actor: Actor) -> Shown:
    """Return what *actor* sees of an appointment loaded with everybody."""
    return _shown(appointment, appointment, appointment.client, actor)


def show_booked(appointment: Appointment, client: Client, set_up: SetUp, actor: Actor) -> Shown:
    """Return what *actor* sees of an appointment that was just written; it need not be loaded with anybody."""
    room_id = appointment.room_id
    where = Whereabouts(
        set_up.services[appointment.service_id],
        set_up.therapists[appointment.therapist_id],
        set_up.locations[appointment.location_id],
        None if room_id is None else set_up.rooms[room_id],
    )
    return _shown(appointment, where, client, actor)


def _shown(appointment: Appointment, where: Appointment | Whereabouts, client: Client | None, actor: Actor) -> Shown:
    names = FOR_STAFF if actor.role is Role.THERAPIST else FOR_STAFF + FOR_THE_DESK
    shown = {name: getattr(appointment, name) for name in names} | _place(where)
    return shown | {"client": None if client is None else {"uid": client.uid, "name": client.display_name}}


def show_hold(hold: Appointment) -> Shown:
    """Return a held time."""
    return {name: getattr(hold, name) for name in HOLD_FIELDS} | _place(hold)


def _place(where: Appointment | Whereabouts) -> Shown:
    return {
        "service": _named(where.service),
        "therapist": _named(where.therapist),
        "location": _named(where.location),
        "room": None if where.room is None else _named(where.room),
    }


def _named(thing: _Named) -> Shown:
    return {"uid": thing.uid, "name": thing.name}


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
