"""The outbox: messages are claimed with a lease and a fence, and re-read against the truth before they leave.

Each function is the work of one short transaction; no mail server is spoken to in here.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import ColumnElement, CursorResult, Result, Select, and_, or_, select, update
from sqlalchemy.orm import Session

from practice.accounts.models import SignedLink
from practice.clients.models import Client, MessagesTo
from practice.core.failpoints import failpoint
from practice.reminders.calendar_part import Party
from practice.reminders.context import Outlook, look
from practice.reminders.facts import LastTold
from practice.reminders.kinds import OPEN_STATES, MessageKind, MessageState, Why
from practice.reminders.links import ensure_links
from practice.reminders.models import Message
from practice.reminders.pulse import is_paused
from practice.reminders.reconciling import address, drop, said_now
from practice.reminders.told import remember, told_by
from practice.reminders.undelivered import report_undelivered
from practice.scheduling.telling import AppointmentFacts, is_unchanged, mark_unreconciled

LEASE = timedelta(seconds=120)
"""Longer than one conversation may take (60 s), so that a live worker never loses a message it is sending."""

MOST_COPIES = 2
"""A mail whose end nobody knows is sent once more, never twice: a missed visit costs more than a second mail."""


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that this worker may send until ``lease_until``, and what it says; ``attempt`` is the fence."""

    id: int
    attempt: int
    lease_until: datetime
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

    def tells_at(self, now: datetime) -> LastTold:
        """Return what the client knows once the mail was accepted at *now*."""
        return replace(self.tells, at=now)

    @property
    def client_id(self) -> int:
        """Return whom the mail is about."""
        return self.tells.client_id


@dataclass(frozen=True, slots=True)
class Batch:
    """What one claim took, with what all its letters share."""

    claimed: Sequence[Claimed]
    outlook: Outlook


def claim_due(session: Session, *, worker: str, limit: int, now: datetime) -> Batch | None:
    """Take at most *limit* due messages and return those that are still wanted; None when there is nothing.

    What is no longer true is closed here and now; what became due later goes back.
    """
    failpoint("mail.F1")
    if is_paused(session) or not (messages := _lock_due(session, limit, now)):
        return None
    outlook = look(session, {message.subject_id for message in messages}, now=now)
    wanted = [message for message in messages if _is_still_wanted(session, message, outlook, now)]
    for message in wanted:
        address(message, outlook)
    claims = _claims(session, wanted, outlook, now)
    _lease(session, wanted, worker, now)
    return Batch(claims, outlook)


def is_anything_due(session: Session, now: datetime) -> bool:
    """Return whether a claim would find something; a read that takes no lock, for idle ticks."""
    return session.execute(select(_due(now).exists())).scalar_one()


def _due(now: datetime) -> Select[Message]:
    return select(Message).where(
        Message.state.in_(OPEN_STATES),
        Message.due_at <= now,
        or_(Message.lease_until.is_(None), Message.lease_until <= now),
    )


def _lock_due(session: Session, limit: int, now: datetime) -> Sequence[Message]:
    due = (
        _due(now)
        .order_by(Message.due_at, Message.id)
        .limit(limit)
        .with_for_update(skip_locked=True)
        .execution_options(populate_existing=True)
    )
    return session.execute(due).scalars().all()


def _is_still_wanted(session: Session, message: Message, outlook: Outlook, now: datetime) -> bool:
    if message.copies >= MOST_COPIES:
        message.state, message.why, message.lease_until = MessageState.FAILED, Why.UNSURE_TWICE, None
        report_undelivered(session, message, now=now)
        return False
    plan = outlook.plan(message.subject_id, now)
    wanted = {each.dedupe_key: each for each in plan.wanted}.get(message.dedupe_key)
    if wanted is None or message.expires_at <= now or _may_have_told_otherwise(message, outlook):
        _give_up(session, message, outlook, now)
        return False
    if wanted.due_at > now:
        message.state, message.lease_until, message.due_at = MessageState.QUEUED, None, wanted.due_at
        return False
    return True


def _may_have_told_otherwise(message: Message, outlook: Outlook) -> bool:
    """Return whether a copy that may have arrived said something else: the same Message-ID must not say two things."""
    return message.copies > 0 and message.tells != said_now(message, outlook)


def _give_up(session: Session, message: Message, outlook: Outlook, now: datetime) -> None:
    """Close a message that is stale or late; one that may have arrived counts as told, so that a correction follows."""
    is_unsure = message.copies > 0
    drop(message, outlook.plan(message.subject_id, now), now)
    if is_unsure:
        remember(session, message.subject_id, told_by(message, at=now), message.sequence)
        mark_unreconciled(session, [message.subject_id])
    elif message.state == MessageState.EXPIRED:
        report_undelivered(session, message, now=now)


def _lease(session: Session, messages: Collection[Message], worker: str, now: datetime) -> None:
    session.flush()
    session.execute(
        update(Message)
        .where(Message.id.in_([message.id for message in messages]))
        .values(
            state=MessageState.SENDING,
            attempt=Message.attempt + 1,
            lease_until=now + LEASE,
            leased_by=worker,
            data_at=None,
        ),
        execution_options={"synchronize_session": False},
    )


def _claims(session: Session, messages: Collection[Message], outlook: Outlook, now: datetime) -> list[Claimed]:
    client_ids = {message.client_id for message in messages}
    links = ensure_links(session, {message.subject_id for message in messages}, client_ids, now=now)
    names = _first_names(session, client_ids)
    return [_claimed(message, outlook, links, names, now) for message in messages]


def _claimed(
    message: Message,
    outlook: Outlook,
    links: tuple[Mapping[int, SignedLink], Mapping[int, SignedLink]],
    names: Mapping[int, str],
    now: datetime,
) -> Claimed:
    manage, stop = links
    return Claimed(
        id=message.id,
        attempt=message.attempt + 1,
        lease_until=now + LEASE,
        kind=MessageKind(message.kind),
        message_id=message.message_id,
        recipient=Party(message.to_name, message.to_address),
        facts=outlook.facts[message.subject_id],
        told=outlook.told.get(message.subject_id),
        tells=told_by(message, at=now),
        sequence=message.sequence,
        first_name=names[message.client_id],
        language=outlook.recipients[message.client_id].language,
        is_own=outlook.recipients[message.client_id].kind == MessagesTo.SELF,
        manage=manage[message.subject_id],
        stop=stop[message.client_id],
    )


def _first_names(session: Session, client_ids: Collection[int]) -> dict[int, str]:
    rows = select(Client.id, Client.preferred_name, Client.first_name).where(Client.id.in_(client_ids))
    return {row.id: row.preferred_name or row.first_name for row in session.execute(rows)}


def begin_data(session: Session, *, claimed: Claimed, now: datetime) -> bool:
    """Mark that the mail itself is about to leave; False when it must not.

    It must not when the lease has passed on, or when the appointment changed since the claim.
    """
    marked = session.execute(
        update(Message)
        .where(
            is_mine(claimed),
            Message.lease_until > now,
            is_unchanged(Message.subject_id, claimed.facts.change_seq),
        )
        .values(data_at=now, copies=Message.copies + 1),
        execution_options={"synchronize_session": False},
    )
    return _rows(marked) == 1


def release(session: Session, *, claimed: Collection[Claimed]) -> None:
    """Give messages back unsent; the next claim judges them anew."""
    for each in claimed:
        session.execute(
            update(Message).where(is_mine(each)).values(state=MessageState.QUEUED, lease_until=None, leased_by=None),
            execution_options={"synchronize_session": False},
        )


def lock_mine(session: Session, claimed: Claimed) -> Message | None:
    """Return the row of a claim, locked, or None when the lease has passed to somebody else."""
    mine = select(Message).where(is_mine(claimed)).with_for_update().execution_options(populate_existing=True)
    return session.execute(mine).scalar_one_or_none()


def is_mine(claimed: Claimed) -> ColumnElement[bool]:
    """Return the fence: the row is still being sent under this very claim."""
    return and_(Message.id == claimed.id, Message.attempt == claimed.attempt, Message.state == MessageState.SENDING)


def _rows(result: Result[Any]) -> int:
    return result.rowcount if isinstance(result, CursorResult) else 0
