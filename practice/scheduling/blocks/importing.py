"""Keeping free what a therapist's own calendar says is busy: a newer file replaces what an older one said."""

from bisect import bisect_left
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from practice.clinic.models import DiaryKind, Therapist
from practice.clinic.queries import get_therapist, practice_zone
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.events import Event, record
from practice.core.intervals import Interval
from practice.core.local_time import wall_time
from practice.scheduling.blocks.busy import AHEAD, Busy, without
from practice.scheduling.claiming.claim import claim, lock_diaries, release_blocks
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.diary_time import LONGEST_TREATMENT
from practice.scheduling.models import Allocation, Appointment, Block, BlockKind

FROM_FILE = "import"
MOST_CLASHES = 100


@dataclass(frozen=True, slots=True)
class Clash:
    """A visit that is booked while the file says busy; it stays as it is."""

    uid: str
    local_start: datetime


@dataclass(frozen=True, slots=True)
class Imported:
    """What became of a file: stretches kept free, and visits booked meanwhile, the first hundred of them."""

    kept: int
    clashes: tuple[Clash, ...]


def import_busy_times(session: Session, *, therapist_uid: str, busy: Busy, actor: Actor, now: datetime) -> Imported:
    """Replace what came from an earlier file by *busy*; visits and other blocks keep their time and are gone round.

    Nothing but times is stored. Raises ``NotFound``.
    """
    therapist = get_therapist(session, therapist_uid)
    lock_diaries(session, {therapist.diary_id})
    forgotten = _forget(session, therapist, now)
    zone = practice_zone(session)
    blocks: list[Block] = []
    booked: set[int] = set()

    def decide(occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        in_order = sorted(occupied, key=_starts_at)
        for time in busy.times:
            meanwhile = _during(time, in_order)
            booked.update(other.appointment_id for other in meanwhile if other.appointment_id is not None)
            left = without(time, (other.treatment for other in meanwhile))
            blocks.extend(_block(piece, zone, actor, now) for piece in left)
        session.add_all(blocks)
        return [Wanted(block, therapist.diary_id, DiaryKind.THERAPIST, may_touch_buffers=True) for block in blocks]

    if busy.times:
        window = Interval(now, now + AHEAD)
        claim(session, diary_ids=[therapist.diary_id], around=[window], decide=decide, now=now)
    data = {"kept": len(blocks), "forgotten": forgotten, "visits_meanwhile": len(booked)}
    record(session, Event("block.import", "therapist", therapist.uid, actor, now, data))
    return Imported(len(blocks), _clashes(session, booked))


def _starts_at(occupied: Occupied) -> datetime:
    return occupied.treatment.starts_at


def _during(time: Interval, in_order: list[Occupied]) -> list[Occupied]:
    first = bisect_left(in_order, time.starts_at - LONGEST_TREATMENT, key=_starts_at)
    last = bisect_left(in_order, time.ends_at, key=_starts_at)
    return [other for other in in_order[first:last] if other.treatment.overlaps(time)]


def _forget(session: Session, therapist: Therapist, now: datetime) -> int:
    ids = _imported(session, therapist, now)
    if ids:
        release_blocks(session, ids, diary_ids=[therapist.diary_id])
        session.execute(delete(Block).where(Block.id.in_(ids)))
    return len(ids)


def _imported(session: Session, therapist: Therapist, now: datetime) -> list[int]:
    own = select(Allocation.block_id).where(Allocation.diary_id == therapist.diary_id, Allocation.ends_at > now)
    rows = select(Block.id).where(Block.source == FROM_FILE, Block.ends_at > now, Block.id.in_(own))
    return list(session.scalars(rows))


def _block(time: Interval, zone: str, actor: Actor, now: datetime) -> Block:
    return Block(
        uid=new_uid(),
        kind=BlockKind.ELSEWHERE,
        title="",
        source=FROM_FILE,
        zone=zone,
        local_start=wall_time(time.starts_at, zone),
        starts_at=time.starts_at,
        ends_at=time.ends_at,
        created_at=now,
        created_by_id=actor.user_id,
    )


def _clashes(session: Session, appointment_ids: set[int]) -> tuple[Clash, ...]:
    if not appointment_ids:
        return ()
    rows = select(Appointment.uid, Appointment.local_start).where(Appointment.id.in_(appointment_ids))
    found = session.execute(rows.order_by(Appointment.starts_at).limit(MOST_CLASHES))
    return tuple(Clash(row.uid, row.local_start) for row in found)
