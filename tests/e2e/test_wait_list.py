"""The wait list in Chromium: put on it, a time comes free, the mail is accepted; and a gap filled by telephone."""

import re
from datetime import datetime, timedelta

import pytest
from playwright.sync_api import Browser, expect

from practice.core.actor import Actor, Role
from practice.scheduling.appointments.cancelling import CancelledBy, cancel
from practice.scheduling.wait_list.entries import EntryDetails, add_entry
from tests.browser import violations
from tests.e2e.conftest import Clinic, Hands
from tests.factories import act

pytestmark = [pytest.mark.browser, pytest.mark.alone]

RITA = Actor(Role.RECEPTIONIST, name="Rita Rossi")


def test_a_cancelled_time_is_offered_and_accepted(clinic: Clinic, hands: Hands, browser: Browser) -> None:
    page = hands.page
    taken = clinic.book(clinic.client("Bela Busy"), datetime(2026, 11, 27, 9, 0))
    waits = clinic.client("Wanda Waits", email="wanda@example.com")
    hands.open(f"/clients/{waits.uid}")
    page.get_by_role("link", name="Wait list").last.click()
    page.get_by_label("Service").select_option(label="Relax 60")
    page.get_by_label("Ada Able").check()
    page.get_by_label("Fri").check()
    page.get_by_label("From").fill("09:00")
    page.get_by_label("Until").fill("10:00")
    page.get_by_label("Last day").fill("2026-11-27")
    assert violations(page) == []
    page.get_by_role("button", name="Put on the list").click()
    expect(page.get_by_text("Wanda Waits").first).to_be_visible()
    assert violations(page) == []

    clinic.worker.offer()
    act(
        clinic.session,
        lambda: cancel(
            clinic.session,
            appointment_uid=taken.uid,
            reason="ill",
            by=CancelledBy.CLIENT,
            tell_client=False,
            actor=RITA,
            now=clinic.clock(),
        ),
    )
    clinic.worker.offer()
    (mail,) = [each.mail for each in clinic.mails_after(timedelta(0)) if each.recipient == "wanda@example.com"]
    link = re.search(r"http\S+/o/\S+", mail.get_body(("plain",)).get_content())[0]
    client = browser.new_context(viewport={"width": 390, "height": 800}).new_page()
    client.goto(link)
    expect(client.get_by_text("We keep it for you until")).to_be_visible()
    assert violations(client) == []
    client.get_by_role("button", name="Yes, I take this time").click()
    expect(client.get_by_text("this time is yours")).to_be_visible()
    assert violations(client) == []
    client.context.close()

    page.reload()
    expect(page.get_by_text("Nobody is here")).to_be_visible()
    page.get_by_role("link", name="Who was offered what").click()
    expect(page.get_by_text("accepted").first).to_be_visible()
    assert violations(page) == []


def test_a_gap_is_filled_in_three_inputs(clinic: Clinic, hands: Hands) -> None:
    page = hands.page
    for name in ("Rosa Ready", "Sam Second"):
        client = clinic.client(name)
        details = EntryDetails(service=clinic.service.uid)
        act(
            clinic.session,
            lambda client=client, details=details: add_entry(
                clinic.session, client_uid=client.uid, details=details, actor=RITA, now=clinic.clock()
            ),
        )
    hands.open("/today")
    hands.press("f")
    expect(page.get_by_role("heading", name="Fill this gap")).to_be_visible()
    assert violations(page) == []
    expect(page.get_by_role("button", name=re.compile("^Book Rosa Ready"))).to_be_focused()
    hands.press("Enter")
    expect(page.get_by_text("Booked, and off the wait list")).to_be_visible()
    assert hands.inputs <= 3
