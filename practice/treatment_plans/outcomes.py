"""What the ended courses of a practice came to: shares with their denominators, small numbers hidden. Pure."""

from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from statistics import median

from practice.treatment_plans.lifecycles import Outcome, PlanState
from practice.treatment_plans.progress import Answer, Definitions, Point, Verdict, early_signal

FEWEST = 10
"""With fewer courses a share tells more about persons than about treatment (clinical.md 8)."""

GONE = frozenset({Outcome.NON_ATTENDANCE, Outcome.CLIENT_CHOICE})
GOOD = frozenset({Verdict.RESPONDER, Verdict.RECOVERED})


@dataclass(frozen=True, slots=True)
class Ended:
    """One course that has ended: its last verdict, and the visit at which pain had first improved enough."""

    template: str
    state: PlanState
    outcome: Outcome | None
    verdict: Verdict | None
    visits: int
    gained_at: int | None


@dataclass(frozen=True, slots=True)
class Share:
    """Some of all; ``percent`` is None where all are too few to say."""

    some: int
    of: int

    @property
    def percent(self) -> int | None:
        """Return the share in percent."""
        return None if self.of < FEWEST else round(self.some * 100 / self.of)


@dataclass(frozen=True, slots=True)
class Outcomes:
    """What a group of courses came to; nothing but the group is told of fewer than :data:`FEWEST`."""

    group: str
    courses: int
    responders: Share
    gone: Share
    referred: Share
    visits_to_gain: float | None
    gained: int

    @property
    def is_hidden(self) -> bool:
        """Return whether there are too few to say anything."""
        return self.courses < FEWEST


def first_gain(points: Sequence[Point], definitions: Definitions) -> int | None:
    """Return at which visit the leading pain had first improved by a change that matters."""
    counts = range(1, len(points) + 1)
    reached = (count for count in counts if early_signal(points[:count], definitions).pain.answer is Answer.IMPROVED)
    return next(reached, None)


def outcomes(ended: Iterable[Ended], every: str = "all") -> list[Outcomes]:
    """Return what the courses came to, all together first and then by template; never begun ones do not count.

    Whoever was never judged counts as no responder: the denominator is everybody who began.
    """
    begun = [each for each in ended if each.visits]
    templates = sorted({each.template for each in begun})
    groups = [(every, begun), *((name, [each for each in begun if each.template == name]) for name in templates)]
    return [_outcomes(name, found) for name, found in groups]


def _outcomes(group: str, found: Collection[Ended]) -> Outcomes:
    gains = [each.gained_at for each in found if each.gained_at is not None]
    return Outcomes(
        group,
        len(found),
        _share(each.verdict in GOOD for each in found),
        _share(each.outcome in GONE for each in found),
        _share(each.state is PlanState.REFERRED for each in found),
        median(gains) if len(gains) >= FEWEST else None,
        len(gains),
    )


def _share(answers: Iterable[bool]) -> Share:
    listed = list(answers)
    return Share(sum(listed), len(listed))
