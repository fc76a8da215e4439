"""Time kept free by keys, seen in the grid, opened from its card and given back; axe finds nothing on the way."""

import pytest
from playwright.sync_api import expect

from tests.browser import violations
from tests.e2e.conftest import TODAY, Hands

pytestmark = [pytest.mark.browser, pytest.mark.alone]

DAY = f"/diary/{TODAY}"


def test_a_meeting_is_kept_free_by_keys_and_given_back(hands: Hands) -> None:
    panel = hands.page.locator("#panel")
    hands.open(DAY)
    hands.press("l")
    expect(panel.get_by_label("What for")).to_be_focused()
    assert violations(hands.page) == []
    hands.press("Tab")
    hands.type("Rota")
    panel.get_by_label("Ada Able").press("Space")
    panel.get_by_label("From").fill("15:00")
    panel.get_by_label("Until").fill("16:00")
    panel.get_by_label("Every week").press("Space")
    expect(panel.get_by_label("Last day")).to_be_visible()
    assert violations(hands.page) == []
    panel.get_by_label("Every week").press("Space")
    hands.press("Enter")
    expect(hands.card("Meeting")).to_have_count(1)
    expect(hands.card("Meeting")).to_contain_text("Rota")
    hands.card("Meeting").click()
    expect(panel.get_by_label("Title")).to_have_value("Rota")
    assert violations(hands.page) == []
    panel.get_by_role("button", name="Give back").click()
    expect(hands.card("Meeting")).to_have_count(0)


def test_axe_finds_nothing_where_a_calendar_is_read(hands: Hands) -> None:
    hands.open("/busy-times")
    assert violations(hands.page) == []
    hands.page.get_by_role("button", name="Read the file").click()
    assert violations(hands.page) == []
