"""A locked session answers nothing until its own user unlocks it: by PIN with the cookie, or by the password."""

from collections.abc import Callable
from datetime import timedelta

import pytest
from flask import Flask

from practice.accounts.models import User
from tests.cast import PASSWORD, RITA, THEO, Browser, sign_in
from tests.house.expected_access import expected_access

PIN = "284917"


@pytest.fixture
def desk(app: Flask, cast: dict[str, User]) -> Browser:
    """Rita's browser, with a PIN."""
    browser = sign_in(app, RITA)
    chosen = browser.post("/account/pin", data={"pin_password": PASSWORD, "pin": PIN})
    assert chosen.status_code == 303
    return browser


def locked(browser: Browser, app: Flask) -> Browser:
    assert browser.post("/account/lock").headers["Location"] == "/unlock"
    return browser


def idle(browser: Browser, app: Flask) -> Browser:
    app.extensions["clock"].advance(timedelta(minutes=31))
    return browser


def unlock(browser: Browser, secret: str) -> int:
    return int(browser.post("/unlock", data={"secret": secret, "next": "/clients"}).status_code)


@pytest.mark.parametrize("lock", [locked, idle])
def test_a_locked_session_answers_no_page_and_no_call(
    app: Flask, desk: Browser, lock: Callable[[Browser, Flask], Browser]
) -> None:
    lock(desk, app)
    met = {}
    for (method, rule), (_, letters) in expected_access().items():
        if letters["anonymous"] == "A" and "<" not in rule and rule != "/unlock":
            answer = desk.open(rule, method=method, headers={"X-Background": "0"})
            target = answer.headers.get("Location", "")
            met[method, rule] = answer.status_code == 401 or target.startswith("/unlock")
    assert [key for key, is_shut in met.items() if not is_shut] == []
    assert len(met) > 50
    assert unlock(desk, PIN) == 303
    assert desk.get("/clients").status_code == 200


def test_without_a_pin_an_idle_session_ends(app: Flask, cast: dict[str, User]) -> None:
    browser = idle(sign_in(app, THEO), app)
    assert browser.get("/clients").headers["Location"].startswith("/sign-in")
    assert browser.get("/unlock").headers["Location"] == "/sign-in"


def test_a_removed_pin_ends_what_it_kept_locked(app: Flask, desk: Browser) -> None:
    elsewhere = sign_in(app, RITA)
    idle(desk, app)
    assert unlock(elsewhere, PIN) == 303
    assert elsewhere.post("/account/pin/remove").status_code == 303
    assert desk.get("/clients").headers["Location"].startswith("/sign-in")


def test_the_password_unlocks_too_and_leads_on(app: Flask, desk: Browser) -> None:
    shut = locked(desk, app).get("/today")
    assert shut.headers["Location"] == "/unlock?next=/today"
    assert "Locked" in desk.get("/unlock?next=/today").text
    answer = desk.post("/unlock", data={"secret": PASSWORD, "next": "/today"})
    assert (answer.status_code, answer.headers["Location"]) == (303, "/today")


def test_a_pin_opens_nothing_but_its_own_locked_session(app: Flask, desk: Browser) -> None:
    assert (
        "do not fit together"
        in app.test_client().post("/api/v1/sessions", json={"email": RITA.email, "password": PIN}).text
    )
    other = locked(sign_in(app, THEO), app)
    assert unlock(other, PIN) == 422
    stranger = Browser(app, app.response_class)
    assert stranger.get("/unlock").headers["Location"] == "/sign-in"


def test_tries_are_few_and_the_right_pin_does_not_help_before_time(app: Flask, desk: Browser) -> None:
    locked(desk, app)
    assert [unlock(desk, "284918") for _ in range(6)] == [422] * 5 + [429]
    assert unlock(desk, PIN) == 429
    app.extensions["clock"].advance(timedelta(minutes=11))
    assert unlock(desk, PIN) == 303


def test_a_locked_session_still_ends_when_it_would(app: Flask, desk: Browser) -> None:
    locked(desk, app)
    app.extensions["clock"].advance(timedelta(hours=13))
    assert desk.get("/clients").headers["Location"].startswith("/sign-in")
    assert desk.post("/unlock", data={"secret": PIN}).headers["Location"] == "/sign-in"


def test_a_fragment_is_told_so_and_the_page_stays(app: Flask, desk: Browser) -> None:
    locked(desk, app)
    from_page = {"HX-Request": "true"}
    answer = desk.get("/clients/options?q=an", headers=from_page)
    assert (answer.status_code, answer.headers["HX-Trigger"]) == (401, "desk:locked")
    wrong = desk.post("/unlock", data={"secret": "111111"}, headers=from_page)
    assert (wrong.status_code, "neither your PIN" in wrong.text) == (422, True)
    right = desk.post("/unlock", data={"secret": PIN}, headers=from_page)
    assert (right.status_code, right.headers["HX-Trigger"]) == (204, "desk:unlocked")


@pytest.mark.parametrize("pin", ["111111", "123456", "654321", "12345", "1234567", "12a456"])
def test_a_pin_that_anybody_would_try_is_refused(app: Flask, cast: dict[str, User], pin: str) -> None:
    browser = sign_in(app, THEO)
    assert browser.post("/account/pin", data={"pin_password": PASSWORD, "pin": pin}).status_code == 422


def test_a_pin_is_chosen_with_the_password_only(app: Flask, cast: dict[str, User]) -> None:
    browser = sign_in(app, THEO)
    answer = browser.post("/account/pin", data={"pin_password": "somebody elses guess", "pin": PIN})
    assert (answer.status_code, "The present password is not right" in answer.text) == (422, True)
    assert "Remove PIN" not in browser.get("/account").text


def test_what_is_stored_of_a_pin_cannot_be_tried_without_our_key(app: Flask, desk: Browser) -> None:
    from practice.accounts.passwords import password_fits
    from practice.accounts.pins import pin_fits

    with app.extensions["sessions"]() as session:
        rita = session.query(User).filter_by(email=RITA.email).one()
    key = app.extensions["settings"].secret_key
    assert pin_fits(rita.pin_hash, PIN, user_uid=rita.uid, key=key)
    assert not pin_fits(rita.pin_hash, PIN, user_uid=rita.uid, key=key[::-1])
    assert not password_fits(rita.pin_hash, PIN)
