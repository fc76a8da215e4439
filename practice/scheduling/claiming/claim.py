"""The only way time is taken (``claim``) and given back (``release``): lock, look, write, bump.

The lock makes losers wait and learn it politely; the constraint below makes a double booking impossible.
"""

from bisect import bisect_left
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import datetime
from itertools import islice
from typing import Any, cast

from sqlalchemy import Integer, Table, bindparam, delete, func, insert, select
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from practice.clinic.models import DiaryKind
from practice.core.failpoints import failpoint
from practice.core.intervals import Interval
from practice.core.transact import sqlstate
from practice.scheduling.claiming.lanes import Left, move_up, moved_up, next_lane
from practice.scheduling.claiming.reading import rows_around
from practice.scheduling.claiming.versions import Bumped, bump
from practice.scheduling.claiming.wanted import Occupied, Wanted, others_in_group
from practice.scheduling.diary_time import LONGEST_TREATMENT, WIDEST_BUFFERS
from practice.scheduling.errors import BufferTaken, MergedMeanwhile, TimeTaken
from practice.scheduling.lifecycle import State
from practice.scheduling.models import Allocation, Appointment

LOCK_CLASS = 0x6D74
"""First key of every diary lock; the second is the diary. No other lock of the product uses this class."""

EXCLUSION_VIOLATION = "23P01"
OVERLAP_TRIGGER = "allocation_overlap"

TAKEN_SENTENCES = {
    DiaryKind.THERAPIST: "The therapist has another appointment at this time.",
    DiaryKind.ROOM: "The room is in use at this time.",
    DiaryKind.CLIENT: "The client has another appointment at this time.",
}

_UNSYNCHRONISED = {"synchronize_session": False}


Decide = Callable[[Sequence[Occupied]], Sequence[Wanted] | None]
"""Given what others have, returns what to take, raises a refusal, or returns None to be asked again with all."""


def claim(
    session: Session,
    *,
    diary_ids: Collection[int],
    around: Sequence[Interval],
    decide: Decide,
    now: datetime,
    giving_back: Collection[int] = (),
    touching: Collection[int] = (),
    likely: Collection[int] | None = None,
) -> Bumped:
    """Take what *decide* wants of the locked diaries, and give back all that *giving_back* appointments had.

    *diary_ids* are all diaries that may be taken or given back, *around* the times of treatment that may be
    wanted on them. Expired holds do not count and are dropped when they are in the way. *touching* are diaries on
    which something changes that keeps its time; *likely* ones are looked at first, the others only when *decide*
    asks for them. Raises :class:`TimeTaken` or :class:`BufferTaken`, and whatever *decide* raises; nothing is
    written then. Returns what was true under the lock, for who went by a set-up read before (``require_ground``).
    """
    failpoint("claim.before_lock")
    lock_diaries(session, diary_ids)
    looked_at = set(diary_ids if likely is None else likely)
    taken, touched = _look(session, looked_at, around, now=now, without=giving_back)
    wanted = decide(taken)
    if wanted is None:
        more, touched_by_more = _look(session, set(diary_ids) - looked_at, around, now=now, without=giving_back)
        taken, touched = taken + more, touched | touched_by_more
        wanted = decide(taken) or ()
    if any(each.group for each in wanted):
        taken = moved_up(taken)
        wanted = seated(wanted, taken)
    require_free(wanted, taken)
    failpoint("claim.between_look_and_write")
    touched |= _give_back(session, giving_back)
    _take(session, wanted)
    bumped = bump(session, touched | {each.diary_id for each in wanted} | set(touching))
    if any(each.diary_id in bumped.retired and each.kind is DiaryKind.CLIENT for each in wanted):
        raise MergedMeanwhile
    return bumped


def release(session: Session, appointment_ids: Collection[int], *, diary_ids: Collection[int]) -> None:
    """Give back all time of the appointments; *diary_ids* are the diaries it is on."""
    lock_diaries(session, diary_ids)
    bump(session, _give_back(session, appointment_ids))


def release_blocks(session: Session, block_ids: Collection[int], *, diary_ids: Collection[int]) -> None:
    """Give back all time of the blocks; *diary_ids* are the diaries it is on."""
    lock_diaries(session, diary_ids)
    session.execute(delete(Allocation).where(Allocation.block_id.in_(block_ids)), execution_options=_UNSYNCHRONISED)
    bump(session, diary_ids)


def leave(session: Session, appointment_ids: Collection[int], *, diary_id: int) -> None:
    """Give back the time of appointments on one diary, which the caller has locked; they keep it on the others."""
    on_it = delete(Allocation).where(Allocation.diary_id == diary_id, Allocation.appointment_id.in_(appointment_ids))
    session.execute(on_it, execution_options=_UNSYNCHRONISED)
    bump(session, {diary_id})


_KEY = func.unnest(bindparam("keys", type_=ARRAY(Integer))).column_valued("key")
# unnest keeps the order of the array; an ORDER BY would run the locking function before it sorts.
_LOCK = select(func.pg_advisory_xact_lock(LOCK_CLASS, _KEY))


def lock_diaries(session: Session, diary_ids: Iterable[int]) -> None:
    """Wait until this transaction alone may take time on these diaries; it holds them until its end.

    Sorted, so that two transactions cannot wait for each other. On SQLite the transaction has the write lock.
    """
    if session.get_bind().dialect.name == "postgresql":
        session.connection().execute(_LOCK, {"keys": sorted(set(diary_ids))})


def drop_holds(
    session: Session, hold_ids: Collection[int], *, expired_by: datetime | None = None
) -> tuple[set[int], set[int]]:
    """Delete what is still a hold (with *expired_by*: one that has run out by then) with the time it kept.

    Returns the holds deleted and the diaries touched, which the caller bumps. A hold that was renewed or booked in
    the meantime stays.
    """
    if not hold_ids:
        return set(), set()
    still_held = select(Appointment.id).where(Appointment.id.in_(hold_ids), Appointment.state == State.HELD)
    if expired_by is not None:
        still_held = still_held.where(Appointment.hold_ends_at <= expired_by)
    dropped = set(session.scalars(still_held.with_for_update()))
    touched = _give_back(session, dropped)
    session.execute(delete(Appointment).where(Appointment.id.in_(dropped)))
    return dropped, touched


def _look(
    session: Session, diary_ids: Collection[int], around: Sequence[Interval], *, now: datetime, without: Collection[int]
) -> tuple[list[Occupied], set[int]]:
    """Return what is on the diaries and which diaries were touched by dropping expired holds."""
    rows = [row for row in rows_around(session, diary_ids, around) if row.appointment_id not in without]
    expired = {row.appointment_id for row in rows if _has_expired(row, now)}
    dropped, touched = drop_holds(session, expired, expired_by=now)
    return [_occupied(row) for row in rows if row.appointment_id not in dropped], touched


def look(
    session: Session, diary_ids: Collection[int], around: Sequence[Interval], *, now: datetime, without: Collection[int]
) -> list[Occupied]:
    """Return what is on the diaries around the times given, expired holds and *without* appointments left out."""
    return [
        _occupied(row)
        for row in rows_around(session, diary_ids, around)
        if row.appointment_id not in without and not _has_expired(row, now)
    ]


def _has_expired(row: Any, now: datetime) -> bool:
    return row.hold_ends_at is not None and row.hold_ends_at <= now


def _occupied(row: Any) -> Occupied:
    return Occupied(
        row.diary_id,
        row.lane,
        Interval(row.starts_at, row.ends_at),
        row.buffer_before,
        row.buffer_after,
        row.appointment_id,
        row.work,
        row.location_id,
        row.block_id,
        (row.service_id, row.therapist_id, row.room_id) if (row.group_size or 1) > 1 else None,
    )


def seated(wanted: Sequence[Wanted], taken: Sequence[Occupied]) -> Sequence[Wanted]:
    """Return what is wanted with each client of a group on a free lane of her session, the same on both diaries.

    Raises :class:`TimeTaken` when the session is full.
    """
    lanes: dict[int, int] = {}
    seen = list(taken)
    for each in wanted:
        if each.group and each.kind is DiaryKind.THERAPIST and each.occupies:
            lanes[id(each.taker)] = next_lane([other.lane for other in others_in_group(each, seen)])
            if lanes[id(each.taker)] >= each.places:
                raise TimeTaken("The group is full.", diary=each.kind)
            seen.append(replace(each, lane=lanes[id(each.taker)]).as_occupied())
    return [
        each if each.kind is DiaryKind.CLIENT else replace(each, lane=lanes.get(id(each.taker), each.lane))
        for each in wanted
    ]


def require_free(wanted: Iterable[Wanted], taken: Sequence[Occupied]) -> None:
    """Raise :class:`TimeTaken` or :class:`BufferTaken` unless others left room for everything *wanted*."""
    for each, _, is_treatment in in_the_way(wanted, taken):
        if is_treatment:
            raise TimeTaken(TAKEN_SENTENCES[each.kind], diary=each.kind)
        raise BufferTaken


def in_the_way(wanted: Iterable[Wanted], taken: Sequence[Occupied]) -> Iterator[tuple[Wanted, Occupied, bool]]:
    """Yield what does not fit, who has its time, and whether treatments overlap: if not, only buffers do."""
    lanes: dict[tuple[int, int], list[Occupied]] = {}
    for other in sorted(taken, key=_starts_at):
        lanes.setdefault((other.diary_id, other.lane), []).append(other)
    for each in wanted:
        near = _near(each, lanes.get((each.diary_id, each.lane), [])) if each.occupies else []
        treatment, wide = each.treatment, each.with_buffers
        overlapping = next((other for other in near if treatment.overlaps(other.treatment)), None)
        if overlapping is not None:
            yield each, overlapping, True
        elif not each.may_touch_buffers:
            close = (other for other in near if wide.overlaps(other.with_buffers))
            yield from ((each, other, False) for other in islice(close, 1))


def _near(wanted: Wanted, others: list[Occupied]) -> list[Occupied]:
    """Return those of a lane, by start, that may reach so far: a pattern of a year is compared with its own days."""
    first = bisect_left(others, wanted.treatment.starts_at - LONGEST_TREATMENT - WIDEST_BUFFERS, key=_starts_at)
    return others[first : bisect_left(others, wanted.treatment.ends_at + WIDEST_BUFFERS, key=_starts_at)]


def _starts_at(occupied: Occupied) -> datetime:
    return occupied.treatment.starts_at


def _give_back(session: Session, appointment_ids: Collection[int]) -> set[int]:
    if not appointment_ids:
        return set()
    gone = delete(_ALLOCATION).where(_ALLOCATION.c.appointment_id.in_(appointment_ids))
    rows = session.connection().execute(gone.returning(*_GIVEN_BACK)).all()
    move_up(session, [Left(row.diary_id, row.starts_at) for row in rows if row.lane == 0 and (row.shared_by or 1) > 1])
    return {row.diary_id for row in rows}


_ALLOCATION = cast("Table", Allocation.__table__)
_SHARED_BY = select(Appointment.group_size).where(Appointment.id == _ALLOCATION.c.appointment_id).scalar_subquery()
_GIVEN_BACK = (
    _ALLOCATION.c.diary_id,
    _ALLOCATION.c.starts_at,
    _ALLOCATION.c.lane,
    _SHARED_BY.label("shared_by"),
)
_INSERT = insert(_ALLOCATION)


def _take(session: Session, wanted: Sequence[Wanted]) -> None:
    session.flush()
    failpoint("claim.between_inserts")
    if not wanted:
        return
    rows = [
        {
            "appointment_id": each.appointment_id,
            "block_id": each.block_id,
            "diary_id": each.diary_id,
            "lane": each.lane,
            "starts_at": each.taker.starts_at,
            "ends_at": each.taker.ends_at,
            "buffer_before": each.buffer_before,
            "buffer_after": each.buffer_after,
            "occupies": each.occupies,
            "work": each.work,
            "location_id": each.location_id,
        }
        for each in sorted(wanted, key=lambda each: each.diary_id)
    ]
    try:
        session.connection().execute(_INSERT, rows)
    except IntegrityError as error:
        if is_overlap(error):
            raise TimeTaken from error
        raise


def is_overlap(error: IntegrityError) -> bool:
    """Return whether the database's own guard stopped a double booking."""
    return sqlstate(error) == EXCLUSION_VIOLATION or OVERLAP_TRIGGER in str(error.orig)
