"""A walk over the pages that staff can open: axe finds nothing, light or dark, and none is wider than a phone.

Every page with ``--full``; otherwise those that no test of their own looks at in a browser.
"""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page

from tests.browser import enter, served, violations
from tests.conftest import NOW
from tests.house.access_world import LINK_MAKERS, World, build_world
from tests.house.expected_access import expected_access
from tests.house.test_permissions import _address, values_for

pytestmark = [pytest.mark.browser, pytest.mark.alone]

WIDE, NARROW = {"width": 1280, "height": 800}, {"width": 390, "height": 844}
NO_PAGES_OF_OURS = ("/api/", "/demo/mail", "/sign-in")
"""The API and its documentation, a stranger's mail, and what nobody sees who is signed in."""

UNSEEN_ELSEWHERE = frozenset(
    {
        "/absences/<uid:uid>",
        "/account/calendar",
        "/appointments/<uid:uid>/visit",
        "/audit",
        "/blocks/<uid:uid>",
        "/busy-times",
        "/clients/<uid:uid>/calendar",
        "/clients/<uid:uid>/merge",
        "/my-day",
        "/notes",
        "/plans/lapsing",
        "/settings/backups",
        "/settings/limits",
        "/today/therapists/<uid:uid>/behind",
    }
)

WIDER = "document.documentElement.scrollWidth > document.documentElement.clientWidth"


@pytest.fixture
def world(app: Flask) -> Iterator[World]:
    built = build_world(app)
    yield built
    built.session.close()


def staff_pages(world: World, *, is_full: bool) -> Iterator[tuple[str, str]]:
    """Who opens which page: the owner wherever he may, else the therapist whose page it is."""
    for key, (kind, letters) in sorted(expected_access().items()):
        method, rule = key
        if method != "GET" or kind in LINK_MAKERS or rule.startswith(NO_PAGES_OF_OURS):
            continue
        if not (is_full or rule in UNSEEN_ELSEWHERE):
            continue
        role, name = ("owner", "oscar") if letters["owner"] == "Y" else ("therapist own", "theo")
        address = _address(world.app, key, values_for(world, kind, role))
        headers = {"Authorization": f"Bearer {world.tokens[name]}"}
        answer = world.app.test_client().get(address, headers=headers)
        if answer.status_code == 200 and answer.data.lstrip().startswith(b"<!doctype html"):
            yield name, address


def faults_of(page: Page, address: str) -> list[str]:
    """What is wrong with a page, at the desk and on a phone."""
    page.set_viewport_size(WIDE)
    page.goto(address)
    found = violations(page)
    page.set_viewport_size(NARROW)
    return [*found, *(["wider than a phone"] if page.evaluate(WIDER) else [])]


def test_the_pages_of_the_staff_are_sound(world: World, page: Page, request: pytest.FixtureRequest) -> None:
    is_full = request.config.getoption("--full")
    found: dict[str, list[str]] = {}
    present = ""
    with served(world.app) as base:
        pages = list(staff_pages(world, is_full=is_full))
        for name, address in pages:
            if name != present:
                page.context.clear_cookies()
                enter(page, world.app, base, world.cast[name], now=NOW)
                present = name
            found[address] = faults_of(page, base + address)
    assert len(pages) == len(UNSEEN_ELSEWHERE) or (is_full and len(pages) > 60)
    assert {address: wrong for address, wrong in found.items() if wrong} == {}
