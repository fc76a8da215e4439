"""The outbox: due messages are taken with a lease and a fence, and marked before the mail itself leaves.

Each function is the work of one short transaction; no mail server is spoken to in here.
"""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, NamedTuple

from sqlalchemy import (
    BindParameter,
    ColumnElement,
    CursorResult,
    Result,
    Select,
    Table,
    and_,
    bindparam,
    exists,
    or_,
    select,
    update,
)
from sqlalchemy.orm import Session, aliased

from practice.core.db import UtcDateTime
from practice.core.failpoints import failpoint
from practice.core.transact import Statement
from practice.reminders.heartbeat import SENDING
from practice.reminders.kinds import OPEN_STATES, MessageState
from practice.reminders.links import APPOINTMENT, OFFER
from practice.reminders.models import Message, WorkerPulse
from practice.scheduling.telling import is_act_reconciled, is_anything_unreconciled, is_at, is_reconciled
from practice.scheduling.wait_list.telling import is_any_offer_untold, is_offer_open

LEASE = timedelta(seconds=120)
"""Longer than one conversation may take (60 s), so that a live worker never loses a message it is sending."""

_MESSAGE: Table = Message.__table__  # type: ignore[assignment]  # declared classes have tables


@dataclass(frozen=True, slots=True)
class Lease:
    """The right to send one message until an instant; ``attempt`` is the fence."""

    id: int
    attempt: int
    until: datetime
    is_offer: bool = False


class NotTogether(Exception):
    """A part of one mail has changed at the last moment, so that the mail as it is written must not leave."""


def claim_due(session: Session, *, worker: str, limit: int, now: datetime) -> Sequence[Lease]:
    """Take at most *limit* due messages, the longest due first; none while sending is paused.

    The appointment is read again in the claim: a message is taken only while everything that was done to its
    appointment has been followed, so that the row says what is true. With the first due message of an act come
    all others of that act to the same client, beyond *limit*, so that nobody else can claim a part of the mail.
    """
    failpoint("mail.F1")
    taken = list(session.execute(_TAKE_DUE, {"now": now, "limit": limit}).all())
    if leading := [row.id for row in taken if row.act_id is not None]:
        taken += session.execute(_TAKE_BESIDE, {"now": now, "leading": leading}).all()
    if taken:
        until = now + LEASE
        values = {"state": MessageState.SENDING, "lease_until": until, "leased_by": worker, "data_at": None}
        ids = [row.id for row in taken]
        session.connection().execute(
            update(_MESSAGE).where(_MESSAGE.c.id.in_(ids)).values(attempt=_MESSAGE.c.attempt + 1, **values)
        )
    return [Lease(row.id, row.attempt + 1, now + LEASE, row.subject_kind == OFFER) for row in taken]


class Waiting(NamedTuple):
    """What a worker finds to do: changes to plan messages for, and messages to send."""

    is_changed: bool
    is_due: bool


def look_for_work(session: Session, now: datetime) -> Waiting:
    """Return what there is to do; one read that takes no lock, for idle ticks."""
    return Waiting(*session.execute(_WORK, {"now": now}).one())


_NOW = bindparam("now", type_=UtcDateTime())


def _due() -> Select[int, int, str, str | None]:
    paused = exists().where(WorkerPulse.job == SENDING, WorkerPulse.paused_because.is_not(None))
    return _free().where(
        Message.due_at <= _NOW,
        or_(Message.subject_kind == OFFER, is_reconciled(Message.subject_id)),
        or_(Message.act_id.is_(None), _leads()),
        ~paused,
    )


def _free() -> Select[int, int, str, str | None]:
    return select(Message.id, Message.attempt, Message.subject_kind, Message.act_id).where(
        Message.state.in_(OPEN_STATES), or_(Message.lease_until.is_(None), Message.lease_until <= _NOW)
    )


def _leads() -> ColumnElement[bool]:
    """Return the condition that a message is the first of its mail, and that all others of it are known."""
    earlier = aliased(Message)
    return and_(
        is_act_reconciled(Message.act_id),
        ~exists().where(leaves_with(earlier, Message), earlier.state.in_(OPEN_STATES), comes_before(earlier, Message)),
    )


def _beside() -> Select[int, int, str, str | None]:
    """Return the messages that leave with those that lead, whenever they would be due by themselves."""
    lead = aliased(Message)
    leading: BindParameter[int] = bindparam("leading", expanding=True)
    leads = exists().where(lead.id.in_(leading), leaves_with(lead, Message))
    return _free().where(Message.act_id.is_not(None), Message.id.not_in(leading), leads)


def shares_mail(one: type[Message], other: type[Message]) -> ColumnElement[bool]:
    """Return the condition that two messages of one state left, or will leave, as one mail."""
    left_together = or_(other.state != MessageState.SENT, one.message_id == other.message_id)
    return and_(leaves_with(one, other), one.state == other.state, left_together)


def comes_before(one: type[Message], other: type[Message]) -> ColumnElement[bool]:
    """Return the condition that a message leads another one that leaves with it."""
    return or_(one.due_at < other.due_at, and_(one.due_at == other.due_at, one.id < other.id))


def leaves_with(one: type[Message], other: type[Message]) -> ColumnElement[bool]:
    """Return the condition that two messages tell the same client of the same act."""
    return and_(one.act_id == other.act_id, one.client_id == other.client_id, one.to_address == other.to_address)


# Written once: a worker asks these every tick, and writing them takes longer than the answer.
_TAKE_DUE = (
    _due().order_by(Message.due_at, Message.id).limit(bindparam("limit")).with_for_update(skip_locked=True, of=Message)
)
_TAKE_BESIDE = _beside().with_for_update(skip_locked=True, of=Message)
_WORK = select(or_(is_anything_unreconciled(), is_any_offer_untold()), _due().exists())

_BEGIN_DATA = (
    update(_MESSAGE)
    .where(
        _MESSAGE.c.id == bindparam("message"),
        _MESSAGE.c.attempt == bindparam("fence"),
        _MESSAGE.c.state == MessageState.SENDING,
        _MESSAGE.c.lease_until > bindparam("at"),
        or_(
            and_(_MESSAGE.c.subject_kind == APPOINTMENT, is_at(_MESSAGE.c.subject_id, bindparam("seq"))),
            and_(
                _MESSAGE.c.subject_kind == OFFER,
                is_offer_open(_MESSAGE.c.subject_id, bindparam("at", type_=UtcDateTime())),
            ),
        ),
    )
    .values(data_at=bindparam("at"), copies=_MESSAGE.c.copies + 1)
)


def marking_data(*, lease: Lease, change_seq: int, now: datetime) -> Statement:
    """Return the statement that marks that the mail itself is about to leave; it changes no row when it must not.

    It must not when the lease has passed on, when the appointment has changed since *change_seq* was read, or when
    the offer that it makes has ended.
    """
    return _BEGIN_DATA, {"message": lease.id, "fence": lease.attempt, "at": now, "seq": change_seq}


def mark_data_together(session: Session, markings: Sequence[Statement], *, message_id: str) -> None:
    """Mark every message of one mail with its :func:`marking_data`, and keep the id under which they leave.

    Raises :class:`NotTogether` when one of them must not leave; the caller's transaction then marks none.
    """
    connection = session.connection()
    if not all(rows_of(connection.execute(*marking)) == 1 for marking in markings):
        raise NotTogether
    ids = [values["message"] for _, values in markings]
    connection.execute(update(_MESSAGE).where(_MESSAGE.c.id.in_(ids)).values(message_id=message_id))


def release(session: Session, *, leases: Collection[Lease]) -> None:
    """Give messages back unsent; the next claim judges them anew."""
    for lease in leases:
        session.execute(
            update(Message).where(is_mine(lease)).values(state=MessageState.QUEUED, lease_until=None, leased_by=None),
            execution_options={"synchronize_session": False},
        )


def lock_mine(session: Session, lease: Lease) -> Message | None:
    """Return the row of a lease, locked, or None when the lease has passed to somebody else."""
    mine = select(Message).where(is_mine(lease)).with_for_update().execution_options(populate_existing=True)
    return session.execute(mine).scalar_one_or_none()


def is_mine(lease: Lease) -> ColumnElement[bool]:
    """Return the fence: the row is still being sent under this very lease."""
    return and_(Message.id == lease.id, Message.attempt == lease.attempt, Message.state == MessageState.SENDING)


def rows_of(result: Result[Any]) -> int:
    """Return how many rows a statement changed."""
    return result.rowcount if isinstance(result, CursorResult) else 0
