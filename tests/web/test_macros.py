"""The macros: labels, hints and errors are tied to their fields, values are escaped, states are words."""

from collections.abc import Iterator

import pytest
from flask import Flask, render_template_string

from practice.core.errors import Conflict, WayOut
from practice.web.formatting import Style
from practice.web.pages import install_look

FIELDS = '{% import "web/macros/fields.html" as f %}'
BADGES = '{% import "web/macros/badges.html" as b %}'
STATES = [
    "held",
    "tentative",
    "booked",
    "arrived",
    "in_progress",
    "completed",
    "cancelled",
    "no_show",
    "entered_in_error",
]


@pytest.fixture(autouse=True)
def _request() -> Iterator[None]:
    app = Flask("macros", static_folder=None, template_folder=None)
    install_look(app, style=Style())
    app.jinja_env.globals["csrf_token"] = lambda: "token"
    with app.test_request_context("/"):
        yield


def render(source: str, **context: object) -> str:
    return " ".join(render_template_string(source, **context).split())


def test_a_field_ties_its_label_hint_and_error_to_the_input() -> None:
    html = render(FIELDS + '{{ f.email("mail", "Email", "a@", hint="Optional.", error=["Not an address."]) }}')
    assert '<label class="label" for="f-mail">Email</label>' in html
    assert 'aria-invalid="true" aria-describedby="f-mail-error f-mail-hint"' in html
    assert 'id="f-mail-error"' in html
    assert '<p class="hint" id="f-mail-hint">Optional.</p>' in html


def test_values_and_attributes_are_escaped() -> None:
    html = render(FIELDS + '{{ f.text("n", "Name", v, attrs={"data-x": v}) }}', v='"><script>')
    assert "<script>" not in html
    assert html.count("&lt;script&gt;") == 2


def test_a_missing_value_is_an_empty_field() -> None:
    html = render(FIELDS + '{{ f.text("n", "N", none) }}{{ f.textarea("t", "T", none) }}')
    assert 'value=""' in html
    assert "></textarea>" in html


def test_the_chosen_option_is_found_by_its_text() -> None:
    html = render(FIELDS + '{{ f.select("s", "S", [(1, "One"), (2, "Two")], "2", empty="Any") }}')
    assert '<option value="2" selected>Two</option>' in html
    assert '<option value="">Any</option>' in html


def test_radios_share_a_legend_and_their_error() -> None:
    html = render(FIELDS + '{{ f.radios("r", "Side", [("l", "Left"), ("r", "Right")], "l", error="Choose one.") }}')
    assert "<legend>Side</legend>" in html
    assert 'value="l" checked' in html
    assert 'aria-describedby="f-r-error ' in html


def test_hidden_carries_token_version_key_and_fields() -> None:
    html = render(FIELDS + '{{ f.hidden(version=3, key="k", fields={"start": "14:00"}) }}')
    for name, value in {"csrf_token": "token", "version": "3", "idempotency_key": "k", "start": "14:00"}.items():
        assert f'<input type="hidden" name="{name}" value="{value}">' in html


def test_the_summary_leads_to_each_wrong_field() -> None:
    html = render(FIELDS + '{{ f.error_summary({"email": ["Not an address."]}, {"email": "Email"}) }}')
    assert 'role="alert"' in html
    assert '<a href="#f-email">Email</a>: Not an address.' in html


@pytest.mark.parametrize("state", STATES)
def test_every_state_is_an_icon_and_a_word(state: str) -> None:
    html = render(BADGES + "{{ b.state(s) }}{{ b.state_text(s) }}", s=state)
    assert html.count("<use href=") == 2
    assert html.count("<span>") == 2


def test_the_diary_gets_the_same_words() -> None:
    html = render(BADGES + '<div data-states="{{ b.state_map() }}">')
    assert "&#34;no_show&#34;: [&#34;client-off&#34;, &#34;no-show&#34;]" in html


REFUSED = '{% from "web/macros/refusal.html" import refused %}{{ refused(error, target) }}'


def test_a_refusal_shows_the_ways_that_this_page_can_do() -> None:
    ways = (WayOut("take", "13:45 instead"), WayOut("swap", "Swap rooms"), WayOut("other", "Not here"))
    targets = {"take": {"url": "/book?start=1345"}, "swap": {"post": "/swap", "fields": {"room": "3"}}}
    html = render(
        REFUSED,
        error=Conflict("13:30 is not free. Room 2 is being prepared until 13:45.", ways_out=ways),
        target=lambda way: targets.get(way.act),
    )
    assert "<strong>13:30 is not free.</strong> Room 2 is being prepared until 13:45." in html
    assert '<a class="button small" href="/book?start=1345">13:45 instead</a>' in html
    assert '<form method="post" action="/swap">' in html
    assert '<input type="hidden" name="room" value="3">' in html
    assert "Not here" not in html


def test_a_dialog_is_named_by_its_title_and_offers_to_stay_first() -> None:
    source = '{% from "web/macros/dialogs.html" import confirm %}{{ confirm("c", "Cancel?", "It costs.", "/x", "Cancel it") }}'
    html = render(source)
    assert '<dialog class="dialog" id="c" aria-labelledby="c-title">' in html
    assert html.index("Keep it") < html.index("Cancel it")
