"""Reads what lies on diaries around some times, in one statement through the (diary, starts_at) index."""

from collections.abc import Collection, Sequence
from functools import lru_cache
from typing import Any

from sqlalchemy import CompoundSelect, Select, bindparam, select, union_all
from sqlalchemy.orm import Session

from practice.core.db import UtcDateTime
from practice.core.intervals import Interval
from practice.scheduling.diary_time import LONGEST_TREATMENT, WIDEST_BUFFERS
from practice.scheduling.models import Allocation, Appointment


def _taken_in(window: int) -> Select[*tuple[Any, ...]]:
    begins, ends, not_before = (
        bindparam(f"{name}_{window}", type_=UtcDateTime()) for name in ("begins", "ends", "not_before")
    )
    return (
        select(
            Allocation.diary_id,
            Allocation.lane,
            Allocation.starts_at,
            Allocation.ends_at,
            Allocation.buffer_before,
            Allocation.buffer_after,
            Allocation.appointment_id,
            Allocation.block_id,
            Allocation.work,
            Allocation.location_id,
            Appointment.hold_ends_at,
            Appointment.group_size,
            Appointment.service_id,
            Appointment.therapist_id,
            Appointment.room_id,
        )
        .outerjoin(Appointment, Appointment.id == Allocation.appointment_id)
        .where(
            Allocation.diary_id.in_(bindparam("diary_ids", expanding=True)),
            Allocation.occupies,
            Allocation.starts_at < ends,
            Allocation.ends_at > begins,
            # Bounds the range of the (diary, starts_at) index from below.
            Allocation.starts_at > not_before,
        )
    )


@lru_cache(maxsize=64)
def _taken(windows: int) -> Select[*tuple[Any, ...]] | CompoundSelect[*tuple[Any, ...]]:
    """Return the statement for so many windows of time, each of which uses the index as one alone does.

    Built once: it runs under the lock, and building it costs more than running it.
    """
    return _taken_in(0) if windows == 1 else union_all(*(_taken_in(window) for window in range(windows)))


def rows_around(session: Session, diary_ids: Collection[int], around: Sequence[Interval]) -> list[Any]:
    """Return what lies on the diaries around some times, buffers included; one statement."""
    windows = _joined([interval.widened(WIDEST_BUFFERS, WIDEST_BUFFERS) for interval in around])
    if not windows:
        return []
    bounds: dict[str, object] = {"diary_ids": list(diary_ids)}
    for number, near in enumerate(windows):
        bounds[f"begins_{number}"], bounds[f"ends_{number}"] = near.starts_at, near.ends_at
        bounds[f"not_before_{number}"] = near.starts_at - LONGEST_TREATMENT
    return list(session.connection().execute(_taken(len(windows)), bounds))


def _joined(intervals: Sequence[Interval]) -> list[Interval]:
    """Return the same time without overlaps, so that nothing is read twice."""
    joined: list[Interval] = []
    for interval in sorted(intervals):
        if joined and interval.starts_at <= joined[-1].ends_at:
            joined[-1] = Interval(joined[-1].starts_at, max(joined[-1].ends_at, interval.ends_at))
        else:
            joined.append(interval)
    return joined
