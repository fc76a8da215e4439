"""Texts as the faces show them: the words in use, how they came about, and what may be filled in."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy.orm import Session

from practice.reminders.texts.models import MessageText
from practice.reminders.texts.names import LANGUAGES, Parts, TextName, Which, placeholders, standard
from practice.reminders.texts.queries import list_editions, newest_edition, newest_editions, parts_of

TITLES: Mapping[TextName, tuple[str, str]] = {
    TextName.CONFIRMATION: ("Confirmation", "a visit was booked"),
    TextName.TENTATIVE: ("Booked, but something is missing", "the client must call first"),
    TextName.TENTATIVE_FORM: ("Booked, but the form is missing", "the mail with the form follows"),
    TextName.REMINDER: ("Reminder", "before a visit"),
    TextName.CALL_US: ("Please call us", "something is still missing"),
    TextName.MOVED: ("New time", "a visit was moved"),
    TextName.CANCELLED: ("Cancellation", "a visit does not take place"),
    TextName.PASSED_ON: ("No longer theirs", "a visit went to somebody else"),
    TextName.FORM: ("Form to fill in", "asks for the answers"),
    TextName.OFFER: ("Offer of a time", "to the wait list"),
    TextName.TIMES: ("Times to choose from", "a therapist is away"),
    TextName.SEVERAL_BOOKED: ("Several visits booked", "one mail for a series"),
    TextName.SEVERAL_MOVED: ("Several visits moved", "one mail for one act"),
    TextName.SEVERAL_CANCELLED: ("Several visits cancelled", "one mail for one act"),
    TextName.SEVERAL_TENTATIVE: ("Several visits, something is missing", "inside such a mail"),
    TextName.SEVERAL_CHANGED: ("Different changes at once", "one mail for one act"),
}


@dataclass(frozen=True, slots=True)
class ShownText:
    """One text in one language as it is used now; ``version`` is the number of its newest edition."""

    name: TextName
    language: str
    version: int
    is_standard: bool
    parts: Parts

    @property
    def subject(self) -> str:
        """Return the subject in use."""
        return self.parts.subject

    @property
    def lead(self) -> str:
        """Return the words at the top."""
        return self.parts.lead

    @property
    def foot(self) -> str:
        """Return the words at the foot."""
        return self.parts.foot

    @property
    def placeholders(self) -> Sequence[str]:
        """Return what may be filled in."""
        return placeholders(self.name)


@dataclass(frozen=True, slots=True)
class ShownEdition:
    """One edition as the history shows it."""

    number: int
    is_standard: bool
    created_at: datetime
    created_by: str | None
    subject: str
    lead: str
    foot: str


def shown_texts(session: Session) -> list[ShownText]:
    """Return every text in every language; one statement."""
    newest = newest_editions(session)
    return [_shown(name, language, newest.get((name, language))) for name in TITLES for language in LANGUAGES]


def shown_text(session: Session, which: Which) -> ShownText:
    """Return one text."""
    return _shown(*which, newest_edition(session, which))


def shown_editions(session: Session, which: Which) -> list[ShownEdition]:
    """Return the history of one text, the newest edition first."""
    return [_shown_edition(row, by) for row, by in list_editions(session, which)]


def _shown_edition(row: MessageText, by: str | None) -> ShownEdition:
    parts = standard(TextName(row.name), row.language) if row.is_standard else parts_of(row)
    return ShownEdition(row.number, row.is_standard, row.created_at, by, parts.subject, parts.lead, parts.foot)


def _shown(name: TextName, language: str, row: MessageText | None) -> ShownText:
    if row is None or row.is_standard:
        return ShownText(name, language, row.number if row else 0, is_standard=True, parts=standard(name, language))
    return ShownText(name, language, row.number, is_standard=False, parts=parts_of(row))
