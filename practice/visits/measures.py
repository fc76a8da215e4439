"""Which numbers a measure consists of, which values each of them takes, and the sentences for others. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from practice.visits.definitions import Definition


class Timing(StrEnum):
    """Before or after the treatment of that day."""

    PRE = "pre"
    POST = "post"


@dataclass(frozen=True, slots=True)
class Part:
    """One number of a measure; without bounds of its own it takes the definition's range and step."""

    name: str
    label: str
    low: float | None = None
    high: float | None = None
    only: frozenset[int] = frozenset()


SCORE = "score"
SIDES = ("left", "right")
MOST_ACTIVITIES = 5
"""Activities rated at a time."""

MOST_LINES = 40
"""Activities of one client in all the years."""

SYMPTOMS = ("leg_pain", "tingling", "weakness", "sitting")
SYMPTOM_WORDS = ("leg pain", "tingling or numbness in leg, foot or groin", "weakness of leg or foot", "pain sitting")
VERSIONS_OF_RMDQ = frozenset({24, 23, 18, 11})


def _score(label: str) -> tuple[Part, ...]:
    return (Part(SCORE, label),)


def _pain(site: str) -> tuple[Part, ...]:
    return (
        Part("now", f"{site} pain now"),
        Part("worst", f"worst {site.lower()} pain in 24 hours"),
        Part("average", f"average {site.lower()} pain in 24 hours"),
    )


def _symptoms(what: str) -> tuple[Part, ...]:
    return tuple(Part(name, f"{what}: {label}", 0, 6) for name, label in zip(SYMPTOMS, SYMPTOM_WORDS, strict=True))


def _nerves() -> tuple[Part, ...]:
    kinds = (
        ("strength", 5, ("L2", "L3", "L4", "L5", "S1")),
        ("reflex", 4, ("knee", "ankle")),
        ("touch", 2, ("L3", "L4", "L5", "S1")),
    )
    return tuple(
        Part(f"{kind}_{level}_{side}", f"{kind} {level} {side}", 0, high)
        for kind, high, levels in kinds
        for level in levels
        for side in SIDES
    )


def _raise(side: str) -> tuple[Part, ...]:
    return (
        Part(SCORE, f"straight leg raise {side}, degrees"),
        Part("method", f"straight leg raise {side}: how it was measured", only=frozenset({1, 2})),
        Part("below_knee", f"straight leg raise {side}: pain along the path below the knee", 0, 1),
        Part("differentiated", f"straight leg raise {side}: differentiation", 0, 1),
    )


PARTS: Mapping[str, Sequence[Part]] = {
    "NPRS_LEG": _pain("Leg"),
    "NPRS_BACK": _pain("Back"),
    "NPRS_BUTTOCK": _pain("Buttock"),
    "PSFS": tuple(Part(f"activity_{number}", f"ability, activity {number}") for number in range(1, MOST_LINES + 1)),
    "SBI": _symptoms("How bothersome"),
    "SFI": _symptoms("How often"),
    "RMDQ": (
        Part(SCORE, "Roland-Morris total"),
        Part("version", "Roland-Morris: items of the form", only=VERSIONS_OF_RMDQ),
        Part("items_answered", "Roland-Morris: items answered", 0, 24),
    ),
    "ODI": (Part(SCORE, "Oswestry score"), Part("sections_answered", "Oswestry: sections answered", 0, 10)),
    "EQ5D": (
        Part(SCORE, "EQ-5D index"),
        Part("vas", "EQ-5D health today", 0, 100),
        Part("version", "EQ-5D: levels of the form", only=frozenset({3, 5})),
    ),
    "START_BACK": (Part(SCORE, "STarT Back total"), Part("sub", "STarT Back sub-score", 0, 5)),
    "GROC": _score("change since the plan began"),
    "SLR_L": _raise("left"),
    "SLR_R": _raise("right"),
    "SLUMP_L": _score("slump test left"),
    "SLUMP_R": _score("slump test right"),
    "XSLR": _score("crossed straight leg raise"),
    "FTF": _score("finger to floor, cm"),
    "NEURO": _nerves(),
    "SLEEP": _score("sleep"),
    "WORK": _score("days off work"),
    "MEDS": _score("doses of medicine a week"),
}


def part_of(code: str, name: str) -> Part | None:
    """Return a number of a measure by its name, None when the measure has none of that name."""
    return next((part for part in PARTS.get(code, ()) if part.name == name), None)


def exact(value: float) -> Fraction:
    """Return *value* as people wrote it: 0.1 is a tenth."""
    return Fraction(str(value))


def fault_of(definition: Definition, part: Part, value: float) -> str | None:
    """Return the sentence that says which values this number takes, None when *value* is one of them."""
    if part.only:
        listed = ", ".join(str(each) for each in sorted(part.only))
        return None if value in part.only else f"{_named(part)}: give one of {listed}."
    has_own = part.low is not None and part.high is not None
    low, high = (part.low, part.high) if has_own else (definition.low, definition.high)
    step = 1 if has_own else definition.step
    if low is None or high is None or (low <= value <= high and (exact(value) - exact(low)) % exact(step) == 0):
        return None
    steps = "a whole number" if step == 1 else f"a number in steps of {step:g}"
    return f"{_named(part)}: give {steps} from {low:g} to {high:g}."


def _named(part: Part) -> str:
    return part.label[:1].upper() + part.label[1:]


def faults_between(code: str, values: Mapping[str, float]) -> list[str]:
    """Return what does not fit together among the numbers of one measure."""
    if code == "RMDQ":
        items = values.get("version", 24)
        return [
            f"{_named(part)}: the form has only {items:g} items."
            for part in PARTS[code]
            if part.name in {SCORE, "items_answered"} and values.get(part.name, 0) > items
        ]
    if code == "START_BACK" and values.get("sub", 0) > values.get(SCORE, 9):
        return ["The sub-score is part of the total and cannot be more than it."]
    return []
