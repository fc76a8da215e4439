"""One message as a row of the ledger: when, to whom, what, about which visit, where it stands and why."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from practice.core.local_time import wall_time
from practice.reminders.explaining import KIND_WORDS, code_words, together_words
from practice.reminders.kinds import OPEN_STATES, MessageState
from practice.reminders.queries import MessageRow


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a message stands: an icon, a word and the tone of both."""

    symbol: str
    word: str
    tone: str = ""


STANDINGS = {
    MessageState.QUEUED: Standing("clock", "waits"),
    MessageState.SENDING: Standing("mail", "on its way", "brand"),
    MessageState.RETRY: Standing("refresh", "tried again", "warn"),
    MessageState.UNKNOWN: Standing("help", "unsure", "warn"),
    MessageState.SENT: Standing("check", "sent", "ok"),
    MessageState.FAILED: Standing("stop", "not delivered", "bad"),
    MessageState.EXPIRED: Standing("late", "too late", "warn"),
    MessageState.SUPERSEDED: Standing("minus", "not needed"),
    MessageState.SKIPPED: Standing("minus", "left out"),
}


@dataclass(frozen=True, slots=True)
class Line:
    """One row; times are wall times of the visit's zone."""

    row: MessageRow
    at: datetime
    what: str
    visit: datetime | None
    standing: Standing
    sentence: str
    together: str = ""

    @property
    def to_other(self) -> str:
        """Return who gets it when that is not the client."""
        return "" if self.row.to_name in {"", self.row.client_name} else self.row.to_name

    @property
    def is_open(self) -> bool:
        """Return whether it may still leave."""
        return self.row.state in OPEN_STATES


def lines_of(rows: Iterable[MessageRow], zone: str) -> list[Line]:
    """Return the rows of the ledger; *zone* is the practice's, for messages about no visit."""
    return [line_of(row, zone) for row in rows]


def line_of(row: MessageRow, zone: str) -> Line:
    """Return one row of the ledger."""
    at = row.sent_at or row.next_try_at or row.due_at
    return Line(
        row=row,
        at=wall_time(at, row.zone or zone),
        what=KIND_WORDS.get(row.kind, row.kind),
        visit=wall_time(row.starts_at, row.zone) if row.starts_at and row.zone else None,
        standing=STANDINGS[MessageState(row.state)],
        together=together_words(row.visits),
        sentence="" if row.state in {MessageState.QUEUED, MessageState.SENT} and not row.why else _sentence(row),
    )


def _sentence(row: MessageRow) -> str:
    if row.state in {MessageState.RETRY, MessageState.UNKNOWN}:
        return f"The mail server said: {code_words(row.last_code, row.last_reply) or 'nothing'}"
    return row.sentence
