"""The score of a measure from its numbers, with its rule for what is missing (clinical.md 3). Pure.

What is missing stays missing: nothing is carried forward and nothing is guessed, save one symptom of four.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from practice.visits.definitions import Better, Definition
from practice.visits.measures import SCORE, SYMPTOMS, exact

FEWEST_ACTIVITIES = 2
FEWEST_ANSWERED = Fraction(20, 24)
FEWEST_SECTIONS = 8
POSITIVE_FROM, POSITIVE_UP_TO = 30, 70

Numbers = Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Score:
    """A score; ``prorated`` when one missing symptom was made up for by the others."""

    value: Fraction
    prorated: bool = False


class Risk(StrEnum):
    """What STarT Back foretells."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


def score(code: str, numbers: Numbers) -> Score | None:
    """Return the score of a measure at one visit, None when too much is missing.

    PSFS has none by itself, for its activities differ between clients: see :func:`shared_means`.
    """
    return _SCORES.get(code, _plain)(numbers)


def _plain(numbers: Numbers) -> Score | None:
    return Score(exact(numbers[SCORE])) if SCORE in numbers else None


def _now(numbers: Numbers) -> Score | None:
    return Score(exact(numbers["now"])) if "now" in numbers else None


def _symptoms(numbers: Numbers) -> Score | None:
    given = [exact(numbers[name]) for name in SYMPTOMS if name in numbers]
    missing = len(SYMPTOMS) - len(given)
    if missing > 1:
        return None
    return Score(sum(given, Fraction(0)) * len(SYMPTOMS) / len(given), prorated=missing == 1)


def _roland(numbers: Numbers) -> Score | None:
    items = exact(numbers.get("version", 24))
    answered = exact(numbers["items_answered"]) if "items_answered" in numbers else items
    return None if answered / items < FEWEST_ANSWERED else _plain(numbers)


def _oswestry(numbers: Numbers) -> Score | None:
    return None if numbers.get("sections_answered", FEWEST_SECTIONS) < FEWEST_SECTIONS else _plain(numbers)


def _none(_numbers: Numbers) -> Score | None:
    return None


_SCORES: Mapping[str, Callable[[Numbers], Score | None]] = {
    "NPRS_LEG": _now,
    "NPRS_BACK": _now,
    "NPRS_BUTTOCK": _now,
    "SBI": _symptoms,
    "SFI": _symptoms,
    "RMDQ": _roland,
    "ODI": _oswestry,
    "PSFS": _none,
    "NEURO": _none,
}


def shared_means(before: Numbers, after: Numbers) -> tuple[Fraction, Fraction] | None:
    """Return the means of the PSFS activities rated on both days, None with fewer than two of them."""
    shared = sorted(set(before) & set(after))
    if len(shared) < FEWEST_ACTIVITIES:
        return None
    return _mean([before[name] for name in shared]), _mean([after[name] for name in shared])


def _mean(values: list[float]) -> Fraction:
    return sum((exact(value) for value in values), Fraction(0)) / len(values)


def gain(definition: Definition, before: Fraction, after: Fraction) -> Fraction:
    """Return how far a score went in the good direction; negative when it went the other way."""
    return after - before if definition.better is Better.HIGHER else before - after


def matters(definition: Definition, before: Fraction, after: Fraction) -> bool:
    """Return whether the gain reaches the change that matters, in points and in percent of the baseline."""
    gained = gain(definition, before, after)
    if definition.mic_abs is None or gained < exact(definition.mic_abs):
        return False
    return definition.mic_pct is None or gained * 100 >= exact(definition.mic_pct) * abs(before)


def risk_of_start_back(numbers: Numbers) -> Risk | None:
    """Return what STarT Back foretells: 0-3 low, from 4 by its sub-score; None when a number is missing."""
    total, sub = numbers.get(SCORE), numbers.get("sub")
    if total is None or (total > 3 and sub is None):
        return None
    if total <= 3:
        return Risk.LOW
    return Risk.HIGH if sub is not None and sub >= 4 else Risk.MEDIUM


def is_positive_leg_raise(numbers: Numbers) -> bool | None:
    """Return whether a straight leg raise was positive: pain along the path below the knee at 30 to 70 degrees."""
    if SCORE not in numbers or "below_knee" not in numbers:
        return None
    return numbers["below_knee"] == 1 and POSITIVE_FROM <= numbers[SCORE] <= POSITIVE_UP_TO
