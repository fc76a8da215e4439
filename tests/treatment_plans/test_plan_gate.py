"""The plan's half of clinical.md 2.3, softened by desk.md 1: each code, its edge, who may override, what leads out."""

from datetime import date, timedelta

import pytest

from practice.core.errors import Refusal
from practice.treatment_plans.blocks import numbered
from practice.treatment_plans.lifecycles import PlanState
from practice.treatment_plans.plan_gate import Asked, SessionOn, Standing, judge
from practice.treatment_plans.templates import TEMPLATES

DAY = date(2026, 11, 30)
MAYA = (0, 3, 7, 10, 14, 17, 24, 31, 38, 45)
"""Story A of clinical.md 10: days from the first session."""


def plan(days=(), *, delivered=0, **over) -> Standing:
    sessions = [
        SessionOn(DAY + timedelta(days=day), index, index, index <= delivered) for index, day in enumerate(days, 1)
    ]
    values = {
        "uid": "a-plan",
        "state": PlanState.ACTIVE,
        "therapist_id": 1,
        "service_ids": frozenset({7}),
        "numbers": tuple(numbered(TEMPLATES["SUBACUTE"].shape)),
        "sessions": sessions,
    }
    return Standing(**values | over)


def asked(day: int, **over) -> Asked:
    return Asked(**{"on": DAY + timedelta(days=day), "today": DAY} | over)


def said(question: Asked, standing: Standing) -> list[str]:
    return [each.code for each in judge(question, standing)]


@pytest.mark.parametrize("number", range(10))
def test_the_story_of_maya_books_without_a_word(number):
    assert said(asked(MAYA[number]), plan(MAYA[:number])) == []


@pytest.mark.parametrize(
    ("state", "over", "expected"),
    [
        ("draft", {}, ["plan_not_active"]),
        ("awaiting_clearance", {}, ["plan_not_active"]),
        ("active", {}, []),
        ("on_hold", {}, ["plan_not_active"]),
        ("on_hold", {"allows_booking": True}, []),
    ],
)
def test_only_an_active_plan_treats(state, over, expected):
    assert said(asked(0), plan(state=PlanState(state), **over)) == expected


@pytest.mark.parametrize(
    ("days", "asks", "expected"),
    [
        ((0,), 1, ["plan_gap"]),
        ((0,), 2, []),
        ((0,), 5, []),
        ((0,), 6, ["plan_gap_long"]),
        ((0, 8), 15, ["plan_gap_long"]),  # story F, day 8 to 15 after the no-show
        ((0, 6), 4, []),
        ((0, 6), 5, ["plan_gap"]),
        ((2,), 0, []),
        ((1,), 0, ["plan_gap"]),
        ((9,), 0, ["plan_gap_long"]),
        ((0, 3, 7, 10, 14, 17), 21, ["plan_gap"]),  # the seventh follows by the second block
        ((0, 3, 7, 10, 14, 17), 27, ["plan_gap_long"]),
    ],
)
def test_gaps_are_refused_below_and_warned_above(days, asks, expected):
    assert said(asked(asks), plan(days)) == expected


def test_a_gap_gives_way_to_a_reason_and_the_day_does_not():
    found = {each.code: each for each in judge(asked(1), plan((0,)))}
    assert found["plan_gap"].overridable
    same = {each.code: each for each in judge(asked(0), plan((0,)))}
    assert not same["plan_same_day"].overridable


def test_never_more_than_three_in_seven_days():
    days = (0, 2, 4)
    assert "plan_week_full" in said(asked(6), plan(days))
    assert "plan_week_full" not in said(asked(7), plan(days))
    assert "plan_week_full" in said(asked(3), plan((0, 1, 6)))


def test_no_more_sessions_than_the_plan_has():
    assert said(asked(52), plan(MAYA)) == ["plan_sessions_used"]
    assert said(asked(46, moving_id=10, is_new=False), plan(MAYA)) == []


@pytest.mark.parametrize(
    ("delivered", "expected"), [(6, []), (7, []), (8, ["reassessment_overdue"]), (9, ["reassessment_overdue"])]
)
def test_a_reassessment_is_overdue_two_sessions_after_its_checkpoint(delivered, expected):
    standing = plan(MAYA[:9], delivered=delivered, open_checkpoint=6)
    assert said(asked(45), standing) == expected


def test_an_overdue_reassessment_stops_no_move():
    standing = plan(MAYA[:9], delivered=8, open_checkpoint=6)
    assert said(asked(39, moving_id=9, is_new=False), standing) == []


def test_a_moved_session_is_not_in_its_own_way():
    assert said(asked(4, moving_id=2, is_new=False), plan((0, 3, 7))) == []


def test_all_reasons_are_listed():
    standing = plan((0, 1, 2), delivered=3, state=PlanState.ON_HOLD, open_checkpoint=1)
    expected = ["plan_not_active", "reassessment_overdue", "plan_same_day", "plan_week_full", "plan_gap"]
    assert said(asked(2), standing) == expected


@pytest.mark.parametrize(
    ("question", "standing"),
    [
        (asked(0), plan(state=PlanState.ON_HOLD)),
        (asked(1), plan((0,))),
        (asked(0), plan((0,))),
        (asked(52), plan(MAYA)),
        (asked(45), plan(MAYA[:9], delivered=9, open_checkpoint=6)),
        (asked(6), plan((0, 2, 4))),
    ],
)
def test_every_refusal_leads_out_and_names_no_cause(question, standing):
    for refusal in judge(question, standing):
        assert not isinstance(refusal, Refusal) or refusal.ways_out
        assert not {"flag", "clearance", "pain"} & set(refusal.sentence.lower().replace(".", "").split())
