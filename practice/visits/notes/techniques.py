"""What was done at a treatment: technique, region, side, position, pressure, minutes (clinical.md 4.1). Pure."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass

from practice.visits.body_map import REGIONS, SADDLE, Side

TECHNIQUES: Mapping[str, str] = {
    "effleurage": "Effleurage",
    "petrissage": "Petrissage",
    "stripping": "Stripping",
    "frictions": "Frictions",
    "trigger_point": "Trigger-point compression",
    "myofascial": "Myofascial release",
    "muscle_energy": "Muscle energy",
    "mobilisation": "Joint mobilisation, grades I to IV",
    "nerve_glide": "Nerve glide, assisted",
    "stretch": "Passive stretch",
    "rocking": "Rocking",
    "lymph_drainage": "Lymph-style drainage",
    "heat": "Heat",
    "cold": "Cold",
    "contrast": "Contrast",
    "hydro": "Hydrotherapy",
}
POSITIONS: Mapping[str, str] = {
    "prone": "Prone",
    "supine": "Supine",
    "side_left": "Lying on the left side",
    "side_right": "Lying on the right side",
    "seated": "Seated",
    "semi_reclined": "Semi-reclined",
}
PRESSURES = range(1, 6)
MOST_MINUTES = 120
MOST_ROWS = 20
BUTTOCK = "buttock"
TREATED = {code: region for code, region in REGIONS.items() if code != SADDLE}


@dataclass(frozen=True, slots=True)
class Technique:
    """One row of the treatment; in a draft a part may still be missing.

    ``because`` is the reason for work on a region that is left out.
    """

    technique: str
    region: str = ""
    side: str = ""
    position: str = ""
    pressure: int | None = None
    minutes: int | None = None
    response: str = ""
    because: str = ""


def faults_of(rows: Sequence[Technique]) -> list[str]:
    """Return what is missing or cannot be in the rows, each as a sentence that names its row."""
    return [f"Row {number}: {fault}" for number, row in enumerate(rows, 1) for fault in _faults(row)]


def excluded(rows: Sequence[Technique], left_out: Collection[str]) -> list[str]:
    """Return the regions that are left out, were worked on and have no reason beside them."""
    return sorted({row.region for row in rows if row.region in left_out and not row.because})


def works_on_buttock(rows: Sequence[Technique]) -> bool:
    """Return whether any row is about the buttock, which needs a consent of its own."""
    return any(row.region == BUTTOCK for row in rows)


def minutes_of(rows: Sequence[Technique]) -> int:
    """Return the minutes of all rows together."""
    return sum(row.minutes or 0 for row in rows)


def _faults(row: Technique) -> list[str]:
    region = TREATED.get(row.region)
    checks = {
        "choose the technique.": row.technique in TECHNIQUES,
        "choose where.": region is not None,
        "choose the position.": row.position in POSITIONS,
        "give the pressure, 1 to 5.": row.pressure in PRESSURES,
        "give the minutes.": row.minutes is not None and 1 <= row.minutes <= MOST_MINUTES,
    }
    found = [sentence for sentence, is_right in checks.items() if not is_right]
    if region is not None and row.side not in region.sides:
        sides = " or ".join(side for side in Side if side in region.sides)
        found.append(f"the {region.label} is {sides}.")
    return found
