"""Inputs beside typed text, counted in a real browser, for the tasks of a receptionist's day."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from tests.e2e.conftest import TODAY, Clinic, Hands

pytestmark = [pytest.mark.browser, pytest.mark.alone]

LIST = f"/diary/{TODAY}/list"
DIARY = f"/diary/{TODAY}"


@pytest.fixture
def visit(clinic: Clinic):
    """Anna at 10:00 with Ada today, an hour from now."""
    return clinic.book(clinic.client("Anna Kowalska"), datetime(2026, 11, 24, 10, 0))


def within(hands: Hands, most: int) -> None:
    assert 0 < hands.inputs <= most, f"{hands.inputs} inputs"


def chosen_row(hands: Hands) -> None:
    hands.press("j")
    expect(hands.page.locator("[data-row]:focus")).to_contain_text("Anna Kowalska")
    hands.begin()


def test_finding_a_client_takes_two(clinic: Clinic, hands: Hands) -> None:
    client = clinic.client("Anna Kowalska")
    hands.open(DIARY)
    hands.press("/")
    hands.type("kow")
    hands.press("Enter")
    hands.page.wait_for_url(f"**/clients/{client.uid}")
    within(hands, 2)


def test_booking_a_known_client_at_the_first_proposed_time_takes_four(clinic: Clinic, hands: Hands) -> None:
    clinic.client("Anna Kowalska")
    hands.open(DIARY)
    hands.press("b")
    expect(hands.page.locator("#f-typed")).to_be_focused()
    hands.type("kowal")
    hands.press("Enter")
    expect(hands.page.locator(".chosen-client")).to_contain_text("Anna Kowalska")
    hands.press("Enter")
    expect(hands.page.locator("[data-appointment]")).to_contain_text("Anna Kowalska")
    within(hands, 4)


def test_choosing_the_second_proposal_holds_it(clinic: Clinic, hands: Hands) -> None:
    clinic.client("Anna Kowalska")
    hands.open(DIARY)
    hands.press("b")
    expect(hands.page.locator("#f-typed")).to_be_focused()
    hands.type("kowal")
    hands.press("Enter")
    expect(hands.page.locator(".chosen-client")).to_be_visible()
    hands.press("ArrowDown")
    expect(hands.page.locator("#hold-left")).to_contain_text("held")
    hands.press("Enter")
    expect(hands.page.locator("[data-appointment]")).to_be_visible()
    within(hands, 4)


def test_booking_a_new_client_with_name_and_phone_takes_six(hands: Hands) -> None:
    hands.open(DIARY)
    hands.press("b")
    expect(hands.page.locator("#f-typed")).to_be_focused()
    hands.type("Zoe Marsh")
    hands.press("Enter")
    expect(hands.page.get_by_label("Phone")).to_be_focused()
    hands.type("416 555 0199")
    hands.press("Enter")
    expect(hands.page.locator("[data-appointment]")).to_contain_text("Zoe Marsh")
    within(hands, 6)
    assert hands.seconds <= 40


def test_the_three_next_times_are_read_aloud_after_one(hands: Hands) -> None:
    hands.open("/today")
    hands.press("b")
    expect(hands.page.locator("#panel .times")).to_contain_text("Next three fitting times")
    expect(hands.page.locator("#f-typed")).to_be_focused()
    within(hands, 1)


def test_the_same_time_next_week_takes_two(visit, hands: Hands) -> None:
    hands.open(LIST)
    chosen_row(hands)
    hands.press("w")
    expect(hands.page.get_by_role("button", name="Book Tue 10:00").last).to_be_visible()
    hands.press("Enter")
    expect(hands.page.locator("[data-appointment]")).to_contain_text("December 1")
    within(hands, 2)


def test_moving_by_keys_takes_four(visit, hands: Hands) -> None:
    hands.open(LIST)
    chosen_row(hands)
    hands.press("m")
    expect(hands.page.locator(".step .option-card").first).to_be_focused()
    hands.press("ArrowDown")
    hands.press("Enter")
    expect(hands.page.locator("#toasts")).to_contain_text("is moved")
    within(hands, 4)


def test_cancelling_with_a_reason_takes_three(visit, hands: Hands) -> None:
    hands.open(LIST)
    chosen_row(hands)
    hands.press("c")
    expect(hands.page.locator(".reason-buttons .button").first).to_be_focused()
    hands.press("2")
    expect(hands.page.locator("#toasts")).to_contain_text("is cancelled")
    within(hands, 3)


def test_arriving_and_undoing_take_one_each(visit, hands: Hands) -> None:
    hands.open(LIST)
    chosen_row(hands)
    hands.press("a")
    expect(hands.page.locator("[data-row]")).to_contain_text("here")
    within(hands, 1)
    expect(hands.page.locator("[data-row]:focus")).to_contain_text("Anna Kowalska")
    hands.begin()
    hands.press("u")
    expect(hands.page.locator("[data-row]")).to_contain_text("booked")
    within(hands, 1)


@pytest.fixture
def twenty_past_ten(visit, clinic: Clinic) -> None:
    clinic.clock.advance(timedelta(minutes=80))


def test_a_no_show_with_the_choice_of_a_fee_takes_two(twenty_past_ten, hands: Hands) -> None:
    hands.open(LIST)
    chosen_row(hands)
    hands.press("n")
    expect(hands.page.locator(".step")).to_contain_text("propose")
    hands.press("f")
    expect(hands.page.locator("#toasts")).to_contain_text("did not come")
    within(hands, 2)


def test_a_walk_in_of_a_known_client_takes_four(clinic: Clinic, hands: Hands) -> None:
    clinic.client("Anna Kowalska")
    hands.open(DIARY)
    hands.press("b")
    expect(hands.page.locator("#f-typed")).to_be_focused()
    hands.type("kowal")
    hands.press("Enter")
    expect(hands.page.locator(".chosen-client")).to_be_visible()
    hands.press("ArrowUp")
    expect(hands.page.get_by_role("button", name="Book now, arrived").last).to_be_visible()
    hands.press("Enter")
    expect(hands.page.locator("[data-appointment]")).to_contain_text("here")
    within(hands, 4)
