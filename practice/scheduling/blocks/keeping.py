"""Keeping time free: one block or a pattern of them, every day or none."""

from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy.orm import Session

from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.scheduling.blocks.errors import ImpossibleBlock
from practice.scheduling.blocks.pattern import days_of, require_length
from practice.scheduling.blocks.taking import Spot, instants, require_real, take_blocks
from practice.scheduling.blocks.wishes import BlockWish, resolve
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.models import Block, BlockPattern


def keep_free(session: Session, *, wish: BlockWish, actor: Actor, now: datetime) -> list[Block]:
    """Keep time free on every diary and day that is wished for, at the same wall time over every change of clocks.

    Raises ``NotFound``, ``LocationNeeded``, :class:`ImpossibleBlock`, and ``BlockConflict`` naming each day that is
    taken; nothing is kept then.
    """
    location, diaries = resolve(wish, read_set_up(session))
    require_length(wish.minutes)
    starts = [datetime.combine(day, wish.local_start.time()) for day in days_of(wish.rule, wish.local_start.date())]
    require_real(starts, location.zone)
    blocks = [_block(wish, start, location.zone, location.id, actor=actor, now=now) for start in starts]
    if blocks[0].ends_at <= now:
        raise ImpossibleBlock("That time has passed.", field="first_on")
    pattern = _pattern(session, wish, actor=actor, now=now)
    for block in blocks:
        block.pattern_id = None if pattern is None else pattern.id
    take_blocks(session, [Spot(block, diaries) for block in blocks], touches_buffers=wish.touches_buffers, now=now)
    data: dict[str, object] = {"kind": str(wish.kind), "blocks": len(blocks), "diaries": len(diaries)}
    if wish.touches_buffers:
        data["overridden"] = ["buffer"]
    record(session, Event("block.keep", "block", blocks[0].uid, actor, now, data))
    return blocks


def _block(wish: BlockWish, start: datetime, zone: str, location_id: int, *, actor: Actor, now: datetime) -> Block:
    starts_at = instants(start, zone)
    return Block(
        uid=new_uid(),
        kind=wish.kind,
        title=wish.title,
        location_id=location_id,
        zone=zone,
        local_start=start,
        starts_at=starts_at,
        ends_at=starts_at + timedelta(minutes=wish.minutes),
        created_at=now,
        created_by_id=actor.user_id,
    )


def _pattern(session: Session, wish: BlockWish, *, actor: Actor, now: datetime) -> BlockPattern | None:
    if wish.rule is None:
        return None
    pattern = BlockPattern(
        weekdays=sorted(wish.rule.weekdays),
        every=wish.rule.every,
        first_on=wish.local_start.date(),
        until=wish.rule.until,
        skipped=as_text(sorted(wish.rule.skipped)),
        created_at=now,
        created_by_id=actor.user_id,
    )
    session.add(pattern)
    session.flush()
    return pattern


def as_text(days: Sequence[object]) -> list[str]:
    """Return days as the table keeps them."""
    return [str(day) for day in days]
