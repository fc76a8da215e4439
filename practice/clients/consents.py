"""What clients are asked to agree to: the purposes, and for each the sentence in force with its version."""

from dataclasses import dataclass
from enum import StrEnum


class Purpose(StrEnum):
    """What a consent is for."""

    REMINDER_EMAIL = "reminder_email"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """The sentence read aloud at the desk; a changed sentence gets a new version."""

    version: str
    sentence: str


CONSENT_TEXTS = {
    Purpose.REMINDER_EMAIL: ConsentText(
        "2026-11",
        "May we send your appointment confirmations and reminders by email? Email is not fully private; we never "
        "write what a visit is for, and you can stop the mails at any time.",
    ),
}
