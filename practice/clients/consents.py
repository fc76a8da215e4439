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
        "2026-12",
        "We confirm your appointments and their changes by email. May we also remind you of them by email? Email is "
        "not fully private; we never write what a visit is for, and you can stop the reminders at any time.",
    ),
}
