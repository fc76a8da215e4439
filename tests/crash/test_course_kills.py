"""kill -9 while a course is booked, and while a warning sign stops one: nothing of it is left behind, or all of it."""

import signal
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from practice.app import BOOKING_RULES
from practice.clinic.models import StaffTask
from practice.core.actor import Actor
from practice.safety.models import Flag
from practice.scheduling.appointments.attending import arrive
from practice.scheduling.models import Allocation, Appointment, AppointmentChange
from practice.treatment_plans.course_booking import book_course
from practice.treatment_plans.models import PlanHold, TreatmentPlan
from practice.treatment_plans.version_models import PlannedSession
from practice.treatment_plans.visiting import answer_pre_check
from practice.visits.models import PreCheck, Visit
from practice.visits.opening import open_visit
from practice.visits.pre_check import Answers
from tests.acting import act_elsewhere
from tests.concurrency.test_course_races import Racer, first_of, proposed
from tests.scheduling.scene import RITA, Scene, at

KILLED = -signal.SIGKILL
BOOKED = (Appointment, Allocation, AppointmentChange)
STOPPED = (Flag, PlanHold, PreCheck, StaffTask, AppointmentChange)
EMERGENCY, BLOCK = "saddle", "second_leg"
TREATMENTS = (at(11), at(11, day=30) + timedelta(days=3), at(11, day=30) + timedelta(days=7))

pytestmark = [pytest.mark.alone, pytest.mark.slow]


def counts(session: Session, *tables: type) -> list[int]:
    session.rollback()
    return [session.scalar(select(func.count()).select_from(table)) or 0 for table in tables]


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.mark.parametrize("step", ["claim.between_inserts", "before_commit"])
def test_a_course_whose_booking_was_killed_has_no_visit(scene: Scene, engine_url: str, step: str) -> None:
    plan = Racer(scene).of_four()
    chosen = first_of(proposed(scene, plan.uid))
    asked = {"plan_uid": plan.uid, "chosen": chosen, "actor": RITA, "now": scene.now}
    assert act_elsewhere(engine_url, book_whole, failpoint=step, **asked) == KILLED
    assert counts(scene.session, *BOOKED) == [0, 0, 0]
    linked = select(PlannedSession.number).where(PlannedSession.appointment_id.is_not(None))
    assert scene.session.scalars(linked).all() == []
    assert act_elsewhere(engine_url, book_whole, **asked) == 0
    assert counts(scene.session, *BOOKED) == [4, 12, 4]
    assert scene.session.scalars(linked).all() == [1, 2, 3, 4]


def book_whole(session: Session, **asked) -> object:
    return book_course(session, rules=BOOKING_RULES, **asked)


@pytest.fixture
def answering(scene: Scene, engine_url: str) -> Callable[..., int]:
    """A client at the table with a running plan and three more treatments; answers yes to one question."""
    racer = Racer(scene)
    racer.of_four()
    here = scene.book(at(9), rules=BOOKING_RULES)
    for start in TREATMENTS:
        scene.book(start)
    scene.now = here.starts_at
    scene.do(arrive, appointment_uid=here.uid)
    scene.do(open_visit, appointment_uid=here.uid, actor=racer.actor)
    scene.session.rollback()

    def answer(yes: str, step: str = "") -> int:
        asked = {"appointment_uid": here.uid, "yes": yes, "actor": racer.actor, "now": scene.now}
        return act_elsewhere(engine_url, answer_short_questions, failpoint=step, **asked)

    return answer


def answer_short_questions(session: Session, *, appointment_uid: str, yes: str, actor: Actor, now) -> object:
    visit = session.scalars(select(Visit).join(Appointment).where(Appointment.uid == appointment_uid)).one()
    return answer_pre_check(session, visit=visit, answers=Answers(frozenset({yes})), actor=actor, now=now)


def standing(session: Session) -> tuple[list[str], str]:
    """Return the states of the visits to come and of the plan."""
    session.rollback()
    states = session.scalars(select(Appointment.state).order_by(Appointment.starts_at).offset(1)).all()
    return list(states), session.scalars(select(TreatmentPlan.state)).one()


@pytest.mark.parametrize(
    ("yes", "step"),
    [
        (EMERGENCY, "stopping.after_flag"),
        (EMERGENCY, "stopping.after_hold"),
        (EMERGENCY, "before_commit"),
        (BLOCK, "stopping.after_hold"),
        (BLOCK, "before_commit"),
    ],
)
def test_a_pre_check_killed_on_the_way_stops_nothing(scene: Scene, answering, yes: str, step: str) -> None:
    before = counts(scene.session, *STOPPED)
    assert answering(yes, step) == KILLED
    assert counts(scene.session, *STOPPED) == before
    assert standing(scene.session) == (["booked"] * 3, "active")


def test_an_emergency_at_the_table_stops_everything_at_once(scene: Scene, answering) -> None:
    assert answering(EMERGENCY) == 0
    assert standing(scene.session) == (["cancelled"] * 3, "on_hold")
    assert {"phone_now", "tell_stopped"} <= set(scene.session.scalars(select(StaffTask.kind)))


def test_a_block_at_the_table_makes_what_comes_tentative_and_holds_the_plan(scene: Scene, answering) -> None:
    assert answering(BLOCK) == 0
    assert standing(scene.session) == (["tentative"] * 3, "on_hold")
    assert "document_wanted" in scene.session.scalars(select(StaffTask.kind)).all()
