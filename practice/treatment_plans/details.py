"""What is said about an episode, a version and a goal when they are written; checked by the verbs that take them."""

from dataclasses import dataclass
from datetime import date

from practice.treatment_plans.blocks import Block
from practice.treatment_plans.diagnosis import Branch, Cause, CauseSource, Side
from practice.treatment_plans.preferences import Preference


@dataclass(frozen=True, slots=True, kw_only=True)
class EpisodeDetails:
    """One course of sciatica; cause and source are sealed."""

    side: Side
    branch: Branch = Branch.UNKNOWN
    onset_on: date | None = None
    causes: tuple[Cause, ...] = ()
    source: CauseSource = CauseSource.UNKNOWN


@dataclass(frozen=True, slots=True, kw_only=True)
class VersionDetails:
    """How a version treats; without ``blocks`` the template's blocks, minutes and checkpoints are taken.

    ``service`` and ``reassess_service`` are uids, ``therapist`` the one preferred.
    """

    service: str
    reassess_service: str | None = None
    blocks: tuple[Block, ...] = ()
    minutes: int = 0
    checkpoints: tuple[int, ...] = ()
    preference: Preference = Preference.PREFER
    therapist: str | None = None


GOAL_MEASURES = ("PSFS", "RMDQ", "NPRS_LEG", "NPRS_BACK", "SBI")
FUNCTIONAL = frozenset({"PSFS", "RMDQ"})
"""What measures what a client can do: every plan needs one goal of these (clinical.md 5.2)."""


@dataclass(frozen=True, slots=True, kw_only=True)
class GoalDetails:
    """What is to be reached; numbers are in the measure's own units, ``due_number`` counts sessions."""

    text: str
    measure: str
    is_functional: bool
    baseline: float | None = None
    target: float | None = None
    due_on: date | None = None
    due_number: int | None = None
