"""What mails read of offers, and the mark by which they know what they have dealt with."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import ColumnElement, SQLColumnExpression, bindparam, exists, select, update
from sqlalchemy.orm import Session

from practice.clinic.models import Location, Service, ServiceKind, Therapist
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.telling import AppointmentFacts
from practice.scheduling.wait_list.models import WaitListEntry, WaitListOffer
from practice.scheduling.wait_list.states import OfferChannel, OfferState


@dataclass(frozen=True, slots=True)
class OfferFacts:
    """One offer as its mail tells it: the visit that it would become, and until when it can be accepted."""

    id: int
    uid: str
    client_id: int
    is_open: bool
    offered_at: datetime
    expires_at: datetime
    visit: AppointmentFacts

    def stands_at(self, now: datetime) -> bool:
        """Return whether the offer can be accepted at *now*."""
        return self.is_open and now < self.expires_at


def is_any_offer_untold() -> ColumnElement[bool]:
    """Return the condition that any offer changed since its mail was planned."""
    return exists().where(WaitListOffer.version > WaitListOffer.reconciled_version)


def list_untold_offers(session: Session, limit: int) -> dict[int, int]:
    """Return the version of offers that changed since their mail was planned, by id; their rows stay locked."""
    rows = (
        select(WaitListOffer.id, WaitListOffer.version)
        .where(WaitListOffer.version > WaitListOffer.reconciled_version)
        .order_by(WaitListOffer.id)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
    )
    return {row.id: row.version for row in session.execute(rows)}


def mark_offers_told(session: Session, versions: Mapping[int, int]) -> None:
    """Note up to which version the mail of each offer follows it."""
    if versions:
        marked = (
            update(WaitListOffer)
            .where(WaitListOffer.id == bindparam("offer"))
            .values(reconciled_version=bindparam("seen"))
        )
        values = [{"offer": number, "seen": version} for number, version in versions.items()]
        session.connection().execute(marked, values)


def is_offer_open(offer_id: SQLColumnExpression[int], now: ColumnElement[datetime]) -> ColumnElement[bool]:
    """Return the condition that an offer can still be accepted."""
    return exists().where(
        WaitListOffer.id == offer_id, WaitListOffer.state == OfferState.OPEN, WaitListOffer.expires_at > now
    )


def offer_facts(session: Session, offer_ids: Collection[int]) -> dict[int, OfferFacts]:
    """Return what mails need to know of offers made by mail, by id; one statement."""
    rows = (
        select(WaitListOffer, WaitListEntry.client_id, Therapist.name, Location, Service.kind == ServiceKind.PHONE)
        .join(WaitListEntry, WaitListEntry.id == WaitListOffer.entry_id)
        .join(Therapist, Therapist.id == WaitListOffer.therapist_id)
        .join(Location, Location.id == WaitListEntry.location_id)
        .join(Service, Service.id == WaitListEntry.service_id)
        .where(WaitListOffer.id.in_(offer_ids), WaitListOffer.channel == OfferChannel.EMAIL)
        .execution_options(populate_existing=True)
    )
    return {row[0].id: _facts(*row) for row in session.execute(rows)}


def _facts(
    offer: WaitListOffer, client_id: int, therapist_name: str, location: Location, is_by_phone: bool
) -> OfferFacts:
    visit = AppointmentFacts(
        id=offer.id,
        uid=offer.uid,
        client_id=client_id,
        state=AppointmentState.HELD,
        starts_at=offer.starts_at,
        ends_at=offer.ends_at,
        zone=offer.zone,
        sequence=0,
        change_seq=0,
        confirmed_at=None,
        tell_client=True,
        booked_at=offer.offered_at,
        changed_at=offer.offered_at,
        therapist_name=therapist_name,
        location_id=location.id,
        address=location.address,
        location_phone=location.phone,
        arrive_early_minutes=location.arrive_early_minutes,
        is_by_phone=is_by_phone,
    )
    return OfferFacts(
        offer.id, offer.uid, client_id, offer.state == OfferState.OPEN, offer.offered_at, offer.expires_at, visit
    )
