"""News that does not reach its client, or not soon: what rested on it goes by itself.

A reminder that falls due while a confirmation is about to leave is left out, for that says the same. When the server
then refuses the confirmation or puts it off, the visit is planned anew and the reminder comes back.
"""

from collections.abc import Collection, Iterable
from datetime import datetime, timedelta

from sqlalchemy import ColumnElement, and_, or_, select
from sqlalchemy.orm import Session

from practice.reminders.kinds import NEWS, MessageState
from practice.reminders.models import Message
from practice.scheduling.telling import mark_unreconciled

SOON = timedelta(minutes=15)
"""A mail that is tried again within this time still counts as about to leave."""

_ABOUT_VISITS = "appointment"


def unheard_keys(session: Session, appointment_ids: Collection[int], *, now: datetime) -> dict[int, frozenset[str]]:
    """Return the keys of news that will not arrive, or not soon, by appointment; one statement."""
    rows = select(Message.subject_id, Message.dedupe_key).where(
        Message.subject_kind == _ABOUT_VISITS, Message.subject_id.in_(appointment_ids), _is_unheard(now)
    )
    found: dict[int, frozenset[str]] = {}
    for number, key in session.execute(rows):
        found[number] = found.get(number, frozenset()) | {key}
    return found


def _is_unheard(now: datetime) -> ColumnElement[bool]:
    waits = and_(Message.state == MessageState.RETRY, Message.lease_until > now + SOON)
    return and_(Message.kind.in_(NEWS), or_(Message.state == MessageState.FAILED, waits))


def plan_anew(session: Session, messages: Iterable[Message], *, now: datetime) -> None:
    """Have the visits planned anew of which these messages were to tell and will not, or not soon."""
    mark_unreconciled(session, sorted({message.subject_id for message in messages if _is_lost(message, now)}))


def _is_lost(message: Message, now: datetime) -> bool:
    waits_until = message.lease_until if message.state == MessageState.RETRY else None
    is_late = waits_until is not None and waits_until > now + SOON
    return message.kind in NEWS and (is_late or message.state == MessageState.FAILED)
