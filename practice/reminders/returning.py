"""Mails that came back after a server had taken them: the message failed after all, and an address may be closed."""

from collections.abc import Iterator, Sequence
from datetime import datetime, timedelta
from enum import StrEnum
from pathlib import Path

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.core.actor import SYSTEM
from practice.core.events import Event, record
from practice.reminders.bounces import Bounce, NoReport, read_bounces
from practice.reminders.kinds import MessageState, Why
from practice.reminders.models import Message
from practice.reminders.undelivered import report_mails, suppress

BELIEVED_FOR = timedelta(days=7)
"""Servers give up within five days; what comes later, or about a mail that we never sent there, is not believed."""


class Returned(StrEnum):
    """What a report did."""

    CLOSED = "closed"
    REFUSED = "refused"
    UNKNOWN = "unknown"


def take_bounce(session: Session, *, bounce: Bounce, now: datetime) -> Returned:
    """Note that a mail did not arrive: one task for the desk, and no more mail to an address that does not exist.

    Believed only for a mail that we sent to that very address lately; a second report changes nothing.
    """
    messages = _sent(session, bounce, now)
    for message in messages:
        message.state = MessageState.FAILED
        message.why = Why.ADDRESS_REFUSED if bounce.closes_address else Why.MAIL_REFUSED
        message.last_code, message.last_reply = bounce.code, f"{bounce.status} {bounce.reply}".strip()[:300]
    if not messages:
        return Returned.UNKNOWN
    if bounce.closes_address:
        suppress(session, messages[0], code=bounce.code, reply=messages[0].last_reply, now=now)
    report_mails(session, messages, now=now)
    record(session, Event("mail.returned", "message", messages[0].uid, SYSTEM, now, {"status": bounce.status}))
    return Returned.CLOSED if bounce.closes_address else Returned.REFUSED


def _sent(session: Session, bounce: Bounce, now: datetime) -> Sequence[Message]:
    rows = select(Message).where(
        Message.message_id == bounce.message_id,
        func.lower(Message.to_address) == bounce.address,
        Message.state == MessageState.SENT,
        Message.sent_at > now - BELIEVED_FOR,
    )
    return session.scalars(rows.order_by(Message.id).with_for_update()).all()


def reports_in(folder: Path) -> Iterator[tuple[Path, list[Bounce] | None]]:
    """Yield the mails that wait in a folder (a Maildir's ``new``, or the folder itself); None for what is no report."""
    waiting = folder / "new" if (folder / "new").is_dir() else folder
    for path in sorted(path for path in waiting.iterdir() if path.is_file()):
        try:
            yield path, read_bounces(path.read_bytes())
        except NoReport:
            yield path, None


def put_away(folder: Path, path: Path) -> None:
    """Move a mail that was read to ``cur``, as mail programs do."""
    read = folder / "cur"
    read.mkdir(exist_ok=True)
    path.rename(read / (path.name if ":2," in path.name else f"{path.name}:2,S"))
