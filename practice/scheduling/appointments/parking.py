"""Phone calls set aside: what was typed and the time held stay on the server until the call goes on."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clients.queries import get_client
from practice.core.actor import Actor
from practice.core.errors import NotAllowed, NotFound, WayOut
from practice.core.events import Event, record
from practice.scheduling.appointments.holding import release_hold, renew_hold
from practice.scheduling.errors import HoldExpired, TooManyParkedCalls
from practice.scheduling.models import Appointment, ParkedCall

MOST_PARKED = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class ParkedDetails:
    """What was said so far: who (a client or a label), what was typed, the day wanted and the hold."""

    label: str = ""
    client: str | None = None
    hold: str | None = None
    wanted_on: date | None = None
    form: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Parked:
    """A parked call and the time still held for it; ``hold`` is None when none was or it has run out."""

    call: ParkedCall
    hold: Appointment | None


def park_call(session: Session, *, details: ParkedDetails, actor: Actor, now: datetime) -> Parked:
    """Set the present call aside, with its hold if that still runs.

    Raises ``NotFound`` and :class:`TooManyParkedCalls` with five calls in the tray.
    """
    open_calls = _open_calls(session, _user_id(actor))
    if len(open_calls) >= MOST_PARKED:
        raise _tray_is_full(open_calls)
    hold = None if details.hold is None else _renewed(session, details.hold, actor=actor, now=now)
    call = ParkedCall(
        user_id=_user_id(actor),
        client_id=get_client(session, details.client).id if details.client else None,
        hold_id=None if hold is None else hold.id,
        label=details.label,
        form=dict(details.form),
        wanted_on=details.wanted_on,
        created_at=now,
    )
    session.add(call)
    session.flush()
    _record(session, call, "park", actor=actor, now=now)
    return Parked(call, hold)


def resume_call(session: Session, *, call_uid: str, actor: Actor, now: datetime) -> Parked:
    """Take a call up again: it leaves the tray, its hold is renewed; what was typed stays when the hold is gone."""
    call = _get_open(session, call_uid, actor)
    call.closed_at = now
    _record(session, call, "resume", actor=actor, now=now)
    uid = _hold_uid(session, call)
    return Parked(call, None if uid is None else _renewed(session, uid, actor=actor, now=now))


def close_call(session: Session, *, call_uid: str, actor: Actor, now: datetime) -> None:
    """Put a call away for good and give its held time back."""
    call = _get_open(session, call_uid, actor)
    call.closed_at = now
    _record(session, call, "close", actor=actor, now=now)
    hold = _hold_uid(session, call)
    if hold is not None:
        session.flush()
        release_hold(session, hold_uid=hold, actor=actor, now=now)


def list_parked_calls(session: Session, *, actor: Actor, now: datetime) -> list[Parked]:
    """Return the calls in this user's tray, the oldest first."""
    rows = session.execute(
        select(ParkedCall, Appointment)
        .outerjoin(Appointment, Appointment.id == ParkedCall.hold_id)
        .where(ParkedCall.user_id == _user_id(actor), ParkedCall.closed_at.is_(None))
        .order_by(ParkedCall.id)
        .limit(MOST_PARKED)
    )
    return [
        Parked(call, hold if hold is not None and hold.hold_ends_at is not None and hold.hold_ends_at > now else None)
        for call, hold in rows
    ]


def _user_id(actor: Actor) -> int:
    if actor.user_id is None:
        raise NotAllowed("Only somebody who is signed in can park a call.")
    return actor.user_id


def _open_calls(session: Session, user_id: int) -> Sequence[ParkedCall]:
    mine = select(ParkedCall).where(ParkedCall.user_id == user_id, ParkedCall.closed_at.is_(None))
    return session.scalars(mine.order_by(ParkedCall.id).limit(MOST_PARKED)).all()


def _tray_is_full(calls: Sequence[ParkedCall]) -> TooManyParkedCalls:
    ways = tuple(
        WayOut("resume_call", f"Go on with {call.label or 'the unnamed caller'}", {"call": call.uid}) for call in calls
    )
    return TooManyParkedCalls(
        f"{MOST_PARKED} calls are parked already. Go on with one of them or close it.", ways_out=ways
    )


def _get_open(session: Session, uid: str, actor: Actor) -> ParkedCall:
    mine = select(ParkedCall).where(
        ParkedCall.uid == uid, ParkedCall.user_id == _user_id(actor), ParkedCall.closed_at.is_(None)
    )
    call = session.scalars(mine).one_or_none()
    if call is None:
        raise NotFound("There is no such parked call.")
    return call


def _hold_uid(session: Session, call: ParkedCall) -> str | None:
    return session.scalar(select(Appointment.uid).where(Appointment.id == call.hold_id))


def _renewed(session: Session, hold_uid: str, *, actor: Actor, now: datetime) -> Appointment | None:
    """Renew a hold; what was typed outlives it, so a hold that ran out is no refusal here."""
    try:
        return renew_hold(session, hold_uid=hold_uid, actor=actor, now=now)
    except HoldExpired:
        return None


def _record(session: Session, call: ParkedCall, act: str, *, actor: Actor, now: datetime) -> None:
    record(session, Event(f"parked_call.{act}", "parked_call", call.uid, actor, now))
