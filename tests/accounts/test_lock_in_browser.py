"""The lock in a real browser: over the page as it was left, and as a page of its own."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from practice.accounts.models import User
from tests.accounts.test_lock import PIN
from tests.browser import served, violations
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.alone]


@pytest.fixture
def site(app: Flask, cast: dict[str, User]) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def desk(page: Page, site: str) -> Page:
    """A page with a half typed form, in the browser of somebody who has a PIN; its clock can be moved."""
    page.clock.install()
    page.goto(f"{site}/account")
    page.get_by_label("Email").fill("rita@example.com")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.keyboard.press("Enter")
    page.get_by_label("Your password").fill(PASSWORD)
    page.get_by_label("New PIN").fill(PIN)
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your PIN is set")).to_be_visible()
    page.goto(f"{site}/clients/new")
    page.get_by_label("First name").fill("Half typed")
    return page


def test_an_idle_desk_is_locked_over_its_page_and_goes_on_where_it_was(desk: Page, site: str) -> None:
    with desk.expect_response("**/account/lock"):
        desk.clock.fast_forward("31:00")
    lock = desk.get_by_role("dialog", name="Locked")
    expect(lock.get_by_label("PIN or password")).to_be_focused()
    other = desk.context.new_page()
    other.goto(f"{site}/clients")
    expect(other.get_by_role("heading", name="Locked")).to_be_visible()
    assert violations(other) == []
    desk.bring_to_front()
    for _ in range(2):
        desk.keyboard.press("Escape")
    expect(lock).to_be_visible()
    assert violations(desk) == []
    desk.keyboard.type("111111")
    desk.keyboard.press("Enter")
    expect(lock.get_by_role("alert")).to_contain_text("neither your PIN")
    lock.get_by_label("PIN or password").fill(PIN)
    desk.keyboard.press("Enter")
    expect(lock).to_be_hidden()
    expect(desk.get_by_label("First name")).to_have_value("Half typed")
    other.reload()
    expect(other.get_by_role("heading", name="Clients")).to_be_visible()


def test_the_menu_locks_at_once_and_a_plain_form_unlocks(desk: Page, site: str) -> None:
    desk.get_by_label("account and display").click()
    desk.get_by_role("button", name="Lock the desk").click()
    expect(desk.get_by_role("dialog", name="Locked")).to_be_visible()
    desk.goto(f"{site}/clients")
    desk.get_by_label("PIN or password").fill(PASSWORD)
    desk.get_by_role("button", name="Unlock").click()
    expect(desk).to_have_url(f"{site}/clients")
