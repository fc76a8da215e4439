"""``practice user`` and ``practice audit`` as a person runs them."""

import json
from typing import Any

import pytest
from click.testing import CliRunner, Result
from flask import Flask
from sqlalchemy import text
from sqlalchemy.orm import Session

from practice.accounts.models import User
from practice.cli import main
from tests.audit_tools import guards_dropped
from tests.cast import PASSWORD, browser, sign_in
from tests.factories import make_location, make_therapist
from tests.processes import KEYS


@pytest.fixture
def run(engine_url: str) -> Any:
    def run(*arguments: str, typed: str = "") -> Result:
        environment = {**KEYS, "PRACTICE_DATABASE_URL": engine_url}
        return CliRunner().invoke(main, arguments, input=typed, env=environment)

    return run


def test_a_user_is_added_listed_disabled_and_enabled(run: Any, app: Flask) -> None:
    added = run(
        "user", "add", "Mia@Example.com", "--name", "Mia", "--role", "owner", "--password-stdin", typed=PASSWORD
    )
    assert added.exit_code == 0, added.output
    listed = run("user", "list").output
    assert "mia@example.com" in listed
    assert "active" in listed
    sign_in(app, User(email="mia@example.com"))
    run("user", "add", "b@example.com", "--name", "B", "--role", "owner", "--password-stdin", typed=PASSWORD + "\n")
    assert run("user", "disable", "mia@example.com").exit_code == 0
    assert "disabled" in run("user", "list").output
    assert run("user", "enable", "mia@example.com").exit_code == 0


def test_the_password_is_asked_for_twice_and_not_shown(run: Any) -> None:
    added = run("user", "add", "m@example.com", "--name", "M", "--role", "owner", typed=f"{PASSWORD}\n{PASSWORD}\n")
    assert added.exit_code == 0, added.output
    assert PASSWORD not in added.output


@pytest.mark.parametrize(
    ("arguments", "typed", "sentence"),
    [
        (("user", "add", "nonsense", "--name", "M", "--role", "owner"), "", "email address such as"),
        (("user", "add", "m@example.com", "--name", "a\x07b", "--role", "owner"), "", "U+0007"),
        (("user", "add", "m@example.com", "--name", "M", "--role", "admin"), "", "'admin' is not one of"),
        (("user", "add", "m@example.com", "--name", "M", "--role", "owner", "--password-stdin"), "short", "12 to 1024"),
        (("user", "add", "m@example.com", "--name", "M", "--role", "owner", "--password-stdin"), "x" * 2000, "12 to"),
        (("user", "disable", "nobody@example.com"), "", "practice user list"),
        (("user", "token", "nobody@example.com", "--name", "x"), "", "practice user list"),
        (("audit", "verify", "--head", "/nowhere"), "", "practice audit head"),
    ],
)
def test_bad_input_is_answered_with_a_sentence(run: Any, arguments: Any, typed: str, sentence: str) -> None:
    outcome = run(*arguments, typed=typed)
    assert outcome.exit_code != 0
    assert sentence in outcome.output
    assert "Traceback" not in outcome.output


def test_an_address_can_be_used_once(run: Any, cast: dict[str, User]) -> None:
    outcome = run(
        "user", "add", "RITA@example.com", "--name", "R", "--role", "owner", "--password-stdin", typed=PASSWORD
    )
    assert outcome.exit_code == 1
    assert "already" in outcome.output


def test_the_last_owner_cannot_be_shut_out(run: Any, cast: dict[str, User]) -> None:
    outcome = run("user", "disable", "oscar@example.com")
    assert outcome.exit_code == 1
    assert "last owner" in outcome.output


def test_a_therapist_gets_the_diary_that_is_named(run: Any, app: Flask, session: Session) -> None:
    therapist = make_therapist(session, location=make_location(session))
    session.rollback()
    arguments = ("user", "add", "t@example.com", "--name", "T", "--role", "therapist", "--password-stdin")
    assert run(*arguments, "--therapist", "0" * 36, typed=PASSWORD).exit_code == 1
    assert "t@example.com" not in run("user", "list").output
    assert run(*arguments, "--therapist", therapist.uid, typed=PASSWORD).exit_code == 0
    assert sign_in(app, User(email="t@example.com")).get("/api/v1/me").json["has_diary"]


def test_a_new_password_from_the_console_signs_out_everywhere(run: Any, app: Flask, cast: dict[str, User]) -> None:
    client = sign_in(app, cast["rita"])
    assert run("user", "password", "rita@example.com", "--password-stdin", typed="another good sentence").exit_code == 0
    assert client.get("/api/v1/me").status_code == 401
    sign_in(app, cast["rita"], "another good sentence")


def test_a_token_is_printed_once_and_works_until_its_user_is_disabled(
    run: Any, app: Flask, cast: dict[str, User], session: Session
) -> None:
    outcome = run("user", "token", "rita@example.com", "--name", "nightly export")
    token = outcome.output.strip().splitlines()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    assert browser(app).get("/api/v1/me", headers=headers).json["email"] == "rita@example.com"
    assert token not in str(session.execute(text("SELECT * FROM api_token")).all())
    run("user", "disable", "rita@example.com")
    assert browser(app).get("/api/v1/me", headers=headers).status_code == 401


def test_a_token_is_listed_without_itself_and_revoked_by_its_uid(run: Any, app: Flask, cast: dict[str, User]) -> None:
    token = run("user", "token", "rita@example.com", "--name", "nightly export").output.strip().splitlines()[-1]
    headers = {"Authorization": f"Bearer {token}"}
    assert browser(app).get("/api/v1/me", headers=headers).status_code == 200
    (line,) = run("user", "tokens", "rita@example.com").output.strip().splitlines()
    assert "live" in line and "nightly export" in line and token not in line
    assert run("user", "revoke-token", line.split()[0]).exit_code == 0
    assert browser(app).get("/api/v1/me", headers=headers).status_code == 401
    assert "revoked" in run("user", "tokens", "rita@example.com").output
    assert run("user", "revoke-token", "no-such-token").exit_code == 1


def test_the_log_is_verified_and_its_head_exported(
    run: Any, cast: dict[str, User], session: Session, tmp_path: Any
) -> None:
    assert "4 events, all as they were written" in run("audit", "verify").output
    exported = run("audit", "head").output
    assert json.loads(exported)["seq"] == 4
    kept = tmp_path / "head.json"
    kept.write_text(exported)
    assert run("audit", "verify", "--head", str(kept)).exit_code == 0
    with guards_dropped(session):
        session.execute(text("DELETE FROM audit_event WHERE seq = 4"))
        session.execute(text("UPDATE audit_head SET seq = 3, hash = (SELECT hash FROM audit_event WHERE seq = 3)"))
    assert run("audit", "verify").exit_code == 0
    outcome = run("audit", "verify", "--head", str(kept))
    assert outcome.exit_code == 1
    assert "Event 4: cut" in outcome.output


@pytest.mark.parametrize("content", ["", "{", "[]", '{"seq": 1}', '{"seq": "1", "hash": "x"}', '{"seq": 1, "seq": 2}'])
def test_a_head_file_that_is_none_is_named(run: Any, tmp_path: Any, content: str) -> None:
    (tmp_path / "head.json").write_text(content)
    outcome = run("audit", "verify", "--head", str(tmp_path / "head.json"))
    assert outcome.exit_code == 2
    assert "head.json" in outcome.output


def test_every_command_is_explained(run: Any) -> None:
    for group in ("user", "audit"):
        assert run(group, "--help").exit_code == 0


def test_signed_notes_are_proved_and_their_heads_exported(run: Any, app: Flask, tmp_path: Any) -> None:
    assert "0 signed entries in 0 records" in run("notes", "verify").output
    heads = tmp_path / "heads.json"
    heads.write_text(run("notes", "head").output)
    assert json.loads(heads.read_text())["records"] == {}
    heads.write_text(json.dumps({"records": {"somebody": {"seq": 2, "hash": "0" * 64}}}))
    found = run("notes", "verify", "--head", str(heads))
    assert found.exit_code == 1
    assert "cut: Client somebody: entries 1 to 2 are cut off." in found.output
    heads.write_text("[]")
    assert run("notes", "verify", "--head", str(heads)).exit_code == 2
