"""The home programme: the exercises that can be prescribed and their starting doses (clinical.md 5.3). Pure."""

from collections.abc import Mapping
from dataclasses import dataclass

from practice.treatment_plans.blocks import TIMES

MOST_ACTIVE = 4

STOP_RULE = (
    "Stop and report if the pain moves further down the leg, if leg pain rises by 2 for over an hour, "
    "or if numbness or weakness appears."
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Dose:
    """How much: ``hold_seconds`` for a hold, ``minutes`` for walking and breathing; 0 where it does not apply."""

    sets: int = 1
    reps: int = 1
    hold_seconds: int = 0
    minutes: int = 0
    times_per_day: int = 1
    days_per_week: int = 7

    @property
    def words(self) -> str:
        """Return the dose as it is said to the client."""
        often = "once a day" if self.times_per_day == 1 else f"{self.times_per_day} times a day"
        if self.minutes:
            return f"{self.minutes} min, {often}"
        held = f"{self.hold_seconds} s" if self.hold_seconds else str(self.reps)
        return f"{self.sets} {TIMES} {held}, {often}"


@dataclass(frozen=True, slots=True)
class Exercise:
    """One exercise in our own words, with the dose that the therapist starts from."""

    code: str
    name: str
    dose: Dose


EXERCISES: Mapping[str, Exercise] = {
    each.code: each
    for each in (
        Exercise("NG_SLIDER", "Nerve slider", Dose(sets=2, reps=10, times_per_day=2)),
        Exercise("PIRI_STRETCH", "Figure-four stretch", Dose(sets=3, hold_seconds=30, times_per_day=2)),
        Exercise("EXT_PRESSUP", "Prone press-up", Dose(sets=1, reps=10, times_per_day=4)),
        Exercise("FLEX_KNEES", "Knees to chest", Dose(sets=3, hold_seconds=20, times_per_day=2)),
        Exercise("BRIDGE", "Bridge", Dose(sets=3, reps=10)),
        Exercise("BIRD_DOG", "Bird dog", Dose(sets=3, reps=10)),
        Exercise("DEAD_BUG", "Dead bug", Dose(sets=3, reps=10)),
        Exercise("HAM_STRETCH", "Gentle hamstring stretch", Dose(sets=3, hold_seconds=30)),
        Exercise("WALK", "Level walking", Dose(minutes=10)),
        Exercise("BREATHE", "Slow breathing", Dose(minutes=5)),
    )
}


def name_of(code: str) -> str:
    """Return what an exercise is called, its code when it is in the list no more."""
    known = EXERCISES.get(code)
    return known.name if known else code
