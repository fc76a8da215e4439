"""Bringing the outbox and the desk's calls in line with what visits want; may run at any time, any number of times."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.db import new_uid
from practice.reminders.bundling import message_id
from practice.reminders.calls import reconcile_calls
from practice.reminders.context import Outlook, look, truth_of
from practice.reminders.kinds import NEWS, OFF, Channel, MessageKind, MessageState, Why
from practice.reminders.links import ensure_links
from practice.reminders.models import Message
from practice.reminders.planned import Plan, Wanted
from practice.reminders.told import remember, tells, told_by
from practice.reminders.undelivered import report_undelivered
from practice.reminders.wanted import CALLED_OFF
from practice.scheduling.telling import AppointmentFacts, list_unreconciled, mark_reconciled

BATCH = 200
APPOINTMENT = "appointment"

_WAITING = frozenset({MessageState.QUEUED, MessageState.RETRY})
_UNSURE = frozenset({MessageState.UNKNOWN, MessageState.QUEUED, MessageState.RETRY, MessageState.SENDING})
_REVIVABLE = frozenset({MessageState.SUPERSEDED, MessageState.SKIPPED, MessageState.EXPIRED})


def reconcile(session: Session, *, domain: str, now: datetime, limit: int = BATCH) -> int:
    """Plan the messages of appointments that changed; return how many appointments were looked at.

    *domain* is the part of Message-IDs after the @.
    """
    seqs = list_unreconciled(session, limit)
    reconcile_appointments(session, seqs, domain=domain, now=now)
    return len(seqs)


def reconcile_appointments(session: Session, seqs: Mapping[int, int], *, domain: str, now: datetime) -> None:
    """Write, update, revive or drop the messages and calls of these appointments; *seqs* is what was seen of each."""
    if not seqs:
        return
    # Before everything else: what is told of a mail that has ended since is then seen below.
    messages = _messages(session, seqs)
    seqs = {number: seq for number, seq in seqs.items() if not _is_leaving(messages.get(number, {}).values(), now)}
    outlook = look(session, seqs, now=now)
    if _settle_unsure(session, outlook, messages, now=now):
        outlook = look(session, seqs, now=now)
    this = _Round(outlook, domain, now)
    plans: dict[int, Plan] = {}
    written: list[Message] = []
    for number in sorted(this.outlook.facts):
        known = messages.get(number, {})
        plans[number] = this.outlook.plan(number, now)
        new = _new_messages(this, number, plans[number], known)
        session.add_all(new)
        if new:
            written.append(new[0])
        for late in _update_messages(this, plans[number], known):
            report_undelivered(session, late, now=now)
    reconcile_calls(session, plans, now=now)
    session.flush()
    ensure_links(session, {each.subject_id for each in written}, {each.client_id for each in written}, now=now)
    mark_reconciled(session, seqs)


@dataclass(frozen=True, slots=True)
class _Round:
    outlook: Outlook
    domain: str
    now: datetime


def _messages(session: Session, appointment_ids: Iterable[int]) -> dict[int, dict[str, Message]]:
    rows = select(Message).where(Message.subject_kind == APPOINTMENT, Message.subject_id.in_(appointment_ids))
    found: dict[int, dict[str, Message]] = {}
    for message in session.execute(rows).scalars():
        found.setdefault(message.subject_id, {})[message.dedupe_key] = message
    return found


def _is_leaving(known: Iterable[Message], now: datetime) -> bool:
    """Return whether a mail about a visit is on the wire: what its client knows is certain when it has ended."""
    return any(
        message.state == MessageState.SENDING and message.copies and _is_leased(message, now) for message in known
    )


def _is_leased(message: Message, now: datetime) -> bool:
    return message.lease_until is not None and message.lease_until > now


def _settle_unsure(
    session: Session, outlook: Outlook, messages: Mapping[int, Mapping[str, Message]], *, now: datetime
) -> bool:
    """Take mails that may have arrived and are no longer true as perhaps told, so that a correction follows them.

    One that says what is true needs none: it may as well not have arrived. Return whether there were any.
    """
    unsure = [
        message
        for number in outlook.facts
        for message in messages.get(number, {}).values()
        if _may_have_arrived(message) and _misleads(message, outlook.facts[number])
    ]
    for message in unsure:
        message.state, message.why = MessageState.SUPERSEDED, Why.OUTDATED
        doubtful = replace(told_by(message, at=now), is_certain=False)
        remember(session, message.subject_id, doubtful, message.sequence)
    return bool(unsure)


def _may_have_arrived(message: Message) -> bool:
    """Return whether nobody knows if a client has read *message*; one that came back was read by nobody."""
    is_given_up = message.state == MessageState.FAILED and message.sent_at is None
    return message.copies > 0 and (is_given_up or message.state in _UNSURE)


def _misleads(message: Message, facts: AppointmentFacts) -> bool:
    """Return whether somebody who read *message* would believe something else of the visit than what is true."""
    said = told_by(message, at=facts.changed_at)
    is_theirs = facts.client_id == message.client_id and facts.state not in CALLED_OFF
    return (None if said.is_cancelled else said.truth) != (truth_of(facts) if is_theirs else None)


def _mails(plan: Plan) -> dict[str, Wanted]:
    return {wanted.dedupe_key: wanted for wanted in plan.wanted if wanted.channel is Channel.EMAIL}


def _new_messages(this: _Round, number: int, plan: Plan, known: Mapping[str, Message]) -> list[Message]:
    return [_message(this, number, wanted) for key, wanted in _mails(plan).items() if key not in known]


def _update_messages(this: _Round, plan: Plan, known: Mapping[str, Message]) -> list[Message]:
    """Bring messages that exist in line with *plan*; return those that came too late, of which the desk must hear."""
    mails = _mails(plan)
    late = []
    for key, message in known.items():
        if key in mails:
            _follow(message, mails[key], this.outlook)
        elif message.state in _WAITING:
            drop(message, plan, this.now)
            late += [message] if message.state == MessageState.EXPIRED else []
    return late


def _message(this: _Round, number: int, wanted: Wanted) -> Message:
    facts = this.outlook.facts[number]
    message = Message(
        uid=new_uid(),
        dedupe_key=wanted.dedupe_key,
        kind=wanted.kind,
        channel=Channel.EMAIL,
        subject_kind=APPOINTMENT,
        subject_id=number,
        client_id=wanted.former_client_id or facts.client_id,
        due_at=wanted.due_at,
        expires_at=wanted.expires_at,
        state=MessageState.QUEUED,
        message_id=message_id([wanted.dedupe_key], this.domain),
        created_at=this.now,
    )
    address(message, this.outlook)
    return message


def address(message: Message, outlook: Outlook) -> None:
    """Write on *message* who gets it, what it says and with what else it leaves, as things stand now."""
    number = message.subject_id
    facts, recipient = outlook.facts[number], outlook.recipients[message.client_id]
    if recipient.address is None:
        raise LookupError("a mail is planned only for somebody with an address")
    message.to_address, message.to_name = recipient.address, recipient.name
    message.sequence = sequence_now(message, outlook)
    message.act_id = facts.act_id if message.kind in NEWS else None
    if message.tells != (said := said_now(message, outlook)):
        message.tells = said


def said_now(message: Message, outlook: Outlook) -> dict[str, object]:
    """Return what *message* would say if it left now."""
    number = message.subject_id
    is_cancelled = message.kind in OFF
    told = outlook.told_to(number, message.client_id)
    # A cancellation names the time that the client believes in, which a move may have overtaken unsaid.
    truth = told.truth if is_cancelled and told is not None else truth_of(outlook.facts[number])
    return tells(truth, is_cancelled=is_cancelled)


def sequence_now(message: Message, outlook: Outlook) -> int:
    """Return the SEQUENCE of the calendar entry in *message*.

    What takes a visit back from one client stays below what gives it to the next: a mailbox that both share may get
    the two in either order.
    """
    told = outlook.told_to(message.subject_id, message.client_id)
    if message.kind == MessageKind.PASSED_ON and told is not None:
        return told.sequence + 1
    return outlook.facts[message.subject_id].sequence


def _follow(message: Message, wanted: Wanted, outlook: Outlook) -> None:
    """Let a message that exists take over the times and the address that it should have now."""
    if message.state not in _WAITING | _REVIVABLE | {MessageState.FAILED}:
        return
    was_for, said = message.to_address, message.tells
    address(message, outlook)
    is_readdressed = message.to_address != was_for
    if message.state in _REVIVABLE or is_readdressed or _deserves_another_try(message, said):
        message.state, message.why, message.lease_until = MessageState.QUEUED, "", None
        message.failures = message.render_errors = 0
    message.due_at, message.expires_at = wanted.due_at, wanted.expires_at


def _deserves_another_try(message: Message, said: Mapping[str, object]) -> bool:
    """Return whether what a mail was given up for is gone: it says something else, or its address is open again."""
    is_given_up = message.state == MessageState.FAILED
    return is_given_up and (message.tells != said or message.why == Why.ADDRESS_REFUSED)


def drop(message: Message, plan: Plan, now: datetime) -> None:
    """Close a message that is no longer wanted, with the plan's reason for its kind if it gives one."""
    message.lease_until = message.leased_by = None
    is_missed = any(omitted.dedupe_key == message.dedupe_key for omitted in plan.omitted)
    if message.expires_at <= now or is_missed:
        message.state, message.why = MessageState.EXPIRED, Why.TOO_LATE
        return
    reasons = [omitted.why for omitted in plan.omitted if omitted.kind == message.kind]
    message.state = MessageState.SUPERSEDED
    message.why = reasons[0] if reasons else Why.OUTDATED
