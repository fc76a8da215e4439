"""The consent of one day: what was discussed, how it was given, and which earlier one it may rest on. Pure."""

from dataclasses import dataclass

ELEMENTS = ("nature", "benefit", "risks", "alternatives", "without_treatment", "right_to_stop")
"""The six things of an informed consent (clinical.md 4.1)."""

VERBAL, WRITTEN = "verbal", "written"
MODES = (VERBAL, WRITTEN)
GIVERS = ("client", "guardian", "substitute")


@dataclass(frozen=True, slots=True)
class Consent:
    """What a client agreed to; without elements it says again what was agreed to before."""

    elements: frozenset[str] = frozenset()
    mode: str = VERBAL
    given_by: str = "client"
    covers_buttock: bool = False

    @property
    def is_full(self) -> bool:
        """Return whether all six things were discussed."""
        return self.elements == frozenset(ELEMENTS)


@dataclass(frozen=True, slots=True)
class Standing:
    """The consent to the plan in force: ``mode`` is None when there is none, though a plan asks for it."""

    has_plan: bool = False
    mode: str | None = None
