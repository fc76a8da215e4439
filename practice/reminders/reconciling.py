"""Bringing the outbox and the desk's calls in line with what visits want; may run at any time, any number of times."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.db import new_uid
from practice.reminders.bundling import message_id
from practice.reminders.calls import reconcile_calls
from practice.reminders.context import Outlook, look, truth_of
from practice.reminders.facts import LastTold
from practice.reminders.kinds import NEWS, Channel, MessageKind, MessageState, Why
from practice.reminders.links import ensure_links
from practice.reminders.models import Message
from practice.reminders.told import remember, tells, told_by
from practice.reminders.wanted import Plan, Wanted
from practice.scheduling.telling import list_unreconciled, mark_reconciled

BATCH = 200
APPOINTMENT = "appointment"

_WAITING = frozenset({MessageState.QUEUED, MessageState.RETRY})
_UNSURE = frozenset({MessageState.UNKNOWN, MessageState.QUEUED, MessageState.RETRY})
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
    this = _Round(look(session, seqs, now=now), domain, now)
    messages = _messages(session, seqs)
    plans: dict[int, Plan] = {}
    written: list[Message] = []
    for number in sorted(this.outlook.facts):
        known = messages.get(number, {})
        told = _settle_unsure(session, this, number, known.values())
        plans[number] = this.outlook.plan(number, now, told=told)
        new = _new_messages(this, number, plans[number], known)
        session.add_all(new)
        if new:
            written.append(new[0])
        _update_messages(this, plans[number], known)
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


def _settle_unsure(session: Session, this: _Round, number: int, known: Iterable[Message]) -> LastTold | None:
    """Treat a mail that may have arrived and is no longer true as told, so that a correction follows it."""
    unsure = [message for message in known if message.copies and message.state in _UNSURE]
    if not unsure:
        return None
    wanted = {each.dedupe_key for each in this.outlook.plan(number, this.now).wanted}
    for message in unsure:
        if message.dedupe_key not in wanted or message.tells != said_now(message, this.outlook):
            message.state, message.why = MessageState.SUPERSEDED, Why.OUTDATED
            told = told_by(message, at=this.now)
            remember(session, number, told, message.sequence)
            return told
    return None


def _mails(plan: Plan) -> dict[str, Wanted]:
    return {wanted.dedupe_key: wanted for wanted in plan.wanted if wanted.channel is Channel.EMAIL}


def _new_messages(this: _Round, number: int, plan: Plan, known: Mapping[str, Message]) -> list[Message]:
    return [_message(this, number, wanted) for key, wanted in _mails(plan).items() if key not in known]


def _update_messages(this: _Round, plan: Plan, known: Mapping[str, Message]) -> None:
    mails = _mails(plan)
    for key, message in known.items():
        if key in mails:
            _follow(message, mails[key], this.outlook)
        elif message.state in _WAITING:
            drop(message, plan, this.now)


def _message(this: _Round, number: int, wanted: Wanted) -> Message:
    facts = this.outlook.facts[number]
    message = Message(
        uid=new_uid(),
        dedupe_key=wanted.dedupe_key,
        kind=wanted.kind,
        channel=Channel.EMAIL,
        subject_kind=APPOINTMENT,
        subject_id=number,
        client_id=facts.client_id,
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
    message.to_address, message.to_name, message.sequence = recipient.address, recipient.name, facts.sequence
    message.act_id = facts.act_id if message.kind in NEWS else None
    if message.tells != (said := said_now(message, outlook)):
        message.tells = said


def said_now(message: Message, outlook: Outlook) -> dict[str, object]:
    """Return what *message* would say if it left now."""
    number = message.subject_id
    is_cancelled = message.kind == MessageKind.CANCELLED
    told = outlook.told.get(number)
    # A cancellation names the time that the client believes in, which a move may have overtaken unsaid.
    truth = told.truth if is_cancelled and told is not None else truth_of(outlook.facts[number])
    return tells(truth, is_cancelled=is_cancelled)


def _follow(message: Message, wanted: Wanted, outlook: Outlook) -> None:
    """Let a message that exists take over the times and the address that it should have now."""
    if message.state not in _WAITING | _REVIVABLE | {MessageState.FAILED}:
        return
    was_for = message.to_address
    address(message, outlook)
    is_readdressed = message.to_address != was_for
    if message.state in _REVIVABLE or is_readdressed:
        message.state, message.why, message.lease_until = MessageState.QUEUED, "", None
        message.failures = 0
    message.due_at, message.expires_at = wanted.due_at, wanted.expires_at


def drop(message: Message, plan: Plan, now: datetime) -> None:
    """Close a message that is no longer wanted, with the plan's reason for its kind if it gives one."""
    message.lease_until = message.leased_by = None
    if message.expires_at <= now:
        message.state, message.why = MessageState.EXPIRED, Why.TOO_LATE
        return
    reasons = [omitted.why for omitted in plan.omitted if omitted.kind == message.kind]
    message.state = MessageState.SUPERSEDED
    message.why = reasons[0] if reasons else Why.OUTDATED
