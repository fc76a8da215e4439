"""The one small query before every answer: versions of everything remembered, and the holds of the moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any, NamedTuple

from sqlalchemy import Select, func, null, select, union_all
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import ClinicState, Diary, Room, Therapist
from practice.scheduling.diary_time import Taken
from practice.scheduling.lifecycle import OCCUPIES_TIME, AppointmentState
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.packing import json_rows, minute_of

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


def feel_pulse(session: Session, *, now: datetime, client: ClientKey = None, moving_id: int | None = None) -> Pulse:
    """Read the pulse in one statement; a hold counts until it expires, the one being moved not at all."""
    statement = select(
        select(ClinicState.version).where(ClinicState.id == 1).scalar_subquery(),
        _diary_versions().scalar_subquery(),
        _known_client(client),
        _live_holds(now, moving_id).scalar_subquery(),
    )
    clinic_version, diaries, clients, holds = session.execute(statement).one()
    held: dict[int, list[Taken]] = {}
    for diary_id, *taken in holds or ():
        held.setdefault(diary_id, []).append(Taken(*taken))
    known = KnownClient(*clients[0]) if clients else None
    return Pulse(clinic_version, dict(diaries or ()), known, held)


def _diary_versions() -> Select[Any]:
    bookable = union_all(select(Therapist.diary_id), select(Room.diary_id))
    return select(json_rows(Diary.id, Diary.version)).where(Diary.id.in_(bookable))


def _known_client(client: ClientKey) -> Any:
    if client is None:
        return null()
    asked = Client.id == client if isinstance(client, int) else Client.uid == client
    # A record that a merge retired stands for the one that it was merged into.
    kept = select(func.coalesce(Client.merged_into_id, Client.id)).where(asked).scalar_subquery()
    return select(json_rows(Client.id, Client.diary_id, _last_therapist())).where(Client.id == kept).scalar_subquery()


def _last_therapist() -> Any:
    return (
        select(Appointment.therapist_id)
        .where(Appointment.client_id == Client.id, Appointment.state.in_(sorted(OCCUPIES_TIME)))
        .order_by(Appointment.starts_at.desc())
        .limit(1)
        .correlate(Client)
        .scalar_subquery()
    )


def _live_holds(now: datetime, moving_id: int | None) -> Select[Any]:
    columns = (
        Allocation.diary_id,
        minute_of(Allocation.starts_at),
        minute_of(Allocation.ends_at),
        Allocation.buffer_before,
        Allocation.buffer_after,
    )
    statement = (
        select(json_rows(*columns))
        .select_from(Appointment)
        .join(Allocation, Allocation.appointment_id == Appointment.id)
        .where(Appointment.state == AppointmentState.HELD, Appointment.hold_ends_at > now, Allocation.occupies)
    )
    return statement if moving_id is None else statement.where(Appointment.id != moving_id)
