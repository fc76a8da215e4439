"""The set-up over JSON: what is read, what is refused, what a stale ETag gets."""

from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from practice.core.actor import Role
from tests.callers import Caller, caller
from tests.factories import make_location, make_room, make_service, make_therapist

LOCATION = {"name": "Harbour", "address": "12 Harbour St", "zone": "America/Toronto"}


@pytest.fixture
def owner(app: Flask) -> Caller:
    return caller(app, Role.OWNER)


@pytest.fixture
def receptionist(app: Flask) -> Caller:
    return caller(app, Role.RECEPTIONIST)


def test_a_location_is_opened_read_and_changed(owner: Caller) -> None:
    made = owner.post("/locations", LOCATION)
    assert (made.status_code, made.headers["ETag"]) == (201, '"1"')
    path = made.headers["Location"].removeprefix("/api/v1")
    assert owner.get(path).json == made.json
    changed = owner.ask("PATCH", path, {"name": "Lake"}, If_Match='"1"')
    assert (changed.status_code, changed.json["name"], changed.headers["ETag"]) == (200, "Lake", '"2"')


def test_a_change_needs_the_version_that_was_read(owner: Caller) -> None:
    path = owner.post("/locations", LOCATION).headers["Location"].removeprefix("/api/v1")
    assert owner.ask("PATCH", path, {"name": "Lake"}).status_code == 428
    owner.ask("PATCH", path, {"name": "Lake"}, If_Match='"1"')
    late = owner.ask("PATCH", path, {"name": "Sea"}, If_Match='"1"')
    assert (late.status_code, late.json["context"]["current_version"]) == (412, 2)


def test_the_same_key_creates_once(owner: Caller) -> None:
    answers = [owner.post("/locations", LOCATION, Idempotency_Key="key-12345678") for _ in range(2)]
    assert answers[0].json == answers[1].json
    assert len(owner.get("/locations").json) == 1


def test_a_receptionist_reads_and_does_not_change(receptionist: Caller, session: Session) -> None:
    make_location(session)
    assert receptionist.get("/locations").status_code == 200
    assert receptionist.post("/locations", LOCATION).status_code == 403


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("zone", "America/Trontoo"),
        ("zone", "../../etc/passwd"),
        ("name", "a\u0000b"),
        ("name", "a\u202eb"),
        ("name", "\ud800"),
        ("name", "x" * 10_000),
        ("name", "   "),
        ("arrive_early_minutes", 2**63 - 1),
        ("arrive_early_minutes", "5"),
        ("colour", 1),
    ],
)
def test_what_does_not_fit_is_refused_and_named(owner: Caller, field: str, value: Any) -> None:
    answer = owner.post("/locations", LOCATION | {field: value})
    assert answer.status_code == 422
    assert [error["pointer"] for error in answer.json["errors"]] == [f"/{field}"]


def test_registration_and_sign_in_are_shown_to_the_owner_only(
    owner: Caller, receptionist: Caller, session: Session
) -> None:
    therapist = make_therapist(session)
    seen = receptionist.get(f"/therapists/{therapist.uid}").json
    assert set(owner.get(f"/therapists/{therapist.uid}").json) - set(seen) == {
        "registration_number",
        "registered_from",
        "registered_until",
        "user_uid",
    }


def test_a_week_is_replaced_from_a_day_on(owner: Caller, session: Session) -> None:
    location = make_location(session)
    therapist = make_therapist(session, location=location, hours=[(0, 540, 1020)])
    path = f"/therapists/{therapist.uid}/hours"
    span = {"weekday": 2, "opens": "10:00", "closes": "24:00", "location_uid": location.uid}
    answer = owner.ask(
        "PUT", path, {"spans": [span], "valid_from": "2027-01-04"}, If_Match=owner.get(path).headers["ETag"]
    )
    assert answer.status_code == 200
    assert [(each["weekday"], each["valid_until"]) for each in answer.json["spans"]] == [(0, "2027-01-03"), (2, None)]
    assert [each["closes"] for each in owner.get(f"{path}?on=2027-01-06").json["spans"]] == ["24:00"]


def test_hours_that_overlap_are_refused_with_a_way_out(owner: Caller, session: Session) -> None:
    location = make_location(session)
    path = f"/locations/{location.uid}/opening-hours"
    spans = [{"weekday": 0, "opens": "09:00", "closes": "12:00"}, {"weekday": 0, "opens": "11:00", "closes": "17:00"}]
    answer = owner.ask("PUT", path, {"spans": spans}, If_Match=f'"{location.version}"')
    assert (answer.status_code, answer.json["code"]) == (422, "hours_overlap")
    assert answer.json["refusals"][0]["ways_out"][0]["values"] == {"field": "hours"}


def test_a_day_is_excepted_and_given_back(owner: Caller, session: Session) -> None:
    therapist = make_therapist(session)
    path = f"/therapists/{therapist.uid}/days"
    assert owner.ask("PUT", f"{path}/2026-12-01", {"spans": [], "reason": "Course"}).status_code == 200
    assert owner.ask("DELETE", f"{path}/2026-12-01").status_code == 204
    assert owner.ask("PUT", f"{path}/tomorrow", {"spans": []}).status_code == 404


def test_a_therapist_notes_her_own_time_off_and_nobody_elses(app: Flask, session: Session, owner: Caller) -> None:
    tara = caller(app, Role.THERAPIST, "Tara")
    own, other = make_therapist(session, user_id=tara.user.id), make_therapist(session)
    body = {"starts_at": "2026-12-01T14:00:00Z", "ends_at": "2026-12-01T18:00:00Z", "note": "private"}
    made = tara.post(f"/therapists/{own.uid}/time-off", body)
    assert made.status_code == 201
    assert tara.post(f"/therapists/{other.uid}/time-off", body).status_code == 404
    assert owner.get(f"/therapists/{own.uid}/time-off").json[0]["note"] == "private"
    assert tara.get(f"/therapists/{own.uid}/time-off").json[0]["note"] == ""
    path = made.headers["Location"].removeprefix("/api/v1")
    assert tara.ask("DELETE", path, If_Match='"1"').status_code == 204
    assert owner.get(path).status_code == 404


def test_policies_change_from_today_and_not_before(owner: Caller) -> None:
    version = owner.get("/practice").headers["ETag"]
    past = owner.ask("PATCH", "/practice", {"effective_on": "2026-11-23"}, If_Match=version)
    assert (past.status_code, past.json["code"]) == (422, "policy_in_past")
    changed = owner.ask("PATCH", "/practice", {"no_show_fee_percent": 0}, If_Match=version)
    assert (changed.json["effective_on"], changed.json["no_show_fee_percent"]) == ("2026-11-24", 0)
    assert owner.get("/practice").json["no_show_fee_percent"] == 0


def test_an_unknown_reference_is_404(owner: Caller) -> None:
    unknown = "6f1c0a52-6f0e-4c38-9a57-2d6d3b0b9a11"
    assert owner.get(f"/rooms/{unknown}").status_code == 404
    assert owner.post("/rooms", {"name": "Room", "location_uid": unknown}).status_code == 404


def test_services_and_therapists_name_each_other(owner: Caller, session: Session) -> None:
    room = make_room(session)
    therapist = make_therapist(session, usual_room_id=room.id)
    service = make_service(session)
    assert owner.get(f"/services/{service.uid}").json["therapist_uids"] == [therapist.uid]
    body = {"service_uids": [], "usual_room_uid": None}
    answer = owner.ask("PATCH", f"/therapists/{therapist.uid}", body, If_Match=f'"{therapist.version}"')
    assert answer.json["service_uids"] == []
    assert owner.get(f"/services/{service.uid}").json["therapist_uids"] == []
