"""Adverse reactions to a treatment, and which of them are incidents (clinical.md 4.1). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

REACTIONS: Mapping[str, str] = {
    "soreness": "Soreness",
    "bruise": "Bruise",
    "dizziness": "Dizziness",
    "pain_flare": "Flare of the pain",
    "new_neuro": "New numbness, tingling or weakness",
    "other": "Something else",
}
SEVERITIES: Mapping[int, str] = {1: "mild", 2: "moderate", 3: "severe"}
MOST_HOURS = 24 * 60


@dataclass(frozen=True, slots=True)
class Reaction:
    """What followed a treatment: hours from its end, hours that it lasted, what was done about it."""

    kind: str
    severity: int
    onset_hours: int | None = None
    duration_hours: int | None = None
    action: str = ""

    @property
    def is_incident(self) -> bool:
        """Return whether the plan rests until somebody has looked at it."""
        return self.severity == max(SEVERITIES) or self.kind == "new_neuro"


def faults_of(reaction: Reaction) -> list[str]:
    """Return what cannot be in a reaction."""
    checks = {
        "Choose what it was.": reaction.kind in REACTIONS,
        "Severity: 1, 2 or 3.": reaction.severity in SEVERITIES,
        f"Hours: 0 to {MOST_HOURS}.": all(
            hours is None or 0 <= hours <= MOST_HOURS for hours in (reaction.onset_hours, reaction.duration_hours)
        ),
    }
    return [sentence for sentence, is_right in checks.items() if not is_right]
