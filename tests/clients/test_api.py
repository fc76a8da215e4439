"""Client records over JSON: open, find, change, what each role sees, hostile text."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from practice.clients import fullness
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.core.actor import Role
from tests.callers import Caller, caller
from tests.factories import make_client

ANNA = {"first_name": "Anna", "last_name": "Berg", "phone": "416 555 0111"}


@pytest.fixture
def desk(app: Flask) -> Caller:
    return caller(app, Role.RECEPTIONIST)


def path_of(answer: Any) -> str:
    return answer.headers["Location"].removeprefix("/api/v1")


def test_a_record_is_opened_read_and_changed(desk: Caller) -> None:
    made = desk.post("/clients", ANNA | {"alerts": [{"kind": "step_free"}]})
    assert (made.status_code, made.json["alerts"][0]["kind"]) == (201, "step_free")
    path = path_of(made)
    read = desk.get(path)
    assert read.json["contacts"][0]["normalised"] == "+14165550111"
    changed = desk.ask("PATCH", path, {"email": "Anna@Example.com"}, If_Match=read.headers["ETag"])
    assert (changed.status_code, changed.json["email"], changed.json["phone"]) == (
        200,
        "Anna@Example.com",
        "416 555 0111",
    )
    assert changed.headers["ETag"] > read.headers["ETag"]


def test_a_second_saver_does_not_wipe_the_first(desk: Caller) -> None:
    path = path_of(desk.post("/clients", ANNA))
    seen = desk.get(path).headers["ETag"]
    assert desk.ask("PATCH", path, {"last_name": "Bergman"}, If_Match=seen).status_code == 200
    assert desk.ask("PATCH", path, {"last_name": "Bergson"}, If_Match=seen).status_code == 412
    assert desk.ask("PATCH", path, {"last_name": "Bergson"}).status_code == 428
    assert desk.get(path).json["last_name"] == "Bergman"


def test_nothing_to_reach_a_client_by_is_refused_with_a_way_out(desk: Caller) -> None:
    answer = desk.post("/clients", {"first_name": "Anna", "last_name": "Berg"})
    assert (answer.status_code, answer.json["code"]) == (422, "no_way_to_reach")
    assert answer.json["refusals"][0]["ways_out"][0]["values"] == {"field": "phone"}


PARTS = {
    "alerts": {"kind": "step_free"},
    "contacts": {"kind": "phone", "value": "416 555 0112"},
    "relations": {"kind": "may_discuss", "name": "Otto Berg", "phone": "416 555 0113"},
}


@pytest.mark.parametrize("part", sorted(PARTS))
def test_a_full_record_says_so_and_opens(desk: Caller, part: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(fullness, "MOST_PARTS", 2)
    path = path_of(desk.post("/clients", ANNA | {"alerts": [{"kind": "scent_free"}]}))
    answers = []
    while len(answers) < 3:
        seen = desk.get(path).headers["ETag"]
        answers.append(desk.ask("POST", f"{path}/{part}", PARTS[part], If_Match=seen))
    assert {answer.status_code for answer in answers} == {201, 422}
    refusal = answers[-1].json["refusals"][0]
    assert (refusal["code"], refusal["ways_out"][0]["act"]) == ("record_full", "open_client")


def test_a_child_is_reached_through_a_guardian(desk: Caller) -> None:
    mother = desk.post("/clients", ANNA).json
    relation = {"kind": "guardian", "related_client_uid": mother["uid"], "gets_messages": True}
    child = desk.post("/clients", {"first_name": "Ben", "last_name": "Berg", "relations": [relation]})
    assert (child.status_code, child.json["messages_to"]) == (201, "relation")
    assert child.json["relations"][0]["name"] == "Anna Berg"
    path = path_of(child)
    relation_uid = child.json["relations"][0]["uid"]
    refused = desk.ask("DELETE", f"{path}/relations/{relation_uid}", If_Match=child.headers["ETag"])
    assert (refused.status_code, refused.json["code"]) == (422, "nobody_for_messages")
    moved = desk.ask("PUT", f"{path}/messages-to", {"to": "self"}, If_Match=child.headers["ETag"])
    assert moved.json["messages_to"] == "self"
    gone = desk.ask("DELETE", f"{path}/relations/{relation_uid}", If_Match=moved.headers["ETag"])
    assert gone.status_code == 204


def test_a_record_that_may_exist_already_is_named(desk: Caller) -> None:
    first = desk.post("/clients", ANNA).json
    again = desk.post("/clients", ANNA | {"phone": "+1 647 555 0100"}).json
    assert [(each["client"]["uid"], each["reasons"]) for each in again["possible_duplicates"]] == [
        (first["uid"], ["same_name"])
    ]
    found = desk.get("/clients/duplicates?first_name=ANNA&last_name=Berg").json
    assert len(found) == 2
    assert {hit["has_same_name"] for hit in desk.get("/clients?q=berg").json} == {True}


def test_contacts_are_added_preferred_and_removed(desk: Caller) -> None:
    path = path_of(desk.post("/clients", ANNA))
    second = desk.post(f"{path}/contacts", {"kind": "phone", "value": "+44 20 7946 0018"}).json
    assert second["is_primary"] is False
    preferred = desk.ask("PUT", f"{path}/contacts/{second['uid']}", If_Match=desk.get(path).headers["ETag"])
    assert preferred.json["phone"] == "+44 20 7946 0018"
    gone = desk.ask("DELETE", f"{path}/contacts/{second['uid']}", If_Match=preferred.headers["ETag"])
    assert gone.status_code == 204
    assert desk.get(path).json["phone"] == "416 555 0111"
    assert desk.get("/clients?q=7946").json == []
    wrong = desk.post(f"{path}/contacts", {"kind": "email", "value": "anna at home"})
    assert (wrong.status_code, wrong.json["code"]) == (422, "invalid_contact")


def test_consent_is_to_the_sentence_in_force_and_can_be_withdrawn(desk: Caller) -> None:
    path = path_of(desk.post("/clients", ANNA)) + "/consents"
    body = {"purpose": "reminder_email", "text_version": "1999-01", "channel": "desk"}
    assert desk.post(path, body).json["code"] == "consent_text_changed"
    body["text_version"] = CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version
    assert desk.post(path, body).status_code == 201
    assert desk.ask("DELETE", f"{path}/reminder_email").status_code == 204
    assert desk.get(path).json[0]["withdrawn_channel"] == "desk"


def test_a_therapist_finds_only_own_clients(app: Flask, session: Session) -> None:
    stranger = make_client(session, first_name="Stranger")
    tara = caller(app, Role.THERAPIST, "Tara")
    assert tara.get("/clients?q=stranger").status_code == 404
    assert tara.get(f"/clients/{stranger.uid}").status_code == 404


@pytest.mark.parametrize(
    "name", ["\u0000", "a\u0007b", "a\u202eb", "\ud800", "x" * 10_000, "   ", 7, None, ["a"], {}], ids=ascii
)
def test_a_hostile_name_is_refused_and_named(desk: Caller, name: object) -> None:
    answer = desk.post("/clients", ANNA | {"first_name": name})
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == "/first_name"


@pytest.mark.parametrize(
    ("typed", "stored"),
    [
        ("Zoe\u0308", "Zoë"),
        ("👩‍👧 Ann", "👩‍👧 Ann"),
        ("שרה", "שרה"),
        ("محمد", "محمد"),
        ("O\u2019Brien--'; DROP TABLE client;--", "O\u2019Brien--'; DROP TABLE client;--"),
        ("<script>alert(1)</script>", "<script>alert(1)</script>"),
        ("ﷺ" * 80, "ﷺ" * 80),
        ("İ" * 80, "İ" * 80),
        ("🙂", "🙂"),
        ("{{ 7*7 }}", "{{ 7*7 }}"),
    ],
)
def test_a_strange_name_comes_back_as_it_was_and_is_found(desk: Caller, typed: str, stored: str) -> None:
    made = desk.post("/clients", ANNA | {"first_name": typed})
    assert made.json["first_name"] == stored
    assert desk.get(path_of(made)).json["first_name"] == stored
    assert len(desk.get("/clients?q=berg").json) == 1


@pytest.mark.parametrize(
    "typed", ["%", "_", "'", '"', "\\", "%00", "a%00", "%F0%9F%99%82", "%ff", "9" * 100, "a b c d e f g h"]
)
def test_any_search_is_answered(desk: Caller, typed: str) -> None:
    desk.post("/clients", ANNA)
    assert desk.get(f"/clients?q={typed}").status_code in {200, 422}


@pytest.mark.parametrize("born_on", ["2026-11-25", "1899-12-31"])
def test_a_birth_date_that_cannot_be_is_refused(desk: Caller, born_on: str) -> None:
    assert desk.post("/clients", ANNA | {"born_on": born_on}).json["code"] == "invalid_birth_date"
