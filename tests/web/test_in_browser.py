"""The scripts and shells in a real browser under the real content policy, with pages made for it."""

import re
from collections.abc import Iterator
from typing import Any

import pytest
from flask import Flask, request
from jinja2 import DictLoader
from playwright.sync_api import Page, expect

from practice.web.formatting import Style
from practice.web.pages import install_look, render_page
from tests.browser import served, violations

pytestmark = [pytest.mark.browser, pytest.mark.alone]

DESK = """
{% extends "web/base.html" %}
{% from "web/macros/page.html" import titles, status_line, tabs, card, notice, date_nav %}
{% from "web/macros/badges.html" import state, state_text, state_map, therapist, same_name, late, states %}
{% from "web/macros/tables.html" import table %}
{% from "web/macros/refusal.html" import refusal %}
{% from "web/macros/empty.html" import empty %}
{% from "web/macros/dialogs.html" import confirm, opener %}
{% import "web/macros/fields.html" as f %}
{% block title %}Today{% endblock %}
{% block styles %}
<link rel="stylesheet" href="{{ asset_url('vendor/event-calendar/event-calendar.min.css') }}">
<link rel="stylesheet" href="{{ asset_url('css/diary.css') }}">
{% endblock %}
{% block scripts %}
<script src="{{ asset_url('vendor/event-calendar/event-calendar.min.js') }}" defer></script>
<script src="/diary.js" type="module"></script>
{% endblock %}
{% block before_heading %}{{ date_nav("#", "#", "#") }}{% endblock %}
{% block heading %}{{ titles("Tuesday 24 November", "Harbourline") }}{% endblock %}
{% block actions %}
<a class="button primary" href="/panel" hx-get="/panel" hx-target="#panel" data-shortcut="b" data-command="Book a visit">Book</a>
{% endblock %}
{% block status %}{{ status_line([{"value": 2, "label": "late", "tone": "warned", "url": "#", "symbol": "late"}]) }}{% endblock %}
{% block content %}
{{ tabs([{"label": "Open", "url": "#", "active": true, "count": 3}, {"label": "Closed", "url": "#"}]) }}
<p>{% for code in states %}{{ state(code) }} {{ state_text(code) }}{% endfor %} {{ same_name() }} {{ late(12) }}</p>
{% call table(["Client", {"label": "Fee", "num": true}], caption="Visits") %}
<tr><th class="lead" scope="row">Anna</th><td class="num" data-label="Fee">$85.00</td></tr>
{% endcall %}
{{ refusal("13:30 is not free.", "Room 2 is being prepared.", [{"label": "13:45 instead", "url": "#"}]) }}
{{ notice("The mail server is silent.", "warn") }}
{{ empty("No gap today", "Everybody is booked.") }}
{{ opener("cancel", "Cancel the visit") }}
<form class="form narrow" method="post" action="/save" id="save" data-unsaved>
  {{ f.hidden(key="k") }}
  {{ f.text("note", "Note", error="Too long.") }}
  {{ f.select("room", "Room", [("1", "One")]) }}
  {{ f.radios("to", "Messages go to", [("self", "The client"), ("other", "Somebody else")], "self") }}
  <div data-shown-when="to=other">{{ f.text("who", "Who") }}</div>
  {{ f.combobox("guardian", "Guardian", "/people") }}
  {{ f.segments("side", "Side", [("l", "Left"), ("r", "Right")], "l") }}
  {{ f.option_cards("start", "Times", [("1", "Today 14:00", "Bram")], "1") }}
  {{ f.checkbox("ok", "She agrees") }}
  <button class="button">Save</button>
</form>
<div class="diary" id="diary" data-states="{{ state_map() }}"></div>
{% endblock %}
{% block dialogs %}{{ confirm("cancel", "Cancel?", "Half the fee is proposed.", "/save", "Cancel the visit", danger=true) }}{% endblock %}
"""

PANEL = """
{% from "web/macros/page.html" import panel %}
{% call panel("New booking") %}<div class="panel-body"><label>Name <input class="input"></label></div>{% endcall %}
"""

PEOPLE = """
{% for name in names %}<a role="option" aria-selected="false" href="/client/{{ name }}" data-value="{{ name }}" data-label="{{ name }}">{{ name }}</a>{% endfor %}
"""

FOUND = """
{% for name in names %}<a role="option" aria-selected="false" href="/client/{{ name }}">{{ name }}</a>{% endfor %}
"""

MANAGE = """
{% extends "web/client_base.html" %}{% from "web/macros/portal.html" import when, last_way %}
{% block title %}Your appointment{% endblock %}
{% block content %}{{ when("See you on", "Tuesday 24 November", "at 2:00 pm") }}
<div class="ways"><a class="button primary" href="#">I will be there</a></div>{{ last_way("Cancel", "Free until Monday.", url="#") }}{% endblock %}
"""

SIGN_IN = """
{% extends "web/signin_base.html" %}{% import "web/macros/fields.html" as f %}
{% block title %}Sign in{% endblock %}{% block heading %}<h1>Sign in</h1>{% endblock %}
{% block content %}<form method="post">{{ f.email() }}{{ f.password() }}<button class="button primary">Sign in</button></form>{% endblock %}
"""

DIARY = """
import { diaryOptions } from "%s";
const place = document.getElementById("diary");
const resources = [{ id: 1, title: "Ines Okafor", extendedProps: { colour: 1, sub: "R1" } }];
const at = (clock) => `2026-11-24T${clock}:00`;
EventCalendar.create(place, {
  ...diaryOptions(place, resources),
  date: "2026-11-24",
  events: [
    { id: 1, resourceIds: [1], title: "Anna Kowalska", start: at("09:00"), end: at("10:00"),
      extendedProps: { state: "tentative", sub: "Sciatica 60", buffer_after: 15, same_name: true } },
    { id: 2, resourceIds: [1], title: "Per Lund", start: at("11:00"), end: at("12:00"),
      extendedProps: { state: "no_show" } },
    { id: 3, resourceIds: [1], start: at("13:00"), end: at("15:00"), display: "background" },
  ],
});
"""

NAMES = ["Anna Kowalska", "Anneke Brandt", "Maya Ferrante"]


class Desk:
    """A small application and what was sent to it."""

    def __init__(self) -> None:
        self.posts: list[dict[str, Any]] = []
        self.app = Flask("desk", static_folder=None, template_folder=None)
        self.app.secret_key = "desk"
        install_look(self.app, style=Style())
        self.app.jinja_env.globals["csrf_token"] = lambda: "token"
        pages = {"desk.html": DESK, "panel.html": PANEL, "people.html": PEOPLE, "found.html": FOUND}
        self.app.jinja_loader = DictLoader({**pages, "manage.html": MANAGE, "sign_in.html": SIGN_IN})
        self.app.context_processor(self.context)
        for path, template in {"/today": "desk", "/manage": "manage", "/sign-in": "sign_in", "/panel": "panel"}.items():
            self.app.add_url_rule(path, template, self.page(template))
        self.app.add_url_rule("/people", "people", lambda: render_page("people.html", names=self.matches()))
        self.app.add_url_rule("/clients", "clients", lambda: render_page("found.html", names=self.matches()))
        self.app.add_url_rule("/client/<name>", "client", lambda name: name)
        self.app.add_url_rule("/save", "save", self.save, methods=["POST"])
        self.app.add_url_rule("/favicon.ico", "favicon", lambda: ("", 204))
        self.app.add_url_rule("/diary.js", "diary_js", self.diary)

    @staticmethod
    def page(template: str) -> Any:
        return lambda: render_page(f"{template}.html")

    @staticmethod
    def context() -> dict[str, Any]:
        nav = [
            {"icon": "today", "label": "Today", "url": "/today", "active": True, "shortcut": "g t"},
            {"icon": "mail", "label": "Sign in", "url": "/sign-in", "shortcut": "g s", "count": 2},
        ]
        return {"nav_items": nav, "search_url": "/clients", "practice_name": "Harbourline", "sign_out_url": "/out"}

    @staticmethod
    def matches() -> list[str]:
        return [name for name in NAMES if request.args.get("q", "").lower() in name.lower()]

    def save(self) -> str:
        self.posts.append({**request.form, "token": request.headers.get("X-CSRFToken")})
        return "saved"

    def diary(self) -> tuple[str, int, dict[str, str]]:
        asset_url: Any = self.app.jinja_env.globals["asset_url"]
        return DIARY % asset_url("js/diary-card.js"), 200, {"Content-Type": "text/javascript"}


@pytest.fixture(scope="module")
def desk() -> Desk:
    return Desk()


@pytest.fixture(scope="module")
def address(desk: Desk) -> Iterator[str]:
    with served(desk.app) as url:
        yield url


@pytest.fixture
def today(page: Page, address: str) -> Iterator[Page]:
    """The desk's page, on which no script and no policy may complain."""
    complaints: list[str] = []
    page.on("console", lambda message: complaints.append(message.text) if message.type == "error" else None)
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.goto(f"{address}/today")
    expect(page.locator(".ec-event")).to_have_count(2)
    yield page
    # A request that a test lets fail is named by the browser and by htmx too.
    assert [text for text in complaints if not re.search("net::ERR_|htmx:", text)] == []


def focused(page: Page, script: str) -> Any:
    return page.evaluate(f"(() => {{ const at = document.activeElement; return {script}; }})()")


@pytest.mark.parametrize("width", [1280, 390])
@pytest.mark.parametrize("path", ["/today", "/manage", "/sign-in"])
def test_axe_finds_nothing(page: Page, address: str, path: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    page.goto(address + path)
    expect(page.locator(".ec-event")).to_have_count(2 if path == "/today" else 0)
    assert violations(page) == []
    assert page.evaluate("document.documentElement.scrollWidth") <= width


def test_a_client_is_found_with_two_inputs_even_before_the_list_is_there(today: Page) -> None:
    today.keyboard.press("/")
    assert focused(today, "at.id") == "search"
    today.keyboard.type("ann")
    today.keyboard.press("Enter")
    today.wait_for_url("**/client/Anna%20Kowalska")


def test_the_arrow_keys_walk_the_list_and_escape_closes_it(today: Page) -> None:
    today.keyboard.press("/")
    today.keyboard.type("ann")
    expect(today.get_by_role("option", name="Anna Kowalska")).to_have_attribute("aria-selected", "true")
    today.keyboard.press("ArrowDown")
    expect(today.get_by_role("option", name="Anneke Brandt")).to_have_attribute("aria-selected", "true")
    assert (
        focused(today, "document.getElementById(at.getAttribute('aria-activedescendant')).textContent")
        == "Anneke Brandt"
    )
    today.keyboard.press("Escape")
    expect(today.get_by_role("combobox", name="Find a client")).to_have_attribute("aria-expanded", "false")


def test_a_chosen_person_is_sent_with_the_form_and_forgotten_when_the_text_changes(today: Page) -> None:
    field = today.get_by_role("combobox", name="Guardian")
    field.press_sequentially("may")
    today.get_by_role("option", name="Maya Ferrante").click()
    value = today.locator("input[name=guardian]")
    expect(field).to_have_value("Maya Ferrante")
    expect(value).to_have_value("Maya Ferrante")
    field.press("Backspace")
    expect(value).to_have_value("")


def test_a_key_opens_the_panel_and_escape_gives_the_focus_back(today: Page) -> None:
    today.keyboard.press("b")
    expect(today.get_by_role("heading", name="New booking")).to_be_focused()
    assert violations(today) == []
    today.keyboard.press("Escape")
    expect(today.locator("#panel")).to_be_hidden()
    expect(today.get_by_role("link", name="Book")).to_be_focused()


def test_keys_that_follow_each_other_go_to_a_page(today: Page) -> None:
    today.keyboard.press("g")
    today.keyboard.press("s")
    today.wait_for_url("**/sign-in")


def test_letters_typed_into_a_field_are_only_text(today: Page) -> None:
    today.get_by_label("Note").click()
    today.keyboard.type("gb?")
    expect(today.get_by_label("Note")).to_have_value("gb?")
    expect(today.locator("#panel")).to_be_hidden()


def test_the_command_list_names_what_the_page_offers_and_does_it(today: Page) -> None:
    today.keyboard.press("?")
    dialog = today.get_by_role("dialog", name="Commands and keys")
    expect(dialog).to_be_visible()
    assert violations(today) == []
    today.keyboard.type("book")
    expect(dialog.locator("li:visible")).to_have_text(["Book a visitb"])
    today.keyboard.press("Enter")
    expect(today.get_by_role("heading", name="New booking")).to_be_visible()


def test_a_dialog_starts_at_the_harmless_button_and_gives_the_focus_back(today: Page) -> None:
    opener = today.get_by_role("button", name="Cancel the visit", exact=True).first
    opener.click()
    expect(today.get_by_role("button", name="Keep it")).to_be_focused()
    assert violations(today) == []
    today.keyboard.press("Escape")
    expect(opener).to_be_focused()


def test_a_form_is_sent_once_however_often_it_is_pressed(today: Page, desk: Desk) -> None:
    desk.posts.clear()
    today.evaluate("for (let i = 0; i < 3; i += 1) document.querySelector('#save .button').click()")
    today.wait_for_url("**/save")
    assert [post["idempotency_key"] for post in desk.posts] == ["k"]


def test_a_choice_shows_the_field_that_belongs_to_it(today: Page) -> None:
    expect(today.get_by_label("Who")).to_be_hidden()
    today.get_by_label("Somebody else").check()
    expect(today.get_by_label("Who")).to_be_visible()


def test_the_chosen_colours_are_there_before_the_page_is_painted(today: Page) -> None:
    today.locator(".rail-user summary").click()
    today.get_by_role("button", name="Dark").click()
    today.reload()
    assert today.evaluate("getComputedStyle(document.body).colorScheme") == "dark"
    assert today.evaluate("document.documentElement.dataset.theme") == "dark"


def test_good_news_leaves_by_itself_and_bad_news_stays(today: Page) -> None:
    today.clock.install()
    for kind in ("ok", "bad"):
        today.evaluate(
            "detail => document.body.dispatchEvent(new CustomEvent('toast', { detail, bubbles: true }))",
            {"text": kind, "kind": kind},
        )
    expect(today.locator("[data-toast]")).to_have_text(["ok", "bad"])
    today.clock.fast_forward(10_000)
    expect(today.locator("[data-toast]")).to_have_text(["bad"])


def test_good_news_waits_while_the_pointer_rests_on_it(today: Page) -> None:
    today.clock.install()
    today.evaluate(
        "document.body.dispatchEvent(new CustomEvent('toast', { detail: { text: 'Booked' }, bubbles: true }))"
    )
    today.locator("[data-toast]").hover()
    today.clock.fast_forward(30_000)
    expect(today.locator("[data-toast]")).to_have_count(1)


def test_a_request_that_fails_says_so_and_carries_the_token(today: Page) -> None:
    sent: list[str | None] = []
    today.route("**/panel", lambda route: (sent.append(route.request.headers.get("x-csrftoken")), route.abort()))
    today.keyboard.press("b")
    expect(today.locator("[data-toast=bad]")).to_contain_text("No connection. Nothing was saved")
    assert sent == ["token"]


def test_the_diary_says_each_state_in_a_word(today: Page) -> None:
    tentative = today.locator(".ec-event", has_text="Anna Kowalska")
    expect(tentative.locator(".visit-mark")).to_have_text("tentative")
    expect(tentative).to_have_css("border-top-style", "dashed")
    expect(today.locator(".ec-event", has_text="Per Lund").locator(".visit-mark")).to_have_text("no-show")
    expect(today.locator(".column-head")).to_contain_text("Ines Okafor")


def test_the_comb_is_as_long_as_the_buffer(today: Page) -> None:
    heights = today.evaluate("""() => {
      const card = [...document.querySelectorAll(".ec-event")].find((one) => one.textContent.includes("Anna"));
      return [card.querySelector(".comb-after").offsetHeight, card.offsetHeight];
    }""")
    assert heights[0] == pytest.approx(heights[1] / 4, abs=1.5)


@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_touch_targets_are_large_enough_on_a_phone(page: Page, address: str, scheme: Any) -> None:
    page.emulate_media(color_scheme=scheme)
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{address}/today")
    small = page.evaluate("""() => [...document.querySelectorAll(".button:not(.small, .as-link), .input, .rail-link, .tab")]
      .filter((one) => one.offsetParent && one.offsetHeight < 44).map((one) => one.outerHTML.slice(0, 90))""")
    assert small == []
