"""How many times one user may keep free at once: enough for a full tray and open panels, too few to fill a diary."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, Select, exists, select
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.core.actor import Actor
from practice.core.errors import WayOut
from practice.core.local_time import spoken
from practice.scheduling.errors import TooManyHolds
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment, ParkedCall

MOST_HOLDS = 8


def require_free_hold(session: Session, *, actor: Actor, now: datetime) -> None:
    """Raise :class:`TooManyHolds` when the actor keeps as many times free as one user may.

    Whoever has no account holds what the practice offers, and is not counted.
    """
    if actor.user_id is None:
        return
    lock_user(session, actor.user_id)
    live = session.execute(_live_holds(actor.user_id, now)).all()
    if len(live) >= MOST_HOLDS:
        raise _too_many([(uid, local_start) for uid, local_start, _ in live])


def lock_user(session: Session, user_id: int) -> None:
    """Let the holds of one user be counted one after the other, until this transaction ends."""
    session.execute(select(User.id).where(User.id == user_id).with_for_update(key_share=True))


def _live_holds(user_id: int, now: datetime) -> Select[str, datetime, bool]:
    """Return this user's holds, those of the tray last: letting go of them would hurt a caller who waits."""
    is_parked: ColumnElement[bool] = exists().where(
        ParkedCall.hold_id == Appointment.id, ParkedCall.closed_at.is_(None)
    )
    held = select(Appointment.uid, Appointment.local_start, is_parked.label("is_parked")).where(
        Appointment.state == AppointmentState.HELD, Appointment.hold_ends_at > now, Appointment.held_by_id == user_id
    )
    return held.order_by(is_parked, Appointment.id).limit(MOST_HOLDS)


def _too_many(holds: Sequence[tuple[str, datetime]]) -> TooManyHolds:
    uid, local_start = holds[0]
    words = f"Let {spoken(local_start)} go"
    return TooManyHolds(
        f"You keep {MOST_HOLDS} times free already. Let one go, or book this one without holding it.",
        ways_out=(WayOut("release_hold", words, {"hold": uid}),),
    )
