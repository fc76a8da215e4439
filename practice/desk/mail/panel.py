"""The panel of one message: everything known about it, and what can be done when it did not arrive."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy.orm import Session

from practice.accounts.ownership import require_own
from practice.accounts.permissions import may
from practice.clinic.queries import practice_today, practice_zone
from practice.core.actor import Actor
from practice.core.errors import PracticeError
from practice.core.local_time import wall_time
from practice.desk.mail.message_list import Line, line_of, lines_of
from practice.desk.ways_out import Offer, PlainPlace, offers_of
from practice.reminders.explaining import code_words
from practice.reminders.kinds import MessageState
from practice.reminders.queries import get_message, list_in_mail
from practice.reminders.sending_again import is_closed


@dataclass(frozen=True, slots=True)
class MessagePanel:
    """What the panel shows, in wall times; ``visits`` are those of which the mail tells."""

    line: Line
    today: date
    due: datetime
    sent: datetime | None
    expires: datetime
    reply: str
    may_send_again: bool
    may_open_address: bool
    refusal: PracticeError | None
    ways: Sequence[Offer]
    visits: Sequence[Line]

    @property
    def path(self) -> str:
        """Return the message's address."""
        return f"/messages/{self.line.row.uid}"


def message_panel(
    session: Session, uid: str, *, refusal: PracticeError | None = None, actor: Actor, now: datetime
) -> MessagePanel:
    """Return one message; raises ``NotFound``, also for a client who is not the therapist's own."""
    row = get_message(session, uid)
    require_own(session, actor, "message.read", client_id=row.client_id)
    zone = row.zone or practice_zone(session)
    may_manage, is_failed = may(actor, "message.manage"), row.state == MessageState.FAILED
    can_be_sent = is_failed and row.expires_at > now
    return MessagePanel(
        line=line_of(row, zone),
        today=practice_today(session, now),
        due=wall_time(row.due_at, zone),
        sent=wall_time(row.sent_at, zone) if row.sent_at else None,
        expires=wall_time(row.expires_at, zone),
        reply=code_words(row.last_code, row.last_reply),
        may_send_again=may_manage and can_be_sent,
        may_open_address=may_manage and not can_be_sent and is_closed(session, row.to_address),
        refusal=refusal,
        ways=offers_of(refusal, PlainPlace(f"/messages/{uid}")),
        visits=lines_of(list_in_mail(session, uid), zone),
    )
