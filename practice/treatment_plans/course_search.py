"""Finds the cheapest courses: branch and bound over what the visits have in common, exact over days beneath. Pure.

A branch leaves part of the pattern open; its bound prices every day as the kindest pattern in it would.
"""

from collections.abc import Iterator
from heapq import heappop, heappush
from itertools import combinations, count, groupby

from practice.treatment_plans.course import (
    Answer,
    Course,
    CourseQuestion,
    Kind,
    Pattern,
    Visit,
    part_of_day,
)
from practice.treatment_plans.course_bounds import Bounds
from practice.treatment_plans.course_days import cheapest, reach, trace
from practice.treatment_plans.course_prices import Beside, Branch, branch_of, course_cost, prices_beside, waiting
from practice.treatment_plans.course_stop import find_stop, steps_of
from practice.treatment_plans.course_table import Table, minutes_in, table_of

FIRST_BUDGET = 1
"""What a visit may cost at first; dearer branches are looked at again when all cheaper ones are settled."""

MOST_PROPOSALS = 3
"""How many are offered side by side."""

Entry = tuple[int, int, int, Branch]
"""What a branch costs at least, how much of it is open, a ticket that keeps the order total, and the branch."""


def propose_courses(question: CourseQuestion, *, most: int = MOST_PROPOSALS) -> Answer:
    """Return the cheapest course of each of the best kinds, best first, or where every course gets stuck.

    Exact: no complete course costs less than the first, none of a kind left out less than the last. A kind whose
    cheapest course is a better one's course again adds nothing and is left out.
    """
    table = table_of(question)
    stuck = find_stop(table)
    return Answer(stuck=stuck) if stuck is not None else _Search(table).best(most)


class _Search:
    """One search over one table."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self._question = table.question
        self._steps = steps_of(table.question)
        self._tickets = count()
        self._bounds = Bounds(table)
        self._budget, self._dearest = FIRST_BUDGET * len(table.question.dues), dearest(table.question)
        self._too_dear: list[Branch] = []
        self._heap: list[Entry] = []

    def best(self, most: int) -> Answer:
        """Return up to *most* courses of different kinds, looking first at what costs little."""
        found: list[Course] = []
        kinds: set[Kind] = set()
        self._push(Branch(None, None, self._table.minutes))
        while len(found) < most and (entry := self._cheapest()) is not None:
            cost, openness, _, branch = entry
            pattern = branch.pattern
            if branch.is_of(kinds):
                continue
            if pattern is None:
                for part in self._parts(branch):
                    self._push(part)
            elif openness:
                self._keep(cheapest(reach(prices_beside(self._table, branch), self._steps)), 0, branch)
            else:
                kinds.add(pattern.kind)
                if all(course_cost(self._question, course.visits, pattern) > cost for course in found):
                    found.append(self._course(pattern, cost))
        return Answer(tuple(found))

    def _push(self, branch: Branch) -> None:
        bound = self._bounds.of(branch, self._budget)
        if bound is None:
            self._too_dear.append(branch)
        else:
            self._keep(bound, branch.openness, branch)

    def _keep(self, cost: int | None, openness: int, branch: Branch) -> None:
        if cost is not None:
            heappush(self._heap, (cost, openness, next(self._tickets), branch))

    def _cheapest(self) -> Entry | None:
        """Return the branch with the lowest bound; what is too dear is looked at again before anything as dear."""
        while self._too_dear and (not self._heap or self._heap[0][0] > self._budget):
            again, self._too_dear = self._too_dear, []
            if self._budget > self._dearest:
                break
            self._budget += self._budget // 3 + 1
            for branch in again:
                self._push(branch)
        return heappop(self._heap) if self._heap else None

    def _parts(self, branch: Branch) -> Iterator[Branch]:
        if branch.therapist_id is None:
            for therapist_id in self._table.therapist_ids:
                yield branch._replace(therapist_id=therapist_id)
        elif branch.weekdays is None:
            known = self._table.weekdays
            for weekdays in combinations(known, min(self._question.weekdays_a_week, len(known))):
                yield branch._replace(weekdays=weekdays)
        else:
            for minutes in _split(branch.minutes):
                yield branch._replace(minutes=minutes)

    def _course(self, pattern: Pattern, cost: int) -> Course:
        """Return the cheapest course beside a pattern; of equal times of day the one nearest to it."""
        prices = prices_beside(self._table, branch_of(pattern))
        days = trace(reach(prices, self._steps), prices, self._steps)
        visits = tuple(self._visit(at, on, pattern) for at, on in enumerate(days))
        covered = self._question.covered_until
        tentative = {
            due.number
            for due, visit in zip(self._question.dues, visits, strict=True)
            if due.fixed is None and covered is not None and visit.on > covered
        }
        return Course(visits, pattern, cost, frozenset(tentative))

    def _visit(self, at: int, on: int, pattern: Pattern) -> Visit:
        due = self._question.dues[at]
        beside = Beside(self._question, branch_of(pattern))
        places = [
            Visit(on, minute, therapist_id)
            for row in self._table.rows[at]
            if row.on == on
            for therapist_id, free in row.own.items()
            for minute in minutes_in(free)
        ]
        priced = [(beside.of(place) + beside.moved * bool(due.presents), place) for place in places]
        priced += [(beside.of(place), place) for place in due.presents if place.on == on]
        return min(priced, key=lambda one: (one[0], abs(one[1].minute - pattern.minute), one[1]))[1]


def _split(minutes: tuple[int, ...]) -> list[tuple[int, ...]]:
    """Return minutes by part of the day, or those of one part in two halves."""
    parts = [tuple(part) for _, part in groupby(minutes, key=part_of_day)]
    half = len(minutes) // 2
    return parts if len(parts) > 1 else [minutes[:half], minutes[half:]]


def dearest(question: CourseQuestion) -> int:
    """Return more than any course can cost."""
    costs = question.costs
    a_visit = max(costs.hours) + costs.weekday + costs.therapist + costs.not_preferred + costs.moved
    strains = sum(costs.strain * max(map(due.gap.strain, due.gap[:2])) for due in question.dues)
    days = [on for free in question.free.values() for on in free]
    return a_visit * len(question.dues) + strains + max((waiting(question, on) for on in days), default=0)
