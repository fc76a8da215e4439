"""A plan of ten booked by hand: inputs beside typed text counted, then mended after a cancellation."""

from dataclasses import dataclass, field
from typing import Any

import pytest
from playwright.sync_api import expect

from practice.core.actor import Actor, Role
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.treatment_plans.sessions import list_sessions
from tests.browser import violations
from tests.e2e.conftest import Clinic, Hands
from tests.factories import act
from tests.treatment_plans.scene import Course

pytestmark = [pytest.mark.browser, pytest.mark.alone]


@dataclass
class Room:
    """The clinic as the scene in which a plan is written."""

    clinic: Clinic
    clients: list[Any] = field(default_factory=list)

    @property
    def session(self):
        return self.clinic.session

    @property
    def service(self):
        return self.clinic.service

    @property
    def therapists(self):
        return [self.clinic.ada, self.clinic.ben]

    @property
    def now(self):
        return self.clinic.clock()

    def do(self, verb, **over: Any):
        return act(self.session, lambda: verb(self.session, **{"now": self.now} | over))


def test_a_plan_of_ten_takes_five_inputs_and_mending_it_three(clinic: Clinic, hands: Hands) -> None:
    anna = clinic.client("Anna Kowalska")
    course = Course(Room(clinic, [anna]))  # type: ignore[arg-type]
    plan = course.active()
    page = hands.page
    hands.open(f"/clients/{anna.uid}")
    hands.press("p")
    page.wait_for_url(f"**/plans/{plan.uid}/course")
    expect(page.locator(".course-card")).to_have_count(3)
    assert violations(page) == []
    hands.press("1")
    expect(page.get_by_text("10 visits booked or moved")).to_be_visible()
    assert hands.inputs <= 5
    assert hands.seconds <= 60
    views = list_sessions(clinic.session, plan.id)
    assert all(view.appointment_id for view in views)
    clinic.session.rollback()
    rita = Actor(Role.RECEPTIONIST, user_id=clinic.cast["rita"].id)
    course.scene.do(cancel, appointment_uid=views[2].appointment_uid, reason="ill", by=CancelledBy.CLIENT, actor=rita)
    clinic.session.rollback()
    hands.open(f"/plans/{plan.uid}/course")
    expect(page.get_by_text("is new:").first).to_be_attached()
    hands.press("1")
    expect(page.get_by_text("booked or moved")).to_be_visible()
    assert hands.inputs <= 3
    assert all(view.local_start for view in list_sessions(clinic.session, plan.id))
