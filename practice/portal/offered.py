"""What the holder of an offer's link sees and does: one time, until when it is hers, and the way on when it is not."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from practice.accounts.links import link_actor, mark_used
from practice.accounts.models import SignedLink
from practice.clients.verifying import verify_address
from practice.clinic.models import PracticeSettings, ServiceKind
from practice.clinic.queries import get_settings
from practice.core.errors import NotFound
from practice.core.local_time import to_local, wall_time
from practice.reminders.links import OFFER, ensure_links, find_links
from practice.reminders.queries import addresses_reached
from practice.scheduling.claiming.rules import BookingRules
from practice.scheduling.wait_list.ending import decline_offer
from practice.scheduling.wait_list.entries import withdraw_entry
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.offers import accept_offer
from practice.scheduling.wait_list.states import OPEN_ENTRIES, OfferState


@dataclass(frozen=True, slots=True)
class OfferedTime:
    """One offer as it stands at this moment; ``manage`` opens the appointment that it became."""

    offer: WaitListOffer
    client_id: int
    settings: PracticeSettings
    state: OfferState
    manage: SignedLink | None

    @property
    def first_name(self) -> str:
        """Return how the client is greeted."""
        client = self.offer.entry.client
        return client.preferred_name or client.first_name

    @property
    def local_start(self) -> datetime:
        """Return the wall time with its zone."""
        return to_local(self.offer.starts_at, self.offer.zone)

    @property
    def answer_until(self) -> datetime:
        """Return until when the time is kept, as wall time."""
        return to_local(self.offer.expires_at, self.offer.zone)

    @property
    def minutes(self) -> int:
        """Return how long the treatment takes."""
        return int((self.offer.ends_at - self.offer.starts_at).total_seconds()) // 60

    @property
    def is_by_phone(self) -> bool:
        """Return whether the therapist calls instead of the client coming."""
        return self.offer.entry.service.kind == ServiceKind.PHONE

    @property
    def is_listed(self) -> bool:
        """Return whether the client still waits."""
        return self.offer.entry.state in OPEN_ENTRIES


def get_offered_time(session: Session, *, link: SignedLink, now: datetime) -> OfferedTime:
    """Return the offer that a link opens; raises ``NotFound``."""
    entry = joinedload(WaitListOffer.entry)
    found = (
        select(WaitListOffer)
        .where(WaitListOffer.id == link.subject_id)
        .options(
            entry.joinedload(WaitListEntry.client),
            entry.joinedload(WaitListEntry.service),
            entry.joinedload(WaitListEntry.location),
            joinedload(WaitListOffer.therapist),
        )
    )
    offer = session.scalars(found, execution_options={"populate_existing": True}).one_or_none()
    if offer is None or link.subject_kind != OFFER:
        raise NotFound("This offer does not exist any more. Please call us.")
    settings = get_settings(session, wall_time(now, offer.zone).date())
    return OfferedTime(offer, offer.entry.client_id, settings, state_at(offer, now), _manage_link(session, offer))


def state_at(offer: WaitListOffer, now: datetime) -> OfferState:
    """Return how an offer stands, whether or not the worker has noticed that it ran out."""
    if offer.state == OfferState.OPEN and offer.expires_at <= now:
        return OfferState.EXPIRED
    return OfferState(offer.state)


def _manage_link(session: Session, offer: WaitListOffer) -> SignedLink | None:
    if offer.state != OfferState.ACCEPTED or offer.hold_id is None:
        return None
    return find_links(session, [offer.hold_id], [])[0].get(offer.hold_id)


def accept_by_link(session: Session, *, link: SignedLink, rules: BookingRules, now: datetime) -> None:
    """Book the offered time. Raises ``NotFound``, ``OfferEnded`` and what the rules refuse."""
    shown = get_offered_time(session, link=link, now=now)
    accepted = accept_offer(session, offer_uid=shown.offer.uid, rules=rules, actor=link_actor(link), now=now)
    # The page goes on to the appointment at once, before its confirmation is written.
    ensure_links(session, [accepted.appointment.id], [], now=now)
    _note_use(session, link, shown.client_id, now)


def decline_by_link(session: Session, *, link: SignedLink, now: datetime) -> None:
    """Say no to this time and stay on the list. Raises ``NotFound`` and ``OfferEnded``."""
    shown = get_offered_time(session, link=link, now=now)
    decline_offer(session, offer_uid=shown.offer.uid, actor=link_actor(link), now=now)
    _note_use(session, link, shown.client_id, now)


def stop_by_link(session: Session, *, link: SignedLink, now: datetime) -> None:
    """Leave the wait list; leaving twice is no error. Raises ``NotFound``."""
    shown = get_offered_time(session, link=link, now=now)
    withdraw_entry(session, entry_uid=shown.offer.entry.uid, actor=link_actor(link), now=now)
    mark_used(session, link=link, now=now)


def _note_use(session: Session, link: SignedLink, client_id: int, now: datetime) -> None:
    """Keep the first use; whoever acts from a mail has proved that its address is read."""
    mark_used(session, link=link, now=now)
    reached = addresses_reached(session, link.subject_id, subject_kind=OFFER)
    verify_address(session, client_id=client_id, addresses=reached, now=now)
