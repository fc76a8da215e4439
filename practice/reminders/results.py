"""What the end of a conversation does to the message: the outcome table applied under the fence."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from sqlalchemy import Table, bindparam, update
from sqlalchemy.orm import Session

from practice.core.transact import Statement
from practice.reminders.facts import LastTold
from practice.reminders.heartbeat import pause_sending
from practice.reminders.judging import MOST_COPIES, Claimed, Mail
from practice.reminders.kinds import WITHOUT_CALENDAR, MessageKind, MessageState, Why
from practice.reminders.models import Message
from practice.reminders.outbox import Lease, lock_mine, rows_of
from practice.reminders.outcomes import BEFORE_MESSAGE, Reply, Stage, Verdict, judge, next_attempt
from practice.reminders.told import find_told, remember, told_values, upsert_told
from practice.reminders.undelivered import report_mails, suppress
from practice.reminders.unheard import plan_anew
from practice.scheduling.telling import mark_unreconciled

_MESSAGE: Table = Message.__table__  # type: ignore[assignment]  # declared classes have tables

MOST_RENDER_ERRORS = 3
RENDER_PAUSE = timedelta(minutes=1)
UNSURE_PAUSE = timedelta(minutes=1)
_BEGUN = frozenset({Stage.DATA, Stage.BODY, Stage.DOT})


def finish(session: Session, *, mail: Mail, reply: Reply, now: datetime) -> Verdict | None:
    """Close one attempt by the server's last word; None when the lease had passed on and nothing was written.

    What left as one mail ends as one: it is tried again at one time, and given up with one task for the desk. What
    :func:`closing_accepted` closes in one statement is not brought here.
    """
    if _is_accepted(reply):
        closed = [_sent(session, part, reply, now) for part in mail.parts]
        return Verdict.SENT if all(closed) else None
    messages = _lock(session, mail)
    verdicts = [_close(session, message, reply, now) for message in messages]
    _end_together(session, messages, now)
    return verdicts[0] if verdicts else None


def _lock(session: Session, mail: Mail) -> list[Message]:
    found = (lock_mine(session, lease) for lease in mail.leases)
    return [message for message in found if message is not None]


def _end_together(session: Session, messages: Sequence[Message], now: datetime) -> None:
    again = [message for message in messages if message.state == MessageState.RETRY]
    tries = [message.lease_until for message in again if message.lease_until is not None]
    for message in again:
        message.lease_until = max(tries)
    report_mails(session, [message for message in messages if message.state == MessageState.FAILED], now=now)
    plan_anew(session, messages, now=now)


def _close(session: Session, message: Message, reply: Reply, now: datetime) -> Verdict:
    verdict = judge(reply.stage, reply.code, previous_code=message.last_code)
    message.last_code, message.last_reply = reply.code, reply.text[:300]
    message.lease_until = message.leased_by = None
    if reply.stage in _BEGUN and verdict is not Verdict.UNKNOWN:
        # The server said no, or never saw the end: this copy does not exist.
        message.copies -= 1
        message.data_at = None
    if verdict is Verdict.RETRY and reply.stage in BEFORE_MESSAGE:
        _wait(message, now)
    else:
        _ENDINGS[verdict](session, message, now)
    return verdict


def finish_unrendered(session: Session, *, mail: Mail, fault: str, now: datetime) -> None:
    """Note that a mail could not be written; the third time it is put aside, so that it stops nobody else."""
    messages = _lock(session, mail)
    for message in messages:
        message.render_errors += 1
        message.last_reply = fault[:300]
        if message.render_errors < MOST_RENDER_ERRORS:
            message.state, message.lease_until, message.leased_by = MessageState.RETRY, now + RENDER_PAUSE, None
        else:
            _fail(message, Why.NOT_RENDERED)
    _end_together(session, messages, now)


_SENT = (
    update(_MESSAGE)
    .where(
        _MESSAGE.c.id == bindparam("message"),
        _MESSAGE.c.attempt == bindparam("fence"),
        _MESSAGE.c.state == MessageState.SENDING,
    )
    .values(
        state=MessageState.SENT,
        sent_at=bindparam("at"),
        lease_until=None,
        last_code=bindparam("code"),
        last_reply=bindparam("reply"),
        why="",
    )
)


def closing_accepted(session: Session, *, mail: Mail, reply: Reply, now: datetime) -> Statement | None:
    """Return the one statement that closes a mail which the server accepted, None when it takes more than one."""
    if not _is_accepted(reply) or len(mail.parts) > 1:
        return None
    claimed, closing = mail.lead, _closing(mail.lead, reply, now)
    if claimed.kind is MessageKind.OFFER or (claimed.kind in WITHOUT_CALENDAR and _says_it(claimed.told, claimed)):
        # Nothing new is told: an offer tells of no visit, and what brings no calendar entry stands for no news.
        return _SENT, closing
    if claimed.kind in WITHOUT_CALENDAR:
        return None
    if session.get_bind().dialect.name == "postgresql":
        # The row of told is written if and only if the fence let the message be closed.
        told = told_values(claimed.facts.id, claimed.tells_at(now), claimed.sequence)
        return _SENT_AND_TOLD, closing | told
    return None


def _is_accepted(reply: Reply) -> bool:
    return reply.stage is Stage.DOT and reply.code is not None and reply.code < 400


def _closing(claimed: Claimed, reply: Reply, now: datetime) -> dict[str, object]:
    lease: Lease = claimed.lease
    return {"message": lease.id, "fence": lease.attempt, "at": now, "code": reply.code, "reply": reply.text[:300]}


def _sent(session: Session, claimed: Claimed, reply: Reply, now: datetime) -> Verdict | None:
    if rows_of(session.connection().execute(_SENT, _closing(claimed, reply, now))) != 1:
        return None
    if claimed.kind in WITHOUT_CALENDAR:
        _mention(session, claimed, now)
    else:
        remember(session, claimed.facts.id, claimed.tells_at(now), claimed.sequence)
    return Verdict.SENT


def _mention(session: Session, claimed: Claimed, now: datetime) -> None:
    """Note that a mail without a calendar entry spoke of a visit: unless that was known, the news must follow."""
    number = claimed.facts.id
    if not any(_says_it(told, claimed) for told in (claimed.told, find_told(session, number, claimed.client_id))):
        remember(session, number, replace(claimed.tells_at(now), is_certain=False), claimed.sequence)
        mark_unreconciled(session, [number])


def _says_it(told: LastTold | None, claimed: Claimed) -> bool:
    return told is not None and (told.truth, told.is_cancelled) == (claimed.tells.truth, claimed.tells.is_cancelled)


_SENT_AND_TOLD = upsert_told(_SENT.returning(_MESSAGE.c.id).cte("sent"))


def _retry(_session: Session, message: Message, now: datetime) -> None:
    message.failures += 1
    _try_again(message, next_attempt(now, failures=message.failures, expires_at=message.expires_at))


def _wait(message: Message, now: datetime) -> None:
    """Try again soon: a server that is out of reach says nothing about the message, and comes back for all at once."""
    _try_again(message, next_attempt(now, failures=1, expires_at=message.expires_at))


def _try_again(message: Message, at: datetime | None) -> None:
    if at is None:
        _fail(message, Why.GAVE_UP)
    else:
        message.state, message.lease_until = MessageState.RETRY, at


def _unknown(_session: Session, message: Message, now: datetime) -> None:
    if message.copies >= MOST_COPIES:
        _fail(message, Why.UNSURE_TWICE)
    else:
        message.state, message.lease_until = MessageState.UNKNOWN, now + UNSURE_PAUSE


def _suppress(session: Session, message: Message, now: datetime) -> None:
    suppress(session, message, code=message.last_code, reply=message.last_reply, now=now)
    _fail(message, Why.ADDRESS_REFUSED)


def _refused(_session: Session, message: Message, _now: datetime) -> None:
    _fail(message, Why.MAIL_REFUSED)


def _pause(session: Session, message: Message, now: datetime) -> None:
    message.state = MessageState.QUEUED
    pause_sending(session, because=f"{message.last_code} {message.last_reply}", worker="", now=now)


def _fail(message: Message, why: Why) -> None:
    message.state, message.why, message.lease_until = MessageState.FAILED, why, None


_ENDINGS: Mapping[Verdict, Callable[[Session, Message, datetime], None]] = {
    Verdict.RETRY: _retry,
    Verdict.UNKNOWN: _unknown,
    Verdict.SUPPRESS: _suppress,
    Verdict.REFUSED: _refused,
    Verdict.FAULTY: _refused,
    Verdict.PAUSE: _pause,
}
