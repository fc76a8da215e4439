"""Blood pressure, rates and tension before and after treatment, and what they stop (clinical.md 1, 2.2). Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from practice.safety.catalogue import T1, T2, Raised

BP_HIGH = "BP_HIGH"
REMEASURE_AFTER_MINUTES = 10


@dataclass(frozen=True, slots=True)
class Reading:
    """One reading; None was not taken. Pressures in mmHg, rates per minute, tension 0 to 10."""

    systolic: int | None = None
    diastolic: int | None = None
    heart_rate: int | None = None
    breathing_rate: int | None = None
    tension: int | None = None


@dataclass(frozen=True, slots=True)
class PressureLimits:
    """From which pressure on treatment stops today, and from which it goes on with care; settings of the practice."""

    stop_systolic: int = 180
    stop_diastolic: int = 110
    care_systolic: int = 160
    care_diastolic: int = 100


DEFAULT_LIMITS = PressureLimits()

RANGES: Mapping[str, tuple[str, int, int]] = {
    "systolic": ("Upper pressure", 50, 300),
    "diastolic": ("Lower pressure", 20, 200),
    "heart_rate": ("Heart rate", 20, 250),
    "breathing_rate": ("Breathing rate", 4, 60),
    "tension": ("Tension", 0, 10),
}


class Pressure(StrEnum):
    """What a pressure before treatment means for today."""

    STOP = "stop"
    CARE = "care"
    FINE = "fine"
    UNKNOWN = "unknown"


def faults_of(reading: Reading) -> list[str]:
    """Return why a reading is not accepted; empty when it is."""
    given = {name: getattr(reading, name) for name in RANGES}
    faults = [
        f"{label}: give a whole number from {low} to {high}."
        for name, (label, low, high) in RANGES.items()
        if given[name] is not None and not low <= given[name] <= high
    ]
    if all(value is None for value in given.values()):
        faults.append("Give at least one number.")
    if (reading.systolic is None) != (reading.diastolic is None):
        faults.append("Blood pressure needs both numbers.")
    elif reading.systolic is not None and reading.diastolic is not None and reading.systolic <= reading.diastolic:
        faults.append("The upper pressure must be higher than the lower one.")
    return faults


def pressure_of(reading: Reading, limits: PressureLimits = DEFAULT_LIMITS) -> Pressure:
    """Return what a pressure means; the worse of its two numbers decides."""
    if reading.systolic is None or reading.diastolic is None:
        return Pressure.UNKNOWN
    if reading.systolic >= limits.stop_systolic or reading.diastolic >= limits.stop_diastolic:
        return Pressure.STOP
    if reading.systolic >= limits.care_systolic or reading.diastolic >= limits.care_diastolic:
        return Pressure.CARE
    return Pressure.FINE


def raised(readings: Sequence[Reading], limits: PressureLimits = DEFAULT_LIMITS) -> Raised | None:
    """Return the flag of the readings before treatment; measured again, the last one counts."""
    measured = [each for reading in readings if (each := pressure_of(reading, limits)) is not Pressure.UNKNOWN]
    tiers = {Pressure.STOP: T1, Pressure.CARE: T2}
    tier = tiers.get(measured[-1]) if measured else None
    return None if tier is None else Raised(BP_HIGH, tier)


def fall(before: Reading, after: Reading) -> Reading:
    """Return by how much each number fell from before to after; None where one of them is missing."""
    falls = {}
    for name in RANGES:
        first, last = getattr(before, name), getattr(after, name)
        falls[name] = None if first is None or last is None else first - last
    return Reading(**falls)
