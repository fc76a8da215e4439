"""How far behind its rhythm a plan is: by its last visit, the next one booked, and the day."""

import pytest

from practice.treatment_plans.cadence import cadence
from practice.treatment_plans.course import Gap, Visit
from practice.treatment_plans.course_dues import Planned

WEEKLY, TWICE = Gap(5, 9, 14), Gap(2, 5, 7)
BEGUN = 1000


def plan(*days: int | None, settled: int = 0, gap: Gap = WEEKLY) -> list[Planned]:
    return [
        Planned(
            number=number,
            service_id=1,
            minutes=60,
            gap=gap,
            visit=None if on is None else Visit(on, 600, 1),
            is_settled=number <= settled,
        )
        for number, on in enumerate(days, 1)
    ]


@pytest.mark.parametrize(
    ("sessions", "today", "words", "lapsing"),
    [
        (plan(1000, 1007, settled=1), 1003, "on time", False),
        (plan(1000, None, settled=1), 1003, "on time, nothing booked", False),
        (plan(1000, None, settled=1), 1008, "1 day behind, nothing booked", False),
        (plan(1000, None, settled=1), 1011, "4 days behind, nothing booked", True),
        (plan(1000, 1009, settled=1), 1003, "2 days behind", False),
        (plan(1000, 1013, settled=1), 1003, "6 days behind", True),
        (plan(1000, None, 1007, settled=1), 1003, "on time", False),
        (plan(None, None), 1003, "on time, nothing booked", False),
        (plan(None, None), 1010, "3 days behind, nothing booked", True),
        (plan(1000, None, settled=1, gap=TWICE), 1004, "on time, nothing booked", False),
        (plan(1000, None, settled=1, gap=TWICE), 1006, "2 days behind, nothing booked", True),
    ],
)
def test_a_plan_is_as_far_behind_as_its_next_visit(sessions, today, words, lapsing) -> None:
    found = cadence(sessions, BEGUN, today)
    assert found is not None
    assert (found.words, found.is_lapsing) == (words, lapsing)


def test_a_plan_whose_sessions_have_all_been_is_never_behind() -> None:
    assert cadence(plan(1000, 1007, settled=2), BEGUN, 2000) is None
