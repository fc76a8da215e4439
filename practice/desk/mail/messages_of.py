"""The messages of one appointment: what was sent, what leaves when, and why something does not."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.core.local_time import wall_time
from practice.desk.mail.words import KIND_WORDS, STATE_WORDS, WHY_WORDS, why_words
from practice.reminders.context import look
from practice.reminders.kinds import MessageKind, MessageState, Why
from practice.reminders.models import Message
from practice.reminders.wanted import Omitted, Plan, Wanted

SILENT = frozenset({Why.UP_TO_DATE, Why.HAPPENED, Why.OVER, Why.HELD})
"""Reasons that need no saying: nothing is missing."""

FINE = frozenset({Why.IN_EARLIER_MESSAGE, Why.CONFIRMED_RECENTLY, Why.ONE_CALL})
"""Reasons for which nothing need be done."""


@dataclass(frozen=True, slots=True)
class MessageLine:
    """One message, or one that one might expect: ``at`` is wall time, ``tone`` is ok, warn or nothing."""

    what: str
    standing: str
    at: datetime | None = None
    why: str = ""
    tone: str = ""


def message_lines(session: Session, appointment_id: int, *, zone: str, now: datetime) -> Sequence[MessageLine]:
    """Return what was and will be said about an appointment, in the order of time."""
    rows = session.scalars(
        select(Message)
        .where(Message.subject_kind == "appointment", Message.subject_id == appointment_id)
        .order_by(Message.due_at, Message.id)
    ).all()
    plan = look(session, [appointment_id], now=now).plan(appointment_id, now)
    queued = {row.dedupe_key for row in rows}
    return [
        *(_stored(row, zone) for row in rows),
        *(_planned(wanted, zone) for wanted in plan.wanted if wanted.dedupe_key not in queued and _is_mail(wanted)),
        *dict.fromkeys(_omitted(omitted) for omitted in _worth_saying(plan)),
    ]


def _stored(row: Message, zone: str) -> MessageLine:
    state = MessageState(row.state)
    tone = "ok" if state == MessageState.SENT else ("warn" if state == MessageState.FAILED else "")
    at = wall_time(row.sent_at or row.due_at, zone)
    return MessageLine(KIND_WORDS[MessageKind(row.kind)], STATE_WORDS[state], at, why_words(row.why), tone)


def _is_mail(wanted: Wanted) -> bool:
    return wanted.kind in KIND_WORDS


def _planned(wanted: Wanted, zone: str) -> MessageLine:
    standing = "leaves" if wanted.channel == "email" else "is phoned"
    return MessageLine(KIND_WORDS[wanted.kind], standing, wall_time(wanted.due_at, zone))


def _worth_saying(plan: Plan) -> list[Omitted]:
    return [omitted for omitted in plan.omitted if omitted.why not in SILENT]


def _omitted(omitted: Omitted) -> MessageLine:
    what, why = KIND_WORDS.get(omitted.kind, "Message"), WHY_WORDS[omitted.why]
    if omitted.why in FINE:
        return MessageLine(what, "is not needed", why=why)
    return MessageLine(what, "is not sent", why=why, tone="warn")
