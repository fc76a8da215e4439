"""The page of a plan in a browser: drawn for everybody, read by axe, and brought into force by hand."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Page, expect

from practice.clinic.models import Therapist
from practice.core.transact import transact
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.treatment_plans.holding import hold, resume
from practice.treatment_plans.lifecycles import HoldReason
from practice.visits.activities import add_activity
from tests.browser import enter, served, violations
from tests.cast import make_cast
from tests.conftest import NOW
from tests.scheduling.scene import Scene
from tests.treatment_plans.scene import Course

pytestmark = [pytest.mark.browser, pytest.mark.alone]

DAYS = (0, 3, 7, 10, 14, 17, 24)


@pytest.fixture
def course(app, session) -> Course:
    course = Course(Scene(session))
    course.cast = make_cast(app.extensions["sessions"], now=NOW)

    def own() -> None:
        course.scene.session.get_one(Therapist, course.scene.therapists[0].id).user_id = course.cast["theo"].id

    session.rollback()
    transact(session, own)
    return course


@pytest.fixture
def running(course):
    """Four sessions delivered, two booked, one lost, the others still to be booked; a hold that is over."""
    plan = course.active()
    course.do(add_activity, client_id=course.client.id, words="Sit through a meeting")
    first = datetime(2026, 11, 30, 10, 0)
    for number, day in enumerate(DAYS, 1):
        visit = course.scene.book(first + timedelta(days=day))
        (course.deliver if number <= 4 else course.link)(plan, number, visit)
        if number <= 4:
            course.find(visit, 8 - number, ("buttock", "thigh_posterior", "foot_dorsum")[: 4 - number or 1])
        if number == 5:
            course.scene.do(cancel, appointment_uid=visit.uid, reason="ill", by=CancelledBy.CLIENT)
    course.do(hold, plan_uid=plan.uid, reason=HoldReason.CLIENT)
    course.scene.later(days=4)
    course.do(resume, plan_uid=plan.uid)
    return plan


def look(page: Page, path: str, faults: dict[str, list[str]], *, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(path)
    expect(page.locator("h1")).to_be_visible()
    faults[f"{path} {width}"] = violations(page)
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")


def test_axe_finds_nothing_and_nothing_is_cut_off(app, course, running, page: Page) -> None:
    faults: dict[str, list[str]] = {}
    with served(app) as address:
        for who in ("rita", "theo"):
            enter(page, app, address, course.cast[who], now=NOW)
            look(page, f"{address}/plans/{running.uid}", faults, width=1280)
            look(page, f"{address}/plans/{running.uid}", faults, width=390)
            look(page, f"{address}/plans", faults, width=390)
        for part in ("version", "reassessment", "programme", "consent/withdrawal"):
            look(page, f"{address}/plans/{running.uid}/{part}", faults, width=390)
        look(page, f"{address}/clients/{course.scene.clients[1].uid}/plans/new", faults, width=390)
    assert {path: found for path, found in faults.items() if found} == {}


def test_a_plan_is_written_and_brought_into_force_by_hand(app, course, page: Page) -> None:
    course.screen()
    with served(app) as address:
        enter(page, app, address, course.cast["oscar"], now=NOW)
        page.goto(f"{address}/clients/{course.client.uid}/plans/new")
        page.get_by_label("Side", exact=True).select_option("left")
        page.get_by_label("Therapist", exact=True).select_option(course.scene.therapists[0].uid)
        page.get_by_role("button", name="Write the draft").click()
        expect(page.get_by_role("heading", name="Still missing")).to_be_visible()
        expect(page.locator(".plan-checks li")).to_have_count(6)
        page.get_by_label("In the client's words").fill("Sit through a meeting")
        page.get_by_role("button", name="Add the goal").click()
        page.get_by_role("button", name="Prescribe", exact=True).click()
        page.get_by_label("Leg pain, 0 to 10").fill("7")
        page.get_by_label("Back pain, 0 to 10").fill("5")
        page.get_by_label("Own activities, mean 0 to 10").fill("3.3")
        page.get_by_role("button", name="Note the scores").click()
        page.get_by_label("All six were discussed").check()
        page.get_by_role("button", name="Given in writing").click()
        page.get_by_role("button", name="Activate version 1").click()
        expect(page.locator(".plan-line circle")).to_have_count(10)
