"""Two people on one diary: what one does the other sees, and a drag that came too late is told what happened."""

from datetime import datetime

import pytest
from playwright.sync_api import Browser, Page, expect

from practice.core.actor import Actor, Role
from practice.scheduling.appointments.rescheduling import reschedule
from practice.scheduling.claiming.rules import SCHEDULING_RULES
from practice.scheduling.wishes import MoveWish
from tests.browser import enter
from tests.e2e.conftest import TODAY, Clinic, Hands
from tests.factories import act

pytestmark = [pytest.mark.browser, pytest.mark.alone]

FOLLOWED_WITHIN_MS = 5000


@pytest.fixture
def colleague(clinic: Clinic, browser: Browser) -> Page:
    """The owner at another desk, in a browser of her own."""
    context = browser.new_context(viewport={"width": 1280, "height": 800}, timezone_id="America/Toronto")
    page = context.new_page()
    page.clock.install(time=clinic.clock())
    enter(page, clinic.app, clinic.address, clinic.cast["oscar"], now=clinic.clock())
    yield page
    context.close()


def test_what_a_colleague_books_appears_within_five_seconds(clinic: Clinic, hands: Hands, colleague: Page) -> None:
    there = Hands(colleague, clinic)
    hands.open(f"/diary/{TODAY}")
    there.open(f"/diary/{TODAY}")
    clinic.book(clinic.client("Nora Nilsen"), datetime(2026, 11, 24, 14, 0))
    for desk in (hands, there):
        expect(desk.card("Nora Nilsen")).to_have_count(0)
        desk.page.clock.run_for(FOLLOWED_WITHIN_MS)
        expect(desk.card("Nora Nilsen")).to_be_visible()


def test_a_drag_that_came_too_late_says_who_moved_the_visit_whereto(clinic: Clinic, hands: Hands) -> None:
    booked = clinic.book(clinic.client("Nora Nilsen"), datetime(2026, 11, 24, 14, 0))
    hands.open(f"/diary/{TODAY}")
    expect(hands.card("Nora Nilsen")).to_be_visible()
    # This desk hears nothing more: it drags what it saw.
    hands.page.route("**/events*", lambda route: route.abort())
    oscar = Actor(Role.OWNER, user_id=clinic.cast["oscar"].id)
    wish = MoveWish(local_start=datetime(2026, 11, 24, 11, 0))
    act(
        clinic.session,
        lambda: reschedule(
            clinic.session,
            appointment_uid=booked.uid,
            wish=wish,
            rules=SCHEDULING_RULES,
            actor=oscar,
            now=clinic.clock(),
        ),
    )
    page = hands.page
    hands.card("Nora Nilsen").hover()
    page.mouse.down()
    x, y = hands.spot("Ada Able", 15)
    page.mouse.move(x, y + 20, steps=12)
    page.mouse.up()
    panel = page.locator("#panel")
    expect(panel).to_contain_text("Oscar Okafor moved it at")
    expect(panel).to_contain_text("It is at 11:00 on Tuesday 24 November with Ada Able")
    assert clinic.session.get_one(type(booked), booked.id).local_start == wish.local_start
