"""Signing in, staying signed in, signing out."""

from datetime import timedelta
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session, sessionmaker

from practice.accounts.models import AuthSession, RateCounter, User
from practice.accounts.secrets import fingerprint
from practice.accounts.users import disable_user, set_password
from practice.audit.models import AuditEvent
from practice.core.actor import SYSTEM
from practice.core.clock import SettableClock
from practice.core.transact import transact
from tests.cast import OSCAR, PASSWORD, RITA, Browser, browser, make_user, password_hash, sign_in

ME = "/api/v1/me"


def attempt(client: Browser, email: str = RITA.email, password: str = "not the right one", **kwargs: Any) -> Any:
    return client.post("/api/v1/sessions", json={"email": email, "password": password}, **kwargs)


def test_who_signs_in_is_known_afterwards(client_as: Any) -> None:
    me = client_as("rita").get(ME)
    assert me.status_code == 200
    assert me.json["name"] == RITA.name
    assert me.json["role"] == "receptionist"


def test_the_address_may_be_typed_in_capitals(app: Flask, cast: dict[str, User]) -> None:
    assert attempt(browser(app), " RITA@Example.COM ", PASSWORD).status_code == 201


def test_the_database_holds_no_usable_token(app: Flask, cast: dict[str, User], session: Session) -> None:
    client = sign_in(app, cast["rita"])
    cookie = client.get_cookie("practice")
    assert cookie is not None
    stored = session.scalars(select(AuthSession.token_hash)).one()
    assert stored == fingerprint(cookie.value)
    assert cookie.value not in stored
    assert len(cookie.value) >= 43
    assert cookie.http_only
    assert cookie.same_site == "Lax"


def test_known_and_unknown_addresses_get_the_same_answer(app: Flask, cast: dict[str, User], sessions: Any) -> None:
    with sessions() as opened:
        transact(
            opened, lambda: disable_user(opened, uid=cast["olga"].uid, version=None, actor=SYSTEM, now=instant_of(app))
        )
    answers = [attempt(browser(app), email) for email in ("rita@example.com", "nobody@example.com", "olga@example.com")]
    answers.append(attempt(browser(app), "olga@example.com", PASSWORD))
    assert {answer.status_code for answer in answers} == {401}
    assert len({answer.data for answer in answers}) == 1
    assert answers[0].json["code"] == "sign_in_failed"


def instant_of(app: Flask) -> Any:
    return app.extensions["clock"]()


def test_ten_wrong_passwords_close_the_account_for_five_minutes(
    app: Flask, cast: dict[str, User], clock: SettableClock
) -> None:
    answers = [
        attempt(
            browser(app), environ_base={"REMOTE_ADDR": f"198.51.100.{n}"}, headers={"X-Forwarded-For": f"10.0.0.{n}"}
        )
        for n in range(12)
    ]
    assert [answer.status_code for answer in answers] == [401] * 10 + [429] * 2
    assert int(answers[-1].headers["Retry-After"]) <= 300
    assert answers[-1].json["code"] == "too_many_tries"
    assert attempt(browser(app), password=PASSWORD).status_code == 429
    clock.advance(timedelta(minutes=10))
    assert attempt(browser(app), password=PASSWORD).status_code == 201


def test_unknown_accounts_are_limited_alike(app: Flask, cast: dict[str, User]) -> None:
    answers = [
        attempt(browser(app), "nobody@example.com", environ_base={"REMOTE_ADDR": f"198.51.100.{n}"}) for n in range(11)
    ]
    assert answers[-1].status_code == 429


def test_ten_tries_from_one_address_close_it(app: Flask, cast: dict[str, User]) -> None:
    answers = [attempt(browser(app), f"nobody{n}@example.com") for n in range(11)]
    assert answers[-1].status_code == 429


def test_sign_ins_that_succeed_do_not_add_up(app: Flask, cast: dict[str, User]) -> None:
    for _ in range(12):
        assert attempt(browser(app), password=PASSWORD).status_code == 201


def test_a_browser_that_was_signed_in_before_is_not_locked_out_by_strangers(app: Flask, cast: dict[str, User]) -> None:
    known = sign_in(app, cast["rita"])
    known.delete("/api/v1/sessions")
    for n in range(11):
        attempt(browser(app), environ_base={"REMOTE_ADDR": f"198.51.100.{n}"})
    assert attempt(browser(app), password=PASSWORD).status_code == 429
    assert attempt(known, password=PASSWORD).status_code == 201


def test_a_known_browser_gets_ten_tries_too_and_none_for_other_accounts(app: Flask, cast: dict[str, User]) -> None:
    known = sign_in(app, cast["rita"])
    assert [attempt(known).status_code for _ in range(11)][-1] == 429
    assert [attempt(known, OSCAR.email).status_code for _ in range(11)][-1] == 429


def test_the_session_ends_after_half_an_hour_without_anybody(client_as: Any, clock: SettableClock) -> None:
    client = client_as("rita")
    for _ in range(4):
        clock.advance(timedelta(minutes=20))
        assert client.get(ME).status_code == 200
    clock.advance(timedelta(minutes=31))
    assert client.get(ME).status_code == 401


def test_polling_keeps_nobody_signed_in(client_as: Any, clock: SettableClock) -> None:
    client = client_as("rita")
    answers = []
    for _ in range(31):
        clock.advance(timedelta(minutes=1))
        answers.append(client.get(ME, headers={"X-Background": "1"}).status_code)
    assert answers == [200] * 29 + [401] * 2


def test_the_session_ends_after_twelve_hours_however_busy(client_as: Any, clock: SettableClock) -> None:
    client = client_as("rita")
    for _ in range(35):
        clock.advance(timedelta(minutes=20))
        assert client.get(ME).status_code == 200
    clock.advance(timedelta(minutes=20))
    assert client.get(ME).status_code == 401


def test_being_seen_is_written_at_most_once_a_minute(client_as: Any, clock: SettableClock, session: Session) -> None:
    client = client_as("rita")
    started = clock.now
    clock.advance(timedelta(seconds=59))
    client.get(ME)
    assert session.scalars(select(AuthSession.last_seen_at)).one() == started
    session.rollback()
    clock.advance(timedelta(seconds=1))
    client.get(ME)
    assert session.scalars(select(AuthSession.last_seen_at)).one() == clock.now


def test_signing_in_again_gives_a_new_token_and_ends_the_old_session(app: Flask, cast: dict[str, User]) -> None:
    client = sign_in(app, cast["rita"])
    old = client.get_cookie("practice")
    assert attempt(client, password=PASSWORD).status_code == 201
    new = client.get_cookie("practice")
    assert old is not None
    assert new is not None
    assert old.value != new.value
    thief = browser(app)
    thief.set_cookie("practice", old.value)
    assert thief.get(ME).status_code == 401


def test_a_planted_cookie_is_never_taken_over(app: Flask, cast: dict[str, User]) -> None:
    client = browser(app)
    client.set_cookie("practice", "planted-by-somebody-else")
    assert attempt(client, password=PASSWORD).status_code == 201
    cookie = client.get_cookie("practice")
    assert cookie is not None
    assert cookie.value != "planted-by-somebody-else"


def test_signing_out_ends_the_session_itself(app: Flask, cast: dict[str, User]) -> None:
    client = sign_in(app, cast["rita"])
    cookie = client.get_cookie("practice")
    assert cookie is not None
    assert client.delete("/api/v1/sessions").status_code == 204
    assert client.get_cookie("practice") is None
    client.set_cookie("practice", cookie.value)
    assert client.get(ME).status_code == 401


def test_a_user_sees_and_ends_his_own_sessions_only(app: Flask, cast: dict[str, User]) -> None:
    desk, tablet, other = (sign_in(app, cast[name]) for name in ("rita", "rita", "oscar"))
    listed = desk.get("/api/v1/sessions").json
    assert [row["is_current"] for row in listed].count(True) == 1
    assert len(listed) == 2
    foreign = other.get("/api/v1/sessions").json[0]["uid"]
    missing = "00000000-0000-4000-8000-000000000000"
    answers = [desk.delete(f"/api/v1/sessions/{uid}") for uid in (foreign, missing)]
    assert [answer.status_code for answer in answers] == [404, 404]
    assert answers[0].data == answers[1].data
    theirs = next(row["uid"] for row in listed if not row["is_current"])
    assert desk.delete(f"/api/v1/sessions/{theirs}").status_code == 204
    assert tablet.get(ME).status_code == 401
    assert other.get(ME).status_code == 200


def test_disabling_and_new_passwords_end_sessions_at_once(
    app: Flask, cast: dict[str, User], sessions: sessionmaker[Session]
) -> None:
    rita, oscar = sign_in(app, cast["rita"]), sign_in(app, cast["oscar"])
    instant = instant_of(app)
    with sessions() as opened:
        uid = cast["rita"].uid
        transact(opened, lambda: disable_user(opened, uid=uid, version=None, actor=SYSTEM, now=instant))
        uid = cast["oscar"].uid
        transact(
            opened,
            lambda: set_password(opened, uid=uid, password_hash=password_hash(), actor=SYSTEM, now=instant),
        )
    assert rita.get(ME).status_code == 401
    assert oscar.get(ME).status_code == 401


def test_failures_and_sessions_are_audited_without_the_address(
    app: Flask, cast: dict[str, User], session: Session
) -> None:
    attempt(browser(app))
    attempt(browser(app), "nobody@example.com")
    client = sign_in(app, cast["rita"])
    client.delete("/api/v1/sessions")
    found = session.execute(
        select(AuditEvent.action, AuditEvent.object_uid, AuditEvent.data)
        .where(AuditEvent.action.like("session.%"))
        .order_by(AuditEvent.seq)
    ).all()
    assert [row.action for row in found] == ["session.refused", "session.refused", "session.started", "session.ended"]
    assert [row.object_uid for row in found[:2]] == [cast["rita"].uid, "unknown"]
    assert "example.com" not in "".join(row.data for row in found)


def test_an_old_weak_hash_is_replaced_at_sign_in(app: Flask, sessions: sessionmaker[Session], session: Session) -> None:
    from argon2 import PasswordHasher

    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    user = make_user(sessions, RITA, now=instant_of(app), password_hash_of=weak)
    sign_in(app, user)
    stored = session.scalars(select(User.password_hash)).one()
    assert stored != weak
    assert "m=19456,t=2,p=1" in stored
    sign_in(app, user)


@pytest.mark.parametrize("password", ["x" * 1_000_000, "", "short", "\ud800 lone surrogate!", "nul\x00nul\x00nul\x00"])
def test_odd_passwords_are_answered_not_hashed_into_an_error(app: Flask, cast: dict[str, User], password: str) -> None:
    answer = attempt(browser(app), password=password)
    assert answer.status_code in {401, 413, 422}


@pytest.mark.parametrize("email", ["", "x" * 300, "a\x00b@example.com", "rita@example.com\u202e", "' OR 1=1 --"])
def test_odd_addresses_are_answered(app: Flask, cast: dict[str, User], email: str) -> None:
    assert attempt(browser(app), email, PASSWORD).status_code in {401, 422}


def test_a_role_cannot_be_smuggled_in(app: Flask, cast: dict[str, User]) -> None:
    body = {"email": RITA.email, "password": PASSWORD, "role": "owner"}
    assert browser(app).post("/api/v1/sessions", json=body).status_code == 422


def test_old_counters_are_forgotten(app: Flask, cast: dict[str, User], session: Session, clock: SettableClock) -> None:
    from practice.accounts.limits import forget_old_counters

    attempt(browser(app))
    assert len(session.scalars(select(RateCounter)).all()) == 3
    session.rollback()
    transact(session, lambda: forget_old_counters(session, now=clock.advance(timedelta(hours=2))))
    assert session.scalars(select(RateCounter)).all() == []
