"""Whole phone calls by keys alone: booked, parked for another caller, gone on with, taken back, a gap found."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, Locator, expect

from tests.browser import violations
from tests.e2e.conftest import Clinic, Hands
from tests.e2e.test_speed_of_hand import within
from tests.e2e.test_walking_clinic import manage_link

pytestmark = [pytest.mark.browser, pytest.mark.alone]

NO_POINTER = "addEventListener('pointerdown', () => (window.touched = true), true)"


def name_the_caller(hands: Hands, typed: str, name: str) -> None:
    expect(hands.page.locator("#f-typed")).to_be_focused()
    hands.type(typed)
    hands.press("Enter")
    expect(hands.page.locator(".chosen-client")).to_contain_text(name)


def test_two_callers_at_once_are_served_without_a_pointer(clinic: Clinic, hands: Hands) -> None:
    clinic.client("Anna Kowalska")
    per = clinic.client("Per Lund")
    seen = clinic.book(per, datetime(2026, 11, 24, 10, 0))
    page = hands.page
    page.add_init_script(NO_POINTER)

    # Anna calls while the list of calls is open: three times to read aloud, and she takes the second.
    hands.open("/calls")
    hands.press("b")
    expect(page.locator("#panel .times")).to_contain_text("Next three fitting times")
    within(hands, 1)
    name_the_caller(hands, "kowal", "Anna Kowalska")
    hands.press("ArrowDown")
    expect(page.locator("#hold-left")).to_contain_text("held")

    # A second caller: looking him up parks Anna with her time.
    hands.begin()
    hands.press("/")
    hands.type("lund")
    hands.press("Enter")
    page.wait_for_url(f"**/clients/{per.uid}")
    within(hands, 2)
    expect(page.locator("#tray")).to_contain_text(re.compile("Anna Kowalska · .* min"))

    # He wants the same time next week.
    hands.begin()
    hands.press("w")
    expect(page.get_by_role("button", name="Book Tue 10:00").last).to_be_visible()
    hands.press("Enter")
    expect(page.locator("[data-appointment]")).to_contain_text("December 1")
    within(hands, 2)

    # That was a slip: one stroke takes it back, before any mail has left.
    hands.begin()
    hands.press("Control+z")
    expect(page.locator("#toasts")).to_contain_text("Taken back: the booking of Per Lund")
    within(hands, 1)
    expect(page.locator("[data-appointment]")).to_contain_text("entered in error")
    assert violations(page) == []

    # Back to Anna, whose time is still held.
    hands.begin()
    hands.press("g")
    hands.press("1")
    expect(page.locator("#hold-left")).to_contain_text("held")
    expect(page.locator(".chosen-client")).to_contain_text("Anna Kowalska")
    page.get_by_role("button", name=re.compile("^Book ")).last.focus()
    hands.press("Enter")
    expect(page.locator("[data-appointment]")).to_contain_text("Anna Kowalska")
    within(hands, 4)
    assert page.evaluate("window.touched") is None

    # Her mail left: now it is said why the act is not taken back, and where it can be.
    assert [mail.recipient for mail in clinic.mails_after(timedelta(minutes=3))]
    hands.press("Control+z")
    expect(page.locator("#toasts")).to_contain_text("The mail about it left at")
    expect(page.locator("#toasts").get_by_role("link", name="Open the visit")).to_be_visible()
    clinic.session.refresh(seen)


def test_the_month_and_the_gaps_are_walked_by_keys(clinic: Clinic, hands: Hands) -> None:
    client = clinic.client("Anna Kowalska")
    clinic.book(client, datetime(2026, 11, 25, 10, 0))
    page = hands.page
    hands.open("/today")
    hands.press("g")
    hands.press("d")
    page.wait_for_selector(".ec-day")
    hands.press("v")
    hands.press("m")
    today = page.locator("[data-day='2026-11-24']")
    expect(today).to_be_focused()
    assert violations(page) == []
    hands.press("ArrowRight")
    hands.press("ArrowDown")
    expect(page.locator("[data-day='2026-12-02']")).to_be_focused()
    hands.press("ArrowDown")
    expect(page.locator("[data-day='2026-12-07']")).to_be_focused()
    hands.press("PageUp")
    page.wait_for_url("**/diary/2026-11-07/month*")
    hands.press("g")
    hands.press("g")
    expect(page.get_by_label("For", exact=True)).to_be_focused()
    page.get_by_label("For", exact=True).select_option(label="Relax 60")
    page.get_by_role("button", name="Find").click()
    page.wait_for_url("**service=*")
    assert violations(page) == []
    expect(page.get_by_label("Minutes at least")).to_be_hidden()
    page.locator("h1").click()
    hands.begin()
    hands.press("j")
    hands.press("Enter")
    expect(page.locator("#hold-left, #panel [data-main]").first).to_be_visible()
    name_the_caller(hands, "kowal", "Anna Kowalska")
    hands.press("Enter")
    expect(page.locator("[data-appointment]")).to_contain_text("Anna Kowalska")
    within(hands, 4)


def test_the_command_list_acts_goes_and_finds_clients(clinic: Clinic, hands: Hands) -> None:
    client = clinic.client("Anna Kowalska")
    page = hands.page
    hands.open("/messages")
    hands.press("Control+k")
    rows = page.locator("#commands .command")
    expect(page.locator("#commands")).to_be_visible()
    expect(rows.filter(has_text="Book a visit")).to_have_count(1)
    assert violations(page) == []
    hands.type("kowal")
    hands.press("Enter")
    page.wait_for_url(f"**/clients/{client.uid}")
    within(hands, 2)
    hands.press("g")
    hands.press("o")
    page.wait_for_url("**/month")
    hands.press("?")
    hands.type("go to cal")
    expect(rows.locator("visible=true")).to_have_count(1)
    hands.press("Enter")
    page.wait_for_url("**/calls")
    # Whoever types on at once after closing the list is not writing into it any more.
    hands.press("Control+k")
    hands.type("mo")
    hands.press("Escape")
    hands.press("b")
    expect(page.locator("#f-typed")).to_be_focused()


def taps(*there: Locator) -> int:
    """Tap one after the other; the link in the mail was the first."""
    for each in there:
        each.click()
    return 1 + len(there)


def test_a_client_confirms_in_two_taps_and_cancels_in_three(clinic: Clinic, hands: Hands, browser: Browser) -> None:
    visit = clinic.book(clinic.client("Anna Kowalska", email="anna@example.com"), datetime(2026, 11, 26, 10, 0))
    mail = clinic.mails_after(timedelta(minutes=3))[0].mail
    phone = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    phone.goto(manage_link(mail, clinic.address))
    assert taps(phone.get_by_role("button", name="I will be there")) <= 2
    expect(phone.locator("main")).to_contain_text(re.compile("confirmed|see you", re.IGNORECASE))
    clinic.session.refresh(visit)
    assert visit.confirmed_at is not None
    phone.goto(manage_link(mail, clinic.address))
    ways = (phone.get_by_role("link", name="Cancel"), phone.get_by_role("button", name="Cancel"))
    assert taps(*ways) <= 3
    expect(phone.locator("main")).to_contain_text("cancelled")
    phone.context.close()
