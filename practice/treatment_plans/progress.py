"""What a course has brought so far: the verdict at a checkpoint, and each night as an early signal. Pure.

The order of the tests is part of the rule (clinical.md 5.4). What was not measured is never filled in from another day.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from fractions import Fraction

from practice.visits.definitions import Definition
from practice.visits.measures import exact
from practice.visits.scoring import matters, shared_means

LEG, BACK, ABILITY, DISABILITY = "NPRS_LEG", "NPRS_BACK", "PSFS", "RMDQ"
LEG_LEADS_FROM = 3
RECOVERED_UP_TO = 2
WORSE_BY = 2
VISITS_RUNNING = 2
CHANGE_FOR_WORSE = -2
ENOUGH_VISITS = 4
NORMAL_REFLEX = 2


class Verdict(StrEnum):
    """How the course stands."""

    WORSENING = "worsening"
    RECOVERED = "recovered"
    RESPONDER = "responder"
    PARTIAL = "partial"
    TOO_EARLY = "too_early"
    NO_CHANGE = "no_change"


class Sign(StrEnum):
    """What speaks for a course getting worse."""

    PAIN_UP = "pain_up"
    FURTHER_DOWN = "further_down"
    FEELS_WORSE = "feels_worse"
    NERVE_FALL = "nerve_fall"


class Answer(StrEnum):
    """What one measure says: at its floor it is left out, missing it proves nothing."""

    IMPROVED = "improved"
    NOT_IMPROVED = "not_improved"
    AT_FLOOR = "at_floor"
    MISSING = "missing"


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What was measured at one delivered visit, before treatment; None and absent keys were not measured.

    ``abilities`` are PSFS ratings by activity, ``nerves`` the numbers of the neurological examination by part.
    """

    leg: int | None = None
    back: int | None = None
    distal_level: int | None = None
    abilities: Mapping[str, float] = field(default_factory=dict)
    disability: float | None = None
    change: int | None = None
    nerves: Mapping[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Change:
    """A measure's way from the baseline to now, with the change that matters; numbers are None when missing."""

    code: str
    before: Fraction | None
    after: Fraction | None
    answer: Answer


@dataclass(frozen=True, slots=True)
class Progress:
    """A verdict with the numbers behind it."""

    verdict: Verdict
    primary: str
    pain: Change
    function: tuple[Change, ...]
    signs: tuple[Sign, ...]
    delivered: int


Definitions = Mapping[str, Definition]


def verdict_at_checkpoint(points: Sequence[Point], definitions: Definitions) -> Progress:
    """Judge a course by its delivered visits, the checkpoint last, with the definitions in force at the plan's start.

    Only what was measured at the checkpoint itself counts as now. Raises ``ValueError`` without any visit.
    """
    return _judge(points, definitions, _at_last)


def early_signal(points: Sequence[Point], definitions: Definitions) -> Progress:
    """Judge a course as it stands tonight: each measure by the latest visit at which it was taken."""
    return _judge(points, definitions, _latest)


def _judge(points: Sequence[Point], definitions: Definitions, now_of: "NowOf") -> Progress:
    if not points:
        raise ValueError("a course without a delivered visit has no verdict")
    primary = primary_of(points[0])
    pain = _change(points, definitions[primary], _PAINS[primary], now_of)
    function = (
        _ability_change(points, definitions[ABILITY], now_of),
        _change(points, definitions[DISABILITY], _disability, now_of),
    )
    signs = tuple(_signs(points, _PAINS[primary], now_of))
    verdict = _verdict(pain.answer, _either(function), signs=signs, points=points, now_of=now_of)
    return Progress(verdict, primary, pain, function, signs, len(points))


def primary_of(baseline: Point) -> str:
    """Return which pain leads: the leg's when it was 3 or more at the first visit, else the back's."""
    return LEG if baseline.leg is not None and baseline.leg >= LEG_LEADS_FROM else BACK


def _verdict(
    pain: Answer, function: Answer, *, signs: Sequence[Sign], points: Sequence[Point], now_of: "NowOf"
) -> Verdict:
    if signs:
        return Verdict.WORSENING
    if _is_recovered(points, now_of):
        return Verdict.RECOVERED
    counted = [answer for answer in (pain, function) if answer is not Answer.AT_FLOOR]
    improved = counted.count(Answer.IMPROVED)
    if improved and improved == len(counted):
        return Verdict.RESPONDER
    if improved:
        return Verdict.PARTIAL
    return Verdict.TOO_EARLY if len(points) < ENOUGH_VISITS else Verdict.NO_CHANGE


def _either(changes: Sequence[Change]) -> Answer:
    """Return what several measures of one thing say together: one that improved is enough."""
    answers = {change.answer for change in changes}
    order = (Answer.IMPROVED, Answer.NOT_IMPROVED, Answer.MISSING, Answer.AT_FLOOR)
    return next(answer for answer in order if answer in answers)


def _is_recovered(points: Sequence[Point], now_of: "NowOf") -> bool:
    disability = now_of(points, _disability)
    has_no_pain = now_of(points, _leg) == now_of(points, _back) == 0
    return has_no_pain and disability is not None and disability <= RECOVERED_UP_TO


Value = Callable[[Point], float | None]
NowOf = Callable[[Sequence[Point], Value], float | None]


def _leg(point: Point) -> float | None:
    return point.leg


def _back(point: Point) -> float | None:
    return point.back


def _disability(point: Point) -> float | None:
    return point.disability


def _change_felt(point: Point) -> float | None:
    return point.change


def _level(point: Point) -> float | None:
    return point.distal_level


_PAINS: Mapping[str, Value] = {LEG: _leg, BACK: _back}


def _at_last(points: Sequence[Point], value: Value) -> float | None:
    return value(points[-1])


def _latest(points: Sequence[Point], value: Value) -> float | None:
    return next((found for point in reversed(points) if (found := value(point)) is not None), None)


def _change(points: Sequence[Point], definition: Definition, value: Value, now_of: NowOf) -> Change:
    first, last = value(points[0]), now_of(points, value)
    before = None if first is None else exact(first)
    after = None if last is None else exact(last)
    return Change(definition.code, before, after, _answer(definition, before, after))


def _ability_change(points: Sequence[Point], definition: Definition, now_of: NowOf) -> Change:
    rated = points[-1] if now_of is _at_last else next((p for p in reversed(points) if p.abilities), points[-1])
    means = shared_means(points[0].abilities, rated.abilities)
    if means is None:
        return Change(definition.code, None, None, Answer.MISSING)
    return Change(definition.code, *means, _answer(definition, *means))


def _answer(definition: Definition, before: Fraction | None, after: Fraction | None) -> Answer:
    if before is not None and not definition.can_gain(float(before)):
        return Answer.AT_FLOOR
    if before is None or after is None:
        return Answer.MISSING
    return Answer.IMPROVED if matters(definition, before, after) else Answer.NOT_IMPROVED


def _signs(points: Sequence[Point], pain: Value, now_of: NowOf) -> Iterator[Sign]:
    if _is_up(_measured(points, pain), WORSE_BY):
        yield Sign.PAIN_UP
    levels = _measured(points, _level)
    if _is_up(levels, 1) or _rises(levels):
        yield Sign.FURTHER_DOWN
    felt = now_of(points, _change_felt)
    if felt is not None and felt <= CHANGE_FOR_WORSE:
        yield Sign.FEELS_WORSE
    if any(_falls(points, part) for part in {part for point in points for part in point.nerves}):
        yield Sign.NERVE_FALL


def _measured(points: Sequence[Point], value: Value) -> list[float | None]:
    """Return the baseline and then what was measured; a visit without a value neither makes a run nor breaks it."""
    return [value(points[0]), *(found for point in points[1:] if (found := value(point)) is not None)]


def _is_up(values: Sequence[float | None], by: int) -> bool:
    """Return whether the last two measured values both lie at least *by* above the baseline."""
    baseline, later = values[0], [value for value in values[1:] if value is not None]
    if baseline is None or len(later) < VISITS_RUNNING:
        return False
    return all(value - baseline >= by for value in later[-VISITS_RUNNING:])


def _rises(values: Sequence[float | None]) -> bool:
    """Return whether each of the last two measured values lies above the one before it."""
    known = [value for value in values if value is not None][-VISITS_RUNNING - 1 :]
    return len(known) > VISITS_RUNNING and known[0] < known[1] < known[2]


def _falls(points: Sequence[Point], part: str) -> bool:
    """Return whether the newest finding of a nerve is below an earlier one; a brisk reflex that calms is no fall."""
    cap = NORMAL_REFLEX if part.startswith("reflex") else float("inf")
    found = [min(point.nerves[part], cap) for point in points if part in point.nerves]
    return len(found) > 1 and found[-1] < max(found[:-1])
