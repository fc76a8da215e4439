"""Reads of blocks; each a constant number of statements."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import NamedTuple

from sqlalchemy import ColumnElement, select
from sqlalchemy.orm import Session

from practice.clinic.models import Room, Therapist
from practice.core.errors import NotFound
from practice.core.intervals import Interval
from practice.scheduling.diary_time import LONGEST_TREATMENT
from practice.scheduling.models import Allocation, Block, BlockPattern

MOST_LISTED = 1000


class Owners(NamedTuple):
    """Whose time a block takes."""

    therapists: tuple[Therapist, ...]
    room: Room | None

    @property
    def diary_ids(self) -> set[int]:
        """Return the diaries on which it lies."""
        rooms = () if self.room is None else (self.room,)
        return {one.diary_id for one in (*self.therapists, *rooms)}


class OnDiary(NamedTuple):
    """A block as a diary draws it, once for each diary on which it lies."""

    uid: str
    kind: str
    title: str
    source: str
    local_start: datetime
    zone: str
    starts_at: datetime
    ends_at: datetime
    diary_id: int


def blocks_on(session: Session, diary_ids: Collection[int], window: Interval) -> list[OnDiary]:
    """Return the blocks on diaries that touch a window, by start; one statement."""
    columns = (getattr(Block, name) for name in OnDiary._fields[:-1])
    wanted = (
        select(*columns, Allocation.diary_id)
        .join(Allocation, Allocation.block_id == Block.id)
        .where(
            # The block's own times again, where the index of a diary bounds them: a diary is as long as its years.
            Allocation.starts_at > window.starts_at - LONGEST_TREATMENT,
            Allocation.starts_at < window.ends_at,
            Allocation.ends_at > window.starts_at,
            Allocation.diary_id.in_(sorted(diary_ids)),
        )
        .order_by(Block.starts_at, Block.id, Allocation.diary_id)
    )
    return [OnDiary._make(row) for row in session.execute(wanted)]


def get_block(session: Session, uid: str) -> Block:
    """Return one block; raises ``NotFound``."""
    found = session.scalars(select(Block).where(Block.uid == uid)).one_or_none()
    if found is None:
        raise NotFound("There is no such block.")
    return found


def owners_of(session: Session, block_ids: Collection[int]) -> dict[int, Owners]:
    """Return whose time each block takes, therapists by name; two statements."""
    people: dict[int | None, list[Therapist]] = {}
    on_diary = Allocation.block_id.in_(block_ids)
    owned = select(Allocation.block_id, Therapist).join(Therapist, Therapist.diary_id == Allocation.diary_id)
    for block_id, therapist in session.execute(owned.where(on_diary).order_by(Therapist.name, Therapist.id)):
        people.setdefault(block_id, []).append(therapist)
    held = select(Allocation.block_id, Room).join(Room, Room.diary_id == Allocation.diary_id)
    rooms = {block_id: room for block_id, room in session.execute(held.where(on_diary))}  # noqa: C416  # rows are no pairs
    return {block_id: Owners(tuple(people.get(block_id, ())), rooms.get(block_id)) for block_id in block_ids}


def list_blocks(session: Session, window: Interval, *, therapist_id: int | None = None) -> Sequence[Block]:
    """Return the blocks that touch a window by start, those of one therapist if asked."""
    wanted = select(Block).where(Block.starts_at < window.ends_at, Block.ends_at > window.starts_at)
    if therapist_id is not None:
        own = select(Therapist.diary_id).where(Therapist.id == therapist_id).scalar_subquery()
        wanted = wanted.where(_lies_on(own))
    return session.scalars(wanted.order_by(Block.starts_at, Block.id).limit(MOST_LISTED)).all()


def _lies_on(diary_id: ColumnElement[int]) -> ColumnElement[bool]:
    return Block.id.in_(select(Allocation.block_id).where(Allocation.diary_id == diary_id))


def list_pattern(session: Session, pattern_id: int, *, since: datetime) -> Sequence[Block]:
    """Return the blocks of a pattern that start at an instant or later, by start."""
    wanted = select(Block).where(Block.pattern_id == pattern_id, Block.starts_at >= since)
    return session.scalars(wanted.order_by(Block.starts_at, Block.id)).all()


def find_pattern(session: Session, block: Block) -> BlockPattern | None:
    """Return the rule by which a block was made, None for one that stands alone."""
    return None if block.pattern_id is None else session.get(BlockPattern, block.pattern_id)
