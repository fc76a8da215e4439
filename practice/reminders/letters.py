"""What goes into one mail, as plain values: the visit, the person, the house and its rules."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta

from practice.reminders.calendar_part import Party
from practice.reminders.kinds import MessageKind
from practice.web.formatting import Style


@dataclass(frozen=True, slots=True)
class House:
    """The practice as it signs: never a word that says what it does. ``base_url`` is where links lead."""

    alias: str
    address: str
    base_url: str
    reply_to: str | None = None
    cancel_notice: timedelta = timedelta(hours=24)
    late_fee_percent: int = 0
    style: Style = field(default_factory=Style)

    @property
    def domain(self) -> str:
        """Return the domain of Message-IDs and calendar UIDs."""
        return self.address.rpartition("@")[2]


@dataclass(frozen=True, slots=True)
class VisitDetails:
    """The visit as a client sees it."""

    uid: str
    sequence: int
    starts_at: datetime
    ends_at: datetime
    zone: str
    therapist: str
    address: str
    phone: str
    early_minutes: int = 0
    is_by_phone: bool = False
    is_tentative: bool = False
    lacks_form: bool = False

    @property
    def minutes(self) -> int:
        """Return how long it takes."""
        return (self.ends_at - self.starts_at) // timedelta(minutes=1)


@dataclass(frozen=True, slots=True)
class Before:
    """A time that is not the visit's: what the client was told last, or may choose."""

    starts_at: datetime
    zone: str
    therapist: str


@dataclass(frozen=True, slots=True)
class Entry:
    """What one act did to one visit."""

    kind: MessageKind
    visit: VisitDetails
    before: Before | None
    manage_url: str


@dataclass(frozen=True, slots=True)
class Digest:
    """One mail to one person about several visits; ``about`` as for a letter."""

    language: str
    recipient: Party
    greeted_as: str
    about: str
    entries: tuple[Entry, ...]
    stop_url: str
    message_id: str
    written_at: datetime


@dataclass(frozen=True, slots=True)
class Letter:
    """One mail to one person. ``about`` is the client's first name when somebody else gets the mail."""

    kind: MessageKind
    language: str
    recipient: Party
    greeted_as: str
    about: str
    visit: VisitDetails
    before: Before | None
    manage_url: str
    stop_url: str
    message_id: str
    written_at: datetime
    answer_until: datetime | None = None
    choices: tuple[Before, ...] = ()
