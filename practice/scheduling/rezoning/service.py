"""Following a change of a zone's rules: all coming visits and blocks of a location together, or none of them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.clinic.models import Diary, DiaryKind, Location, Therapist
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.errors import RELOAD, Conflict
from practice.core.events import Event, record
from practice.core.intervals import Interval
from practice.scheduling.appointments.history import Act, note, snapshot, tell
from practice.scheduling.appointments.undoing import FOLLOW_ZONE
from practice.scheduling.claiming.claim import claim, lock_diaries, look, release_blocks
from practice.scheduling.claiming.wanted import Occupied, Wanted
from practice.scheduling.lifecycle import OCCUPIES_TIME, AppointmentState
from practice.scheduling.models import Allocation, Appointment, Block
from practice.scheduling.rezoning.moves import Clash, Key, Move, Promise, moves_of

_FRESH = {"populate_existing": True}


class ZoneClash(Conflict):
    """Visits would overlap, or do not exist any more, by the zone's new rules."""

    code = "zone_clash"
    title = "Visits would overlap by the new clock"


@dataclass(frozen=True, slots=True)
class Plan:
    """What following the zone means for one location; *clashes* and impossible moves must be settled by hand."""

    location: str
    moves: Sequence[Move]
    clashes: Sequence[Clash]

    @property
    def impossible(self) -> list[Move]:
        """Return the moves to a wall time that does not exist."""
        return [move for move in self.moves if move.becomes is None]

    @property
    def may_be_applied(self) -> bool:
        """Return whether nothing stands in the way."""
        return not self.clashes and not self.impossible


def plan_location(session: Session, location: Location, *, now: datetime) -> Plan:
    """Return what has to move at a location and what stands in the way; changes nothing."""
    moves = moves_of([*_promised_visits(session, location, now), *_kept_free(session, location, now)])
    lines = _lines(session, moves)
    others = look(
        session,
        {line.diary_id for line in lines},
        [move.becomes for move in moves if move.becomes],
        now=now,
        without=(),
    )
    moving = {move.promise.key for move in moves}
    standing = [other for other in others if _key(other) not in moving]
    return Plan(location.name, moves, _clashes(session, moves, lines, standing))


def follow_zone(session: Session, *, location: Location, actor: Actor, now: datetime) -> Plan:
    """Move the instants of every coming visit and block of a location to its promised wall time; reminders follow.

    Raises :class:`ZoneClash` when visits would overlap or a wall time does not exist; nothing has moved then.
    """
    lock_diaries(session, {line.diary_id for line in _lines(session, plan_location(session, location, now=now).moves)})
    plan = plan_location(session, location, now=now)
    if not plan.may_be_applied:
        raise ZoneClash(
            f"{location.name}: {len(plan.clashes)} visits would overlap and {len(plan.impossible)} have no such hour. "
            "Move them first.",
            ways_out=(RELOAD,),
        )
    if plan.moves:
        _apply(session, plan, actor=actor, now=now)
        data = {"moved": len(plan.moves)}
        record(session, Event("location.follow_zone", "location", location.uid, actor, now, data))
    return plan


def _apply(session: Session, plan: Plan, *, actor: Actor, now: datetime) -> None:
    lines = _lines(session, plan.moves)
    diary_ids = {line.diary_id for line in lines}
    kinds = {row.id: row.kind for row in session.scalars(select(Diary))}
    becomes = {move.promise.key: move.becomes for move in plan.moves if move.becomes}
    rows = _rows(session, becomes)
    visits = [row for row in rows.values() if isinstance(row, Appointment)]
    before = {row.id: snapshot(row) for row in visits}

    def decide(_occupied: Sequence[Occupied]) -> Sequence[Wanted]:
        for key, row in rows.items():
            row.starts_at, row.ends_at = becomes[key].starts_at, becomes[key].ends_at
        return [_wanted(rows[_key(line)], line, kinds[line.diary_id]) for line in lines]

    release_blocks(session, [row.id for row in rows.values() if isinstance(row, Block)], diary_ids=diary_ids)
    claim(
        session,
        diary_ids=diary_ids,
        around=list(becomes.values()),
        decide=decide,
        now=now,
        giving_back={row.id for row in visits},
    )
    act = Act(FOLLOW_ZONE, new_uid(), "The zone's rules changed.")
    for row in visits:
        if row.state != AppointmentState.HELD:
            tell(row)
            note(session, row, act, before[row.id], actor=actor, now=now)


def _rows(session: Session, becomes: Mapping[Key, Interval]) -> dict[Key, Appointment | Block]:
    visits = select(Appointment).where(Appointment.id.in_([number for is_block, number in becomes if not is_block]))
    blocks = select(Block).where(Block.id.in_([number for is_block, number in becomes if is_block]))
    found: dict[Key, Appointment | Block] = {(False, row.id): row for row in session.scalars(visits)}
    return found | {(True, row.id): row for row in session.scalars(blocks)}


def _wanted(row: Appointment | Block, line: Allocation, kind: DiaryKind) -> Wanted:
    return Wanted(
        row,
        line.diary_id,
        DiaryKind(kind),
        line.buffer_before,
        line.buffer_after,
        lane=line.lane,
        may_touch_buffers=True,
        occupies=line.occupies,
    )


def _promised_visits(session: Session, location: Location, now: datetime) -> list[Promise]:
    rows = (
        select(Appointment, Client, Therapist.name)
        .outerjoin(Client, Client.id == Appointment.client_id)
        .join(Therapist, Therapist.id == Appointment.therapist_id)
        .where(
            Appointment.location_id == location.id,
            Appointment.starts_at > now,
            Appointment.state.in_(sorted(OCCUPIES_TIME)),
            or_(Appointment.hold_ends_at.is_(None), Appointment.hold_ends_at > now),
        )
        .order_by(Appointment.starts_at, Appointment.id)
    )
    return [_promise(*row) for row in session.execute(rows, execution_options=_FRESH)]


def _promise(row: Appointment, client: Client | None, therapist: str) -> Promise:
    who = client.display_name if client else "a held time"
    words = f"{row.local_start:%Y-%m-%d %H:%M} {row.zone}, {who} with {therapist}"
    return Promise(row.id, row.uid, words, row.local_start, row.zone, Interval(row.starts_at, row.ends_at))


def _kept_free(session: Session, location: Location, now: datetime) -> list[Promise]:
    rows = (
        select(Block)
        .where(Block.starts_at > now, or_(Block.location_id == location.id, Block.location_id.is_(None)))
        .order_by(Block.starts_at, Block.id)
    )
    return [
        Promise(row.id, row.uid, _words(row), row.local_start, row.zone, Interval(row.starts_at, row.ends_at), True)
        for row in session.scalars(rows, execution_options=_FRESH)
    ]


def _words(block: Block) -> str:
    return f"{block.local_start:%Y-%m-%d %H:%M} {block.zone}, {block.title or 'time kept free'}"


def _key(line: Allocation | Occupied) -> Key:
    return (False, line.appointment_id or 0) if line.block_id is None else (True, line.block_id)


def _lines(session: Session, moves: Sequence[Move]) -> Sequence[Allocation]:
    visits, blocks = (
        [move.promise.id for move in moves if move.promise.is_block is is_block] for is_block in (False, True)
    )
    theirs = or_(Allocation.appointment_id.in_(visits), Allocation.block_id.in_(blocks))
    lines = session.scalars(select(Allocation).where(theirs).order_by(Allocation.id)).all()
    for line in lines:
        session.expunge(line)
    return lines


def _clashes(
    session: Session, moves: Sequence[Move], lines: Sequence[Allocation], others: Sequence[Occupied]
) -> list[Clash]:
    by_key = {move.promise.key: move for move in moves}
    found: dict[tuple[Key, Key], Clash] = {}
    for line in lines:
        move = by_key[_key(line)]
        for other in others:
            same_place = line.occupies and (line.diary_id, line.lane) == (other.diary_id, other.lane)
            if same_place and move.becomes is not None and move.becomes.overlaps(other.treatment):
                found[move.promise.key, _key(other)] = Clash(move, _standing(session, other))
    return list(found.values())


def _standing(session: Session, other: Occupied) -> str:
    """Return who has the time: a visit, or time kept free without a client."""
    kept: Appointment | Block = (
        session.get_one(Block, other.block_id)
        if other.appointment_id is None
        else session.get_one(Appointment, other.appointment_id)
    )
    return f"{kept.local_start:%Y-%m-%d %H:%M} {kept.zone}"
