"""Takes time for blocks through ``claim``: every one of them, or none with each day named that does not fit."""

from collections.abc import Collection, Sequence
from datetime import date, datetime
from itertools import groupby
from typing import NamedTuple

from sqlalchemy.orm import Session

from practice.clinic.models import DiaryKind
from practice.core.errors import Refusal
from practice.core.intervals import Interval
from practice.core.local_time import exists, next_valid_times, spoken, to_utc, wall_time
from practice.scheduling.blocks.errors import BlockConflict
from practice.scheduling.claiming.claim import claim, in_the_way
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.free_time import words
from practice.scheduling.models import Block

MOST_NAMED = 20
"""So many days are told one by one; the others are counted."""


class OnDiary(NamedTuple):
    """A diary on which a block is to lie, and whose it is."""

    id: int
    kind: DiaryKind
    name: str


class Spot(NamedTuple):
    """A block and the diaries on which it is to lie."""

    block: Block
    diaries: tuple[OnDiary, ...]


def take_blocks(
    session: Session, spots: Sequence[Spot], *, touches_buffers: bool, of: str = "kept free", now: datetime
) -> None:
    """Take the time of new or moved blocks, whose old time was given back under the same locks; all or nothing.

    *touches_buffers* lets them lie in the minutes around visits. Raises :class:`BlockConflict` naming every day and
    diary that does not fit; nothing is written then.
    """

    def decide(occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        named = {diary.id: diary for spot in spots for diary in spot.diaries}
        wanted = [
            Wanted(spot.block, diary.id, diary.kind, may_touch_buffers=touches_buffers)
            for spot in spots
            for diary in spot.diaries
        ]
        found = [
            (each, _refusal(each, other, named[each.diary_id], is_overlap=is_overlap))
            for each, other, is_overlap in in_the_way(wanted, occupied)
        ]
        if found:
            raise _conflict(found, of)
        session.add_all([spot.block for spot in spots])
        return wanted

    claim(
        session,
        diary_ids={diary.id for spot in spots for diary in spot.diaries},
        around=_weeks([spot.block for spot in spots]),
        decide=decide,
        now=now,
    )


def _weeks(blocks: Sequence[Block]) -> list[Interval]:
    """Return the times to be looked at, a week's in one: a statement has room for so many windows only."""
    in_order = sorted(blocks, key=lambda block: block.starts_at)
    weeks = [list(found) for _, found in groupby(in_order, key=lambda block: block.starts_at.isocalendar()[:2])]
    return [Interval(found[0].starts_at, max(block.ends_at for block in found)) for found in weeks]


def _refusal(wanted: Wanted, other: Occupied, diary: OnDiary, *, is_overlap: bool) -> Refusal:
    block = wanted.taker
    begins, ends = (f"{wall_time(at, block.zone):%H:%M}" for at in _edges(other))
    if not is_overlap:
        about = f"{diary.name} needs the minutes around a visit from {begins} to {ends}."
        return Refusal("buffer", _on(block.local_start, about), until=other.with_buffers.ends_at, overridable=True)
    doing = (words.OF_ROOMS if diary.kind is DiaryKind.ROOM else words.OF_PEOPLE).get(other.work)
    about = words.taken(diary.name, doing, begins, ends)
    return Refusal("time_taken", _on(block.local_start, about), until=other.treatment.ends_at)


def _edges(other: Occupied) -> tuple[datetime, datetime]:
    return other.treatment.starts_at, other.treatment.ends_at


def _on(local_start: datetime, about: str) -> str:
    return f"{spoken(local_start)}: {about}"


def _conflict(found: Sequence[tuple[Wanted, Refusal]], of: str) -> BlockConflict:
    days: list[date] = sorted({each.taker.local_start.date() for each, _ in found})
    amount = "1 day is" if len(days) == 1 else f"{len(days)} days are"
    ordered = sorted(found, key=lambda pair: pair[0].taker.starts_at)
    refusals = [refusal for _, refusal in ordered[:MOST_NAMED]]
    return BlockConflict(f"{amount} taken, so nothing was {of}. Leave them out or choose another time.", refusals, days)


def require_real(starts: Collection[datetime], zone: str) -> None:
    """Raise :class:`BlockConflict` naming every day on which the clocks jump over the wall time."""
    skipped = sorted(start for start in starts if not exists(start, zone))
    if not skipped:
        return
    refusals = [
        Refusal(
            "nonexistent_local_time",
            _on(start, f"the clocks change; the next time that exists is {_next(start, zone):%H:%M}."),
        )
        for start in skipped
    ]
    raise BlockConflict(
        "The clocks jump over this time. Leave the day out or choose another time.",
        refusals,
        [start.date() for start in skipped],
    )


def _next(start: datetime, zone: str) -> datetime:
    return next_valid_times(start, zone, count=1)[0]


def instants(local_start: datetime, zone: str) -> datetime:
    """Return the instant of a block's wall time; the first of two that the clocks repeat."""
    return to_utc(local_start.replace(fold=0), zone)
