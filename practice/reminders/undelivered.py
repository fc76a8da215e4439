"""What the desk hears when a mail did not reach its client: one task per message, and addresses that stay closed."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.clinic.tasks import assign_task, open_task
from practice.core.actor import SYSTEM, Role
from practice.core.db import insert_into
from practice.core.events import Event, record
from practice.reminders.bundling import bundles_of
from practice.reminders.kinds import OPEN_STATES, Why
from practice.reminders.models import Message, SuppressedAddress
from practice.scheduling.telling import list_coming_ids, mark_unreconciled

UNDELIVERED_KIND = "mail_undelivered"

_OWNERS_TROUBLE = frozenset({Why.NOT_RENDERED, Why.MAIL_REFUSED})


def report_undelivered(session: Session, message: Message, *, now: datetime) -> None:
    """Open one task for a mail that was given up; faults of ours and refusals of the server go to the owner."""
    task = open_task(
        session,
        kind=UNDELIVERED_KIND,
        subject_kind="message",
        subject_id=message.id,
        due_at=now,
        dedupe_key=f"undelivered:{message.id}:{message.to_address}"[:120],
        note=str(message.why),
        now=now,
    )
    if message.why in _OWNERS_TROUBLE:
        assign_task(session, task=task, role=Role.OWNER, user_id=None, actor=SYSTEM, now=now)


def report_mails(session: Session, given_up: Sequence[Message], *, now: datetime) -> None:
    """Open one task for each mail among messages that were given up, not one for each visit that it told of."""
    for bundle in bundles_of(given_up):
        report_undelivered(session, bundle[0], now=now)


def suppress(session: Session, message: Message, *, code: int | None, reply: str, now: datetime) -> None:
    """Close an address for good and have calls planned for everybody who would have been written to there."""
    values = {"address": message.to_address, "code": code, "reply": reply[:300], "since": now}
    closing = insert_into(session, SuppressedAddress).values(values)
    session.execute(closing.on_conflict_do_nothing(index_elements=["address"]))
    waiting = select(Message.client_id).where(Message.to_address == message.to_address, Message.state.in_(OPEN_STATES))
    client_ids = {message.client_id, *session.execute(waiting).scalars()}
    mark_unreconciled(session, list_coming_ids(session, client_ids=client_ids, now=now))
    record(session, Event("mail.suppress", "message", message.uid, SYSTEM, now, {"code": code}))
