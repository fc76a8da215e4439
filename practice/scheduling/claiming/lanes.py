"""The lanes of a session that several clients share: one of them is on lane 0, which shuts out everybody else."""

from collections.abc import Collection, Hashable, Iterable, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import count
from typing import NamedTuple, cast

from sqlalchemy import Integer, Table, bindparam, select, update
from sqlalchemy.orm import Session

from practice.core.db import UtcDateTime
from practice.scheduling.claiming.wanted import Occupied
from practice.scheduling.models import Allocation


class Left(NamedTuple):
    """Lane 0 of a session on one diary, which somebody gave back."""

    left_diary: int
    left_start: datetime


def next_lane(lanes: Collection[int]) -> int:
    """Return the first free lane."""
    return next(lane for lane in count() if lane not in lanes)


def moved_up(taken: Sequence[Occupied]) -> list[Occupied]:
    """Return what is taken as it will be once :func:`move_up` has filled the lanes 0 that were left."""
    first: dict[Hashable, Occupied] = {}
    for each in sorted(taken, key=lambda one: one.lane):
        if each.group:
            first.setdefault((each.diary_id, each.group, each.treatment), each)
    rising = {id(each) for each in first.values() if each.lane > 0}
    return [replace(each, lane=0) if id(each) in rising else each for each in taken]


_ALLOCATION = cast("Table", Allocation.__table__)
_NEXT = (
    select(_ALLOCATION.c.id)
    .where(
        _ALLOCATION.c.diary_id == bindparam("left_diary", type_=Integer),
        _ALLOCATION.c.starts_at == bindparam("left_start", type_=UtcDateTime),
        _ALLOCATION.c.occupies,
        _ALLOCATION.c.lane > 0,
    )
    .order_by(_ALLOCATION.c.lane)
    .limit(1)
    .scalar_subquery()
)
_MOVE_UP = update(_ALLOCATION).where(_ALLOCATION.c.id == _NEXT).values(lane=0)


def move_up(session: Session, left: Iterable[Left]) -> None:
    """Let the next client of each session take lane 0, so that nobody else is let in beside the others."""
    for each in left:
        session.connection().execute(_MOVE_UP, each._asdict())
