"""The columns of a caseload: each plan in one, by what matters most; within a column by urgency."""

from datetime import date

import pytest

from practice.treatment_plans.board import Column, Standing, column_of, next_check, urgency
from practice.treatment_plans.lifecycles import PlanState
from practice.treatment_plans.progress import Verdict


def standing(**over):
    return Standing(**{"state": PlanState.ACTIVE, "sessions": 10, "delivered": 4, "last_number": 4} | over)


@pytest.mark.parametrize(
    ("said", "column"),
    [
        ({}, Column.ON_COURSE),
        ({"verdict": Verdict.RESPONDER}, Column.ON_COURSE),
        ({"verdict": Verdict.WORSENING}, Column.WORSENING),
        ({"verdict": Verdict.WORSENING, "state": PlanState.ON_HOLD}, Column.WORSENING),
        ({"state": PlanState.ON_HOLD, "days_behind": 5}, Column.WAITING),
        ({"state": PlanState.AWAITING_CLEARANCE, "sessions": 0, "delivered": 0}, Column.WAITING),
        ({"check_after": 4, "days_behind": 3}, Column.CHECK_DUE),
        ({"check_after": 6, "days_behind": 3}, Column.BEHIND),
        ({"is_lapsing": True}, Column.BEHIND),
        ({"delivered": 8, "last_number": 8}, Column.NEARLY_DONE),
        ({"delivered": 8, "last_number": 8, "days_behind": 1}, Column.BEHIND),
        ({"delivered": 10, "last_number": 10}, Column.NEARLY_DONE),
        ({"state": PlanState.DRAFT, "sessions": 0, "delivered": 0}, Column.DRAFT),
    ],
)
def test_a_plan_stands_where_it_needs_somebody_most(said, column):
    assert column_of(standing(**said)) is column


def test_within_a_column_what_lapses_comes_first_then_the_farthest_behind_then_the_next():
    soon, late = standing(next_on=date(2026, 12, 1)), standing(next_on=date(2026, 12, 9))
    behind, lapsing = standing(days_behind=6), standing(is_lapsing=True)
    assert sorted([standing(), late, soon, behind, lapsing], key=urgency) == [lapsing, behind, soon, late, standing()]


def test_the_next_re_assessment_is_the_first_that_nobody_judged():
    assert [next_check((6, 10), judged) for judged in (0, 6, 10)] == [6, 10, None]
