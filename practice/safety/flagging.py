"""Raising, lowering and closing flags. Only ``treatment_plans.stopping`` raises: what follows a flag follows there."""

from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.following import records_of
from practice.clients.sealing import record_to_write
from practice.clinic.queries import practice_today
from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import Actor, Role
from practice.core.db import new_uid
from practice.core.errors import NotFound, require_version
from practice.core.events import Event, record
from practice.safety.catalogue import CATALOGUE, T0, T1, Raised, Tier, settled
from practice.safety.clearing import ClearanceState
from practice.safety.errors import FlagClosed, NotLighter, SayWhy, TierStays
from practice.safety.models import Clearance, ClearanceFlag, Flag

PHONE_NOW = "phone_now"
"""The kind of the task that a client must be phoned by a therapist at once."""

CALL_CLIENT = "therapist_call"
"""The kind of the task that a therapist calls a client when there is time."""

ESCALATES_AFTER = timedelta(minutes=15)


def raise_flag(
    session: Session, *, client_id: int, raised: Raised, source: str, note: str = "", actor: Actor, now: datetime
) -> Flag:
    """Raise a flag, or let one that is open weigh more; others that weigh more beside it are raised with it.

    A T0 or T1 voids the older clearances of its group; a T0 opens the task to phone the client. Called by
    ``treatment_plans.stopping`` only, which holds plans and changes bookings in the same transaction.
    """
    open_flags = _lock_open(session, client_id)
    beside = [Raised(flag.code, Tier(flag.tier), flag.region) for flag in open_flags]
    (wanted,) = settled([raised], beside)
    flag, is_heavier = _put(session, client_id, wanted, open_flags, source=source, actor=actor, now=now)
    if note:
        sealed = record_to_write(session, client_id=flag.client_id, now=now)
        flag.note = sealed.seal(note, Flag.note, flag.uid)
    heavier = [flag] if is_heavier else []
    heavier += _weigh_again(open_flags, [*beside, wanted])
    session.flush()
    for each in heavier:
        _follow_up(session, each, actor=actor, now=now)
    return flag


def lower_flag(
    session: Session, *, uid: str, tier: Tier, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Flag:
    """Let a flag weigh less, with a reason that is kept; never an emergency, unless the owner corrects a mistake.

    Raises :class:`TierStays`, :class:`NotLighter`, :class:`SayWhy`, :class:`FlagClosed` and ``StaleVersion``.
    """
    flag = _open_flag(session, uid, version)
    _require_lowerable(flag, reason, actor)
    if tier <= flag.tier:
        raise NotLighter
    sealed = record_to_write(session, client_id=flag.client_id, now=now)
    before, flag.tier = flag.tier, tier
    flag.lowered_because = sealed.seal(reason, Flag.lowered_because, flag.uid)
    session.flush()
    record(session, Event("flag.lower", "flag", flag.uid, actor, now, {"from": str(before), "to": str(tier)}))
    return flag


def close_flag(
    session: Session, *, uid: str, reason: str, version: int | None = None, actor: Actor, now: datetime
) -> Flag:
    """Close a flag, with a reason that is kept; an emergency as :func:`lower_flag` says.

    Raises :class:`TierStays`, :class:`SayWhy`, :class:`FlagClosed` and ``StaleVersion``.
    """
    flag = _open_flag(session, uid, version)
    _require_lowerable(flag, reason, actor)
    sealed = record_to_write(session, client_id=flag.client_id, now=now)
    flag.closed_at, flag.closed_by_id = now, actor.user_id
    flag.closed_because = sealed.seal(reason, Flag.closed_because, flag.uid)
    session.flush()
    record(session, Event("flag.close", "flag", flag.uid, actor, now, {"tier": str(flag.tier)}))
    return flag


def _require_lowerable(flag: Flag, reason: str, actor: Actor) -> None:
    if flag.tier == T0 and actor.role is not Role.OWNER:
        raise TierStays
    if not reason.strip():
        raise SayWhy


def _open_flag(session: Session, uid: str, version: int | None) -> Flag:
    wanted = select(Flag).where(Flag.uid == uid).with_for_update()
    flag = session.execute(wanted, execution_options={"populate_existing": True}).scalar_one_or_none()
    if flag is None:
        raise NotFound("There is no such flag.")
    require_version(flag.version, version)
    if flag.closed_at is not None:
        raise FlagClosed
    return flag


def _lock_open(session: Session, client_id: int) -> list[Flag]:
    wanted = select(Flag).where(Flag.client_id.in_(records_of(client_id)), Flag.closed_at.is_(None)).order_by(Flag.id)
    return list(session.scalars(wanted.with_for_update(), execution_options={"populate_existing": True}))


def _put(
    session: Session,
    client_id: int,
    wanted: Raised,
    open_flags: list[Flag],
    *,
    source: str,
    actor: Actor,
    now: datetime,
) -> tuple[Flag, bool]:
    """Return the open flag of a code and region, made or made heavier, and whether it weighs more than before."""
    for flag in open_flags:
        if (flag.code, flag.region) == (wanted.code, wanted.region):
            is_heavier = wanted.tier < flag.tier
            flag.tier = min(Tier(flag.tier), wanted.tier)
            flag.ends_on = _end_of(session, wanted, now)
            return flag, is_heavier
    made = Flag(
        uid=new_uid(),
        client_id=client_id,
        code=wanted.code,
        region=wanted.region,
        tier=wanted.tier,
        raised_tier=wanted.tier,
        source=source,
        raised_at=now,
        raised_by_id=actor.user_id,
        ends_on=_end_of(session, wanted, now),
    )
    session.add(made)
    return made, True


def _end_of(session: Session, wanted: Raised, now: datetime) -> date | None:
    return practice_today(session, now) if CATALOGUE[wanted.code].ends_same_day else None


def _weigh_again(open_flags: list[Flag], together: list[Raised]) -> list[Flag]:
    """Let open flags weigh what follows from a new one beside them; return those that weigh more."""
    heavier = []
    for flag in open_flags:
        (now_weighs,) = settled([Raised(flag.code, Tier(flag.tier), flag.region)], together)
        if now_weighs.tier < flag.tier:
            flag.tier = now_weighs.tier
            heavier.append(flag)
    return heavier


def _follow_up(session: Session, flag: Flag, *, actor: Actor, now: datetime) -> None:
    record(session, Event("flag.raise", "flag", flag.uid, actor, now, {"tier": str(flag.tier), "source": flag.source}))
    if flag.tier in {T0, T1}:
        _void_older(session, flag, actor=actor, now=now)
    if flag.tier == T0:
        ask_for_call(session, flag, actor=actor, now=now)


def _void_older(session: Session, flag: Flag, *, actor: Actor, now: datetime) -> None:
    """Void the clearances in force that are about the group of a new flag."""
    group = CATALOGUE[flag.code].group
    codes = [code for code, kind in CATALOGUE.items() if kind.group == group]
    about = (
        select(ClearanceFlag.clearance_id)
        .join(Flag, Flag.id == ClearanceFlag.flag_id)
        .where(Flag.client_id.in_(records_of(flag.client_id)), Flag.code.in_(codes))
    )
    standing = select(Clearance).where(Clearance.state == ClearanceState.VALID, Clearance.id.in_(about))
    for clearance in session.scalars(standing.with_for_update()):
        clearance.state, clearance.ended_at = ClearanceState.VOIDED, now
        record(session, Event("clearance.void", "clearance", clearance.uid, actor, now, {"because": "new_flag"}))
    session.flush()


def ask_for_call(session: Session, flag: Flag, *, actor: Actor, now: datetime) -> None:
    """Open the task that a therapist phones the client now; what it is about is not in it."""
    task = open_task(
        session,
        kind=PHONE_NOW,
        subject_kind="client",
        subject_id=flag.client_id,
        due_at=now,
        dedupe_key=f"{PHONE_NOW}:{flag.uid}",
        now=now,
    )
    assign_task(session, task=task, role=Role.THERAPIST, user_id=None, actor=actor, now=now)
