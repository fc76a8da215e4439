"""The planner against brute force: every course of small random cases, counted one by one."""

from collections.abc import Iterator
from itertools import combinations, product
from random import Random

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from practice.treatment_plans.course import (
    PLAIN_COSTS,
    CourseQuestion,
    Due,
    FreeStart,
    Gap,
    Hours,
    Kind,
    Pattern,
    Visit,
    Wishes,
    With,
    part_of_day,
    weekday_of,
)
from practice.treatment_plans.course_search import propose_courses

MONDAY = 739_943
GAPS = [Gap(1, 3, 5), Gap(1, 3, 5), Gap(2, 5, 7), Gap(2, 3, 7), Gap(5, 9, 14), Gap(3, 4, 14)]
MINUTES = [540, 555, 630, 780, 1020]


def place_price(visit: Visit, pattern: Pattern, wishes: Wishes) -> int:
    away = abs(visit.minute - pattern.minute)
    hours = 0 if away == 0 else 1 if away <= 60 else 2 if away <= 120 else 4
    price = (
        hours + 3 * (weekday_of(visit.on) not in pattern.weekdays) + 4 * (visit.therapist_id != pattern.therapist_id)
    )
    is_second_choice = wishes.therapist is With.PREFER and visit.therapist_id not in wishes.therapist_ids
    return price + 6 * is_second_choice


def visit_price(due: Due, visit: Visit, pattern: Pattern, wishes: Wishes) -> int:
    return place_price(visit, pattern, wishes) + 9 * bool(due.presents and visit not in due.presents)


def between(question: CourseQuestion, days: tuple[int, ...]) -> int:
    """What lies between the visits costs, and the wait for the first one that is to be placed."""
    dues, total = question.dues, 0
    for at in range(1, len(days)):
        if not (dues[at].fixed and dues[at - 1].fixed):
            total += max(abs(2 * (days[at] - days[at - 1]) - dues[at].gap.aim) - 1, 0)
    waits = [day - question.earliest for due, day in zip(dues, days, strict=True) if due.fixed is None]
    return total + max(waits[0], 0) if waits else total


def is_legal(dues: tuple[Due, ...], days: tuple[int, ...]) -> bool:
    for at in range(1, len(days)):
        both_fixed = dues[at].fixed and dues[at - 1].fixed
        if not both_fixed and not dues[at].gap.least <= days[at] - days[at - 1] <= dues[at].gap.most:
            return False
        if at >= 3 and not both_fixed and days[at] - days[at - 3] < 7:
            return False
    return True


def places(question: CourseQuestion, due: Due) -> list[Visit]:
    if due.fixed is not None:
        return [due.fixed]
    wishes = question.wishes
    found = [
        Visit(on, start.minute, one)
        for on, starts in question.free.get(due.service_id, {}).items()
        for start in starts
        for one in start.therapist_ids
        if on >= question.earliest
        and (not wishes.weekdays or weekday_of(on) in wishes.weekdays)
        and (wishes.therapist is not With.MUST or one in wishes.therapist_ids)
        and (
            not wishes.hours
            or any(w.begins <= start.minute and start.minute + due.minutes <= w.ends for w in wishes.hours)
        )
    ]
    return [*found, *due.presents]


def day_sequences(dues: tuple[Due, ...], options: list[list[Visit]]) -> Iterator[tuple[int, ...]]:
    for days in product(*(sorted({visit.on for visit in each}) for each in options)):
        if is_legal(dues, days):
            yield days


def patterns(question: CourseQuestion, options: list[list[Visit]]) -> Iterator[Pattern]:
    every = [visit for each in options for visit in each]
    weekdays = sorted({weekday_of(visit.on) for visit in every})
    for chosen in combinations(weekdays, min(question.weekdays_a_week, len(weekdays))):
        for therapist_id, minute in product({v.therapist_id for v in every}, {v.minute for v in every}):
            yield Pattern(therapist_id, chosen, minute)


def best_by_kind(question: CourseQuestion) -> dict[Kind, int]:
    options = [places(question, due) for due in question.dues]
    sequences = [(days, between(question, days)) for days in day_sequences(question.dues, options)]
    best: dict[Kind, int] = {}
    for pattern in patterns(question, options) if sequences else ():
        prices = [
            {
                on: min(visit_price(due, v, pattern, question.wishes) for v in each if v.on == on)
                for on in {v.on for v in each}
            }
            for due, each in zip(question.dues, options, strict=True)
        ]
        cost = min(extra + sum(price[on] for price, on in zip(prices, days, strict=True)) for days, extra in sequences)
        best[pattern.kind] = min(cost, best.get(pattern.kind, cost))
    return best


def cost_beside(question: CourseQuestion, visits: tuple[Visit, ...], pattern: Pattern) -> int:
    each = sum(visit_price(due, v, pattern, question.wishes) for due, v in zip(question.dues, visits, strict=True))
    return each + between(question, tuple(visit.on for visit in visits))


def question_of(seed: int) -> CourseQuestion:
    """A small case: up to four visits of two services on up to nine days each, some fixed, some booked already."""
    dice = Random(seed)
    reach = dice.randint(6, 20)
    dues: list[Due] = []
    last_on = MONDAY - 6
    for number in range(1, dice.choice([1, 2, 3, 4, 4]) + 1):
        place = Visit(MONDAY + dice.randint(0, reach), dice.choice(MINUTES), dice.choice([7, 8]))
        kind = dice.choice(["open"] * 5 + ["fixed", "present"])
        fixed, presents = None, ()
        if kind == "fixed" and last_on < MONDAY + reach:
            last_on = dice.randint(last_on + 1, MONDAY + reach)
            fixed = place._replace(on=last_on)
        elif kind == "present":
            others = [place._replace(on=MONDAY + dice.randint(0, reach)) for _ in range(dice.randint(0, 2))]
            presents = (place, *others)
        dues.append(Due(number, dice.choice([1, 1, 2]), 60, dice.choice(GAPS), fixed, presents))
    return CourseQuestion(
        dues=tuple(dues),
        free={service_id: free_days(dice, reach) for service_id in (1, 2)},
        earliest=MONDAY,
        wishes=wishes_of(dice),
        covered_until=dice.choice([None, MONDAY + dice.randint(0, reach)]),
    )


def free_days(dice: Random, reach: int) -> dict[int, list[FreeStart]]:
    found = {}
    for on in dice.sample(range(MONDAY - 1, MONDAY + reach + 1), dice.randint(min(4, reach), min(9, reach))):
        minutes = sorted(dice.sample(MINUTES, dice.randint(1, 3)))
        found[on] = [FreeStart(m, tuple(sorted(dice.sample([7, 8, 9], dice.randint(1, 3))))) for m in minutes]
    return found


def wishes_of(dice: Random) -> Wishes:
    return Wishes(
        therapist=dice.choice([With.ANY, With.ANY, With.PREFER, With.MUST]),
        therapist_ids=frozenset(dice.sample([7, 8], dice.randint(1, 2))),
        weekdays=frozenset(dice.choice([(), (), (), (), (0, 1, 2), (1, 3)])),
        hours=dice.choice([(), (), (), (Hours(540, 720),), (Hours(600, 840), Hours(1000, 1200))]),
    )


def check(question: CourseQuestion) -> None:
    best, answer = best_by_kind(question), propose_courses(question)
    assert (answer.stuck is None) == bool(best) == bool(answer.courses)
    for course in answer.courses:
        kind = course.pattern.kind
        assert course.cost == best[kind] == cost_beside(question, course.visits, course.pattern)
        assert is_legal(question.dues, tuple(visit.on for visit in course.visits))
        for due, visit in zip(question.dues, course.visits, strict=True):
            assert visit in places(question, due)
            late = question.covered_until is not None and visit.on > question.covered_until
            assert (due.number in course.tentative) == (late and due.fixed is None)
    check_that_nothing_better_is_left_out(
        question, best, [(course.visits, course.cost, course.pattern.kind) for course in answer.courses]
    )
    if answer.stuck is not None:
        assert answer.stuck.number == first_unplaceable(question)


def check_that_nothing_better_is_left_out(question, best, found) -> None:
    costs = [cost for _, cost, _ in found]
    assert costs == sorted(costs)
    assert costs[:1] == [min(best.values())] if best else not costs
    shown = {kind for _, _, kind in found}
    assert len(shown) == len(found) <= 3
    limit = costs[-1] if len(found) == 3 else max(best.values(), default=0) + 1
    options = [places(question, due) for due in question.dues]
    for kind, cost in best.items():
        if kind not in shown and cost < limit:
            variants = [one for one in patterns(question, options) if one.kind == kind]
            assert any(cost_beside(question, visits, one) == cost for visits, _, _ in found for one in variants)


def first_unplaceable(question: CourseQuestion) -> int:
    options = [places(question, due) for due in question.dues]
    for amount in range(1, len(options) + 1):
        if next(day_sequences(question.dues[:amount], options[:amount]), None) is None:
            open_ones = [due.number for due in question.dues[:amount] if due.fixed is None]
            return open_ones[-1]
    raise AssertionError("every visit can be placed")


def test_costs_are_those_counted_here() -> None:
    assert PLAIN_COSTS == (1, 3, (0, 1, 2, 4), 4, 6, 1, 9)
    assert [part_of_day(minute) for minute in MINUTES] == [0, 0, 0, 1, 2]


def test_the_planner_agrees_with_brute_force(request: pytest.FixtureRequest) -> None:
    """No course is cheaper than the first, no kind that was left out has a cheaper one than the last."""
    amount = 20_000 if request.config.getoption("--full") else 500

    @settings(max_examples=amount, deadline=None, suppress_health_check=list(HealthCheck))
    @given(st.integers(0, 2**40))
    def agree(seed: int) -> None:
        check(question_of(seed))

    agree()
