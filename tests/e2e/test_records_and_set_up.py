"""Client records and the set-up in a real browser: what htmx adds to the plain forms, axe, and narrow screens."""

import pytest
from playwright.sync_api import Page, expect

from tests.browser import enter, violations
from tests.e2e.conftest import Clinic, Hands

pytestmark = [pytest.mark.browser, pytest.mark.alone]

NARROW = {"width": 390, "height": 844}


@pytest.fixture
def owner(hands: Hands) -> Hands:
    """Oscar, at the same desk."""
    clinic = hands.clinic
    hands.page.context.clear_cookies()
    enter(hands.page, clinic.app, clinic.address, clinic.cast["oscar"], now=clinic.clock())
    return hands


def faults(hands: Hands, paths: list[str]) -> dict[str, list[str]]:
    """What axe finds on each page, and whether a page is wider than a telephone."""
    found: dict[str, list[str]] = {}
    for path in paths:
        hands.page.set_viewport_size({"width": 1280, "height": 800})
        hands.open(path)
        found[path] = violations(hands.page)
        hands.page.set_viewport_size(NARROW)
        if hands.page.evaluate("document.documentElement.scrollWidth > document.documentElement.clientWidth"):
            found[path].append("wider than the screen")
    return {path: wrong for path, wrong in found.items() if wrong}


def test_axe_finds_nothing_in_the_records(clinic: Clinic, hands: Hands) -> None:
    client = clinic.client("Anna Berg")
    clinic.client("Anna Berg")
    paths = ["/clients", "/clients?q=berg", "/clients?q=zzz", "/clients/new", f"/clients/{client.uid}/edit"]
    assert faults(hands, paths) == {}


def test_axe_finds_nothing_in_the_set_up(clinic: Clinic, owner: Hands) -> None:
    lists = ["locations", "rooms", "services", "therapists", "closures", "time-off", "policies", "services/new"]
    forms = [f"locations/{clinic.location.uid}", f"services/{clinic.service.uid}", f"therapists/{clinic.ada.uid}"]
    hours = [f"locations/{clinic.location.uid}/hours", f"therapists/{clinic.ada.uid}/hours"]
    assert faults(owner, [f"/settings/{path}" for path in (*lists, *forms, *hours)]) == {}


def test_the_list_of_clients_follows_what_is_typed(clinic: Clinic, hands: Hands) -> None:
    clinic.client("Chloé Brûlé-Tremblay")
    clinic.client("Per Lund")
    hands.open("/clients")
    hands.page.get_by_label("Name, phone or birth date").click()
    hands.type("brule")
    expect(hands.page.get_by_role("link", name="Chloé Brûlé-Tremblay")).to_be_visible()
    expect(hands.page.get_by_role("link", name="Per Lund")).to_have_count(0)
    expect(hands.page).to_have_url(f"{clinic.address}/clients?q=brule")


def test_a_guardian_is_chosen_from_the_clients(clinic: Clinic, hands: Hands) -> None:
    mother = clinic.client("Anna Berg")
    hands.open("/clients/new")
    page = hands.page
    expect(page.get_by_role("combobox", name="Who")).to_be_hidden()
    page.get_by_label("First name").fill("Ben")
    page.get_by_label("Last name").fill("Berg")
    page.get_by_label("What this person is").select_option("guardian")
    page.get_by_role("combobox", name="Who").click()
    hands.type("anna")
    page.get_by_role("option", name="Anna Berg").click()
    page.get_by_label("Messages go to this person").check()
    page.get_by_role("button", name="Open the record").click()
    page.wait_for_url(f"{clinic.address}/clients/*-*")
    hands.open(f"{page.url.removeprefix(clinic.address)}/edit")
    expect(page.get_by_role("radio", name="Anna Berg")).to_be_checked()
    expect(page.get_by_role("link", name="Anna Berg")).to_have_attribute("href", f"/clients/{mother.uid}")


def add_line(page: Page, opens: str, closes: str) -> None:
    page.get_by_role("button", name="Add hours on Saturday").click()
    page.get_by_label("Saturday, from").fill(opens)
    page.get_by_label("Saturday, to").fill(closes)


def test_a_week_is_typed_copied_and_saved_without_leaving_the_page(clinic: Clinic, owner: Hands) -> None:
    page = owner.page
    owner.open(f"/settings/therapists/{clinic.ada.uid}/hours")
    page.get_by_label("Monday, from").first.fill("8")
    page.get_by_role("button", name="Copy Monday's hours").click()
    expect(page.get_by_label("Friday, from").first).to_have_value("08:00")
    add_line(page, "10", "14")
    page.get_by_role("button", name="Save the week").click()
    expect(page.get_by_text("Mon to Fri 08:00 to 12:30, 13:00 to 17:00")).to_be_visible()
    expect(page.get_by_text("Sat 10:00 to 14:00")).to_be_visible()
