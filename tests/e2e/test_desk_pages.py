"""Today, calls, mail and the client's page in a real browser: by keys, under axe, wide and narrow."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect

from practice.clients.models import Client
from practice.scheduling.models import Appointment
from tests.e2e.conftest import TODAY, Clinic, Hands
from tests.e2e.test_records_and_set_up import faults

pytestmark = [pytest.mark.browser, pytest.mark.alone]


class Morning:
    """A quarter past ten: Per is late, Walter must be phoned, one mail came back."""

    def __init__(self, clinic: Clinic) -> None:
        self.late: Appointment = clinic.book(clinic.client("Per Lund"), datetime(2026, 11, 24, 10, 0))
        self.walter: Client = clinic.client("Walter Ackroyd", email="")
        clinic.book(self.walter, datetime(2026, 11, 25, 11, 0))
        self.curtis: Client = clinic.client("Curtis Hollowell")
        clinic.book(self.curtis, datetime(2026, 11, 25, 14, 0), clinic.ben)
        clinic.mailbox.will("rcpt", 550)
        clinic.mails_after(timedelta(minutes=75))


@pytest.fixture
def morning(clinic: Clinic) -> Morning:
    return Morning(clinic)


def test_axe_finds_nothing_on_the_desks_pages(morning: Morning, hands: Hands) -> None:
    paths = [
        "/today",
        "/calls",
        "/tentative",
        "/messages",
        "/messages?tab=problems",
        "/messages?q=hollowell",
        "/messages?q=zzz",
        f"/clients/{morning.walter.uid}",
        f"/clients/{morning.curtis.uid}",
        f"/diary/{TODAY}/sheet",
        "/diary/2026-11-29/sheet",
    ]
    assert faults(hands, paths) == {}


def test_axe_finds_nothing_in_the_panel_of_a_mail(morning: Morning, hands: Hands) -> None:
    hands.open("/messages?tab=problems")
    path = hands.page.locator(".ledger-what a").first.get_attribute("href")
    assert path
    assert faults(hands, [path]) == {}


def test_somebody_late_arrives_by_two_keys_and_one_takes_it_back(morning: Morning, hands: Hands) -> None:
    hands.open("/today")
    row = hands.page.locator(f'[data-row="{morning.late.uid}"]')
    expect(row).to_contain_text("late 15 min")
    hands.press("j")
    hands.press("a")
    expect(row).to_contain_text("here")
    hands.press("u")
    expect(row).to_contain_text("late 15 min")
    assert hands.inputs == 3


def test_the_page_of_today_follows_the_panel(morning: Morning, hands: Hands) -> None:
    hands.open("/today")
    hands.click(hands.page.get_by_role("link", name="Per Lund").first)
    panel = hands.page.locator("#panel")
    hands.click(panel.get_by_role("button", name="Arrived"))
    expect(hands.page.locator(f'#today [data-row="{morning.late.uid}"]')).to_contain_text("here")
    expect(hands.page.locator("#truth")).not_to_contain_text("late")


def test_a_call_is_closed_by_one_key(morning: Morning, hands: Hands) -> None:
    hands.open("/calls")
    calls = hands.page.locator(".call")
    before = calls.count()
    hands.press("j")
    hands.press("r")
    expect(calls).to_have_count(before - 1)
    expect(hands.page.locator("#toasts")).to_contain_text("Noted: reached.")
    expect(hands.page.locator(".made-list li")).to_have_count(1)
    assert hands.inputs == 2


def test_why_no_mail_came_is_two_inputs_away(morning: Morning, hands: Hands) -> None:
    hands.open("/today")
    hands.press("/")
    hands.type("hollow")
    expect(hands.page.get_by_role("option").first).to_be_visible()
    hands.press("Enter")
    expect(hands.page.locator("#mail")).to_contain_text("not delivered")
    expect(hands.page.locator("#mail")).to_contain_text("this address does not exist")
    assert hands.inputs == 2


def test_a_mail_that_came_back_is_sent_again(clinic: Clinic, morning: Morning, hands: Hands) -> None:
    hands.open("/messages?tab=problems")
    hands.click(hands.page.locator(".ledger-what a").first)
    panel = hands.page.locator("#panel")
    expect(panel).to_contain_text("not delivered")
    hands.click(panel.get_by_role("button", name="Send again"))
    expect(panel).to_contain_text("waits")
    sent = len(clinic.mailbox.delivered)
    assert len(clinic.mails_after(timedelta(minutes=1))) == sent + 1


def test_the_client_is_booked_again_from_her_page(morning: Morning, hands: Hands) -> None:
    hands.open(f"/clients/{morning.curtis.uid}")
    hands.press("w")
    panel = hands.page.locator("#panel")
    expect(panel).to_contain_text("Curtis Hollowell")
    expect(panel.get_by_role("button", name="Book Wed 14:00")).to_be_visible()
    hands.press("Enter")
    expect(hands.page.locator("#client")).to_contain_text("Dec 2")
    assert hands.inputs == 2
