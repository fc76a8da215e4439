"""Every life of clinical.md 6 that belongs to a plan: each allowed step goes, every other one is refused by name."""

from itertools import product

import pytest

from practice.scheduling import lifecycle as appointments
from practice.scheduling.lifecycle import AppointmentState
from practice.treatment_plans.errors import ForbiddenStep
from practice.treatment_plans.lifecycles import (
    AUTOMATIC_HOLDS,
    CONSENT,
    EXERCISE,
    GOAL,
    OPEN_PLANS,
    PLAN,
    SESSION,
    VERSION,
    HoldReason,
    PlanState,
    SessionState,
)
from practice.treatment_plans.session_states import session_state

# Copied by hand from clinical.md 6, row by row: from, to.
BY_THE_BOOK = {
    PLAN: """
        draft awaiting_clearance
        draft active
        awaiting_clearance active
        draft cancelled
        awaiting_clearance cancelled
        awaiting_clearance referred
        active on_hold
        on_hold active
        active completed
        active discharged
        on_hold discharged
        active referred
        on_hold referred
    """,
    # 5.1: a version in force is replaced by the next; a draft that was not needed is dropped.
    VERSION: """
        draft active
        draft discarded
        active superseded
    """,
    # "planned -> booked -> arrived -> in_progress -> delivered; booked -> cancelled / late_cancelled / no_show;
    # planned -> skipped", same-day refusal, and 5.1: a session keeps its number when it is booked again.
    SESSION: """
        planned booked
        planned skipped
        booked arrived
        booked cancelled
        booked late_cancelled
        booked no_show
        arrived in_progress
        arrived attended_not_treated
        in_progress delivered
        in_progress attended_not_treated
        cancelled booked
        cancelled skipped
        late_cancelled booked
        late_cancelled skipped
        no_show booked
        no_show skipped
        attended_not_treated booked
        attended_not_treated skipped
    """,
    GOAL: """
        proposed active
        active achieved
        active not_achieved
        active replaced
    """,
    EXERCISE: """
        active paused
        paused active
        active ended
        paused ended
    """,
    CONSENT: """
        given withdrawn
        given superseded
        given expired
    """,
}

STEPS = [
    pytest.param(machine, before, after, id=f"{machine.thing}: {before} to {after}")
    for machine in BY_THE_BOOK
    for before, after in product(machine.states, repeat=2)
]


def allowed(machine) -> set[tuple[str, str]]:
    return {tuple(line.split()) for line in BY_THE_BOOK[machine].splitlines() if line.strip()}


@pytest.mark.parametrize(("machine", "before", "after"), STEPS)
def test_a_step_goes_or_is_refused_by_name(machine, before, after):
    if (before, after) in allowed(machine):
        machine.require_step(before, after)
        return
    with pytest.raises(ForbiddenStep) as refused:
        machine.require_step(before, after)
    assert refused.value.context == {"thing": machine.thing, "from": before, "to": after}
    assert machine.words[before] in refused.value.sentence
    assert refused.value.ways_out


def test_the_tables_name_every_state_once():
    for machine in BY_THE_BOOK:
        assert set(machine.steps) == set(machine.words) == set(type(machine.states[0]))


def test_what_clinical_md_forbids_outright():
    ends = {PlanState.COMPLETED, PlanState.DISCHARGED, PlanState.REFERRED, PlanState.CANCELLED}
    assert ends == PLAN.ends and not ends & OPEN_PLANS
    for before, after in (("draft", "completed"), ("active", "draft"), ("active", "awaiting_clearance")):
        assert not PLAN.may_step(PlanState(before), PlanState(after))


def test_a_plan_that_ended_leads_to_a_new_one():
    with pytest.raises(ForbiddenStep, match="nothing leads out of that") as refused:
        PLAN.require_step(PlanState.REFERRED, PlanState.ACTIVE)
    assert refused.value.ways_out[0].act == "draft_plan"


def test_the_first_four_reasons_hold_a_plan_by_themselves():
    assert list(HoldReason)[:4] == [reason for reason in HoldReason if reason in AUTOMATIC_HOLDS]


@pytest.mark.parametrize(
    ("appointment", "more", "expected"),
    [
        (None, {}, "planned"),
        (None, {"is_skipped": True}, "skipped"),
        ("held", {}, "planned"),
        ("tentative", {}, "booked"),
        ("booked", {}, "booked"),
        ("arrived", {}, "arrived"),
        ("in_progress", {}, "in_progress"),
        ("completed", {}, "delivered"),
        ("completed", {"was_treated": False}, "attended_not_treated"),
        ("cancelled", {}, "cancelled"),
        ("cancelled", {"is_late": True}, "late_cancelled"),
        ("cancelled", {"is_late": True, "has_arrived": True}, "attended_not_treated"),
        ("no_show", {}, "no_show"),
        ("entered_in_error", {}, "planned"),
    ],
)
def test_a_session_stands_where_its_appointment_puts_it(appointment, more, expected):
    state = None if appointment is None else AppointmentState(appointment)
    assert session_state(state, **more) == SessionState(expected)


def test_every_step_of_an_appointment_is_a_step_of_its_session():
    for before, after in product(AppointmentState, repeat=2):
        if not appointments.may_step(before, after) or after is AppointmentState.ENTERED_IN_ERROR:
            continue
        has_arrived = before is AppointmentState.ARRIVED
        was, is_now = session_state(before), session_state(after, has_arrived=has_arrived)
        assert was == is_now or SESSION.may_step(was, is_now), (before, after)
