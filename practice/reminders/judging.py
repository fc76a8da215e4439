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
from practice.reminders.bundling import bundles_of, id_of_mail
from practice.reminders.calendar_part import Party
from practice.reminders.context import Outlook, look
from practice.reminders.facts import LastTold
from practice.reminders.kinds import MessageKind, MessageState, Why
from practice.reminders.links import ensure_links, find_links
from practice.reminders.models import Message
from practice.reminders.outbox import Lease, lock_mine
from practice.reminders.planned import Wanted
from practice.reminders.reconciling import address, drop, said_now, sequence_now
from practice.reminders.told import remember, told_by
from practice.reminders.undelivered import report_mails, report_undelivered
from practice.reminders.unheard import plan_anew
from practice.scheduling.absences.kept_times import KeptTime
from practice.scheduling.telling import AppointmentFacts, mark_unreconciled

MOST_COPIES = 2
"""A mail whose end nobody knows is sent once more, never twice: a missed visit costs more than a second mail."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that may be sent under its lease, and everything that it says."""

    lease: Lease
    kind: MessageKind
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
    choices: tuple[KeptTime, ...] = ()

    def tells_at(self, now: datetime) -> LastTold:
        """Return what the client knows once the mail was accepted at *now*."""
        return replace(self.tells, at=now)

    @property
    def client_id(self) -> int:
        """Return whom the mail is about."""
        return self.tells.client_id


@dataclass(frozen=True, slots=True)
class Mail:
    """What leaves as one mail: one message, or all that tell one client of one act, in the order of the visits.

    What ``is_of_act`` is marked together, for its Message-ID depends on how many of the act are left to tell.
    """

    parts: tuple[Claimed, ...]
    message_id: str
    is_of_act: bool = False

    @property
    def lead(self) -> Claimed:
        """Return the first part, which says to whom the mail goes."""
        return self.parts[0]

    @property
    def leases(self) -> list[Lease]:
        """Return the rights under which it may be sent."""
        return [part.lease for part in self.parts]


@dataclass(frozen=True, slots=True)
class Batch:
    """Mails that are wanted, messages that are not as they should be, and what all letters share.

    ``spared`` are messages that are right but would leave in one mail with one that is not: they wait for it.
    """

    mails: Sequence[Mail]
    odd: Sequence[Lease]
    spared: Sequence[Lease]
    outlook: Outlook


def judge(session: Session, leases: Collection[Lease], *, now: datetime) -> Batch:
    """Read everything about these messages, in a number of statements that does not depend on how many they are."""
    by_id = {lease.id: lease for lease in leases}
    rows = session.execute(select(Message).where(Message.id.in_(by_id)).order_by(Message.due_at, Message.id))
    messages = rows.scalars().all()
    outlook = look(session, {message.subject_id for message in messages}, now=now)
    people = {message.client_id for message in messages}
    links = find_links(session, {message.subject_id for message in messages}, people)
    reading = _Reading(by_id, outlook, links, first_names(session, people), now)
    mails: list[Mail] = []
    odd: list[Lease] = []
    spared: list[Lease] = []
    for bundle in bundles_of(messages):
        unfit = [message for message in bundle if not _is_fit(message, reading)]
        if not unfit and _is_due(bundle, reading):
            mails.append(_mail(bundle, reading))
            continue
        odd += [by_id[message.id] for message in unfit or bundle]
        spared += [by_id[message.id] for message in bundle if unfit and message not in unfit]
    return Batch(mails, odd, spared, outlook)


Links = tuple[Mapping[int, SignedLink], Mapping[int, SignedLink]]


@dataclass(frozen=True, slots=True)
class _Reading:
    """What claimed messages are judged by."""

    leases: Mapping[int, Lease]
    outlook: Outlook
    links: Links
    names: Mapping[int, str]
    now: datetime


def _is_fit(message: Message, reading: _Reading) -> bool:
    """Return whether a message is wanted, to the address and with the words that it carries."""
    outlook, links = reading.outlook, reading.links
    return (
        message.attempt == reading.leases[message.id].attempt
        and _wanted(message, outlook, reading.now) is not None
        and reading.now < message.expires_at
        and message.copies < MOST_COPIES
        and message.tells == said_now(message, outlook)
        and message.to_address == outlook.recipients[message.client_id].address
        and message.sequence == sequence_now(message, outlook)
        and message.subject_id in links[0]
        and message.client_id in links[1]
    )


def _is_due(bundle: Collection[Message], reading: _Reading) -> bool:
    """Return whether the turn of any message has come: the others leave with it."""
    wanted = [_wanted(message, reading.outlook, reading.now) for message in bundle]
    return any(each is not None and each.due_at <= reading.now for each in wanted)


def _wanted(message: Message, outlook: Outlook, now: datetime) -> Wanted | None:
    plan = outlook.plan(message.subject_id, now)
    return next((each for each in plan.wanted if each.dedupe_key == message.dedupe_key), None)


def _mail(bundle: Collection[Message], reading: _Reading) -> Mail:
    parts = sorted((_claimed(message, reading) for message in bundle), key=lambda part: part.tells.truth.starts_at)
    return Mail(tuple(parts), id_of_mail(bundle), any(message.act_id is not None for message in bundle))


def _claimed(message: Message, reading: _Reading) -> Claimed:
    outlook, links = reading.outlook, reading.links
    person = outlook.recipients[message.client_id]
    kept = outlook.kept.get(message.subject_id) if message.kind == MessageKind.TIMES else None
    return Claimed(
        answer_until=kept.until if kept else None,
        choices=kept.times if kept else (),
        lease=reading.leases[message.id],
        kind=MessageKind(message.kind),
        facts=outlook.facts[message.subject_id],
        told=outlook.told_to(message.subject_id, message.client_id),
        tells=told_by(message, at=message.due_at),
        sequence=message.sequence,
        first_name=reading.names[message.client_id],
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
    given_up = []
    for lease in leases:
        message = lock_mine(session, lease)
        if message is None:
            continue
        _settle(session, message, look(session, [message.subject_id], now=now), now)
        if message.state == MessageState.FAILED:
            given_up.append(message)
    report_mails(session, given_up, now=now)
    plan_anew(session, given_up, now=now)


def _settle(session: Session, message: Message, outlook: Outlook, now: datetime) -> None:
    message.lease_until = message.leased_by = None
    if message.copies >= MOST_COPIES:
        message.state, message.why = MessageState.FAILED, Why.UNSURE_TWICE
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
