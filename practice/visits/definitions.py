"""What a measure is: range, step, direction and the change that matters (clinical.md 3). Pure.

Practices may edit the numbers; an edit applies from a day on. No questionnaire's sentence is stored, only numbers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum


class Better(StrEnum):
    """Which direction is good."""

    LOWER = "lower"
    HIGHER = "higher"
    NEITHER = "neither"


@dataclass(frozen=True, slots=True, kw_only=True)
class Definition:
    """One measure as it counts from a day on.

    ``mic_abs`` and ``mic_pct`` (percent of the baseline) are the smallest change that matters, both to be met. A
    baseline below ``floor`` cannot show a gain, one above ``ceiling`` cannot show a loss.
    """

    code: str
    low: float
    high: float
    step: float = 1
    better: Better = Better.LOWER
    mic_abs: float | None = None
    mic_pct: float | None = None
    floor: float | None = None
    ceiling: float | None = None
    source: str
    licence: str

    def can_gain(self, baseline: float) -> bool:
        """Return whether a change that matters fits between *baseline* and the best end of the scale."""
        if self.floor is not None and baseline < self.floor:
            return False
        room = baseline - self.low if self.better is Better.LOWER else self.high - baseline
        return room >= (self.mic_abs or 0)


FREE = "free to store the score; no item text"
FREE_SCALE = "free, no licence"
OWN_WORDS = "the client's own words; no instruction text"
LICENSED = "licensed: numbers only, never its questions"


def _pain(code: str) -> Definition:
    return Definition(
        code=code, low=0, high=10, mic_abs=2, mic_pct=30, source="Ostelo 2008 consensus", licence=FREE_SCALE
    )


def _sign(code: str, high: float, source: str, better: Better = Better.LOWER) -> Definition:
    return Definition(code=code, low=0, high=high, better=better, source=source, licence=FREE_SCALE)


DEFAULTS: Mapping[str, Definition] = {
    each.code: each
    for each in (
        _pain("NPRS_LEG"),
        _pain("NPRS_BACK"),
        _pain("NPRS_BUTTOCK"),
        Definition(
            code="PSFS",
            low=0,
            high=10,
            better=Better.HIGHER,
            mic_abs=2,
            source="Abbott and Schmitt 2014: 1.3 small, 2.3 medium, 2.7 large; the practice's rule is 2",
            licence=OWN_WORDS,
        ),
        Definition(
            code="SBI",
            low=0,
            high=24,
            mic_abs=4,
            mic_pct=30,
            source="no verified change that matters; the practice's rule. Success cut-off 6.5: Haugen 2011",
            licence="symptom names and numbers only; no licence page found",
        ),
        Definition(code="SFI", low=0, high=24, source="none verified", licence="as SBI"),
        Definition(
            code="RMDQ",
            low=0,
            high=24,
            mic_abs=5,
            mic_pct=30,
            floor=4,
            ceiling=20,
            source="Ostelo 2008 consensus; recovered at 2 or less: Kamper 2010",
            licence="published form needs no permission; total only",
        ),
        Definition(code="ODI", low=0, high=100, mic_abs=10, mic_pct=30, source="Ostelo 2008", licence=LICENSED),
        Definition(
            code="EQ5D", low=-1, high=1, step=0.001, better=Better.HIGHER, source="not used in rules", licence=LICENSED
        ),
        _sign("START_BACK", 9, "prognosis, not outcome"),
        Definition(
            code="GROC",
            low=-5,
            high=5,
            better=Better.HIGHER,
            mic_abs=2,
            source="Kamper 2009: 2.5 of 11; the practice's rule: +2 better, -2 worse",
            licence="generic scale, own wording",
        ),
        *(_sign(f"SLR_{side}", 120, "Ekedahl 2012: MDC 5.7 degrees", Better.HIGHER) for side in ("L", "R")),
        *(_sign(f"SLUMP_{side}", 2, "review ranges only") for side in ("L", "R")),
        _sign("XSLR", 1, "review ranges only"),
        Definition(code="FTF", low=0, high=100, step=0.5, source="Ekedahl 2012: MDC 4.5 cm", licence=FREE_SCALE),
        _sign("NEURO", 5, "any fall is a flag", Better.HIGHER),
        *(_sign(code, high, "context only", Better.NEITHER) for code, high in (("WORK", 366), ("MEDS", 200))),
        _sign("SLEEP", 10, "context only", Better.NEITHER),
    )
}


def set_up_faults(definition: Definition) -> list[str]:
    """Return why the numbers of a definition are not accepted; empty when they are."""
    width = definition.high - definition.low
    checks = (
        (width <= 0, "The highest value must be above the lowest."),
        (definition.step <= 0 or definition.step > max(width, 0), "The step must be above 0 and fit into the range."),
        (
            definition.mic_abs is not None and not 0 < definition.mic_abs <= width,
            "The change that matters must be above 0 and fit into the range.",
        ),
        (
            definition.mic_pct is not None and not 0 < definition.mic_pct <= 100,
            "The change that matters in percent must be above 0 and at most 100.",
        ),
        (definition.mic_pct is not None and definition.mic_abs is None, "A percentage needs a change in points too."),
        (not definition.source.strip(), "Say where the numbers come from."),
    )
    return [sentence for is_wrong, sentence in checks if is_wrong]
