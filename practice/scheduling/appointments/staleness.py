"""An act on an appointment that somebody changed since it was seen is refused with who did what, and when."""

from collections.abc import Mapping

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.core.errors import RELOAD, StaleVersion
from practice.core.local_time import spoken_day, wall_time
from practice.scheduling.models import Appointment, AppointmentChange

DID: Mapping[str, str] = {
    "book": "booked it",
    "reschedule": "moved it",
    "resize": "made it longer or shorter",
    "convert": "made it an assessment",
    "change_room": "gave it another room",
    "change_client": "gave it to another client",
    "swap_rooms": "swapped its room",
    "swap_therapists": "swapped its therapist",
    "swap_times": "swapped its time",
    "confirm": "confirmed it",
    "arrive": "marked the client as arrived",
    "start": "started it",
    "complete": "completed it",
    "no_show": "marked it as a no-show",
    "cancel": "cancelled it",
    "settle": "made it firm",
    "make_tentative": "made it tentative",
    "waive_fee": "waived its fee",
    "undo": "took the last act back",
}
_ROLES: Mapping[str, str] = {"link": "The client", "system": "The system"}
_PLACE = frozenset({"local_start", "therapist_id", "room_id", "location_id"})


def require_seen(session: Session, appointment: Appointment, version: int | None) -> None:
    """Raise ``StaleVersion``, saying what was done, unless *version* is the present one (None: nobody cares).

    Therapist and room of the appointment must be loaded; one statement more when it is refused.
    """
    if version is None or version == appointment.version:
        return
    latest = (
        select(AppointmentChange, User.name)
        .outerjoin(User, User.id == AppointmentChange.actor_user_id)
        .where(AppointmentChange.appointment_id == appointment.id)
        .order_by(AppointmentChange.id.desc())
        .limit(1)
    )
    found = session.execute(latest).one_or_none()
    what = "This was changed by somebody else since you saw it." if found is None else _told(appointment, *found)
    raise StaleVersion(
        f"{what} Look at what is true now, then decide.",
        ways_out=(RELOAD,),
        context={"current_version": appointment.version},
    )


def _told(appointment: Appointment, change: AppointmentChange, name: str | None) -> str:
    who = name or _ROLES.get(change.actor_role, "Somebody else")
    did = DID.get(change.verb, "changed it")
    at = wall_time(change.at, appointment.zone)
    moved = f" It is {_place(appointment)} now." if _PLACE & change.after.keys() else ""
    return f"{who} {did} at {at:%H:%M} on {spoken_day(at)}.{moved}"


def _place(appointment: Appointment) -> str:
    start = appointment.local_start
    room = "" if appointment.room is None else f" in {appointment.room.name}"
    return f"at {start:%H:%M} on {spoken_day(start)} with {appointment.therapist.name}{room}"
