"""Receptionists who book whole plans into the same week at once: each plan that is booked is whole and legal."""

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import partial
from itertools import pairwise

import pytest
from sqlalchemy.orm import Session, sessionmaker

from practice.app import BOOKING_RULES
from practice.core.errors import Conflict, PracticeError
from practice.scheduling.appointments.booking import book_time
from practice.scheduling.wishes import TimeWish
from practice.treatment_plans.blocks import Block
from practice.treatment_plans.course_booking import Chosen, book_course
from practice.treatment_plans.lifecycles import SessionState
from practice.treatment_plans.models import TreatmentPlan
from practice.treatment_plans.planning import PlanWishes, Proposals, propose_plan, read_case
from practice.treatment_plans.sessions import SessionView, list_sessions
from tests.concurrency.racing import deadlocks, losers, race, winners
from tests.factories import make_client
from tests.scheduling.scene import RITA, Scene, overlapping_pairs
from tests.treatment_plans.scene import Course

RACERS, FULL_RACERS = 6, 32
TWO_WEEKS = (Block(2, 1, 2, 2, 5),)


@dataclass
class Racer(Course):
    """One of many clients in the same scene, with a plan of four."""

    number: int = 0

    @property
    def client(self):
        return self.scene.clients[self.number]

    def of_four(self):
        return self.active(blocks=TWO_WEEKS, minutes=60, checkpoints=(4,))


def entered(scene: Scene, amount: int) -> list[tuple[Racer, str, int]]:
    scene.clients += [make_client(scene.session) for _ in range(amount - len(scene.clients))]
    racers = [Racer(scene, number) for number in range(amount)]
    plans = [racer.of_four() for racer in racers]
    return [(racer, plan.uid, plan.id) for racer, plan in zip(racers, plans, strict=True)]


def proposed(scene: Scene, plan_uid: str) -> Proposals:
    scene.session.rollback()
    found = propose_plan(
        scene.session,
        read_case(scene.session, plan_uid, earliest=None, now=scene.now),
        PlanWishes(),
        now=scene.now,
    )
    assert found is not None
    scene.session.rollback()
    return found


def first_of(found: Proposals) -> Chosen:
    visits = {due.number: visit for due, visit in zip(found.question.dues, found.answer.courses[0].visits, strict=True)}
    return Chosen(visits=visits, seen=found.case.seen)


def stands(scene: Scene, plan_id: int) -> list[SessionView]:
    scene.session.rollback()
    return [view for view in list_sessions(scene.session, plan_id) if view.state is SessionState.BOOKED]


def is_whole_or_nothing(views: list[SessionView]) -> bool:
    days = [view.local_start.date() for view in views if view.local_start is not None]
    gaps = [(later - earlier).days for earlier, later in pairwise(days)]
    return not views or (len(views) == 4 and all(2 <= gap <= 5 for gap in gaps))


def test_every_plan_booked_in_a_race_is_whole_and_legal(
    scene: Scene, sessions: sessionmaker[Session], request: pytest.FixtureRequest
) -> None:
    amount = FULL_RACERS if request.config.getoption("--full") else RACERS
    waiting = entered(scene, amount)
    everybody = list(waiting)
    for _ in range(amount):
        acts = [
            partial(
                book_course,
                plan_uid=plan_uid,
                chosen=first_of(proposed(scene, plan_uid)),
                rules=BOOKING_RULES,
                actor=RITA,
                now=scene.now,
            )
            for _, plan_uid, _ in waiting
        ]
        outcomes = race(sessions, acts)
        assert winners(outcomes), "somebody gets through each time"
        assert all(isinstance(loser, Conflict) for loser in losers(outcomes)), losers(outcomes)
        assert all(is_whole_or_nothing(stands(scene, plan_id)) for _, _, plan_id in everybody)
        waiting = [one for one, came in zip(waiting, outcomes, strict=True) if isinstance(came, BaseException)]
        if not waiting:
            break
    assert all(len(stands(scene, plan_id)) == 4 for _, _, plan_id in everybody)
    assert (overlapping_pairs(scene.session), deadlocks(scene.session)) == (0, 0)


def test_visit_by_visit_the_same_race_leaves_halves(scene: Scene) -> None:
    """The twin: each visit booked on its own, one desk from the front and one from the back, and both end stuck."""
    desks = entered(scene, 2)
    queues = [list(first_of(proposed(scene, plan_uid)).visits.items()) for _, plan_uid, _ in desks]
    queues[1].reverse()
    for turn in range(4):
        for (racer, _, plan_id), queue in zip(desks, queues, strict=True):
            number, visit = queue[turn]
            if (appointment := alone(scene, racer, visit)) is not None:
                racer.link(scene.session.get_one(TreatmentPlan, plan_id), number, appointment)
    halves = [stands(scene, plan_id) for _, _, plan_id in desks]
    assert [is_whole_or_nothing(views) for views in halves] == [False, False]


def alone(scene: Scene, racer: Racer, visit):
    start = datetime.combine(date.fromordinal(visit.on), datetime.min.time()) + timedelta(minutes=visit.minute)
    therapist = next(one for one in scene.therapists if one.id == visit.therapist_id)
    wish = TimeWish(service=scene.service.uid, therapist=therapist.uid, local_start=start)
    try:
        return scene.do(book_time, wish=wish, client_uid=racer.client.uid, rules=BOOKING_RULES)
    except PracticeError:
        return None
