"""The clinical pages in Chromium: nothing for axe to find, nothing beside the screen, on a phone and at the desk."""

import pytest

from practice.safety.catalogue import usual
from practice.safety.clearances import receive_document, request_clearance
from practice.treatment_plans.stopping import raise_flag
from tests.browser import browser_type_launch_args, served, violations  # noqa: F401  # the fixture drives our Chromium
from tests.cast import PASSWORD
from tests.conftest import NOW
from tests.factories import OWNER, act

pytestmark = [pytest.mark.browser, pytest.mark.alone]


@pytest.fixture
def address(app):
    with served(app) as base:
        yield base


@pytest.fixture
def ada(desk):
    return desk.client()


def test_the_pages_of_those_who_treat_are_sound(desk, ada, address, browser) -> None:
    client = ada
    more = {"source": "person", "note": "told me", "actor": OWNER, "now": NOW}
    act(desk.session, lambda: raise_flag(desk.session, client_id=client.id, raised=usual("CANCER_HX"), **more))
    request = {"client_id": client.id, "actor": OWNER, "now": NOW}
    row = act(desk.session, lambda: request_clearance(desk.session, **request))
    pdf = {"content": b"%PDF-1.7 %%EOF", "actor": OWNER, "now": NOW}
    act(desk.session, lambda: receive_document(desk.session, uid=row.uid, **pdf))
    for width in (390, 1280):
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        page.goto(f"{address}/sign-in")
        page.fill("input[name=email]", "oscar@example.com")
        page.fill("input[name=password]", PASSWORD)
        page.keyboard.press("Enter")
        page.wait_for_url(f"{address}/today")
        for path in (f"/clients/{client.uid}/safety", "/clearances", "/urgent-calls", f"/clients/{client.uid}/form"):
            page.goto(address + path)
            assert violations(page) == [], path
            assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), path
        context.close()
