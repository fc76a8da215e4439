"""Blocks as JSON."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy.orm import Session

from practice.clinic.models import Room, Therapist
from practice.scheduling.blocks.queries import Owners, find_pattern, owners_of
from practice.scheduling.models import Block, BlockPattern

Shown = dict[str, Any]


def show_blocks(session: Session, blocks: Sequence[Block]) -> list[Shown]:
    """Return blocks with whose time they take; two statements."""
    owners = owners_of(session, [block.id for block in blocks]) if blocks else {}
    return [_show(block, owners[block.id]) for block in blocks]


def show_block(session: Session, block: Block) -> Shown:
    """Return one block with its pattern."""
    (shown,) = show_blocks(session, [block])
    pattern = find_pattern(session, block)
    return shown | {"pattern": None if pattern is None else _show_pattern(pattern)}


def _show(block: Block, owners: Owners) -> Shown:
    named = ("uid", "version", "kind", "title", "source", "zone", "local_start", "starts_at", "ends_at")
    return {name: getattr(block, name) for name in named} | {
        "therapists": [_name(one) for one in owners.therapists],
        "room": None if owners.room is None else _name(owners.room),
    }


def _name(one: Therapist | Room) -> Shown:
    return {"uid": one.uid, "name": one.name}


def _show_pattern(pattern: BlockPattern) -> Shown:
    return {
        "weekdays": pattern.weekdays,
        "every": pattern.every,
        "first_on": pattern.first_on,
        "until": pattern.until,
        "skipped": pattern.skipped,
    }
