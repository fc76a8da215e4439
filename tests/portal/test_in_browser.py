"""The client's pages in Chromium: nothing for axe to find, nothing that the content policy refuses, few taps."""

from collections.abc import Callable, Iterator
from datetime import timedelta

import pytest
from flask import Flask
from playwright.sync_api import Browser, Page

from practice.app import BOOKING_RULES
from practice.core.clock import SettableClock
from practice.core.local_time import to_utc
from practice.safety.questions import FORM
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from tests.browser import browser_type_launch_args, served, violations  # noqa: F401  # the fixture drives our Chromium
from tests.factories import make_client
from tests.portal.conftest import Visitor
from tests.scheduling.scene import TEN, Scene

Open = Callable[[Appointment], Visitor]

pytestmark = [pytest.mark.browser, pytest.mark.alone]


@pytest.fixture
def address(app: Flask) -> Iterator[str]:
    with served(app) as base:
        yield base


@pytest.mark.parametrize("width", [390, 1280])
def test_axe_finds_nothing_and_the_console_stays_quiet(
    scene: Scene, visitor: Open, address: str, clock: SettableClock, browser: Browser, width: int
) -> None:
    path = visitor(scene.book()).path
    context = browser.new_context(viewport={"width": width, "height": 900})
    page = context.new_page()
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    for hours in (100, 3):
        clock.now = to_utc(TEN, "America/Toronto") - timedelta(hours=hours)
        for more in ("", "/cancel", "/move", "/stop"):
            page.goto(address + path + more)
            assert violations(page) == [], more
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), more
    assert complaints == []
    context.close()


def test_a_client_confirms_in_two_taps_and_cancels_in_three(
    scene: Scene, visitor: Open, address: str, page: Page
) -> None:
    appointment = scene.book()
    page.goto(address + visitor(appointment).path)
    page.get_by_role("button", name="I will be there").click()
    page.get_by_text("You have said that you will come").wait_for()
    assert scene.reload(appointment).confirmed_at is not None
    page.get_by_role("link", name="Cancel this appointment").click()
    page.get_by_role("button", name="Cancel this appointment").click()
    page.get_by_text("This appointment is cancelled").wait_for()
    assert scene.reload(appointment).state == AppointmentState.CANCELLED


def test_a_client_moves_with_the_keyboard_alone(scene: Scene, visitor: Open, address: str, page: Page) -> None:
    appointment = scene.book()
    page.goto(address + visitor(appointment).path + "/move")
    page.locator("input[name=choice]").first.focus()
    page.keyboard.press("Space")
    page.keyboard.press("Enter")
    page.get_by_text("It is moved").first.wait_for()
    assert scene.reload(appointment).sequence == 1


def test_a_form_on_a_phone_answers_an_emergency_on_the_same_screen(
    scene: Scene, visitor: Open, address: str, browser: Browser
) -> None:
    scene.clients[0] = make_client(scene.session, is_screened=False)
    appointment = scene.book(rules=BOOKING_RULES)
    context = browser.new_context(viewport={"width": 390, "height": 844})
    page = context.new_page()
    page.goto(address + visitor(appointment).path)
    page.get_by_role("link", name="Answer the questions").click()
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    for key, question in FORM.questions.items():
        wanted = "yes" if key == "saddle" else question.values[0]
        page.locator(f"input[name={key}][value={wanted}]").locator("xpath=..").click()
    page.get_by_label("this is true as far as I know").check()
    page.get_by_role("button", name="Sign and send").click()
    page.get_by_text("emergency department now").wait_for()
    assert violations(page) == []
    assert scene.reload(appointment).state == AppointmentState.CANCELLED
    context.close()
