"""In Chromium: an absence previewed and applied, a sick therapist to the list of calls, axe silent on every page."""

from datetime import datetime

import pytest
from playwright.sync_api import expect

from tests.browser import violations
from tests.e2e.conftest import Clinic, Hands

pytestmark = [pytest.mark.browser, pytest.mark.alone]


def test_a_sick_therapist_leads_to_the_calls_in_two_inputs(clinic: Clinic, hands: Hands) -> None:
    clinic.book(clinic.client("Anna Kowalska"), datetime(2026, 11, 24, 10, 0))
    hands.open("/today")
    hands.click(hands.page.get_by_role("button", name="Out today"))
    hands.click(hands.page.get_by_role("dialog").get_by_role("button", name="Ada Able"))
    hands.page.wait_for_url("**/absences/*")
    assert hands.inputs == 2
    expect(hands.page.locator(".call")).to_contain_text("Anna Kowalska")
    assert violations(hands.page) == []
    hands.press("j")
    hands.press("o")
    expect(hands.page.locator(".call")).to_contain_text("moved")
    assert violations(hands.page) == []


def test_an_absence_is_previewed_and_applied(clinic: Clinic, hands: Hands) -> None:
    clinic.book(clinic.client("Anna Kowalska"), datetime(2026, 11, 25, 10, 0))
    page = hands.page
    page.emulate_media(color_scheme="dark", reduced_motion="reduce")
    hands.open("/absences/new")
    assert violations(page) == []
    page.get_by_label("Who").select_option(label="Ada Able")
    page.get_by_label("First day").fill("2026-11-25")
    page.get_by_role("button", name="See what it hits").click()
    expect(page.locator(".hit")).to_contain_text("Anna Kowalska")
    assert violations(page) == []
    page.get_by_role("radio", name="same time, other therapist").check()
    page.get_by_role("button", name="Save and carry out").click()
    page.wait_for_url("**/absences/*")
    expect(page.locator(".call")).to_contain_text("with Ben Bold")
