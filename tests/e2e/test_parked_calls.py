from datetime import timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import TODAY, Clinic, Hands

pytestmark = [pytest.mark.browser, pytest.mark.alone]

DIARY = f"/diary/{TODAY}"


def begin(hands: Hands) -> None:
    """A call about 14:00 with Ada; the caller has said her name."""
    hands.open(DIARY)
    hands.page.mouse.click(*hands.spot("Ada Able", 14))
    expect(hands.page.locator("#hold-left")).to_contain_text("held")
    hands.type("Weiss")
    expect(hands.page.get_by_role("option", name="New client")).to_be_visible()


def test_a_parked_call_waits_with_its_time_on_every_page_and_goes_on_where_it_was(hands: Hands) -> None:
    begin(hands)
    # The first closes the list of names, two park.
    for _ in range(3):
        hands.press("Escape")
    tray = hands.page.locator("#tray")
    expect(tray).to_contain_text("Weiss · 14:00 · 5 min")
    expect(hands.page.locator("#panel > *")).to_have_count(0)
    hands.open("/today")
    tray.get_by_role("button").click()
    expect(hands.page.locator("#f-typed")).to_have_value("Weiss")
    expect(hands.page.locator("#hold-left")).to_contain_text("held")
    expect(tray.get_by_role("button")).to_have_count(0)


def test_when_the_time_was_let_go_the_text_stays_and_three_times_are_shown(clinic: Clinic, hands: Hands) -> None:
    begin(hands)
    hands.page.get_by_role("button", name="Park").click()
    expect(hands.page.locator("#tray")).to_contain_text("Weiss")
    clinic.clock.advance(timedelta(minutes=6))
    hands.open(DIARY)
    expect(hands.page.locator("#tray")).to_contain_text("time let go")
    hands.page.locator("#tray button").click()
    expect(hands.page.locator("#panel [data-refusal]")).to_contain_text("no longer held")
    expect(hands.page.locator("#f-typed")).to_have_value("Weiss")
    expect(hands.page.locator("#panel .times")).to_contain_text("Next three fitting times")


def test_closing_the_panel_gives_the_time_back(hands: Hands) -> None:
    begin(hands)
    hands.page.locator("#panel [data-panel-close]").click()
    expect(hands.card("New booking")).to_have_count(0)
