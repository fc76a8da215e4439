"""The sign-in page and the account page."""

import re
from typing import Any

import pytest
from flask import Flask

from practice.accounts.models import User
from practice.core.clock import SettableClock
from tests.cast import PASSWORD, Browser, browser, sign_in

NEW = "a sentence only I would say"


def form_token(page: Any) -> str:
    found = re.search(r'name="csrf_token" value="([^"]+)"', page.get_data(as_text=True))
    assert found
    return found[1]


def sign_in_by_form(client: Browser, email: str = "rita@example.com", password: str = PASSWORD, **more: str) -> Any:
    token = form_token(client.get("/sign-in"))
    return client.post("/sign-in", data={"csrf_token": token, "email": email, "password": password, **more})


def test_signing_in_leads_on_to_the_page_that_was_asked_for(app: Flask, cast: dict[str, User]) -> None:
    client = browser(app)
    asked = client.get("/account")
    assert asked.location == "/sign-in?next=/account"
    answer = sign_in_by_form(client, next="/account")
    assert (answer.status_code, answer.location) == (303, "/account")
    assert b"rita@example.com" in client.get("/account").data


@pytest.mark.parametrize(
    "target", ["//evil.example", "https://evil.example/x", "/\\evil.example", "javascript:alert(1)"]
)
def test_signing_in_never_leads_away(app: Flask, cast: dict[str, User], target: str) -> None:
    assert sign_in_by_form(browser(app), next=target).location == "/"
    assert target.encode() not in browser(app).get("/sign-in", query_string={"next": target}).data


def test_a_wrong_password_keeps_the_address_and_says_what_to_do(app: Flask, cast: dict[str, User]) -> None:
    answer = sign_in_by_form(browser(app), password="wrong wrong wrong")
    page = answer.get_data(as_text=True)
    assert answer.status_code == 401
    assert 'value="rita@example.com"' in page
    assert "try again" in page
    assert "wrong wrong wrong" not in page


def test_markup_typed_as_an_address_stays_text(app: Flask, cast: dict[str, User]) -> None:
    page = sign_in_by_form(browser(app), email='"><script>alert(1)</script>').get_data(as_text=True)
    assert "<script>alert" not in page


def test_an_empty_form_names_its_fields(app: Flask, cast: dict[str, User]) -> None:
    answer = sign_in_by_form(browser(app), email="", password="")
    assert answer.status_code == 422
    assert answer.get_data(as_text=True).count("field-error") == 2


def test_too_many_tries_are_told_how_long_to_wait(app: Flask, cast: dict[str, User]) -> None:
    for _ in range(10):
        sign_in_by_form(browser(app), password="wrong wrong wrong")
    answer = sign_in_by_form(browser(app))
    assert answer.status_code == 429
    assert int(answer.headers["Retry-After"]) > 0
    assert "Wait" in answer.get_data(as_text=True)


def test_signing_in_without_the_form_token_is_refused(app: Flask, cast: dict[str, User]) -> None:
    answer = browser(app).post("/sign-in", data={"email": "rita@example.com", "password": PASSWORD})
    assert answer.status_code == 400
    assert "Reload" in answer.get_data(as_text=True)


def test_an_ended_session_is_explained(app: Flask, cast: dict[str, User], clock: SettableClock) -> None:
    from datetime import timedelta

    client = sign_in(app, cast["rita"])
    clock.advance(timedelta(hours=1))
    assert "Your session has ended" in client.get(client.get("/account").location).get_data(as_text=True)
    assert "Your session has ended" not in browser(app).get("/sign-in").get_data(as_text=True)


def test_the_sign_in_page_leads_on_who_is_in_already(client_as: Any) -> None:
    assert client_as("rita").get("/sign-in?next=/account").location == "/account"


def test_signing_out_by_the_button(app: Flask, cast: dict[str, User]) -> None:
    client = sign_in(app, cast["rita"])
    assert client.post("/sign-out").location == "/sign-in"
    assert client.get("/account").status_code == 303
    assert client.get("/sign-out").status_code == 405


def change(client: Browser, current: str = PASSWORD, new: str = NEW) -> Any:
    return client.post("/account/password", data={"current": current, "new": new})


def test_a_changed_password_signs_out_every_other_browser(app: Flask, cast: dict[str, User]) -> None:
    here, there = sign_in(app, cast["rita"]), sign_in(app, cast["rita"])
    before = here.get_cookie("practice")
    assert change(here).status_code == 303
    after = here.get_cookie("practice")
    assert before is not None
    assert after is not None
    assert before.value != after.value
    assert here.get("/account").status_code == 200
    assert there.get("/account").status_code == 303
    assert sign_in_by_form(browser(app)).status_code == 401
    assert sign_in_by_form(browser(app), password=NEW).status_code == 303


@pytest.mark.parametrize(
    ("current", "new", "sentence"),
    [
        ("wrong wrong wrong", NEW, "present password is not right"),
        (PASSWORD, "short", "12 to 1024"),
        (PASSWORD, "x" * 1025, "12 to 1024"),
        (PASSWORD, "aaaaaaaaaaaaaaaa", "same few characters"),
        (PASSWORD, "rita rossi 1", "little more than the name"),
        ("", NEW, "required"),
    ],
)
def test_a_password_is_not_changed_without_proof_or_to_a_weak_one(
    app: Flask, cast: dict[str, User], current: str, new: str, sentence: str
) -> None:
    client = sign_in(app, cast["rita"])
    answer = change(client, current, new)
    assert answer.status_code == 422
    assert sentence in answer.get_data(as_text=True)
    assert sign_in_by_form(browser(app)).status_code == 303


def test_guessing_the_present_password_is_limited(app: Flask, cast: dict[str, User]) -> None:
    client = sign_in(app, cast["rita"])
    assert [change(client, f"wrong wrong {n}").status_code for n in range(11)] == [422] * 10 + [429]


def test_one_browser_or_all_others_can_be_signed_out(app: Flask, cast: dict[str, User]) -> None:
    here, one, other, stranger = (sign_in(app, cast[name]) for name in ("rita", "rita", "rita", "oscar"))
    page = here.get("/account").get_data(as_text=True)
    ends = re.findall(r"/account/sessions/([0-9a-f-]{36})/end", page)
    assert len(ends) == 2
    assert stranger.post(f"/account/sessions/{ends[0]}/end").status_code == 404
    assert here.post(f"/account/sessions/{ends[0]}/end").status_code == 303
    assert [client.get("/account").status_code for client in (one, other)].count(200) == 1
    here.post("/account/sessions/end-others")
    assert [client.get("/account").status_code for client in (one, other)] == [303, 303]
    assert here.get("/account").status_code == 200


def test_over_tls_the_cookie_is_bound_to_the_host(engine_url: str, clock: SettableClock, now: Any) -> None:
    from practice.app import create_app
    from tests.cast import make_user
    from tests.conftest import make_settings

    app = create_app(make_settings(engine_url, base_url="https://clinic.example.com"), clock=clock)
    user = make_user(app.extensions["sessions"], now=now)
    answer = browser(app).post(
        "/api/v1/sessions", json={"email": user.email, "password": PASSWORD}, base_url="https://clinic.example.com"
    )
    cookies = answer.headers.getlist("Set-Cookie")
    assert {cookie.partition("=")[0] for cookie in cookies} == {"__Host-practice", "__Host-known", "__Host-form"}
    assert all("Secure" in cookie and "HttpOnly" in cookie and "SameSite=Lax" in cookie for cookie in cookies)
    assert all("Path=/" in cookie and "Domain" not in cookie for cookie in cookies)
