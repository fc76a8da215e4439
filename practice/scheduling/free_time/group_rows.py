"""Reads diaries row by row, with the sessions that clients share: for services that are given to groups only."""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import Select, bindparam, or_, select
from sqlalchemy.orm import Session

from practice.clinic.models import Therapist
from practice.core.db import UtcDateTime
from practice.scheduling.diary_time import LONGEST_TREATMENT, DiaryTime, Taken
from practice.scheduling.free_time.groups import Place
from practice.scheduling.local_days import ceil_minute, instant_of
from practice.scheduling.models import Allocation, Appointment
from practice.scheduling.question import Span


def read_with_places(
    session: Session, diary_ids: Collection[int], within: Span, *, now: datetime, moving_id: int | None
) -> tuple[dict[int, DiaryTime], list[Place]]:
    """Return what occupies the diaries around a window, live holds included, and the places taken in groups.

    One statement; the appointment being moved is left out.
    """
    asked = {
        "diary_ids": sorted(diary_ids),
        "not_before": instant_of(within.begins) - LONGEST_TREATMENT,
        "begins": instant_of(within.begins),
        "ends": instant_of(within.ends),
        "now": now,
        "moving_id": moving_id or 0,
    }
    found: dict[int, list[Taken]] = {diary_id: [] for diary_id in diary_ids}
    places: list[Place] = []
    for row in session.connection().execute(_TAKEN, asked):
        span = Span(ceil_minute(row.starts_at), ceil_minute(row.ends_at))
        found[row.diary_id].append(Taken(*span, row.buffer_before, row.buffer_after, row.work, row.location_id))
        if row.own_diary_id == row.diary_id and row.group_size > 1:
            places.append(Place(row.service_id, row.therapist_id, row.room_id, span))
    return {diary_id: DiaryTime().plus(taken) for diary_id, taken in found.items()}, places


def _taken() -> Select[*tuple[Any, ...]]:
    not_before, begins, ends, now = (
        bindparam(name, type_=UtcDateTime()) for name in ("not_before", "begins", "ends", "now")
    )
    return (
        select(
            Allocation.diary_id,
            Allocation.starts_at,
            Allocation.ends_at,
            Allocation.buffer_before,
            Allocation.buffer_after,
            Allocation.work,
            Allocation.location_id,
            Appointment.service_id,
            Appointment.therapist_id,
            Appointment.room_id,
            Appointment.group_size,
            Therapist.diary_id.label("own_diary_id"),
        )
        .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
        .outerjoin(Therapist, Therapist.id == Appointment.therapist_id)
        .where(
            Allocation.diary_id.in_(bindparam("diary_ids", expanding=True)),
            Allocation.occupies.is_(True),
            Allocation.starts_at > not_before,
            Allocation.starts_at < ends,
            Allocation.ends_at > begins,
            or_(Appointment.hold_ends_at.is_(None), Appointment.hold_ends_at > now),
            Allocation.appointment_id.is_distinct_from(bindparam("moving_id")),
        )
    )


_TAKEN = _taken()
