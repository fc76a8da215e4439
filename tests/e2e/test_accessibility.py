from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser import violations
from tests.e2e.conftest import TODAY, Clinic, Hands

pytestmark = [pytest.mark.browser, pytest.mark.alone]

DAY = f"/diary/{TODAY}"


@pytest.fixture
def visit(clinic: Clinic):
    clinic.client("Anna Kowalska", born_on=None)
    visit = clinic.book(clinic.client("Anna Kowalska"), datetime(2026, 11, 24, 10, 0))
    clinic.book(clinic.client("Per Lund"), datetime(2026, 11, 24, 14, 0), clinic.ben)
    return visit


def test_axe_finds_nothing_on_any_page_of_the_diary_and_the_booking(visit, hands: Hands) -> None:
    appointment = f"/appointments/{visit.uid}"
    paths = [
        DAY,
        f"{DAY}?by=room",
        f"{DAY}?by=week",
        f"{DAY}/list",
        "/diary/2026-11-29/list",
        "/book",
        "/book?client=new&typed=Zoe Marsh",
        "/book?more=on",
        appointment,
        *(f"{appointment}/{step}" for step in ("move", "cancel", "no-show", "swap", "client", "again", "card")),
    ]
    found = {}
    for path in paths:
        hands.open(path)
        found[path] = violations(hands.page)
    assert {path: faults for path, faults in found.items() if faults} == {}


def test_axe_finds_nothing_in_the_panels_beside_the_diary(visit, hands: Hands) -> None:
    hands.open(DAY)
    hands.page.mouse.click(*hands.spot("Ada Able", 12))
    expect(hands.page.locator("#panel [data-refusal]")).to_be_visible()
    assert violations(hands.page) == []
    hands.type("kowal")
    expect(hands.page.get_by_role("option").first).to_be_visible()
    assert violations(hands.page) == []
