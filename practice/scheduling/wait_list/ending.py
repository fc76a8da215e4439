"""How offers end: the held time is given back, the entry waits again, and the log keeps who ended it.

Rows are locked in one order everywhere: diaries, the held time, the offer, the entry.
"""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from practice.core.actor import SYSTEM, Actor
from practice.core.errors import NotFound
from practice.core.events import Event, record
from practice.scheduling.claiming.claim import drop_holds, lock_diaries
from practice.scheduling.claiming.diaries import diaries_of
from practice.scheduling.claiming.loading import WITH_EVERYBODY
from practice.scheduling.claiming.versions import bump
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list.errors import OfferEnded
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.states import EntryState, OfferState

MOST_ENDED_AT_ONCE = 50
_FRESH = {"populate_existing": True}


def decline_offer(session: Session, *, offer_uid: str, actor: Actor, now: datetime) -> WaitListOffer:
    """Say no to an offer: its time is free for the next one. Raises ``NotFound`` and :class:`OfferEnded`."""
    return _end_open(session, offer_uid, OfferState.DECLINED, actor=actor, now=now)


def withdraw_offer(session: Session, *, offer_uid: str, actor: Actor, now: datetime) -> WaitListOffer:
    """Take an offer back; the client may be offered the time again. Raises ``NotFound`` and :class:`OfferEnded`."""
    return _end_open(session, offer_uid, OfferState.WITHDRAWN, actor=actor, now=now)


def expire_offers(session: Session, *, now: datetime) -> int:
    """End offers that nobody answered in time and return how many; a job of the worker calls this."""
    over = select(WaitListOffer.uid).where(WaitListOffer.state == OfferState.OPEN, WaitListOffer.expires_at <= now)
    ended = 0
    for uid in session.scalars(over.order_by(WaitListOffer.expires_at).limit(MOST_ENDED_AT_ONCE)).all():
        offer = get_offer(session, uid)
        lock_hold_of(session, offer)
        if lock_offer(session, offer).state == OfferState.OPEN:
            end_offer(session, offer, OfferState.EXPIRED, actor=SYSTEM, now=now)
            ended += 1
    return ended


def get_offer(session: Session, uid: str) -> WaitListOffer:
    """Return one offer with its entry; raises ``NotFound``."""
    wanted = select(WaitListOffer).where(WaitListOffer.uid == uid).options(joinedload(WaitListOffer.entry))
    offer = session.scalars(wanted, execution_options=_FRESH).one_or_none()
    if offer is None:
        raise NotFound("There is no such offer.")
    return offer


def find_open_offer(session: Session, entry_uid: str) -> WaitListOffer | None:
    """Return the offer that an entry has at the moment."""
    wanted = (
        select(WaitListOffer)
        .join(WaitListOffer.entry)
        .where(WaitListEntry.uid == entry_uid, WaitListOffer.state == OfferState.OPEN)
        .options(joinedload(WaitListOffer.entry))
    )
    return session.scalars(wanted, execution_options=_FRESH).one_or_none()


def lock_hold_of(session: Session, offer: WaitListOffer) -> Appointment | None:
    """Lock the diaries and the row of an offer's held time and return it, None when it is gone."""
    wanted = select(Appointment).where(Appointment.id == offer.hold_id).options(*WITH_EVERYBODY)
    hold = session.scalars(wanted, execution_options=_FRESH).one_or_none()
    if hold is None:
        return None
    lock_diaries(session, diaries_of(hold))
    locked = select(Appointment.id).where(Appointment.id == hold.id).with_for_update()
    return hold if session.scalars(locked).one_or_none() is not None else None


def lock_offer(session: Session, offer: WaitListOffer) -> WaitListOffer:
    """Lock an offer's row and read it again."""
    wanted = select(WaitListOffer).where(WaitListOffer.id == offer.id).with_for_update()
    return session.scalars(wanted, execution_options=_FRESH).one()


def end_offer(session: Session, offer: WaitListOffer, state: OfferState, *, actor: Actor, now: datetime) -> None:
    """Close an open offer that was not accepted, give its time back and let the entry wait again."""
    if offer.hold_id is not None:
        _, touched = drop_holds(session, [offer.hold_id])
        bump(session, touched)
    offer.hold_id = None
    close_offer(session, offer, state, actor=actor, now=now)
    _wait_again(session, offer)


def close_offer(session: Session, offer: WaitListOffer, state: OfferState, *, actor: Actor, now: datetime) -> None:
    """Write down how an offer ended."""
    offer.state, offer.ended_at, offer.ended_by = state, now, str(actor.role)
    session.flush()
    record(session, Event(f"wait_list.offer_{state}", "wait_list_offer", offer.uid, actor, now))


def _wait_again(session: Session, offer: WaitListOffer) -> None:
    wanted = select(WaitListEntry).where(WaitListEntry.id == offer.entry_id).with_for_update()
    entry = session.scalars(wanted, execution_options=_FRESH).one()
    if entry.state == EntryState.OFFERED:
        entry.state = EntryState.WAITING


def _end_open(session: Session, uid: str, state: OfferState, *, actor: Actor, now: datetime) -> WaitListOffer:
    offer = get_offer(session, uid)
    lock_hold_of(session, offer)
    require_open(lock_offer(session, offer), now=now)
    end_offer(session, offer, state, actor=actor, now=now)
    return offer


def require_open(offer: WaitListOffer, *, now: datetime) -> None:
    """Raise :class:`OfferEnded` unless the offer can still be answered."""
    if offer.state == OfferState.OPEN and offer.expires_at <= now:
        raise OfferEnded(OfferState.EXPIRED)
    if offer.state != OfferState.OPEN:
        raise OfferEnded(OfferState(offer.state))
