"""Mails that offer a time from the wait list: wanted while the offer stands, dropped when it ends.

The offer is the subject, not the held time behind it: a hold is nobody's news.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.accounts.links import make_link
from practice.accounts.models import SignedLink
from practice.clients.recipients import Recipient, message_recipient
from practice.clinic.models import PracticeSettings
from practice.clinic.queries import get_settings, practice_today
from practice.core.db import new_uid
from practice.reminders.bundling import message_id
from practice.reminders.context import suppressed_addresses, truth_of
from practice.reminders.judging import MOST_COPIES, Claimed, Mail, first_names, party_of
from practice.reminders.kinds import Channel, MessageKind, MessageState, Why
from practice.reminders.links import OFFER, OFFER_LINK_LIFE, STOP_OFFERS
from practice.reminders.models import Message
from practice.reminders.outbox import Lease, lock_mine
from practice.reminders.told import tells, told_by
from practice.reminders.undelivered import report_undelivered
from practice.scheduling.wait_list.telling import OfferFacts, list_untold_offers, mark_offers_told, offer_facts

_WAITING = frozenset({MessageState.QUEUED, MessageState.RETRY, MessageState.UNKNOWN})


def reachable_by_mail(session: Session, client_ids: Collection[int], *, now: datetime) -> set[int]:
    """Return those clients whose messages have an open address to go to."""
    return set(_recipients(session, client_ids, now=now))


def _recipients(session: Session, client_ids: Collection[int], *, now: datetime) -> dict[int, Recipient]:
    found = message_recipient(session, client_ids, on=practice_today(session, now))
    closed = suppressed_addresses(session, {each.address for each in found.values() if each.address is not None})
    return {key: each for key, each in found.items() if each.address is not None and each.address not in closed}


def reconcile_offers(session: Session, *, domain: str, now: datetime, limit: int = 50) -> int:
    """Plan the mails of offers that changed; return how many offers were looked at."""
    versions = list_untold_offers(session, limit)
    if not versions:
        return 0
    facts = offer_facts(session, versions)
    recipients = _recipients(session, {each.client_id for each in facts.values()}, now=now)
    known = _messages(session, facts)
    for number, offer in facts.items():
        message, recipient = known.get(number), recipients.get(offer.client_id)
        if offer.stands_at(now) and recipient is not None:
            if message is None:
                session.add(_message(offer, recipient, domain=domain, now=now))
                _make_links(session, offer, now=now)
            elif message.state in _WAITING:
                message.tells = tells(truth_of(offer.visit), is_cancelled=False)
        elif message is not None and message.state in _WAITING:
            _drop(message, now)
    session.flush()
    mark_offers_told(session, versions)
    return len(versions)


def _messages(session: Session, offer_ids: Collection[int]) -> dict[int, Message]:
    rows = select(Message).where(Message.subject_kind == OFFER, Message.subject_id.in_(offer_ids))
    return {message.subject_id: message for message in session.scalars(rows)}


def _message(offer: OfferFacts, recipient: Recipient, *, domain: str, now: datetime) -> Message:
    key = f"offer:{offer.uid}"
    return Message(
        uid=new_uid(),
        dedupe_key=key,
        kind=MessageKind.OFFER,
        channel=Channel.EMAIL,
        subject_kind=OFFER,
        subject_id=offer.id,
        client_id=offer.client_id,
        to_address=recipient.address,
        to_name=recipient.name,
        due_at=offer.offered_at,
        expires_at=offer.expires_at,
        state=MessageState.QUEUED,
        message_id=message_id([key], domain),
        tells=tells(truth_of(offer.visit), is_cancelled=False),
        created_at=now,
    )


def _make_links(session: Session, offer: OfferFacts, *, now: datetime) -> None:
    for purpose in (OFFER, STOP_OFFERS):
        make_link(
            session,
            purpose=purpose,
            subject_kind=OFFER,
            subject_id=offer.id,
            expires_at=offer.expires_at + OFFER_LINK_LIFE,
            now=now,
        )


def _drop(message: Message, now: datetime) -> None:
    message.lease_until = message.leased_by = None
    is_late = message.expires_at <= now
    message.state = MessageState.EXPIRED if is_late else MessageState.SUPERSEDED
    message.why = Why.TOO_LATE if is_late else Why.OUTDATED


@dataclass(frozen=True, slots=True)
class OfferMails:
    """Claimed mails of offers that stand, and those that are not as they should be."""

    mails: list[Mail]
    odd: list[Lease]
    settings: PracticeSettings


def judge_offers(session: Session, leases: Collection[Lease], *, now: datetime) -> OfferMails:
    """Read everything about these mails, in a number of statements that does not depend on how many they are."""
    by_id = {lease.id: lease for lease in leases}
    messages = session.scalars(select(Message).where(Message.id.in_(by_id)).order_by(Message.due_at, Message.id)).all()
    facts = offer_facts(session, {message.subject_id for message in messages})
    people = {message.client_id for message in messages}
    this = _Reading(
        facts, _recipients(session, people, now=now), _links(session, facts), first_names(session, people), now
    )
    mails = OfferMails([], [], get_settings(session, practice_today(session, now)))
    for message in messages:
        lease = by_id[message.id]
        if message.attempt == lease.attempt and _is_fit(message, this):
            mails.mails.append(Mail((_claimed(message, lease, this),), message.message_id))
        else:
            mails.odd.append(lease)
    return mails


@dataclass(frozen=True, slots=True)
class _Reading:
    facts: Mapping[int, OfferFacts]
    recipients: Mapping[int, Recipient]
    links: Mapping[tuple[str, int], SignedLink]
    names: Mapping[int, str]
    now: datetime


def _links(session: Session, offer_ids: Collection[int]) -> dict[tuple[str, int], SignedLink]:
    rows = select(SignedLink).where(
        SignedLink.revoked_at.is_(None), SignedLink.subject_kind == OFFER, SignedLink.subject_id.in_(offer_ids)
    )
    return {(link.purpose, link.subject_id): link for link in session.scalars(rows)}


def _is_fit(message: Message, this: _Reading) -> bool:
    """Return whether the offer stands and the mail goes where its client's messages go now."""
    offer, recipient = this.facts.get(message.subject_id), this.recipients.get(message.client_id)
    return (
        offer is not None
        and offer.stands_at(this.now)
        and recipient is not None
        and recipient.address == message.to_address
        and message.copies < MOST_COPIES
        and (OFFER, message.subject_id) in this.links
    )


def _claimed(message: Message, lease: Lease, this: _Reading) -> Claimed:
    offer, person = this.facts[message.subject_id], this.recipients[message.client_id]
    return Claimed(
        lease=lease,
        kind=MessageKind.OFFER,
        facts=offer.visit,
        told=None,
        tells=told_by(message, at=message.due_at),
        sequence=message.sequence,
        first_name=this.names[message.client_id],
        manage=this.links[OFFER, offer.id],
        stop=this.links[STOP_OFFERS, offer.id],
        answer_until=offer.expires_at,
        **party_of(message, person),
    )


def settle_offers(session: Session, *, leases: Collection[Lease], now: datetime) -> None:
    """Close mails whose offer has ended; write the others to the address that is true now."""
    for lease in leases:
        message = lock_mine(session, lease)
        if message is not None:
            _settle(session, message, now)


def _settle(session: Session, message: Message, now: datetime) -> None:
    offer = offer_facts(session, [message.subject_id]).get(message.subject_id)
    recipient = _recipients(session, [message.client_id], now=now).get(message.client_id)
    message.lease_until = message.leased_by = None
    if offer is None or not offer.stands_at(now):
        _drop(message, now)
    elif recipient is None or message.copies >= MOST_COPIES:
        message.state = MessageState.FAILED
        message.why = Why.SUPPRESSED if recipient is None else Why.UNSURE_TWICE
        report_undelivered(session, message, now=now)
    elif recipient.address is not None:
        message.to_address, message.to_name = recipient.address, recipient.name
        message.state = MessageState.QUEUED
        _make_links(session, offer, now=now)
