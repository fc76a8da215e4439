"""The night after a clearance ended inside a booked course: the worker lets the plan rest and no later visit is firm."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from practice.app import BOOKING_RULES
from practice.safety.catalogue import usual
from practice.scheduling.models import Appointment
from practice.treatment_plans import uncovered
from practice.treatment_plans.course_booking import book_course
from practice.treatment_plans.holding import resume
from practice.treatment_plans.lifecycles import HoldReason, PlanState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.queries import find_hold
from practice.treatment_plans.stopping import raise_flag
from practice.worker import Worker
from tests.concurrency.test_course_races import Racer, first_of, proposed
from tests.conftest import make_settings
from tests.factories import act
from tests.safety.forms import TODAY
from tests.scheduling.scene import Scene
from tests.scheduling.test_gating import cleared


@pytest.fixture
def booked(session) -> tuple[Racer, TreatmentPlan, list[Appointment]]:
    """A course of four visits, all firm, booked before anything was known."""
    racer = Racer(Scene(session))
    plan = racer.of_four()
    visits = racer.scene.do(
        book_course, plan_uid=plan.uid, chosen=first_of(proposed(racer.scene, plan.uid)), rules=BOOKING_RULES
    )
    return racer, plan, sorted(visits, key=lambda visit: visit.starts_at)


@pytest.fixture
def worker(booked, sessions, engine_url):
    scene = booked[0].scene
    made = Worker(sessions, make_settings(engine_url), rules=BOOKING_RULES, clock=lambda: scene.now)
    yield made
    made.close()


def covered_until(racer: Racer, plan: TreatmentPlan, last) -> None:
    """Let a warning sign come up, be answered for until a day, and the plan go on."""
    flag = racer.do(raise_flag, client_id=racer.client.id, raised=usual("CANCER_HX"), source="person")
    racer.session.rollback()
    cleared(racer.scene, flag, last)
    racer.screen()
    racer.do(resume, plan_uid=plan.uid)


def night(worker: Worker) -> None:
    worker.keep_house()
    worker.sweep()


def standing(racer: Racer, visits) -> list[tuple[str, str | None]]:
    racer.session.rollback()
    rows = [racer.scene.reload(visit) for visit in visits]
    return [(row.state, row.tentative_reason) for row in rows]


FIRM, IN_QUESTION = ("booked", None), ("tentative", "clearance_needed")


def test_the_night_a_clearance_ends_the_plan_rests_and_what_is_later_is_tentative(booked, worker) -> None:
    racer, plan, visits = booked
    last = visits[1].local_start.date()
    covered_until(racer, plan, last)
    night(worker)
    assert standing(racer, visits) == [FIRM, FIRM, IN_QUESTION, IN_QUESTION]
    assert racer.plan(plan).state == PlanState.ACTIVE
    # However a later visit came to be firm, it does not stay so.
    firm = update(Appointment).where(Appointment.id == visits[3].id).values(state="booked", tentative_reason=None)
    act(racer.session, lambda: racer.session.execute(firm))
    racer.scene.now = visits[1].ends_at + timedelta(days=1)
    night(worker)
    assert standing(racer, visits[2:]) == [IN_QUESTION, IN_QUESTION]
    assert racer.plan(plan).state == PlanState.ON_HOLD
    assert find_hold(racer.session, plan.id).reason == HoldReason.CLEARANCE_EXPIRED
    acts = len(racer.scene.history(visits[3]))
    night(worker)
    assert len(racer.scene.history(visits[3])) == acts, "a second round finds nothing to do"


def test_a_clearance_that_lasts_stops_nothing(booked, worker) -> None:
    racer, plan, visits = booked
    covered_until(racer, plan, TODAY + timedelta(days=60))
    night(worker)
    racer.scene.now = visits[1].ends_at + timedelta(days=1)
    night(worker)
    assert standing(racer, visits) == [FIRM] * 4
    assert racer.plan(plan).state == PlanState.ACTIVE


def test_plans_beyond_the_first_batch_are_looked_at_too(session, monkeypatch) -> None:
    monkeypatch.setattr(uncovered, "PLANS_AT_ONCE", 1)
    scene = Scene(session)
    racers = [Racer(scene, number) for number in range(3)]
    plans = [racer.of_four() for racer in racers]
    from practice.safety.flagging import raise_flag as bare

    for racer in racers[1:]:
        racer.do(bare, client_id=racer.client.id, raised=usual("CANCER_HX"), source="person")
    assert scene.do(lambda opened, actor, now: uncovered.hold_uncovered(opened, now=now)) == 2
    session.rollback()
    states = session.scalars(select(TreatmentPlan.state).order_by(TreatmentPlan.id)).all()
    assert states == ["active", "on_hold", "on_hold"], plans
