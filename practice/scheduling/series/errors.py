"""Refusals of series: a rule that cannot be, and visits that do not fit, each one named."""

from collections.abc import Sequence

from practice.core.errors import Conflict, PracticeError, Refusal, RuleViolation, WayOut
from practice.scheduling.errors import CONFLICT_CODES

CHOOSE_OTHERS = WayOut("review_series", "Look at the visits one by one")


class ImpossibleSeries(RuleViolation):
    """No series can follow this rule."""

    code = "impossible_series"
    title = "This rule makes no series"

    def __init__(self, sentence: str, *, field: str) -> None:
        ways = (WayOut("correct", "Correct it", {"field": field}),)
        super().__init__(sentence, ways_out=ways, context={"field": field})


class NotInSeries(RuleViolation):
    """An act on several visits was asked of one that stands alone."""

    code = "not_in_series"
    title = "This visit stands alone"


class _VisitsRefused(PracticeError):
    """Some visits do not fit, so none is booked or moved; each refusal says of which visit it speaks."""

    def __init__(self, sentence: str, refusals: Sequence[Refusal], conflicts: Sequence[dict[str, object]]) -> None:
        super().__init__(sentence, ways_out=(CHOOSE_OTHERS,), context={"conflicts": list(conflicts)})
        self._refusals = tuple(refusals)

    @property
    def refusals(self) -> tuple[Refusal, ...]:
        """Return every reason of every visit."""
        return self._refusals


class SeriesConflict(_VisitsRefused, Conflict):
    """Visits do not fit, at least one because somebody else has its time."""

    code = "series_conflict"
    title = "Not every visit fits"


class SeriesRefused(_VisitsRefused, RuleViolation):
    """Rules of the practice refuse some visits."""

    code = "series_refused"
    title = "Not every visit can be booked"


def visits_refused(
    sentence: str, refusals: Sequence[Refusal], conflicts: Sequence[dict[str, object]]
) -> SeriesConflict | SeriesRefused:
    """Return what the refusals of single visits amount to."""
    is_conflict = any(refusal.code in CONFLICT_CODES for refusal in refusals)
    kind = SeriesConflict if is_conflict else SeriesRefused
    return kind(sentence, refusals, conflicts)
