"""Claimed messages against the truth: what is still wanted becomes a letter, the rest is closed or corrected."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TypedDict

from sqlalchemy import func, select
from sqlalchemy.orm import Session, aliased

from practice.accounts.models import SignedLink
from practice.clients.models import Client, MessagesTo
from practice.clients.recipients import Recipient
from practice.reminders.calendar_part import Party
from practice.reminders.context import Outlook, look
from practice.reminders.facts import LastTold
from practice.reminders.kinds import MessageKind, MessageState, Why
from practice.reminders.links import ensure_links, find_links
from practice.reminders.models import Message
from practice.reminders.outbox import Lease, lock_mine
from practice.reminders.reconciling import address, drop, said_now
from practice.reminders.told import remember, told_by
from practice.reminders.undelivered import report_undelivered
from practice.reminders.wanted import Wanted
from practice.scheduling.telling import AppointmentFacts, mark_unreconciled

MOST_COPIES = 2
"""A mail whose end nobody knows is sent once more, never twice: a missed visit costs more than a second mail."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that may be sent under its lease, and everything that it says."""

    lease: Lease
    kind: MessageKind
    message_id: str
    recipient: Party
    facts: AppointmentFacts
    told: LastTold | None
    tells: LastTold
    sequence: int
    first_name: str
    language: str
    is_own: bool
    manage: SignedLink
    stop: SignedLink
    answer_until: datetime | None = None

    def tells_at(self, now: datetime) -> LastTold:
        """Return what the client knows once the mail was accepted at *now*."""
        return replace(self.tells, at=now)

    @property
    def client_id(self) -> int:
        """Return whom the mail is about."""
        return self.tells.client_id


@dataclass(frozen=True, slots=True)
class Batch:
    """Claimed messages that are wanted, those that are not as they should be, and what all letters share."""

    claimed: Sequence[Claimed]
    odd: Sequence[Lease]
    outlook: Outlook


def judge(session: Session, leases: Collection[Lease], *, now: datetime) -> Batch:
    """Read everything about these messages, in a number of statements that does not depend on how many they are."""
    by_id = {lease.id: lease for lease in leases}
    rows = session.execute(select(Message).where(Message.id.in_(by_id)).order_by(Message.due_at, Message.id))
    messages = rows.scalars().all()
    outlook = look(session, {message.subject_id for message in messages}, now=now)
    people = {message.client_id for message in messages}
    links = find_links(session, {message.subject_id for message in messages}, people)
    names = first_names(session, people)
    claimed, odd = [], []
    for message in messages:
        lease = by_id[message.id]
        if message.attempt == lease.attempt and _is_fit(message, outlook, links, now):
            claimed.append(_claimed(message, lease, outlook, links, names))
        else:
            odd.append(lease)
    return Batch(claimed, odd, outlook)


Links = tuple[Mapping[int, SignedLink], Mapping[int, SignedLink]]


def _is_fit(message: Message, outlook: Outlook, links: Links, now: datetime) -> bool:
    """Return whether a message is wanted now, to the address and with the words that it carries."""
    wanted = _wanted(message, outlook, now)
    return (
        wanted is not None
        and wanted.due_at <= now < message.expires_at
        and message.copies < MOST_COPIES
        and message.tells == said_now(message, outlook)
        and message.to_address == outlook.recipients[message.client_id].address
        and message.sequence == outlook.facts[message.subject_id].sequence
        and message.subject_id in links[0]
        and message.client_id in links[1]
    )


def _wanted(message: Message, outlook: Outlook, now: datetime) -> Wanted | None:
    plan = outlook.plan(message.subject_id, now)
    return next((each for each in plan.wanted if each.dedupe_key == message.dedupe_key), None)


def _claimed(message: Message, lease: Lease, outlook: Outlook, links: Links, names: Mapping[int, str]) -> Claimed:
    person = outlook.recipients[message.client_id]
    return Claimed(
        lease=lease,
        kind=MessageKind(message.kind),
        message_id=message.message_id,
        facts=outlook.facts[message.subject_id],
        told=outlook.told.get(message.subject_id),
        tells=told_by(message, at=message.due_at),
        sequence=message.sequence,
        first_name=names[message.client_id],
        manage=links[0][message.subject_id],
        stop=links[1][message.client_id],
        **party_of(message, person),
    )


class PartyDetails(TypedDict):
    """To whom a letter goes, as :class:`Claimed` takes it."""

    recipient: Party
    language: str
    is_own: bool


def party_of(message: Message, person: Recipient) -> PartyDetails:
    """Return to whom the letter goes, in which language, and whether it is the client herself."""
    return {
        "recipient": Party(message.to_name, message.to_address),
        "language": person.language,
        "is_own": person.kind == MessagesTo.SELF,
    }


def first_names(session: Session, client_ids: Collection[int]) -> dict[int, str]:
    """Return how clients are greeted, by id."""
    asked = aliased(Client)
    rows = (
        select(asked.id, Client.preferred_name, Client.first_name)
        .join(Client, Client.id == func.coalesce(asked.merged_into_id, asked.id))
        .where(asked.id.in_(client_ids))
    )
    return {row.id: row.preferred_name or row.first_name for row in session.execute(rows)}


def settle(session: Session, *, leases: Collection[Lease], now: datetime) -> None:
    """Close messages that are stale, late or unsure twice; correct the others and give them back.

    A copy that may have arrived and no longer tells the truth counts as told, so that a correction follows it.
    """
    for lease in leases:
        message = lock_mine(session, lease)
        if message is not None:
            _settle(session, message, look(session, [message.subject_id], now=now), now)


def _settle(session: Session, message: Message, outlook: Outlook, now: datetime) -> None:
    message.lease_until = message.leased_by = None
    if message.copies >= MOST_COPIES:
        message.state, message.why = MessageState.FAILED, Why.UNSURE_TWICE
        report_undelivered(session, message, now=now)
        return
    wanted = _wanted(message, outlook, now)
    says_otherwise = message.copies > 0 and message.tells != said_now(message, outlook)
    if wanted is None or message.expires_at <= now or says_otherwise:
        _close(session, message, outlook, now)
        return
    address(message, outlook)
    ensure_links(session, [message.subject_id], [message.client_id], now=now)
    message.state, message.due_at = MessageState.QUEUED, wanted.due_at


def _close(session: Session, message: Message, outlook: Outlook, now: datetime) -> None:
    drop(message, outlook.plan(message.subject_id, now), now)
    if message.copies > 0:
        remember(session, message.subject_id, told_by(message, at=now), message.sequence)
        mark_unreconciled(session, [message.subject_id])
    elif message.state == MessageState.EXPIRED:
        report_undelivered(session, message, now=now)
