"""The one small query before every answer: versions of everything remembered, and the holds of the moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Integer, ScalarSelect, Select, String, bindparam, func, literal_column, select, union_all
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import ClinicState, Diary, Room, Therapist
from practice.core.db import UtcDateTime
from practice.scheduling.diary_time import Taken
from practice.scheduling.free_time.packing import json_rows, minute_of
from practice.scheduling.lifecycle import OCCUPIES_TIME, AppointmentState
from practice.scheduling.models import Allocation, Appointment

ClientKey = int | str | None
"""A client by id or by uid."""


class KnownClient(NamedTuple):
    """The client asked about, her diary, and the therapist of her last visit."""

    id: int
    diary_id: int
    last_therapist_id: int | None


@dataclass(frozen=True, slots=True)
class Pulse:
    """Versions of the clinic's set-up and of every therapist's and room's diary; live holds by diary."""

    clinic_version: int
    diary_versions: dict[int, int]
    client: KnownClient | None
    holds: dict[int, list[Taken]]


IS_HELD = Appointment.state == literal_column(f"'{AppointmentState.HELD}'")
"""Written out, not bound: neither database takes the partial index of holds for a value that it does not know."""


def feel_pulse(session: Session, *, now: datetime, client: ClientKey = None, moving_id: int | None = None) -> Pulse:
    """Read the pulse in one statement; a hold counts until it expires, the one being moved not at all."""
    asked = {
        "now": now,
        "moving_id": moving_id or 0,
        "client_id": client if isinstance(client, int) else None,
        "client_uid": client if isinstance(client, str) else None,
    }
    clinic_version, diaries, clients, holds = session.connection().execute(_PULSE, asked).one()
    held: dict[int, list[Taken]] = {}
    for diary_id, *taken in holds or ():
        held.setdefault(diary_id, []).append(Taken(*taken))
    known = KnownClient(*clients[0]) if clients else None
    return Pulse(clinic_version, dict(diaries or ()), known, held)


def _diary_versions() -> Select[Any]:
    bookable = union_all(select(Therapist.diary_id), select(Room.diary_id))
    return select(json_rows(Diary.id, Diary.version)).where(Diary.id.in_(bookable))


def _known_client() -> Select[Any]:
    by_uid = select(Client.id).where(Client.uid == bindparam("client_uid", type_=String)).scalar_subquery()
    asked = select(func.coalesce(Client.merged_into_id, Client.id)).where(
        Client.id == func.coalesce(bindparam("client_id", type_=Integer), by_uid)
    )
    # A record that a merge retired stands for the one that it was merged into.
    kept = Client.id == asked.scalar_subquery()
    return select(json_rows(Client.id, Client.diary_id, _last_therapist())).where(kept)


def _last_therapist() -> ScalarSelect[int]:
    return (
        select(Appointment.therapist_id)
        .where(Appointment.client_id == Client.id, Appointment.state.in_(sorted(OCCUPIES_TIME)))
        .order_by(Appointment.starts_at.desc())
        .limit(1)
        .correlate(Client)
        .scalar_subquery()
    )


def _live_holds() -> Select[Any]:
    columns = (
        Allocation.diary_id,
        minute_of(Allocation.starts_at),
        minute_of(Allocation.ends_at),
        Allocation.buffer_before,
        Allocation.buffer_after,
        Allocation.work,
        Allocation.location_id,
    )
    return (
        select(json_rows(*columns))
        .select_from(Appointment)
        .join(Allocation, Allocation.appointment_id == Appointment.id)
        .where(
            IS_HELD,
            Appointment.hold_ends_at > bindparam("now", type_=UtcDateTime),
            Appointment.id != bindparam("moving_id", type_=Integer),
            Allocation.occupies,
        )
    )


# Put together once: building this statement would take longer than running it.
_PULSE = select(
    select(ClinicState.version).where(ClinicState.id == 1).scalar_subquery(),
    _diary_versions().scalar_subquery(),
    _known_client().scalar_subquery(),
    _live_holds().scalar_subquery(),
)
