"""What the strength of a leg raises: little of it, or less of it than before (clinical.md 2.2). Pure."""

from collections.abc import Mapping

from practice.safety.catalogue import T0, Raised

SEVERE_UP_TO = 3
FALL_FROM = 1
_STRENGTH = "strength_"

MOTOR_SEVERE, MOTOR_PROGRESS = "MOTOR_SEVERE", "MOTOR_PROGRESS"


def raised(before: Mapping[str, float], found: Mapping[str, float]) -> tuple[Raised, ...]:
    """Return the flags of an examination: *before* are the numbers found last, by part; an untested muscle is none."""
    strengths = {part: grade for part, grade in found.items() if part.startswith(_STRENGTH)}
    is_severe = any(grade <= SEVERE_UP_TO for grade in strengths.values())
    has_fallen = any(before[part] - grade >= FALL_FROM for part, grade in strengths.items() if part in before)
    flags = ((MOTOR_SEVERE, is_severe), (MOTOR_PROGRESS, has_fallen))
    return tuple(Raised(code, T0) for code, is_raised in flags if is_raised)
