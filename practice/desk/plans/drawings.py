"""What was recorded in a course, as drawings and as the tables that say the same in numbers."""

from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from functools import partial

from practice.desk.charts.levels import HeatMap, Maps, heat_map
from practice.desk.charts.panels import (
    SPARK,
    TALL,
    Series,
    Sessions,
    Sheet,
    Wanted,
    number_words,
    sheet,
    target,
)
from practice.desk.plans.saying import MEASURE_WORDS
from practice.treatment_plans.findings import Findings, Found
from practice.visits.definitions import Definition
from practice.visits.scoring import matters
from practice.visits.vitals import Reading

PAINS = ("NPRS_LEG", "NPRS_BACK", "NPRS_BUTTOCK")
TOTALS = ("RMDQ", "ODI", "SBI")
PSFS = "PSFS"
SPARK_HEIGHT = 34
ROUND_TO = 20
NONE = "\u2013"


@dataclass(frozen=True, slots=True)
class Table:
    """Rows of words under columns, the first of each row its head."""

    columns: Sequence[str]
    rows: Sequence[Sequence[str]]


@dataclass(frozen=True, slots=True)
class FunctionRow:
    """One measure of what the client can do: first, latest, its small drawing and whether the change matters."""

    words: str
    scale: str
    first: str
    latest: str
    spark: Sheet
    aim: str
    is_met: bool | None


@dataclass(frozen=True, slots=True)
class Vitals:
    """Pressures and rates before and after; ``changes`` are the mean differences in words."""

    drawing: Sheet
    changes: Sequence[str]
    table: Table


Value = Callable[[Found], float | None]


def pain_drawing(findings: Findings, sessions: Sessions, numbers: Sequence[int]) -> Sheet:
    """Return pain before and after each session, leg first, back and buttock below where they were asked."""
    wanted = []
    for code in PAINS:
        before = _by_place(findings, numbers, partial(_before, code))
        after = _by_place(findings, numbers, partial(_after, code))
        if before:
            lines = [
                Series("is-before", "before", before, has_numbers=code == PAINS[0]),
                Series("is-after", "after", after),
            ]
            height = TALL if code == PAINS[0] else 60
            baseline = before.get(min(before))
            wanted.append(
                Wanted(MEASURE_WORDS[code].capitalize(), findings.definitions[code], lines, baseline, height=height)
            )
    return sheet(wanted, sessions)


def pain_table(findings: Findings) -> Table:
    """Return the numbers of the pain drawing as they are stored."""
    asked = [code for code in PAINS if any(code in found.before or code in found.after for found in findings.visits)]
    columns = [
        "Session",
        "Day",
        *(f"{MEASURE_WORDS[code].capitalize()} {when}" for code in asked for when in ("before", "after")),
    ]
    rows = [[f"S{found.number}", f"{found.on:%b} {found.on.day}", *_pains(found, asked)] for found in findings.visits]
    return Table(columns, rows)


def _pains(found: Found, asked: Sequence[str]) -> list[str]:
    return [_said(scores.get(code)) for code in asked for scores in (found.before, found.after)]


def _said(value: float | None) -> str:
    return NONE if value is None else number_words(value)


def _by_place(findings: Findings, numbers: Sequence[int], value: Value) -> dict[int, float]:
    found = ((numbers.index(each.number), value(each)) for each in findings.visits)
    return {place: known for place, known in found if known is not None}


def function_rows(findings: Findings, numbers: Sequence[int]) -> list[FunctionRow]:
    """Return the client's own activities and the totals, each on its own scale."""
    rows = []
    psfs = findings.definitions[PSFS]
    for part, words in findings.activities.items():
        values = _by_place(findings, numbers, partial(_ability, part))
        rows += _function_row(words, psfs, values, numbers)
    for code in TOTALS:
        values = _by_place(findings, numbers, partial(_before, code))
        rows += _function_row(MEASURE_WORDS[code].capitalize(), findings.definitions[code], values, numbers)
    return rows


def _function_row(
    words: str, definition: Definition, values: Mapping[int, float], numbers: Sequence[int]
) -> list[FunctionRow]:
    if not values:
        return []
    first, latest = values[min(values)], values[max(values)]
    wanted = Wanted(words, definition, [Series("is-before", "", values)], first, SPARK_HEIGHT)
    aim = target(definition, first)
    is_met = (
        None if aim is None or len(values) == 1 else matters(definition, Fraction(str(first)), Fraction(str(latest)))
    )
    return [
        FunctionRow(
            words,
            f"{number_words(definition.low)} to {number_words(definition.high)}",
            number_words(first),
            number_words(latest),
            sheet([wanted], Sessions([str(each) for each in numbers]), SPARK),
            "" if aim is None else number_words(aim),
            is_met,
        )
    ]


def function_table(findings: Findings) -> Table:
    """Return the numbers of the function drawings as they are stored, only visits at which any was asked."""
    parts = list(findings.activities)
    codes = [code for code in TOTALS if any(code in found.before for found in findings.visits)]
    asked = [found for found in findings.visits if found.abilities or any(code in found.before for code in codes)]
    columns = [
        "Session",
        *(findings.activities[part] for part in parts),
        *(MEASURE_WORDS[code].capitalize() for code in codes),
    ]
    rows = [
        [
            f"S{found.number}",
            *(_said(found.abilities.get(part)) for part in parts),
            *(_said(found.before.get(code)) for code in codes),
        ]
        for found in asked
    ]
    return Table(columns, rows)


def vitals(findings: Findings, numbers: Sequence[int]) -> Vitals | None:
    """Return pressures and heart rates as pairs, None when none was taken before and after."""
    shown = [found for found in findings.visits if found.vitals_before and found.vitals_after]
    if not shown:
        return None
    wanted, changes = [], []
    for title, name, unit in (
        ("Upper pressure, mmHg", "systolic", "mmHg"),
        ("Heart rate, a minute", "heart_rate", "a minute"),
    ):
        before = _by_place(findings, numbers, partial(_vital_before, name))
        after = _by_place(findings, numbers, partial(_vital_after, name))
        both = sorted(set(before) & set(after))
        if not both:
            continue
        lines = [
            Series("is-before", "before", before, is_joined=False),
            Series("is-after", "after", after, is_joined=False),
        ]
        scale = _scale(name, [*before.values(), *after.values()])
        wanted.append(Wanted(title, scale, lines, is_paired=True))
        mean = sum(after[place] - before[place] for place in both) / len(both)
        changes.append(f"{title.split(',')[0].lower()} {mean:+.1f} {unit}".replace("-", "\u2212"))
    drawing = sheet(wanted, Sessions([f"S{number}" for number in numbers]))
    return Vitals(drawing, changes, _vitals_table(shown))


def _before(code: str, found: Found) -> float | None:
    return found.before.get(code)


def _after(code: str, found: Found) -> float | None:
    return found.after.get(code)


def _ability(part: str, found: Found) -> float | None:
    return found.abilities.get(part)


def _vital_before(name: str, found: Found) -> float | None:
    return _of(found.vitals_before, name)


def _vital_after(name: str, found: Found) -> float | None:
    return _of(found.vitals_after, name)


def _of(reading: Reading | None, name: str) -> float | None:
    return None if reading is None else getattr(reading, name)


def _scale(code: str, values: Collection[float]) -> Definition:
    low = min(values) // ROUND_TO * ROUND_TO
    high = max(-(-max(values) // ROUND_TO) * ROUND_TO, low + ROUND_TO)
    return Definition(code=code, low=low, high=high, source="", licence="")


def _vitals_table(shown: Sequence[Found]) -> Table:
    names = ("systolic", "diastolic", "heart_rate")
    words = ("Upper", "Lower", "Heart rate")
    columns = ["Session", *(f"{word} {when}" for word in words for when in ("before", "after"))]
    rows = [
        [
            f"S{found.number}",
            *(_said(_of(reading, name)) for name in names for reading in (found.vitals_before, found.vitals_after)),
        ]
        for found in shown
    ]
    return Table(columns, rows)


def maps_of(findings: Findings) -> Maps:
    """Return the body maps of the course, visits without one left out."""
    return [(f"S{found.number}", found.painted) for found in findings.visits if found.painted]


def heat(findings: Findings) -> HeatMap | None:
    """Return the regions by session, None before anything was painted."""
    maps = maps_of(findings)
    return heat_map(maps) if maps else None
