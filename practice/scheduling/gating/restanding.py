"""All that is booked, judged anew: what lacks something becomes tentative, what lacks nothing any more is firm."""

from collections import defaultdict
from collections.abc import Collection, Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.clients.models import Client
from practice.core.actor import Actor
from practice.core.db import new_uid
from practice.core.local_time import wall_time
from practice.safety.gate import Asked, Care, Missing, judge_visit
from practice.safety.standing import Standing, read_standings
from practice.scheduling.appointments.changing import change_several
from practice.scheduling.appointments.history import Act, step
from practice.scheduling.lifecycle import OPEN, AppointmentState
from practice.scheduling.models import Appointment

State = AppointmentState

OURS = frozenset(str(reason) for reason in Missing)
"""Reasons that the gate gives and takes back; others were given by people."""

CLIENTS_AT_ONCE = 200
_KEPT = func.coalesce(Client.merged_into_id, Client.id)


def restand(session: Session, *, client_ids: Collection[int], actor: Actor, now: datetime) -> int:
    """Judge the coming visits of clients, by the ids of kept records; return how many stand otherwise now.

    Two statements while nothing changes. A visit that a warning sign refuses becomes tentative: it is not cancelled
    here.
    """
    rows = coming_visits(session, client_ids, now)
    if not rows:
        return 0
    standings = read_standings(session, {row.kept for row in rows}, now=now)
    wanted: dict[str | None, list[int]] = defaultdict(list)
    for row in rows:
        reason = _reason(row, standings, now)
        if _differs(row, reason):
            wanted[reason].append(row.id)
    for reason, ids in wanted.items():
        _change(session, ids, reason, actor=actor, now=now)
    return sum(len(ids) for ids in wanted.values())


def clients_with_visits(session: Session, *, after: int, now: datetime) -> list[int]:
    """Return the next kept records that have something coming, in the order of their id."""
    coming = (
        select(_KEPT.label("kept"))
        .join(Appointment, Appointment.client_id == Client.id)
        .where(Appointment.state.in_(OPEN), Appointment.starts_at > now, after < _KEPT)
        .group_by(_KEPT)
        .order_by(_KEPT)
        .limit(CLIENTS_AT_ONCE)
    )
    return list(session.scalars(coming))


def coming_visits(session: Session, client_ids: Collection[int], now: datetime) -> Sequence[Any]:
    """Return the open visits to come of kept records, as plain columns; one statement."""
    columns = (Appointment.id, _KEPT.label("kept"), Appointment.kind, Appointment.state, Appointment.tentative_reason)
    coming = (
        select(*columns, Appointment.local_start, Appointment.zone)
        .join(Client, Client.id == Appointment.client_id)
        .where(Appointment.state.in_(OPEN), Appointment.starts_at > now)
        .where(Client.id.in_(client_ids) | Client.merged_into_id.in_(client_ids))
        .order_by(Appointment.id)
    )
    return session.execute(coming).all()


def _reason(row: Any, standings: Mapping[int, Standing], now: datetime) -> str | None:
    asked = Asked(Care(row.kind), row.local_start.date(), wall_time(now, row.zone).date())
    judged = judge_visit(asked, standings[row.kept].in_zone(row.zone))
    if judged.refusals:
        return str(Missing.CLEARANCE)
    return None if judged.tentative_because is None else str(judged.tentative_because)


def _differs(row: Any, reason: str | None) -> bool:
    if row.state == State.BOOKED:
        return reason is not None
    return row.tentative_reason in OURS and row.tentative_reason != reason


def _change(session: Session, ids: Collection[int], reason: str | None, *, actor: Actor, now: datetime) -> None:
    def alter(appointment: Appointment) -> None:
        if reason is None and appointment.state == State.TENTATIVE:
            step(appointment, State.BOOKED, "made firm")
        elif reason is not None and appointment.state == State.BOOKED:
            step(appointment, State.TENTATIVE, "made tentative")
        appointment.tentative_reason = reason

    act = Act("settle" if reason is None else "make_tentative", new_uid() if len(ids) > 1 else None)
    change_several(session, ids, act, alter, actor=actor, now=now)
