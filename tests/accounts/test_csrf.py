"""Forged requests are refused; scripts with a bearer token need no form token."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.models import User
from practice.accounts.tokens import create_token
from practice.core.actor import SYSTEM
from practice.core.transact import transact
from tests.cast import PASSWORD, RITA, browser, sign_in

END = "/api/v1/sessions"
ELSEWHERE = "00000000-0000-4000-8000-000000000000"


def test_a_change_without_the_form_token_is_refused(app: Flask, cast: dict[str, User]) -> None:
    client = sign_in(app, cast["rita"])
    client.csrf_token = None
    answer = client.delete(END)
    assert answer.status_code == 400
    assert answer.json["code"] == "csrf_failed"
    assert "Reload" in answer.json["title"]
    assert client.get("/api/v1/me").status_code == 200


def test_the_form_token_of_another_session_is_refused(app: Flask, cast: dict[str, User]) -> None:
    mine, theirs = sign_in(app, cast["rita"]), sign_in(app, cast["oscar"])
    mine.csrf_token = theirs.csrf_token
    assert mine.delete(END).status_code == 400


def test_the_form_token_from_before_signing_in_is_worthless(app: Flask, cast: dict[str, User]) -> None:
    client = sign_in(app, cast["rita"])
    before = client.csrf_token
    client.post(END, json={"email": RITA.email, "password": PASSWORD})
    client.csrf_token = before
    assert client.delete(END).status_code == 400


@pytest.mark.parametrize("site", ["cross-site", "same-site"])
def test_a_request_from_another_site_is_refused_even_with_the_token(
    app: Flask, cast: dict[str, User], site: str
) -> None:
    client = sign_in(app, cast["rita"])
    assert client.delete(END, headers={"Sec-Fetch-Site": site}).status_code == 400
    body = {"email": RITA.email, "password": PASSWORD}
    assert browser(app).post(END, json=body, headers={"Sec-Fetch-Site": site}).status_code == 400


def test_signing_in_takes_only_json(app: Flask, cast: dict[str, User]) -> None:
    for kind in ("text/plain", "application/x-www-form-urlencoded"):
        answer = browser(app).post(END, data='{"email":"rita@example.com","password":"x"}', content_type=kind)
        assert answer.status_code == 415


def test_a_bearer_token_needs_no_form_token(
    app: Flask, cast: dict[str, User], sessions: sessionmaker[Session], now: Any
) -> None:
    with sessions() as session:
        token = transact(
            session, lambda: create_token(session, user=cast["rita"], name="script", actor=SYSTEM, now=now)
        )
    script = browser(app)
    headers = {"Authorization": f"Bearer {token}"}
    assert script.get("/api/v1/me", headers=headers).json["email"] == RITA.email
    assert script.delete(f"{END}/{ELSEWHERE}", headers=headers).status_code == 404


def test_a_cookie_beside_a_worthless_bearer_token_proves_nothing(app: Flask, cast: dict[str, User]) -> None:
    client = sign_in(app, cast["rita"])
    client.csrf_token = None
    assert client.delete(END, headers={"Authorization": "Bearer x"}).status_code == 401
    assert client.delete(END, headers={"Authorization": "Basic cml0YTp4"}).status_code == 400
