"""The cheapest way over days: exact dynamic programming on gaps, at most three visits in any seven days. Pure."""

from collections.abc import Mapping, Sequence
from typing import NamedTuple

from practice.treatment_plans.course import DAYS_A_WEEK, Gap

Prices = Mapping[int, int]
"""What a visit costs on each day on which it can lie."""


class Recent(NamedTuple):
    """What the visits before still demand: the next gap at least, and the last gap as far as it still matters."""

    demands: int
    last: int


FREE = Recent(0, DAYS_A_WEEK)


class Step(NamedTuple):
    """One gap that may be taken, what it costs, and what is demanded after it."""

    days: int
    cost: int
    after: Recent


Steps = Sequence[Mapping[Recent, Sequence[Step]]]
"""For each visit but the first the steps that lead to it."""

Reached = list[dict[Recent, dict[int, int]]]
"""For each visit the cheapest cost with which it lies on a day."""


def steps_between(gaps: Sequence[Gap], settled: Mapping[int, int], *, strain: int = 0, is_capped: bool = True) -> Steps:
    """Return the steps to each visit; the gap of the first does not count, *settled* ones are what they are."""
    found: list[dict[Recent, list[Step]]] = [{FREE: []}]
    known = {FREE}
    for at in range(1, len(gaps)):
        following = [settled.get(at + later, gap.least) for later, gap in enumerate(gaps[at + 1 : at + 3], 1)]
        taken = {recent: _steps(gaps[at], settled.get(at), recent, following, strain) for recent in known}
        if not is_capped:
            taken = {recent: [step._replace(after=FREE) for step in steps] for recent, steps in taken.items()}
        known = {step.after for steps in taken.values() for step in steps}
        found.append(taken)
    return found


def _steps(gap: Gap, settled: int | None, recent: Recent, following: Sequence[int], strain: int) -> list[Step]:
    if settled is not None:
        return [Step(settled, 0, _after(recent, settled, following))]
    possible = range(max(gap.least, recent.demands), gap.most + 1)
    return [Step(days, strain * gap.strain(days), _after(recent, days, following)) for days in possible]


def _after(recent: Recent, days: int, following: Sequence[int]) -> Recent:
    """Return what is demanded after a gap; what the least of the following gaps keeps anyhow is forgotten."""
    least, least_after = (*following, DAYS_A_WEEK, DAYS_A_WEEK)[:2]
    demands = DAYS_A_WEEK - recent.last - days
    last = days if DAYS_A_WEEK - days - least > least_after else DAYS_A_WEEK
    return Recent(demands if demands > least else 0, last)


def reach(prices: Sequence[Prices], steps: Steps) -> Reached:
    """Return how cheaply each visit reaches each day; ends early, after an empty entry, where none can."""
    reached: Reached = [{FREE: dict(prices[0])} if prices[0] else {}]
    for at in range(1, len(prices)):
        if not reached[-1]:
            break
        reached.append(_next(reached[-1], steps[at], prices[at]))
    return reached


def _next(
    before: Mapping[Recent, Mapping[int, int]], steps: Mapping[Recent, Sequence[Step]], prices: Prices
) -> dict[Recent, dict[int, int]]:
    after: dict[Recent, dict[int, int]] = {}
    for recent, spent_on in before.items():
        for days, cost, to in steps[recent]:
            best = after.setdefault(to, {})
            for on, spent in spent_on.items():
                price = prices.get(on + days)
                if price is not None:
                    total = spent + cost + price
                    if total < best.get(on + days, total + 1):
                        best[on + days] = total
    return {recent: best for recent, best in after.items() if best}


def cheapest(reached: Reached) -> int | None:
    """Return what the cheapest way costs, None when the last visit is not reached."""
    return min((cost for best in reached[-1].values() for cost in best.values()), default=None)


def trace(reached: Reached, prices: Sequence[Prices], steps: Steps) -> list[int]:
    """Return the days of the cheapest way, the earliest of equals; something must have been reached."""
    total, on, recent = min((cost, on, recent) for recent, best in reached[-1].items() for on, cost in best.items())
    days = [on]
    for at in range(len(prices) - 1, 0, -1):
        total -= prices[at][on]
        total, on, recent = _came_from(reached[at - 1], steps[at], (total, on, recent))
        days.append(on)
    return days[::-1]


def _came_from(
    before: Mapping[Recent, Mapping[int, int]],
    steps: Mapping[Recent, Sequence[Step]],
    state: tuple[int, int, Recent],
) -> tuple[int, int, Recent]:
    total, on, reached = state
    return min(
        (total - step.cost, on - step.days, recent)
        for recent, spent_on in before.items()
        for step in steps[recent]
        if step.after == reached and spent_on.get(on - step.days) == total - step.cost
    )
