"""Changing and removing blocks: this one, this and those after it, or all that are still to come; all or nothing."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from enum import StrEnum

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.errors import require_version
from practice.core.events import Event, record
from practice.scheduling.blocks.errors import ImpossibleBlock, KeptElsewhere
from practice.scheduling.blocks.pattern import require_length
from practice.scheduling.blocks.queries import find_pattern, get_block, list_pattern, owners_of
from practice.scheduling.blocks.taking import Spot, instants, require_real, take_blocks
from practice.scheduling.blocks.wishes import BlockWish, resolve
from practice.scheduling.claiming.claim import lock_diaries, release_blocks
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.claiming.loading import changed_meanwhile
from practice.scheduling.models import Block
from practice.scheduling.question import LocationFacts

DESK = "desk"


class Scope(StrEnum):
    """How far an act on one block of a pattern reaches."""

    THIS = "this"
    FOLLOWING = "following"
    ALL = "all"


@dataclass(frozen=True, slots=True)
class Part:
    """The block that was opened, all that the act is meant for, and the diaries on which they lie."""

    opened: Block
    blocks: tuple[Block, ...]
    diary_ids: frozenset[int]


def change_block(
    session: Session,
    *,
    block_uid: str,
    wish: BlockWish,
    scope: Scope = Scope.THIS,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> list[Block]:
    """Change when, for whom and for what time is kept free; the days of the others move as this one's does.

    The wish's pattern is not looked at. Raises what ``keep_free`` raises, ``StaleVersion`` and
    :class:`KeptElsewhere`; nothing has changed then.
    """
    location, diaries = resolve(wish, read_set_up(session))
    require_length(wish.minutes)
    part = _part_for_change(session, block_uid, scope, {diary.id for diary in diaries}, version=version, now=now)
    starts = _starts(part, wish.local_start)
    require_real(list(starts.values()), location.zone)
    for block in part.blocks:
        _put(block, wish, location, starts[block.id])
    if part.opened.ends_at <= now:
        raise ImpossibleBlock("That time has passed.", field="first_on")
    release_blocks(session, list(starts), diary_ids=part.diary_ids)
    spots = [Spot(block, diaries) for block in part.blocks]
    take_blocks(session, spots, touches_buffers=wish.touches_buffers, of="changed", now=now)
    data: dict[str, object] = {"scope": str(scope), "blocks": len(part.blocks)}
    if wish.touches_buffers:
        data["overridden"] = ["buffer"]
    record(session, Event("block.change", "block", block_uid, actor, now, data))
    return list(part.blocks)


def remove_block(
    session: Session,
    *,
    block_uid: str,
    scope: Scope = Scope.THIS,
    version: int | None = None,
    actor: Actor,
    now: datetime,
) -> int:
    """Give time back that was kept free; returns how many blocks. Raises ``StaleVersion``, ``KeptElsewhere``."""
    part = _part_for_change(session, block_uid, scope, set(), version=version, now=now)
    ids = [block.id for block in part.blocks]
    _note_in_pattern(session, part, scope)
    release_blocks(session, ids, diary_ids=part.diary_ids)
    session.flush()
    session.execute(delete(Block).where(Block.id.in_(ids)))
    data: dict[str, object] = {"scope": str(scope), "blocks": len(ids)}
    record(session, Event("block.remove", "block", block_uid, actor, now, data))
    return len(ids)


def _part_for_change(
    session: Session, block_uid: str, scope: Scope, more: set[int], *, version: int | None, now: datetime
) -> Part:
    """Return what the act is meant for, its diaries and *more* locked, as it is now."""
    seen = _part(session, get_block(session, block_uid), scope, now=now)
    lock_diaries(session, seen.diary_ids | more)
    ids = [block.id for block in seen.blocks]
    rows = select(Block).where(Block.id.in_(ids)).order_by(Block.id).with_for_update()
    session.scalars(rows.execution_options(populate_existing=True)).all()
    part = _part(session, get_block(session, block_uid), scope, now=now)
    if {block.id for block in part.blocks} != set(ids) or not part.diary_ids <= seen.diary_ids:
        raise changed_meanwhile()
    require_version(part.opened.version, version)
    if part.opened.source != DESK:
        raise KeptElsewhere
    return part


def _part(session: Session, opened: Block, scope: Scope, *, now: datetime) -> Part:
    blocks: Sequence[Block] = [opened]
    if opened.pattern_id is not None and scope is not Scope.THIS:
        since = opened.starts_at if scope is Scope.FOLLOWING else min(now, opened.starts_at)
        following = list_pattern(session, opened.pattern_id, since=since)
        blocks = [each for each in following if each is opened or each.ends_at > now]
    owners = owners_of(session, [block.id for block in blocks]).values()
    return Part(opened, tuple(blocks), frozenset(diary_id for each in owners for diary_id in each.diary_ids))


def _starts(part: Part, wanted: datetime) -> dict[int, datetime]:
    shift = wanted.date() - part.opened.local_start.date()
    return {block.id: datetime.combine(block.local_start.date() + shift, wanted.time()) for block in part.blocks}


def _put(block: Block, wish: BlockWish, location: LocationFacts, start: datetime) -> None:
    block.kind, block.title = wish.kind, wish.title
    block.location_id, block.zone = location.id, location.zone
    block.local_start = start
    block.starts_at = instants(start, location.zone)
    block.ends_at = block.starts_at + timedelta(minutes=wish.minutes)


def _note_in_pattern(session: Session, part: Part, scope: Scope) -> None:
    pattern = find_pattern(session, part.opened)
    if pattern is None:
        return
    first_on: date = min(block.local_start.date() for block in part.blocks)
    if scope is Scope.THIS:
        pattern.skipped = sorted({*pattern.skipped, first_on.isoformat()})
    else:
        pattern.until = max(pattern.first_on, first_on - timedelta(days=1))
