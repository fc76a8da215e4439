"""What a branch of patterns costs at least: days as bits of one number, a set of days for each cost. Pure.

A bound lets each visit choose its own pattern of the branch, and forgets that four may not lie in seven days.
"""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field

from practice.treatment_plans.course import DAYS_A_WEEK, Due, weekday_of
from practice.treatment_plans.course_prices import Beside, Branch, first_open, waiting
from practice.treatment_plans.course_table import WITHIN, DayRow, Table, minutes_in

Choices = list[tuple[int, int]]
"""Prices in order, each with the days that have it."""

Hops = list[tuple[int, list[int]]]
"""What gaps cost in order, each with the gaps that cost it."""

EVERYONE, WELCOME = -1, -2
"""Beside therapists by id: anybody, and anybody who is not passed over."""


@dataclass(frozen=True, slots=True)
class FreeDays:
    """For one kind of visit the days on which a minute is free: with each therapist, with anybody."""

    by_minute: Mapping[int, Mapping[int, int]]
    seen: dict[tuple[int, int, int], Choices] = field(default_factory=dict)

    def near(self, who: int, minutes: Sequence[int], hours: Sequence[int]) -> Choices:
        """Return the days by what the best time of day beside some consecutive minutes costs."""
        key = (who, minutes[0], minutes[-1])
        found = self.seen.get(key)
        if found is None:
            found = self.seen[key] = partition(self._near(self.by_minute.get(who, {}), minutes, hours))
        return found

    def _near(self, free: Mapping[int, int], minutes: Sequence[int], hours: Sequence[int]) -> Choices:
        first, last = minutes[0], minutes[-1]
        same, near, far, beyond = hours
        found = []
        for minute, days in free.items():
            away = max(first - minute, minute - last, 0)
            price = same if not away else near if away <= WITHIN[0] else far if away <= WITHIN[1] else beyond
            found.append((price, days))
        return found


def partition(choices: Iterable[tuple[int, int]]) -> Choices:
    """Return every day once, at its lowest price."""
    by_price: dict[int, int] = defaultdict(int)
    for price, days in choices:
        by_price[price] |= days
    seen, found = 0, []
    for price in sorted(by_price):
        days = by_price[price] & ~seen
        if days:
            found.append((price, days))
            seen |= days
    return found


class Bounds:
    """The bounds of one search."""

    def __init__(self, table: Table) -> None:
        question = table.question
        self._question, self._costs = question, question.costs
        days = [row.on for rows in table.rows for row in rows]
        days += [place.on for due in question.dues for place in due.presents]
        self._base = min(days)
        self._on_weekday = [
            sum(1 << at for at in range(max(days) - self._base + 1) if weekday_of(self._base + at) == weekday)
            for weekday in range(DAYS_A_WEEK)
        ]
        by_rows = {key: self._free_days(rows) for key, rows in {id(rows): rows for rows in table.rows}.items()}
        self._free = [by_rows[id(rows)] for rows in table.rows]
        self._is_choosy = any(question.wishes.passes_over(one) for one in table.therapist_ids)
        self._first = first_open(question)
        self._waits = partition((waiting(question, on), 1 << (on - self._base)) for on in set(days))
        self._hops = [_hops(question.dues, at, question.costs.strain) for at in range(1, len(question.dues))]

    def _free_days(self, rows: Sequence[DayRow]) -> FreeDays:
        found: dict[int, dict[int, int]] = defaultdict(lambda: defaultdict(int))
        for row in rows:
            bit = 1 << (row.on - self._base)
            for who, free in ((EVERYONE, row.everyone), (WELCOME, row.welcome), *row.own.items()):
                days = found[who]
                for minute in minutes_in(free):
                    days[minute] |= bit
        return FreeDays(found)

    def of(self, branch: Branch, most: int) -> int | None:
        """Return the least that a course of the branch costs, None when that is more than *most*."""
        choices = self._choices(branch, most)
        reached = {price: days for price, days in choices[0] if price <= most}
        for hops, prices in zip(self._hops, choices[1:], strict=True):
            reached = _arrive(_travel(reached, hops, most), prices, most)
        return min(reached, default=None)

    def _choices(self, branch: Branch, most: int) -> list[Choices]:
        known: dict[int, Choices] = {}
        found: list[Choices] = []
        for at, (due, free) in enumerate(zip(self._question.dues, self._free, strict=True)):
            if id(free) not in known:
                known[id(free)] = self._priced(branch, free)
            prices = known[id(free)]
            if due.presents:
                beside = Beside(self._question, branch)
                stays = [(beside.of(place), 1 << (place.on - self._base)) for place in due.presents]
                prices = partition([*stays, *((price + self._costs.moved, days) for price, days in prices)])
            found.append(self._waiting(prices, most) if at == self._first else prices)
        return found

    def _priced(self, branch: Branch, free: FreeDays) -> Choices:
        therapist_id, weekdays, minutes = branch
        costs, hours = self._costs, self._costs.hours
        change = 0 if therapist_id is None else costs.therapist
        found = [(price + change, days) for price, days in free.near(WELCOME, minutes, hours)]
        if self._is_choosy:
            passed = change + costs.not_preferred
            found += [(price + passed, days) for price, days in free.near(EVERYONE, minutes, hours)]
        if therapist_id is not None:
            passed = costs.not_preferred if self._question.wishes.passes_over(therapist_id) else 0
            found += [(price + passed, days) for price, days in free.near(therapist_id, minutes, hours)]
        if weekdays is None:
            return partition(found)
        kept = sum(self._on_weekday[one] for one in weekdays)
        best = partition(found)
        return partition(
            [(price, days & kept) for price, days in best]
            + [(price + costs.weekday, days & ~kept) for price, days in best]
        )

    def _waiting(self, prices: Choices, most: int) -> Choices:
        found: dict[int, int] = defaultdict(int)
        for price, days in prices:
            for wait, on_days in self._waits:
                if price + wait > most:
                    break
                found[price + wait] |= days & on_days
        return [(price, found[price]) for price in sorted(found) if found[price]]


def _hops(dues: Sequence[Due], at: int, strain: int) -> Hops:
    before, due = dues[at - 1], dues[at]
    if before.fixed is not None and due.fixed is not None:
        return [(0, [due.fixed.on - before.fixed.on])]
    by_cost: dict[int, list[int]] = defaultdict(list)
    for days in range(due.gap.least, due.gap.most + 1):
        by_cost[strain * due.gap.strain(days)].append(days)
    return sorted(by_cost.items())


def _travel(reached: Mapping[int, int], hops: Hops, most: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for spent, days in reached.items():
        for cost, gaps in hops:
            total = spent + cost
            if total > most:
                break
            landed = 0
            for gap in gaps:
                landed |= days << gap
            found[total] = found.get(total, 0) | landed
    return found


def _arrive(travelled: Mapping[int, int], prices: Choices, most: int) -> dict[int, int]:
    found: dict[int, int] = {}
    for spent, landed in travelled.items():
        days = landed
        for price, on_days in prices:
            total = spent + price
            if total > most:
                break
            there = days & on_days
            if there:
                found[total] = found.get(total, 0) | there
                days ^= there
                if not days:
                    break
    seen, kept = 0, {}
    for total in sorted(found):
        fresh = found[total] & ~seen
        if fresh:
            kept[total] = fresh
            seen |= fresh
    return kept
