"""Signing in and looking after accounts in a real browser."""

from collections.abc import Iterator

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from practice.accounts.models import User
from tests.browser import served, violations
from tests.cast import PASSWORD

pytestmark = [pytest.mark.browser, pytest.mark.alone]


@pytest.fixture
def site(app: Flask, cast: dict[str, User]) -> Iterator[str]:
    with served(app) as address:
        yield address


@pytest.fixture
def told(page: Page) -> list[str]:
    """What the console complains about; the 401 and 422 that a test asks for are not complaints."""
    said: list[str] = []
    page.on("console", lambda message: said.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: said.append(str(error)))
    return said


def sign_in(page: Page, name: str, password: str = PASSWORD) -> None:
    page.get_by_label("Email").fill(f"{name}@example.com")
    page.get_by_label("Password", exact=True).fill(password)
    page.keyboard.press("Enter")


def test_a_wrong_password_is_explained_and_the_right_one_leads_on(page: Page, site: str, told: list[str]) -> None:
    page.goto(f"{site}/account")
    expect(page.get_by_label("Email")).to_be_focused()
    sign_in(page, "rita", "not the right one")
    expect(page.get_by_role("alert")).to_contain_text("do not fit together")
    expect(page.get_by_label("Email")).to_have_value("rita@example.com")
    expect(page.get_by_label("Password", exact=True)).to_be_focused()
    sign_in(page, "rita")
    expect(page.get_by_role("heading", name="Your account")).to_be_visible()
    assert [said for said in told if "401" not in said] == []


def test_a_password_is_changed_by_keyboard_and_holds(page: Page, site: str) -> None:
    page.goto(f"{site}/account")
    sign_in(page, "rita")
    page.get_by_label("Present password").fill(PASSWORD)
    page.keyboard.press("Tab")
    page.keyboard.type("a sentence only I would say")
    page.keyboard.press("Enter")
    expect(page.get_by_text("Your password is changed")).to_be_visible()
    page.get_by_role("button", name="Sign out here").click()
    sign_in(page, "rita", "a sentence only I would say")
    expect(page).not_to_have_url(f"{site}/sign-in")


def test_the_owner_adds_a_user_who_then_signs_in(page: Page, site: str) -> None:
    page.goto(f"{site}/settings/users")
    sign_in(page, "oscar")
    page.get_by_role("link", name="Add a user").click()
    page.get_by_label("Name").fill("Mia Marsh")
    page.get_by_label("Email").fill("rita@example.com")
    page.get_by_label("Receptionist").check()
    page.get_by_label("First password").fill("a fine first sentence")
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_role("alert")).to_contain_text("already")
    page.get_by_label("Email").fill("mia@example.com")
    page.get_by_label("First password").fill("a fine first sentence")
    page.get_by_role("button", name="Add user").click()
    expect(page.get_by_role("cell", name="mia@example.com")).to_be_visible()


@pytest.mark.parametrize("width", [1280, 390])
def test_every_page_is_accessible_and_fits(page: Page, site: str, cast: dict[str, User], width: int) -> None:
    page.set_viewport_size({"width": width, "height": 900})
    page.goto(f"{site}/sign-in")
    assert violations(page) == []
    sign_in(page, "oscar", "not the right one")
    expect(page.get_by_role("alert")).to_be_visible()
    assert violations(page) == []
    sign_in(page, "oscar")
    page.wait_for_url(lambda address: "/sign-in" not in address)
    for path in ("/account", "/settings/users", "/settings/users/new", f"/settings/users/{cast['rita'].uid}", "/audit"):
        page.goto(f"{site}{path}")
        assert (path, violations(page)) == (path, [])
        overflow = page.evaluate("document.documentElement.scrollWidth - document.documentElement.clientWidth")
        assert (path, overflow) == (path, 0)
