"""Versions of diaries: they rise whenever time on them is taken or given back, and tell what came before the lock."""

from collections.abc import Collection
from typing import NamedTuple, cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import ClinicState, Diary
from practice.core.errors import GroundChanged
from practice.scheduling.question import SetUp

_DIARY = cast("Table", Diary.__table__)
_KEPT = select(Client.kept_diary_id).where(Client.diary_id == _DIARY.c.id).scalar_subquery()
_CLINIC_VERSION = select(ClinicState.version).where(ClinicState.id == 1).scalar_subquery()
_BUMP = (
    update(_DIARY)
    .where(_DIARY.c.id.in_(bindparam("diary_ids", expanding=True)))
    .values(version=_DIARY.c.version + 1)
    .returning(_DIARY.c.id, _KEPT, _CLINIC_VERSION)
)


class Bumped(NamedTuple):
    """What was true under the lock: clients' diaries whose time is taken elsewhere now, and the set-up's version."""

    retired: frozenset[int] = frozenset()
    clinic_version: int | None = None


def bump(session: Session, diary_ids: Collection[int]) -> Bumped:
    """Raise the versions of diaries whose time changed; return what may have changed before the lock was had.

    Read here, under the lock and in the same statement: a merge may have come between the reading of the client
    and the lock, an absence between the reading of the set-up and the lock.
    """
    if not diary_ids:
        return Bumped()
    rows = session.connection().execute(_BUMP, {"diary_ids": sorted(diary_ids)}).all()
    retired = frozenset(row[0] for row in rows if row[1] is not None)
    return Bumped(retired, next((row[2] for row in rows), None))


def require_ground(set_up: SetUp, bumped: Bumped) -> None:
    """Raise ``GroundChanged`` when the practice is not set up any more as it was when *set_up* was read."""
    if bumped.clinic_version not in {None, set_up.version}:
        raise GroundChanged
