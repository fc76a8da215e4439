"""What a client agrees to with a version of a plan: the six things discussed, and the text in force. Pure."""

from dataclasses import dataclass
from enum import StrEnum


class ConsentMode(StrEnum):
    """How it was given."""

    VERBAL = "verbal"
    WRITTEN = "written"


class ConsentBy(StrEnum):
    """Who gave it."""

    CLIENT = "client"
    GUARDIAN = "guardian"
    SUBSTITUTE = "substitute"


@dataclass(frozen=True, slots=True)
class ConsentText:
    """One edition of what is discussed; practice policy, to be confirmed by a clinician."""

    version: str
    elements: tuple[str, ...]


PLAN_CONSENT = ConsentText(
    "2026-11",
    (
        "What the treatment is: how often, how long, on which parts of the body, and the exercises at home",
        "What it may bring, and that nobody can promise it",
        "Risks and side effects: soreness, bruising, a passing flare of the pain",
        "What else could be done, alongside or instead",
        "What may happen without treatment",
        "The right to ask, to stop and to change one's mind at any time",
    ),
)
"""The six elements of an informed consent (clinical.md 4.1), discussed anew for every version."""
