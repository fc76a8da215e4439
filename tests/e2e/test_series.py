"""A series in a real browser: booked from the panel, one visit put elsewhere, the following ones moved together."""

from datetime import datetime, timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from practice.scheduling.models import Appointment
from tests.browser import violations
from tests.e2e.conftest import Clinic, Hands

pytestmark = [pytest.mark.browser, pytest.mark.alone]

FIRST = datetime(2026, 11, 25, 10, 0)


def hours(clinic: Clinic) -> list[int]:
    clinic.session.rollback()
    rows = select(Appointment.local_start).where(Appointment.series_id.is_not(None)).order_by(Appointment.id)
    return [start.hour for start in clinic.session.scalars(rows)]


def test_a_series_is_booked_and_its_following_visits_are_moved(clinic: Clinic, hands: Hands) -> None:
    nora, page = clinic.client("Nora Nilsen"), hands.page
    clinic.book(clinic.client("Per Lund"), FIRST + timedelta(weeks=2))
    choice = f"{FIRST:%Y-%m-%dT%H:%M}|{clinic.ada.uid}|"
    page.goto(f"{clinic.address}/book?client={nora.uid}&service={clinic.service.uid}&choice={choice}")
    page.get_by_role("button", name="Repeat").click()
    expect(page.locator(".does-not-fit")).to_have_count(1)
    page.get_by_label("Visits", exact=True).fill("4")
    page.get_by_label("Visits", exact=True).press("Tab")
    expect(page.locator(".repeat-visits li")).to_have_count(4)
    expect(page.locator(".is-moved")).to_have_count(1)
    assert violations(page) == []
    page.get_by_role("button", name="Book 4 visits").click()
    expect(page.get_by_text("Visit 1 of 4")).to_be_visible()
    assert len(hours(clinic)) == 4

    page.get_by_text("All visits of the series").click()
    page.locator(".series-visits a").first.click()
    expect(page.get_by_text("Visit 2 of 4")).to_be_visible()
    page.get_by_role("link", name="Move").click()
    page.get_by_label("This and following").check()
    assert violations(page) == []
    page.locator("[name=choice]").first.click()
    expect(page.get_by_text("is moved")).to_be_visible()
    first, second, *rest = hours(clinic)
    assert first == 10
    assert set(rest) == {second}
