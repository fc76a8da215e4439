"""What the desk does about a mail that did not arrive: send it once more, or write to a closed address again."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, exists, select
from sqlalchemy.orm import Session, aliased

from practice.clinic.models import StaffTask
from practice.clinic.tasks import finish_task
from practice.core.actor import Actor
from practice.core.errors import RELOAD, NotFound, RuleViolation
from practice.core.events import Event, record
from practice.reminders.kinds import MessageState
from practice.reminders.models import Message, SuppressedAddress
from practice.reminders.outbox import leaves_with
from practice.reminders.undelivered import UNDELIVERED_KIND
from practice.scheduling.telling import list_coming_ids, mark_unreconciled


class NotToBeSent(RuleViolation):
    """A message cannot be sent once more: it is on its way, arrived, or came too late."""

    code = "not_to_be_sent"
    title = "It cannot be sent again"


def send_again(session: Session, *, message_uid: str, actor: Actor, now: datetime) -> Message:
    """Queue a mail that was given up; the address is opened again if it had been closed, its task is finished.

    Messages that were given up with it leave in one mail with it again. What it says is judged anew when its turn
    comes. Raises ``NotFound`` and :class:`NotToBeSent`.
    """
    message = _get(session, message_uid)
    if message.state != MessageState.FAILED:
        raise NotToBeSent("Only a mail that was not delivered can be sent again.", ways_out=(RELOAD,))
    if message.expires_at <= now:
        raise NotToBeSent("It would come too late to be useful. Call instead.", ways_out=(RELOAD,))
    open_address(session, address=message.to_address, actor=actor, now=now)
    for each in _left_together(session, message, now=now):
        each.state, each.why, each.lease_until = MessageState.QUEUED, "", None
        each.failures = each.render_errors = each.copies = 0
        each.due_at = now
        _settle(session, each, actor=actor, now=now)
    record(session, Event("mail.send_again", "message", message.uid, actor, now))
    return message


def open_address(session: Session, *, address: str, actor: Actor, now: datetime) -> None:
    """Let mail go to an address again that had been closed; harmless when it is open."""
    closed = session.get(SuppressedAddress, address)
    if closed is None:
        return
    session.execute(delete(SuppressedAddress).where(SuppressedAddress.address == address))
    client_ids = set(session.execute(select(Message.client_id).where(Message.to_address == address)).scalars())
    mark_unreconciled(session, list_coming_ids(session, client_ids=client_ids, now=now))
    newest = select(Message.uid).where(Message.to_address == address).order_by(Message.id.desc()).limit(1)
    record(session, Event("mail.open_address", "message", session.scalar(newest) or "", actor, now))


def is_closed(session: Session, address: str) -> bool:
    """Return whether mail to an address is stopped because it was refused for good."""
    return session.get(SuppressedAddress, address) is not None


def _get(session: Session, uid: str) -> Message:
    message = session.execute(select(Message).where(Message.uid == uid).with_for_update()).scalar_one_or_none()
    if message is None:
        raise NotFound("There is no such message.")
    return message


def _left_together(session: Session, message: Message, *, now: datetime) -> Sequence[Message]:
    if message.act_id is None:
        return [message]
    lead = aliased(Message)
    others = select(Message).where(
        exists().where(lead.id == message.id, leaves_with(lead, Message)),
        Message.state == MessageState.FAILED,
        Message.expires_at > now,
    )
    return session.scalars(others.with_for_update(of=Message)).all()


def _settle(session: Session, message: Message, *, actor: Actor, now: datetime) -> None:
    tasks = select(StaffTask).where(
        StaffTask.kind == UNDELIVERED_KIND,
        StaffTask.subject_kind == "message",
        StaffTask.subject_id == message.id,
        StaffTask.state == "open",
    )
    for task in session.execute(tasks).scalars():
        finish_task(session, task=task, outcome="sent_again", actor=actor, now=now)
