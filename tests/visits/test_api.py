"""Visits over JSON: read by clinical roles only, every reading logged, definitions set by the owner."""

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from practice.audit.models import AuditEvent
from practice.core.actor import Role
from practice.scheduling.appointments.attending import arrive
from tests.callers import caller
from tests.scheduling.scene import Scene

DEFINITION = {
    "applies_from": "2026-11-24", "low": 0, "high": 10, "step": 1, "better": "lower", "mic_abs": 3, "mic_pct": 30,
    "source": "our own data", "licence": "free",
}  # fmt: skip


@pytest.fixture
def scene(session: Session) -> Scene:
    return Scene(session)


@pytest.fixture
def owner(app):
    return caller(app, Role.OWNER, "Olive")


@pytest.fixture
def appointment(scene: Scene):
    row = scene.book()
    scene.now = row.starts_at
    return scene.do(arrive, appointment_uid=row.uid)


def events(session, action):
    session.rollback()
    return session.scalars(select(AuditEvent.object_uid).where(AuditEvent.action == action)).all()


def test_a_visit_is_opened_read_and_every_reading_is_logged(session, owner, appointment):
    path = f"/appointments/{appointment.uid}/visit"
    missing = owner.get(path)
    assert (missing.status_code, missing.json["detail"]) == (404, "Nothing was recorded at this appointment yet.")
    made = owner.post(path, {})
    assert made.status_code == 201
    assert made.headers["ETag"] == '"1"'
    again = owner.post(path, {})
    assert again.json["uid"] == made.json["uid"]
    uid = made.json["uid"]
    for address in (path, f"/visits/{uid}"):
        answer = owner.get(address)
        assert (answer.json["uid"], answer.json["pre_check"], answer.json["measures"]) == (uid, None, [])
    assert events(session, "chart.read") == [uid, uid]
    assert events(session, "visit.open") == [uid]


def test_a_client_who_was_not_treated_is_noted(owner, appointment):
    uid = owner.post(f"/appointments/{appointment.uid}/visit", {}).json["uid"]
    answer = owner.post(f"/visits/{uid}/not-treated", {"reason": "client_wish"})
    assert (answer.json["not_treated_reason"], answer.json["version"]) == ("client_wish", 2)
    assert owner.post(f"/visits/{uid}/not-treated", {"reason": "tired"}).status_code == 422


def test_activities_are_named_listed_and_ended(session, scene, owner):
    path = f"/clients/{scene.clients[0].uid}/activities"
    made = owner.post(path, {"words": "Walk to the shop"})
    assert (made.status_code, made.json["number"]) == (201, 1)
    assert owner.ask("DELETE", f"{path}/{made.json['uid']}").status_code == 204
    assert "words" not in made.json, "a kept answer would hold them in clear"
    listed = owner.get(path).json
    assert [(each["words"], each["is_ended"]) for each in listed] == [("Walk to the shop", True)]
    assert events(session, "chart.read") == [scene.clients[0].uid]
    assert owner.get("/clients/00000000-0000-4000-8000-000000000000/activities").status_code == 404


def test_the_owner_sets_a_measure_from_a_day_on(owner):
    listed = {each["code"]: each for each in owner.get("/measures").json}
    assert (listed["NPRS_LEG"]["mic_abs"], listed["NPRS_LEG"]["is_own"], len(listed)) == (2, False, 21)
    path = "/measures/NPRS_LEG/definitions"
    assert owner.get(path).json == []
    made = owner.post(path, DEFINITION)
    assert (made.status_code, made.json["mic_abs"], made.json["applies_from"]) == (200, 3, "2026-11-24")
    assert {each["code"]: each["mic_abs"] for each in owner.get("/measures").json}["NPRS_LEG"] == 3
    later = owner.post(path, DEFINITION | {"applies_from": "2026-12-24", "mic_abs": 4})
    assert [each["mic_abs"] for each in owner.get(path).json] == [4, 3] == [later.json["mic_abs"], 3]
    assert {each["code"]: each["mic_abs"] for each in owner.get("/measures").json}["NPRS_LEG"] == 3


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"applies_from": "2026-11-23"}, "applies_too_early"),
        ({"low": 10}, "not_accepted"),
        ({"better": "sideways"}, "unprocessable_entity"),
        ({"mic_abs": True}, "unprocessable_entity"),
        ({"mic_abs": "3"}, "unprocessable_entity"),
    ],
)
def test_a_definition_that_cannot_be_is_refused(owner, change, code):
    answer = owner.post("/measures/NPRS_LEG/definitions", DEFINITION | change)
    assert (answer.status_code, answer.json["code"]) == (422, code)


def test_there_is_no_measure_of_another_name(owner):
    assert owner.get("/measures/NPRS_ELBOW/definitions").status_code == 404
    assert owner.post("/measures/NPRS_ELBOW/definitions", DEFINITION).status_code == 404


def test_a_receptionist_reads_nothing_of_a_visit(app, session, scene, owner, appointment):
    desk = caller(app, Role.RECEPTIONIST, "Rita")
    uid = owner.post(f"/appointments/{appointment.uid}/visit", {}).json["uid"]
    paths = (f"/appointments/{appointment.uid}/visit", f"/visits/{uid}", "/measures", "/measures/PSFS/definitions")
    assert {desk.get(path).status_code for path in paths} == {403}
