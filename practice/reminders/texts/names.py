"""Which texts of a mail a practice may write itself, where each stands by default and what may be filled in. Pure."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import NamedTuple

from practice.reminders.catalogue import CATALOGUE, wording
from practice.reminders.kinds import MessageKind
from practice.reminders.wording import Wording


class TextName(StrEnum):
    """One text: a subject, the words at the top and the words at the foot of one kind of mail."""

    CONFIRMATION = "confirmation"
    TENTATIVE = "tentative"
    TENTATIVE_FORM = "tentative_form"
    REMINDER = "reminder"
    CALL_US = "call_us"
    MOVED = "moved"
    CANCELLED = "cancelled"
    PASSED_ON = "passed_on"
    FORM = "form"
    OFFER = "offer"
    TIMES = "times"
    SEVERAL_BOOKED = "several_booked"
    SEVERAL_MOVED = "several_moved"
    SEVERAL_CANCELLED = "several_cancelled"
    SEVERAL_TENTATIVE = "several_tentative"
    SEVERAL_CHANGED = "several_changed"


class Which(NamedTuple):
    """One text in one language."""

    name: TextName
    language: str


@dataclass(frozen=True, slots=True)
class Parts:
    """The words of one text, with placeholders; an empty ``foot`` is left out of the mail."""

    subject: str
    lead: str
    foot: str = ""


@dataclass(frozen=True, slots=True)
class Edition:
    """What a practice says instead of the standard words; ``number`` counts the editions of one text."""

    name: TextName
    language: str
    number: int
    parts: Parts


@dataclass(frozen=True, slots=True)
class Texts:
    """The practice's own texts in force, of every language."""

    editions: Mapping[tuple[str, str], Edition]

    def edition(self, name: TextName, language: str) -> Edition | None:
        """Return the practice's own words, None where the standard ones are used; *language* is one of ours."""
        return self.editions.get((name, language))

    def parts(self, name: TextName, language: str) -> Parts:
        """Return the words that are used."""
        own = self.edition(name, language)
        return standard(name, language) if own is None else own.parts


STANDARD = Texts({})
"""Nothing is said otherwise."""

LANGUAGES: Mapping[str, str] = {"en": "English", "fr": "Français"}
SEVERAL: Mapping[MessageKind, TextName] = {
    MessageKind.CONFIRMATION: TextName.SEVERAL_BOOKED,
    MessageKind.MOVED: TextName.SEVERAL_MOVED,
    MessageKind.CANCELLED: TextName.SEVERAL_CANCELLED,
}

_COMMON = ("recipient", "day", "clock", "practice", "phone")
_OF_VISIT = (*_COMMON, "zone", "minutes", "early", "therapist", "address", "free_until", "fee")
_MORE: Mapping[TextName, tuple[str, ...]] = {
    TextName.MOVED: ("was",),
    TextName.OFFER: ("answer_until",),
    TextName.TIMES: ("answer_until",),
}
_OF_SEVERAL = frozenset(name for name in TextName if name.startswith("several_"))

MEANINGS: Mapping[str, str] = {
    "recipient": "who gets the mail",
    "day": "the day of the visit, of several the first",
    "clock": "the time it starts",
    "zone": "the time zone",
    "minutes": "how many minutes it takes",
    "early": "how many minutes to come early",
    "therapist": "whom the client sees",
    "address": "where",
    "phone": "the phone number of the place",
    "free_until": "until when cancelling is free",
    "fee": "the fee after that, in per cent",
    "practice": "the name under which mails come",
    "was": "what the client was told before",
    "answer_until": "until when an answer counts",
}
"""What each placeholder stands for."""


def placeholders(name: TextName) -> tuple[str, ...]:
    """Return what may be filled in; links stand where the layout has them, never in a text."""
    return _COMMON if name in _OF_SEVERAL else (*_OF_VISIT, *_MORE.get(name, ()))


def fields_of(name: TextName) -> tuple[str, ...]:
    """Return which parts a text has.

    What is only a part of a mail has neither subject nor foot, and a mail in which different things changed says at
    the top of each what it is.
    """
    if name is TextName.SEVERAL_TENTATIVE:
        return ("lead",)
    return ("subject", "foot") if name is TextName.SEVERAL_CHANGED else ("subject", "lead", "foot")


def standard(name: TextName, language: str) -> Parts:
    """Return the words that the software brings."""
    return _STANDARD[name, language]


def _by_kind(kind: MessageKind) -> Callable[[Wording], Parts]:
    return lambda words: Parts(words.subjects[kind], words.leads[kind])


def _by_several(kind: MessageKind) -> Callable[[Wording], Parts]:
    return lambda words: Parts(words.subjects_of_several[kind], words.leads_of_several[kind])


_BROUGHT: Mapping[TextName, Callable[[Wording], Parts]] = {
    **{TextName(kind): _by_kind(kind) for kind in MessageKind if kind is not MessageKind.DECIDE},
    **{name: _by_several(kind) for kind, name in SEVERAL.items()},
    TextName.TENTATIVE: lambda words: Parts(words.subjects[MessageKind.CONFIRMATION], words.tentative_lead),
    TextName.TENTATIVE_FORM: lambda words: Parts(words.subjects[MessageKind.CONFIRMATION], words.tentative_form_lead),
    TextName.SEVERAL_TENTATIVE: lambda words: Parts("", words.tentative_lead_of_several),
    TextName.SEVERAL_CHANGED: lambda words: Parts(words.subject_of_changes, ""),
}
_STANDARD = {
    (name, language): brought(wording(language)) for language in CATALOGUE for name, brought in _BROUGHT.items()
}
