"""The owner adds, changes and shuts out members of staff, by page and by API."""

import re
import threading
from datetime import datetime
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.errors import LastOwner
from practice.accounts.models import User
from practice.accounts.tokens import create_token
from practice.accounts.users import disable_user
from practice.core.actor import SYSTEM, Role
from practice.core.transact import transact
from tests.cast import PASSWORD, Member, make_user, sign_in

USERS = "/api/v1/users"
MIA = {"email": "Mia@Example.com", "name": "Mia Marsh", "role": "receptionist", "password": "a fine first sentence"}


@pytest.fixture
def oscar(client_as: Any) -> Any:
    return client_as("oscar")


def test_an_added_user_can_sign_in_and_is_never_shown_with_a_secret(app: Flask, oscar: Any) -> None:
    answer = oscar.post(USERS, json=MIA)
    assert answer.status_code == 201
    assert set(answer.json) == {"uid", "email", "name", "role", "is_active", "created_at", "version"}
    assert answer.json["email"] == "mia@example.com"
    assert answer.headers["Location"] == f"{USERS}/{answer.json['uid']}"
    sign_in(app, Member("mia@example.com", "Mia", Role.RECEPTIONIST), MIA["password"])


@pytest.mark.parametrize(
    "over",
    [
        {"role": "admin"},
        {"role": "system"},
        {"role": "anonymous"},
        {"role": 1},
        {"email": "nonsense"},
        {"email": "a@b\x00.example"},
        {"name": ""},
        {"name": "x" * 121},
        {"name": "a\u202eb"},
        {"password": "short"},
        {"password": "mia marsh 12"},
        {"id": 1},
        {"is_active": False},
        {"password_hash": "x"},
        {"version": 7},
        {"uid": "00000000-0000-4000-8000-000000000000"},
        {"created_at": "2020-01-01T00:00:00Z"},
    ],
)
def test_nothing_is_smuggled_in_with_a_new_user(oscar: Any, session: Session, over: dict[str, object]) -> None:
    assert oscar.post(USERS, json={**MIA, **over}).status_code == 422
    assert session.scalar(select(User.id).where(User.email == "mia@example.com")) is None


def test_an_address_belongs_to_one_user_in_any_case(oscar: Any, cast: dict[str, User]) -> None:
    answer = oscar.post(USERS, json={**MIA, "email": "RITA@example.com"})
    assert (answer.status_code, answer.json["code"]) == (422, "email_taken")
    assert answer.json["refusals"][0]["ways_out"]
    stolen = oscar.patch(f"{USERS}/{cast['theo'].uid}", json={"email": "rita@example.com"}, headers={"If-Match": '"1"'})
    assert stolen.json["code"] == "email_taken"


def test_a_change_needs_the_version_that_was_read(oscar: Any, cast: dict[str, User]) -> None:
    address = f"{USERS}/{cast['rita'].uid}"
    assert oscar.patch(address, json={"name": "R"}).status_code == 428
    etag = oscar.get(address).headers["ETag"]
    changed = oscar.patch(address, json={"name": "Rita R"}, headers={"If-Match": etag})
    assert (changed.status_code, changed.json["name"], changed.json["email"]) == (200, "Rita R", "rita@example.com")
    assert oscar.patch(address, json={"name": "R"}, headers={"If-Match": etag}).status_code == 412


def test_another_role_signs_out_and_holds_at_once(app: Flask, oscar: Any, cast: dict[str, User]) -> None:
    rita = sign_in(app, cast["rita"])
    address = f"{USERS}/{cast['rita'].uid}"
    assert oscar.patch(address, json={"role": "therapist"}, headers={"If-Match": '"1"'}).status_code == 200
    assert rita.get("/api/v1/me").status_code == 401
    assert sign_in(app, cast["rita"]).get("/api/v1/me").json["role"] == "therapist"


def test_a_shut_out_user_is_out_within_one_request_and_can_be_let_in_again(
    app: Flask, oscar: Any, cast: dict[str, User]
) -> None:
    rita = sign_in(app, cast["rita"])
    address = f"{USERS}/{cast['rita'].uid}"
    oscar.patch(address, json={"is_active": False}, headers={"If-Match": '"1"'})
    assert rita.get("/api/v1/me").status_code == 401
    etag = oscar.get(address).headers["ETag"]
    assert oscar.patch(address, json={"is_active": True}, headers={"If-Match": etag}).json["is_active"]
    sign_in(app, cast["rita"])


def test_the_practice_keeps_an_owner(oscar: Any, cast: dict[str, User]) -> None:
    address = f"{USERS}/{cast['oscar'].uid}"
    for body in ({"is_active": False}, {"role": "receptionist"}):
        answer = oscar.patch(address, json=body, headers={"If-Match": '"1"'})
        assert (answer.status_code, answer.json["code"]) == (422, "last_owner")
    assert oscar.get("/api/v1/me").status_code == 200


def test_two_owners_cannot_shut_each_other_out_at_the_same_moment(
    sessions: sessionmaker[Session], session: Session, now: Any
) -> None:
    owners = [make_user(sessions, Member(f"o{n}@example.com", "O", Role.OWNER), now=now) for n in range(2)]
    start, refused = threading.Barrier(2), []

    def shut_out(uid: str) -> None:
        with sessions() as opened:
            start.wait()
            try:
                transact(opened, lambda: disable_user(opened, uid=uid, version=None, actor=SYSTEM, now=now))
            except LastOwner:
                refused.append(uid)

    threads = [threading.Thread(target=shut_out, args=(owner.uid,)) for owner in owners]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(refused) == 1
    assert len(session.scalars(select(User).where(User.is_active)).all()) == 1


def test_the_pages_add_change_and_shut_out(app: Flask, oscar: Any, session: Session) -> None:
    added = oscar.post("/settings/users", data=MIA)
    assert (added.status_code, added.location) == (303, "/settings/users")
    page = oscar.get("/settings/users").get_data(as_text=True)
    assert "Mia Marsh" in page
    uid = session.scalar(select(User.uid).where(User.email == "mia@example.com"))
    session.rollback()
    address = f"/settings/users/{uid}"
    values = {"email": "mia@example.com", "name": "Mia M", "role": "owner", "version": "1"}
    assert oscar.post(address, data=values).status_code == 303
    assert oscar.post(f"{address}/password", data={"password": "the second sentence"}).status_code == 303
    sign_in(app, Member("mia@example.com", "Mia", Role.OWNER), "the second sentence")
    assert oscar.post(f"{address}/disable").status_code == 303
    assert "shut out" in oscar.get("/settings/users").get_data(as_text=True)
    assert oscar.post(f"{address}/enable").status_code == 303


def test_a_stale_form_shows_both_values(oscar: Any, cast: dict[str, User]) -> None:
    address = f"/settings/users/{cast['rita'].uid}"
    first = {"email": "rita@example.com", "name": "Rita One", "role": "receptionist", "version": "1"}
    assert oscar.post(address, data=first).status_code == 303
    answer = oscar.post(address, data={**first, "name": "Rita Two"})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 412
    assert 'value="Rita Two"' in page
    assert "Stored now: Rita One" in page
    assert re.search(r'name="version" value="2"', page)


@pytest.mark.parametrize(
    ("over", "sentence"),
    [
        ({"email": "rita@example.com"}, "already"),
        ({"password": "short"}, "12 to 1024"),
        ({"email": "nonsense"}, "email address such as"),
        ({"role": "admin"}, "Must be one of"),
        ({"name": '<img src=x onerror="1">', "email": "x"}, "&lt;img"),
    ],
)
def test_a_refused_form_keeps_what_was_typed_but_no_password(oscar: Any, over: dict[str, str], sentence: str) -> None:
    answer = oscar.post("/settings/users", data={**MIA, **over})
    page = answer.get_data(as_text=True)
    assert answer.status_code == 422
    assert sentence in page
    assert "<img" not in page
    assert MIA["password"] not in page


def test_the_last_owner_is_told_on_the_page_too(oscar: Any, cast: dict[str, User]) -> None:
    answer = oscar.post(f"/settings/users/{cast['oscar'].uid}/disable")
    assert answer.status_code == 422
    assert "last owner" in answer.get_data(as_text=True)


def test_nobody_else_manages_users(client_as: Any, cast: dict[str, User]) -> None:
    for name in ("rita", "theo"):
        client = client_as(name)
        assert client.get("/settings/users").status_code == 403
        assert "Today" in client.get("/settings/users").get_data(as_text=True)
        escalated = client.patch(f"{USERS}/{cast[name].uid}", json={"role": "owner"}, headers={"If-Match": '"1"'})
        assert escalated.status_code == 403
    assert PASSWORD


def test_a_new_password_ends_the_tokens_that_the_old_one_made(
    app: Flask, oscar: Any, cast: dict[str, User], session: Session, now: datetime
) -> None:
    rita = cast["rita"]
    token = transact(session, lambda: create_token(session, user=rita, name="script", actor=SYSTEM, now=now))
    script = {"Authorization": f"Bearer {token}"}
    assert app.test_client().get("/api/v1/me", headers=script).status_code == 200
    changed = oscar.post(f"/settings/users/{rita.uid}/password", data={"password": "the second sentence"})
    assert changed.status_code == 303
    assert app.test_client().get("/api/v1/me", headers=script).status_code == 401
