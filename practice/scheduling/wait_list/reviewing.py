"""Open offers against what is true now: one that can no longer be accepted ends at once, so that the next is asked."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from practice.clients.models import Client
from practice.core.actor import SYSTEM
from practice.core.errors import PracticeError
from practice.scheduling.claiming.loading import WITH_EVERYBODY
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.models import Appointment
from practice.scheduling.wait_list.board import Reach
from practice.scheduling.wait_list.ending import MOST_ENDED_AT_ONCE, end_offer, get_offer, lock_hold_of, lock_offer
from practice.scheduling.wait_list.models import WaitListOffer
from practice.scheduling.wait_list.offers import require_allowed
from practice.scheduling.wait_list.states import OfferChannel, OfferState


def list_doubtful(session: Session, *, reach: Reach, rules: BookingRules, now: datetime) -> Sequence[str]:
    """Return the offers by mail that stand and are not as they should be; takes no lock."""
    standing = (
        select(WaitListOffer)
        .where(
            WaitListOffer.state == OfferState.OPEN,
            WaitListOffer.channel == OfferChannel.EMAIL,
            WaitListOffer.expires_at > now,
        )
        .options(joinedload(WaitListOffer.entry))
        .order_by(WaitListOffer.id)
        .limit(MOST_ENDED_AT_ONCE)
    )
    offers = session.scalars(standing).all()
    reached = reach(session, {offer.entry.client_id for offer in offers})
    return [
        offer.uid
        for offer in offers
        if offer.entry.client_id not in reached or _is_doubtful(session, offer, rules=rules, now=now)
    ]


def _is_doubtful(session: Session, offer: WaitListOffer, *, rules: BookingRules, now: datetime) -> bool:
    hold = _hold_of(session, offer)
    if hold is None or offer.starts_at != hold.starts_at:
        return True
    return not _is_possible(session, offer.entry.client_id, hold, rules=rules, now=now)


def _hold_of(session: Session, offer: WaitListOffer) -> Appointment | None:
    wanted = select(Appointment).where(Appointment.id == offer.hold_id).options(*WITH_EVERYBODY)
    return session.scalars(wanted).one_or_none()


def _is_possible(session: Session, client_id: int, hold: Appointment, *, rules: BookingRules, now: datetime) -> bool:
    client = session.get_one(Client, client_id)
    try:
        require_allowed(session, hold, client, is_by_client=True, rules=rules, actor=SYSTEM, now=now)
    except PracticeError:
        return False
    return True


def review_offer(session: Session, *, offer_uid: str, reach: Reach, rules: BookingRules, now: datetime) -> bool:
    """Let an offer follow its held time, or take it back when nobody could accept it; return whether it still stands.

    The client may be offered the time again. Harmless for an offer that was answered meanwhile.
    """
    offer = get_offer(session, offer_uid)
    client_id = offer.entry.client_id
    hold = lock_hold_of(session, offer)
    if lock_offer(session, offer).state != OfferState.OPEN:
        return False
    is_reached = client_id in reach(session, {client_id})
    if hold is None or not is_reached or not _is_possible(session, client_id, hold, rules=rules, now=now):
        end_offer(session, offer, OfferState.WITHDRAWN, actor=SYSTEM, now=now)
        return False
    offer.starts_at, offer.ends_at = hold.starts_at, hold.ends_at
    return True
