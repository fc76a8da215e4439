"""The one small query before every answer: versions of everything remembered, and the holds of the moment."""

from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, null, select, union_all
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import ClinicState, Diary, Room, Therapist
from practice.scheduling.diary_time import Taken
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.packing import json_rows, minute_of


@dataclass(frozen=True, slots=True)
class Pulse:
    """Versions of the clinic's set-up and of every therapist's and room's diary; live holds by diary."""

    clinic_version: int
    diary_versions: dict[int, int]
    client_diary_id: int | None
    holds: dict[int, list[Taken]]


def feel_pulse(session: Session, *, now: datetime, client_id: int | None = None, moving_id: int | None = None) -> Pulse:
    """Read the pulse in one statement; a hold counts until it expires, the one being moved not at all."""
    statement = select(
        select(ClinicState.version).where(ClinicState.id == 1).scalar_subquery(),
        _diary_versions().scalar_subquery(),
        _client_diary(client_id),
        _live_holds(now, moving_id).scalar_subquery(),
    )
    clinic_version, diaries, client_diary_id, holds = session.execute(statement).one()
    held: dict[int, list[Taken]] = {}
    for diary_id, *taken in holds or ():
        held.setdefault(diary_id, []).append(Taken(*taken))
    return Pulse(clinic_version, dict(diaries or ()), client_diary_id, held)


def _diary_versions() -> Select[Any]:
    bookable = union_all(select(Therapist.diary_id), select(Room.diary_id))
    return select(json_rows(Diary.id, Diary.version)).where(Diary.id.in_(bookable))


def _client_diary(client_id: int | None) -> Any:
    if client_id is None:
        return null()
    return select(Client.diary_id).where(Client.id == client_id).scalar_subquery()


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
