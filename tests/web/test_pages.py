"""Pages: what templates may call, whole or part by who asks, and shells that hold without any context."""

from collections.abc import Iterator
from datetime import date
from typing import Any

import pytest
from flask import Flask, flash, render_template, render_template_string
from jinja2 import DictLoader
from werkzeug.test import TestResponse

from practice.web.formatting import Style
from practice.web.pages import install_look, render_page
from practice.web.pagination import Pagination, page_number

PAGE = '{% extends "web/base.html" %}{% block title %}Waiting{% endblock %}{% block content %}whole{% endblock %}'


@pytest.fixture
def app() -> Flask:
    app = Flask("pages", static_folder=None, template_folder=None)
    app.secret_key = "pages"
    install_look(app, style=Style("en_GB", "GBP"))
    app.jinja_loader = DictLoader({"page.html": PAGE, "part.html": "part"})
    app.add_url_rule("/waiting", "waiting", lambda: render_page("page.html", fragment="part.html"))
    app.add_url_rule("/taken", "taken", lambda: render_page("page.html", status=409))
    return app


@pytest.fixture
def request_context(app: Flask) -> Iterator[None]:
    with app.test_request_context("/waiting?q=a&_scheme=javascript&endpoint=x&page=4"):
        yield


def get(app: Flask, path: str, **headers: str) -> TestResponse:
    return app.test_client().get(path, headers={name.replace("_", "-"): value for name, value in headers.items()})


def test_a_browser_gets_the_page_and_htmx_its_part(app: Flask) -> None:
    assert "whole" in get(app, "/waiting").text
    assert get(app, "/waiting", HX_Request="true").text == "part"
    assert "HX-Request" in get(app, "/waiting").headers["Vary"]


@pytest.mark.parametrize("header", ["HX_Boosted", "HX_History_Restore_Request"])
def test_htmx_gets_the_page_when_it_replaces_all_of_it(app: Flask, header: str) -> None:
    assert "whole" in get(app, "/waiting", HX_Request="true", **{header: "true"}).text


def test_a_page_keeps_its_status(app: Flask) -> None:
    assert get(app, "/taken").status_code == 409


@pytest.mark.usefixtures("request_context")
def test_filters_carry_the_practice_style() -> None:
    text = render_template_string("{{ 8500|money }} {{ d|long_date }} {{ 75|duration }}", d=date(2026, 11, 24))
    assert text == "£85.00 Tuesday 24 November 1 h 15 min"


@pytest.mark.usefixtures("request_context")
def test_a_page_address_keeps_the_query_and_obeys_none_of_it() -> None:
    assert (
        render_template_string("{{ page_url(5) }}") == "/waiting?q=a&amp;_scheme=javascript&amp;endpoint=x&amp;page=5"
    )


@pytest.mark.usefixtures("request_context")
def test_each_form_gets_its_own_key() -> None:
    first, second = render_template_string("{{ form_key() }} {{ form_key() }}").split()
    assert first != second
    assert len(first) == 32


SHELLS = ["web/base.html", "web/client_base.html", "web/signin_base.html", "web/error.html"]


@pytest.mark.usefixtures("request_context")
@pytest.mark.parametrize("shell", SHELLS)
def test_a_shell_stands_without_any_context(shell: str) -> None:
    html = render_template(shell)
    assert html.startswith("<!doctype html>")
    assert 'id="content"' in html


@pytest.mark.usefixtures("request_context")
def test_the_rail_shows_what_it_is_given() -> None:
    items: list[dict[str, Any]] = [
        {"icon": "today", "label": "Today", "url": "/today", "active": True, "shortcut": "g t"},
        {"icon": "calls", "label": "Calls", "url": "/calls", "count": 2},
    ]
    html = render_template("web/base.html", nav_items=items, practice_name="Harbourline", current_user_name="Robin A")
    assert '<a class="rail-link" href="/today" aria-current="page" data-shortcut="g t"' in html
    assert '<span class="rail-count">2' in html
    assert "· Harbourline</title>" in html


@pytest.mark.usefixtures("request_context")
def test_flashed_messages_become_toasts_and_are_escaped() -> None:
    flash("Booked <b>Tue</b>", "ok")
    flash("Not sent", "bad")
    html = render_template("web/flashes.html", oob=True)
    assert html.count("data-toast=") == 2
    assert "Booked &lt;b&gt;Tue&lt;/b&gt;" in html
    assert 'hx-swap-oob="beforeend:#toasts"' in html


@pytest.mark.usefixtures("request_context")
def test_pages_are_offered_around_the_one_that_is_shown() -> None:
    source = '{% from "web/macros/page.html" import pages %}{{ pages(pagination, "people") }}'
    html = render_template_string(source, pagination=Pagination(page_number("4"), 20, 312))
    assert 'aria-label="Page 4" aria-current="page"' in html
    assert "61\u201380 of 312 people" in html
