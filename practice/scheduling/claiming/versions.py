"""Versions of diaries: they rise whenever time on them is taken or given back."""

from collections.abc import Collection
from typing import cast

from sqlalchemy import Table, bindparam, select, update
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import Diary

_DIARY = cast("Table", Diary.__table__)
_KEPT = select(Client.kept_diary_id).where(Client.diary_id == _DIARY.c.id).scalar_subquery()
_BUMP = (
    update(_DIARY)
    .where(_DIARY.c.id.in_(bindparam("diary_ids", expanding=True)))
    .values(version=_DIARY.c.version + 1)
    .returning(_DIARY.c.id, _KEPT)
)


def bump(session: Session, diary_ids: Collection[int]) -> set[int]:
    """Raise the versions of diaries whose time changed; return those of clients whose time is taken elsewhere now.

    Read here, under the lock and in the same statement: a merge may have come between the reading of the client
    and the lock.
    """
    if not diary_ids:
        return set()
    bumped = session.connection().execute(_BUMP, {"diary_ids": sorted(diary_ids)})
    return {diary_id for diary_id, kept_diary_id in bumped if kept_diary_id is not None}
