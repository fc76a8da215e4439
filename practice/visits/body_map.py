"""Where it hurts: regions of the body, their level on the nerve's path, what a map says (clinical.md 4.2). Pure."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum


class Side(StrEnum):
    """Where a region lies."""

    LEFT = "left"
    RIGHT = "right"
    CENTRE = "centre"


class Quality(StrEnum):
    """How it feels."""

    ACHE = "ache"
    SHARP = "sharp"
    BURNING = "burning"
    TINGLING = "tingling"
    NUMB = "numb"
    WEAK = "weak"


class Branch(StrEnum):
    """Which branch of the nerve the painted regions follow below the knee."""

    PERONEAL = "peroneal"
    TIBIAL = "tibial"
    BOTH = "both"
    NONE_BELOW_KNEE = "none_below_knee"


@dataclass(frozen=True, slots=True)
class Region:
    """A region; ``level`` counts down the path from 0, None beside the path."""

    label: str
    level: int | None = None
    branch: Branch | None = None
    sides: frozenset[Side] = frozenset({Side.LEFT, Side.RIGHT})


_CENTRE = frozenset({Side.CENTRE})
_ANYWHERE = frozenset(Side)

REGIONS: Mapping[str, Region] = {
    "low_back": Region("low back", 0, sides=_ANYWHERE),
    "sacrum": Region("sacrum", 0, sides=_CENTRE),
    "buttock": Region("buttock", 1),
    "hip_lateral": Region("side of the hip", 1),
    "thigh_posterior": Region("back of the thigh", 2),
    "thigh_lateral": Region("side of the thigh", 2),
    "knee_posterior": Region("back of the knee", 3),
    "leg_lateral": Region("outer lower leg", 4, Branch.PERONEAL),
    "calf_posterior": Region("calf", 4, Branch.TIBIAL),
    "foot_dorsum": Region("top of the foot", 5, Branch.PERONEAL),
    "heel": Region("heel", 5, Branch.TIBIAL),
    "sole": Region("sole", 5, Branch.TIBIAL),
    "thigh_anterior": Region("front of the thigh"),
    "groin": Region("groin"),
    "leg_anterior": Region("shin"),
    "abdomen": Region("abdomen", sides=_ANYWHERE),
    "saddle": Region("saddle area", sides=_CENTRE),
}

LEG_FROM = 2
"""From this level on a region belongs to the leg."""

SADDLE = "saddle"
OTHER_ORIGIN = frozenset({"thigh_anterior", "groin", "leg_anterior"})


@dataclass(frozen=True, slots=True)
class Painted:
    """One entry of a map; ``intensity`` 0 to 10."""

    region: str
    side: Side
    quality: Quality
    intensity: int


class Prompt(StrEnum):
    """What a map asks of the therapist who painted it."""

    SADDLE = "saddle"
    OTHER_ORIGIN = "other_origin"
    BOTH_LEGS = "both_legs"
    LEG_SCORE_WITHOUT_REGION = "leg_score_without_region"
    REGION_WITHOUT_LEG_SCORE = "region_without_leg_score"


PROMPT_SENTENCES: Mapping[Prompt, str] = {
    Prompt.SADDLE: "The saddle area is painted: this is an emergency sign. Do not treat.",
    Prompt.OTHER_ORIGIN: "Front of the thigh, groin or shin: could it come from another root or from the hip?",
    Prompt.BOTH_LEGS: "Both legs are painted. One side that became two is a warning sign.",
    Prompt.LEG_SCORE_WITHOUT_REGION: "Leg pain is scored, but no region of the leg is painted.",
    Prompt.REGION_WITHOUT_LEG_SCORE: "A region of the leg is painted, but leg pain is scored 0.",
}


def fault_of(painted: Painted) -> str | None:
    """Return why an entry is not accepted, None when it is."""
    region = REGIONS.get(painted.region)
    if region is None:
        return "This region is not on the body map."
    if painted.side not in region.sides:
        sides = " or ".join(side for side in Side if side in region.sides)
        return f"The {region.label} is {sides}."
    if not 0 <= painted.intensity <= 10:
        return f"Intensity of the {region.label}: give a whole number from 0 to 10."
    return None


def distal_level(entries: Iterable[Painted], side: Side | None = None) -> int | None:
    """Return the level furthest down the path that is painted, on one side if named; None for an empty path."""
    return max((_level(each) for each in entries if _lies_on(each, side) and _is_on_path(each)), default=None)


def branch_of(entries: Iterable[Painted], side: Side | None = None) -> Branch:
    """Return the branch that the painted regions follow; the therapist confirms it."""
    found = {REGIONS[each.region].branch for each in entries if _lies_on(each, side)} - {None}
    if len(found) > 1:
        return Branch.BOTH
    return next((each for each in found if each is not None), Branch.NONE_BELOW_KNEE)


def prompts(entries: Iterable[Painted], leg_pain: int | None) -> list[Prompt]:
    """Return what a map asks, first what is dangerous; *leg_pain* is the score before treatment, None if not asked."""
    listed = list(entries)
    regions = {each.region for each in listed}
    leg_sides = {each.side for each in listed if _is_on_path(each) and _level(each) >= LEG_FROM}
    asked = {
        Prompt.SADDLE: SADDLE in regions,
        Prompt.BOTH_LEGS: len(leg_sides) > 1,
        Prompt.OTHER_ORIGIN: bool(regions & OTHER_ORIGIN),
        Prompt.LEG_SCORE_WITHOUT_REGION: leg_pain is not None and leg_pain >= 1 and not leg_sides,
        Prompt.REGION_WITHOUT_LEG_SCORE: leg_pain == 0 and bool(leg_sides),
    }
    return [prompt for prompt, is_asked in asked.items() if is_asked]


def _level(painted: Painted) -> int:
    return REGIONS[painted.region].level or 0


def _is_on_path(painted: Painted) -> bool:
    return REGIONS[painted.region].level is not None


def _lies_on(painted: Painted, side: Side | None) -> bool:
    return side is None or painted.side in {side, Side.CENTRE}
