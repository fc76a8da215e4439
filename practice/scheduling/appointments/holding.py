"""Holding a time while a call goes on: five minutes at once, renewed while the panel is open, fifteen at most."""

from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.permissions import Scope, scope_of
from practice.core.actor import Actor
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.scheduling.appointments.hold_cap import require_free_hold
from practice.scheduling.claiming.claim import drop_holds, lock_diaries
from practice.scheduling.claiming.diaries import diaries_of
from practice.scheduling.claiming.loading import load, load_for_change
from practice.scheduling.claiming.making import new_appointment, placing_of
from practice.scheduling.claiming.places import Place
from practice.scheduling.claiming.placing import take_place
from practice.scheduling.claiming.rules import BookingRules, Verb
from practice.scheduling.claiming.versions import bump
from practice.scheduling.errors import HoldExpired
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.scheduling.wishes import TimeWish

HOLD = timedelta(minutes=5)
LONGEST_HOLD = timedelta(minutes=15)
MOST_DROPPED_AT_ONCE = 200


def hold_time(
    session: Session, *, wish: TimeWish, override_reason: str = "", rules: BookingRules, actor: Actor, now: datetime
) -> Appointment:
    """Keep a time free for five minutes, for nobody in particular; nobody is told.

    Raises :class:`TooManyHolds` and what :func:`practice.scheduling.claiming.placing.take_place` raises.
    """
    require_free_hold(session, actor=actor, now=now)
    placing = placing_of(
        session, Verb.HOLD, wish, wish.local_start, override_reason=override_reason, actor=actor, now=now
    )
    held: list[Appointment] = []

    def write(place: Place) -> Appointment:
        hold = new_appointment(place, AppointmentState.HELD, actor=actor, now=now)
        hold.hold_ends_at, hold.held_by_id = now + HOLD, actor.user_id
        # A hold is nobody's news.
        hold.change_seq = hold.reconciled_seq = 0
        session.add(hold)
        held.append(hold)
        return hold

    take_place(session, placing, write=write, rules=rules, actor=actor, now=now)
    _record(session, held[0], "hold", actor=actor, now=now)
    return held[0]


def renew_hold(session: Session, *, hold_uid: str, actor: Actor, now: datetime) -> Appointment:
    """Keep a time for five more minutes, never beyond fifteen in all; raises :class:`HoldExpired`."""
    hold = require_live_hold(load_hold(session, hold_uid, actor=actor, is_locked=True), now=now)
    hold.hold_ends_at = min(now + HOLD, hold.created_at + LONGEST_HOLD)
    return hold


def release_hold(session: Session, *, hold_uid: str, actor: Actor, now: datetime) -> None:
    """Give a held time back; a hold that has run out or was booked already is no error."""
    try:
        hold = load_hold(session, hold_uid, actor=actor)
    except HoldExpired:
        return
    lock_diaries(session, diaries_of(hold))
    _, touched = drop_holds(session, [hold.id])
    bump(session, touched)
    _record(session, hold, "release", actor=actor, now=now)


def drop_expired_holds(session: Session, *, now: datetime) -> int:
    """Delete holds that have run out and return how many; a housekeeping job calls this."""
    over = (
        select(Appointment.id)
        .where(Appointment.state == AppointmentState.HELD, Appointment.hold_ends_at <= now)
        .limit(MOST_DROPPED_AT_ONCE)
    )
    dropped, touched = drop_holds(session, session.scalars(over).all(), expired_by=now)
    bump(session, touched)
    return len(dropped)


def load_hold(session: Session, uid: str, *, actor: Actor, is_locked: bool = False) -> Appointment:
    """Return a hold of this actor; raises :class:`HoldExpired` when it is gone, is no hold or is somebody else's.

    Somebody else's is also one in a diary that has changed hands, for who may hold in the own diary only.
    """
    try:
        hold = (load_for_change if is_locked else load)(session, uid)
    except NotFound as gone:
        raise HoldExpired from gone
    if hold.state != AppointmentState.HELD or hold.held_by_id != actor.user_id or _is_in_foreign_diary(hold, actor):
        raise HoldExpired
    return hold


def _is_in_foreign_diary(hold: Appointment, actor: Actor) -> bool:
    return scope_of(actor, "appointment.hold") is Scope.OWN and hold.therapist_id != actor.therapist_id


def require_live_hold(hold: Appointment, *, now: datetime) -> Appointment:
    """Return *hold*; raises :class:`HoldExpired` when its time is over."""
    if hold.hold_ends_at is None or hold.hold_ends_at <= now:
        raise HoldExpired
    return hold


def reread_hold(session: Session, hold: Appointment, *, now: datetime) -> None:
    """Lock a hold's row and read it again; raises :class:`HoldExpired` when somebody booked or dropped it."""
    still_held = (
        select(Appointment)
        .where(Appointment.id == hold.id, Appointment.state == AppointmentState.HELD)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    if session.scalars(still_held).one_or_none() is None:
        raise HoldExpired
    require_live_hold(hold, now=now)


def _record(session: Session, hold: Appointment, action: str, *, actor: Actor, now: datetime) -> None:
    record(session, Event(f"appointment.{action}", "appointment", hold.uid, actor, now))
