"""The whole main job in Chromium: a receptionist books, the client gets the mail, moves follow, the link cancels."""

import re
from datetime import datetime, timedelta
from email.message import EmailMessage

import pytest
from icalendar import Calendar, Event
from playwright.sync_api import Browser, expect

from practice.core.local_time import to_utc
from tests.cast import PASSWORD, RITA
from tests.e2e.conftest import TODAY, Clinic, Hands

pytestmark = [pytest.mark.browser, pytest.mark.alone]

GRACE = timedelta(minutes=6)


def calendar_part(mail: EmailMessage) -> tuple[str, Event]:
    """Return the calendar part's method and its one event."""
    part = next(part for part in mail.walk() if part.get_content_type() == "text/calendar")
    calendar = Calendar.from_ical(part.get_content())
    (event,) = calendar.walk("VEVENT")
    return str(calendar["METHOD"]), event


def manage_link(mail: EmailMessage, address: str) -> str:
    body = mail.get_body(("plain",))
    assert body is not None
    found = re.search(re.escape(address) + r"/\S+", body.get_content())
    assert found, body.get_content()
    return found.group()


def test_a_booking_is_made_moved_and_cancelled_and_every_mail_follows(
    clinic: Clinic, hands: Hands, browser: Browser
) -> None:
    page = hands.page
    page.context.clear_cookies()
    page.goto(f"{clinic.address}/sign-in")
    page.get_by_label("Email").fill(RITA.email)
    page.get_by_label("Password").fill(PASSWORD)
    page.keyboard.press("Enter")
    page.wait_for_url("**/today")
    page.get_by_role("link", name="Diary").first.click()
    page.wait_for_selector(".ec-day")

    # A free time is clicked; it is held while a record is opened.
    page.mouse.click(*hands.spot("Ada Able", 14))
    expect(page.locator("#hold-left")).to_contain_text("held")
    expect(hands.card("New booking")).to_be_visible()
    hands.type("Zoë Marsh")
    page.get_by_role("option", name="New client").click()
    page.get_by_label("Email", exact=True).fill("zoe@example.com")
    page.get_by_label("May we also remind you").check()
    page.get_by_role("button", name="Book Tue 14:00").click()
    expect(page.locator("[data-appointment]")).to_contain_text("Zoë Marsh")
    expect(hands.card("Zoë Marsh")).to_be_visible()

    confirmation = clinic.mails_after(GRACE)[0].mail
    method, first = calendar_part(confirmation)
    assert (method, confirmation["To"].addresses[0].addr_spec) == ("REQUEST", "zoe@example.com")
    assert first["DTSTART"].dt == to_utc(datetime(2026, 11, 24, 14, 0), "America/Toronto")

    # Dragged to another therapist, the visit stays at its time and the client hears with whom.
    hands.open(f"/diary/{TODAY}")
    x, y = hands.spot("Ben Bold", 14)
    hands.card("Zoë Marsh").hover()
    page.mouse.down()
    page.mouse.move(x, y + 20, steps=12)
    page.mouse.up()
    expect(page.locator("[data-appointment] .facts")).to_contain_text("Ben Bold")
    moved = clinic.mails_after(GRACE)[1].mail
    method, second = calendar_part(moved)
    assert (method, second["UID"]) == ("REQUEST", first["UID"])
    assert second["SEQUENCE"] > first["SEQUENCE"]
    assert "Ben Bold" in moved.get_body(("plain",)).get_content()

    # The client needs no account: the link of the mail is enough.
    client = browser.new_page()
    client.goto(manage_link(moved, clinic.address))
    client.get_by_role("link", name="Cancel this appointment").click()
    client.get_by_role("button", name=re.compile("^Cancel")).click()
    expect(client.locator("main")).to_contain_text("cancelled")
    cancelled = clinic.mails_after(GRACE)[2].mail
    method, last = calendar_part(cancelled)
    assert (method, last["UID"]) == ("CANCEL", first["UID"])
    assert last["SEQUENCE"] > second["SEQUENCE"]

    # The time is free again.
    hands.open(f"/diary/{TODAY}")
    expect(hands.card("Zoë Marsh")).to_have_count(0)
    page.mouse.click(*hands.spot("Ben Bold", 14))
    expect(page.locator("#hold-left")).to_contain_text("held")


def test_a_refused_drag_goes_back_and_the_panel_says_why(clinic: Clinic, hands: Hands) -> None:
    clinic.book(clinic.client("Anna Kowalska"), datetime(2026, 11, 24, 14, 0))
    clinic.book(clinic.client("Per Lund"), datetime(2026, 11, 24, 14, 0), clinic.ben)
    hands.open(f"/diary/{TODAY}")
    x, y = hands.spot("Ben Bold", 14)
    before = hands.card("Anna Kowalska").bounding_box()
    hands.card("Anna Kowalska").hover()
    hands.page.mouse.down()
    hands.page.mouse.move(x, y + 20, steps=12)
    hands.page.mouse.up()
    refusal = hands.page.locator("#panel [data-refusal]")
    expect(refusal).to_contain_text("Ben Bold is taken from 14:00 to 15:00")
    after = hands.card("Anna Kowalska").bounding_box()
    assert before and after
    assert (after["x"], after["y"]) == (before["x"], after["y"])
    # The way out works: the first button moves the visit.
    refusal.get_by_role("button").first.click()
    expect(refusal).to_have_count(0)


def test_a_time_that_is_taken_offers_times_that_are_not(clinic: Clinic, hands: Hands) -> None:
    clinic.book(clinic.client("Anna Kowalska"), datetime(2026, 11, 24, 14, 0))
    clinic.client("Per Lund")
    hands.open(f"/diary/{TODAY}")
    x, y = hands.spot("Ada Able", 13)
    hands.page.mouse.click(x, y + 36)
    panel = hands.page.locator("#panel")
    expect(panel.locator("[data-refusal]")).to_contain_text("Ada Able is taken")
    expect(panel.get_by_role("button", name="Choose a time")).to_have_attribute("aria-disabled", "true")
    panel.locator("[data-refusal] button").first.click()
    expect(panel.locator("[data-refusal]")).to_have_count(0)
    expect(panel.locator("#hold-left")).to_contain_text("held")


def test_a_visit_is_stretched_with_the_mouse(clinic: Clinic, hands: Hands) -> None:
    visit = clinic.book(clinic.client("Anna Kowalska"), datetime(2026, 11, 24, 14, 0))
    hands.open(f"/diary/{TODAY}")
    box = hands.card("Anna Kowalska").bounding_box()
    assert box
    hands.card("Anna Kowalska").hover()
    hands.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] - 3)
    hands.page.mouse.down()
    hands.page.mouse.move(box["x"] + box["width"] / 2, box["y"] + box["height"] + 16, steps=8)
    hands.page.mouse.up()
    expect(hands.page.locator("[data-appointment]")).to_contain_text("15:15")
    clinic.session.refresh(visit)
    assert visit.duration_minutes == 75
