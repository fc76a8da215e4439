"""The wait list over JSON: entries, the phone list of a gap, answers told to the desk, the log."""

import pytest
from flask import Flask

from practice.core.actor import Role
from tests.callers import Caller, caller
from tests.conftest import NOW
from tests.scheduling.scene import Scene
from tests.statements import statements


@pytest.fixture
def desk(app: Flask, scene: Scene) -> Caller:
    return caller(app, Role.RECEPTIONIST)


def wished(scene: Scene, client: int = 0, **over: object) -> dict[str, object]:
    return {
        "client_uid": scene.clients[client].uid,
        "service_uid": scene.service.uid,
        "therapist_uids": [scene.therapists[0].uid],
        "windows": [{"weekday": 1, "begins": 540, "ends": 720}],
        "urgency": "soon",
    } | over


def test_an_entry_is_added_read_changed_and_withdrawn(desk: Caller, scene: Scene):
    made = desk.post("/wait-list", wished(scene))
    assert made.status_code == 201
    address = made.headers["Location"].removeprefix("/api/v1")
    shown = desk.get(address).json
    assert (shown["state"], shown["urgency"], shown["windows"]) == (
        "waiting",
        "soon",
        [{"weekday": 1, "begins": 540, "ends": 720}],
    )
    body = {"service_uid": scene.service.uid, "urgency": "urgent", "therapist_uids": []}
    assert desk.ask("PUT", address, body, If_Match='"7"').status_code == 412
    changed = desk.ask("PUT", address, body, If_Match=made.headers["ETag"])
    assert (changed.json["urgency"], changed.json["therapists"], changed.json["version"]) == ("urgent", [], 2)
    again = desk.post("/wait-list", wished(scene))
    assert (again.status_code, again.json["code"]) == (422, "waits_already")
    assert desk.ask("DELETE", address).status_code == 204
    assert desk.get("/wait-list").json == {"entries": [], "total": 0}
    assert desk.get("/wait-list?state=withdrawn").json["total"] == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"windows": [{"weekday": 7, "begins": 540, "ends": 600}]},
        {"windows": [{"weekday": 1, "begins": 600, "ends": 600}]},
        {"first_on": "2026-12-02", "last_on": "2026-12-01"},
        {"urgency": "yesterday"},
        {"notice_minutes": -1},
        {"state": "booked"},
        {"therapist_uids": "anyone"},
    ],
)
def test_impossible_wishes_are_refused(desk: Caller, scene: Scene, wrong: dict[str, object]):
    assert desk.post("/wait-list", wished(scene, **wrong)).status_code == 422
    assert desk.get("/wait-list").json["total"] == 0


def test_a_gap_inside_the_notice_is_filled_by_telephone(desk: Caller, scene: Scene):
    """It is nine o'clock on Tuesday: ten o'clock is too near for a mail, not for a call."""
    for number in range(3):
        desk.post("/wait-list", wished(scene, number, urgency=("flexible", "urgent", "soon")[number]))
    gap = (
        f"begins_at={NOW.isoformat()[:13]}:45:00Z&ends_at=2026-11-24T16:00:00Z&therapist_uid={scene.therapists[0].uid}"
    )
    called = desk.get(f"/wait-list/calls?{gap}").json
    assert [row["client"]["uid"] for row in called] == [scene.clients[number].uid for number in (1, 2, 0)]
    first, second, third = called
    assert (first["local_start"], first["why"][0], first["is_short"]) == ("2026-11-24T09:45", "Urgent.", True)

    about = {"local_start": first["local_start"], "therapist_uid": first["therapist"]["uid"]}
    missed = desk.post(f"/wait-list/{first['entry_uid']}/calls", about | {"outcome": "unanswered"})
    assert (missed.status_code, missed.json["state"], missed.json["channel"]) == (201, "unanswered", "phone")
    no = desk.post(f"/wait-list/{second['entry_uid']}/calls", about | {"outcome": "declined"})
    assert no.json["state"] == "declined"
    yes = desk.post(f"/wait-list/{third['entry_uid']}/booking", about)
    assert (yes.status_code, yes.json["state"], yes.json["local_start"]) == (201, "booked", about["local_start"])

    log = desk.get("/offers").json
    assert [line["state"] for line in log["offers"]] == ["accepted", "declined", "unanswered"]
    assert log["offers"][0]["appointment_uid"] == yes.json["uid"]
    # The one who said no is not asked about the same time again, the one who was not reached is.
    desk.post(f"/appointments/{yes.json['uid']}/cancellation", {"reason": "ill"})
    waiting = desk.get(f"/wait-list/calls?{gap}").json
    asked = {row["client"]["uid"]: row["local_start"] for row in waiting}
    assert asked[scene.clients[1].uid] == "2026-11-24T09:45"
    assert asked.get(scene.clients[2].uid) != "2026-11-24T09:45"


def test_a_call_about_somebody_who_got_a_time_says_so(desk: Caller, scene: Scene):
    uid = desk.post("/wait-list", wished(scene)).json["uid"]
    about = {"local_start": "2026-11-24T10:00", "therapist_uid": scene.therapists[0].uid}
    assert desk.post(f"/wait-list/{uid}/booking", about).status_code == 201
    for path, body in (("booking", about), ("calls", about | {"outcome": "declined"})):
        late = desk.post(f"/wait-list/{uid}/{path}", body)
        assert late.status_code == 409, path


def test_the_list_the_log_and_the_phone_list_cost_the_same_whatever_their_length(
    app: Flask, desk: Caller, scene: Scene
):
    gap = "begins_at=2026-11-24T14:30:00Z&ends_at=2026-11-24T17:00:00Z"
    addresses = ("/wait-list", "/offers", f"/wait-list/calls?{gap}")

    def costs() -> list[int]:
        found = []
        for address in addresses:
            desk.get(address)
            with statements(scene.session.get_bind()) as sent:
                assert desk.get(address).status_code == 200
            found.append(len(sent))
        return found

    def wait(number: int) -> None:
        uid = desk.post("/wait-list", wished(scene, number)).json["uid"]
        about = {"local_start": f"2026-11-24T1{number}:00", "therapist_uid": scene.therapists[1].uid}
        desk.post(f"/wait-list/{uid}/calls", about | {"outcome": "declined"})

    wait(0)
    few = costs()
    wait(1)
    wait(2)
    assert costs() == few
