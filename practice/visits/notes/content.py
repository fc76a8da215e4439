"""What a note says: its texts, what was done, what was taken over from the last one. Pure."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass, field, replace
from typing import Any

from practice.visits.notes.techniques import Technique

TEXTS: Mapping[str, str] = {
    "subjective": "Subjective",
    "objective": "Objective",
    "assessment": "Assessment",
    "plan": "Plan",
    "home_care": "Home care and exercises changed",
    "next_visit": "Next visit",
}
"""The texts of a note and their titles: SOAP (clinical.md 4.1), home care, what comes next."""

LONGEST = 6000
TECHNIQUES = "techniques"
DEVIATION = "deviation"
COPIED = ("objective", "assessment", "plan", "home_care", TECHNIQUES)
"""What is taken over from an earlier note; what the client said and felt that day never is."""

TITLES: Mapping[str, str] = {
    **TEXTS,
    TECHNIQUES: "Treatment given",
    DEVIATION: "Deviation",
    "is_taught": "Home care shown",
}


@dataclass(frozen=True, slots=True)
class Content:
    """A note as it stands; ``deviation`` is why it may be signed without a consent that it needs.

    ``copied`` names what was taken over from the note ``copied_from`` and not touched since.
    """

    texts: Mapping[str, str] = field(default_factory=dict)
    techniques: tuple[Technique, ...] = ()
    is_taught: bool = False
    deviation: str = ""
    copied: frozenset[str] = frozenset()
    copied_from: str = ""

    @property
    def is_empty(self) -> bool:
        """Return whether nothing was written down."""
        return not self.techniques and not any(self.texts.values())

    def part(self, name: str) -> Any:
        """Return one part by its name in :data:`TITLES`."""
        return self.texts.get(name, "") if name in TEXTS else getattr(self, name)

    def changed(self, said: Mapping[str, Any]) -> "Content":
        """Return the note with the parts of *said*; what is not named stays, what was touched is copied no more."""
        texts = {**self.texts, **{name: text for name, text in said.items() if name in TEXTS}}
        others = {name: said[name] for name in (TECHNIQUES, "is_taught", DEVIATION) if name in said}
        after = replace(self, texts={name: text for name, text in texts.items() if text}, **others)
        return replace(after, copied=self.copied - set(differences(self, after)))

    def copying(self, earlier: "Content", uid: str) -> "Content":
        """Return the note with the empty parts of :data:`COPIED` taken over from an earlier one, marked so."""
        taken = {name: earlier.part(name) for name in COPIED if earlier.part(name) and not self.part(name)}
        return replace(self.changed(taken), copied=self.copied | set(taken), copied_from=uid)


def differences(one: Content, other: Content) -> list[str]:
    """Return the names of the parts in which two notes differ, in the order of the page."""
    return [name for name in TITLES if one.part(name) != other.part(name)]


def as_json(content: Content) -> dict[str, Any]:
    """Return a note as it is sealed."""
    kept = asdict(content)
    return {**kept, "copied": sorted(content.copied)}


def from_json(kept: Mapping[str, Any]) -> Content:
    """Return a note from what was sealed."""
    return Content(
        texts=kept["texts"],
        techniques=tuple(Technique(**row) for row in kept["techniques"]),
        is_taught=kept["is_taught"],
        deviation=kept["deviation"],
        copied=frozenset(kept["copied"]),
        copied_from=kept["copied_from"],
    )
