"""Series over JSON: previewed, booked once, read, moved and cancelled together."""

import pytest
from flask import Flask

from practice.core.actor import Role
from tests.callers import Caller, caller
from tests.scheduling.scene import Scene, at


@pytest.fixture
def scene(session) -> Scene:
    return Scene(session)


@pytest.fixture
def desk(app: Flask) -> Caller:
    return caller(app, Role.RECEPTIONIST)


def wanted(scene: Scene, *, client: int = 0, hour: int = 10, count: int = 4, **over):
    return {
        "service_uid": scene.service.uid,
        "therapist_uid": scene.therapists[0].uid,
        "client_uid": scene.clients[client].uid,
        "local_start": at(hour).isoformat(timespec="minutes"),
        "rule": {"weekdays": [0], "count": count},
        **over,
    }


def starts(answer) -> list[str]:
    return [each["local_start"] for each in answer.json["appointments"]]


def test_a_series_is_booked_once_per_key_and_read_through_any_visit(desk: Caller, scene: Scene) -> None:
    first, second = (desk.post("/series", wanted(scene), Idempotency_Key="series-key-1") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json
    assert starts(first) == ["2026-11-30T10:00", "2026-12-07T10:00", "2026-12-14T10:00", "2026-12-21T10:00"]
    read = desk.get(f"/appointments/{first.json['appointments'][2]['uid']}/series")
    assert read.json == first.json
    assert read.json["rule"]["weekdays"] == [0]


def test_a_preview_names_what_does_not_fit_and_a_booking_refuses_it(desk: Caller, scene: Scene) -> None:
    scene.book(at(10, day=30), client=1)
    seen = desk.post("/series/previews", wanted(scene))
    assert seen.status_code == 200
    codes = [[refusal["code"] for refusal in visit["refusals"]] for visit in seen.json["visits"]]
    assert codes == [["time_taken"], [], [], []]
    refused = desk.post("/series", wanted(scene))
    assert (refused.status_code, refused.json["code"]) == (409, "time_taken")
    (conflict,) = refused.json["context"]["conflicts"]
    assert conflict["visit"] == 1
    nearest = conflict["nearest"][0]
    other = {"visit": 1, "local_start": nearest["local_start"], "therapist_uid": nearest["therapist"]}
    assert desk.post("/series", wanted(scene, instead=[other])).status_code == 201


@pytest.mark.parametrize(
    "rule",
    [
        {"weekdays": [], "count": 3},
        {"weekdays": [0]},
        {"weekdays": [0], "until": "2026-11-29"},
        {"weekdays": [0], "count": 0},
        {"weekdays": [0], "count": 53},
        {"weekdays": [7], "count": 3},
        {"weekdays": [0], "count": 3, "every": 0},
        {"weekdays": [0], "count": 3, "unit": "months"},
        {"weekdays": [0], "until": "2200-01-01"},
    ],
)
def test_impossible_rules_are_422_and_name_the_field(desk: Caller, scene: Scene, rule) -> None:
    for path in ("/series", "/series/previews"):
        answer = desk.post(path, wanted(scene, rule=rule))
        assert answer.status_code == 422
        assert answer.json["code"] in {"impossible_series", "unprocessable_entity"}


def test_following_visits_are_moved_and_cancelled(desk: Caller, scene: Scene) -> None:
    uid = desk.post("/series", wanted(scene)).json["appointments"][1]["uid"]
    body = {"scope": "following", "local_start": "2026-12-07T14:00"}
    moved = desk.ask("PATCH", f"/appointments/{uid}/series", body, If_Match='"1"')
    assert (moved.status_code, starts(moved)) == (200, ["2026-12-07T14:00", "2026-12-14T14:00", "2026-12-21T14:00"])
    assert desk.ask("PATCH", f"/appointments/{uid}/series", body, If_Match='"1"').status_code == 412
    assert desk.ask("PATCH", f"/appointments/{uid}/series", body).status_code == 428
    ended = desk.post(f"/appointments/{uid}/series/cancellation", {"scope": "all", "reason": "ill"})
    assert [each["state"] for each in ended.json["appointments"]] == ["cancelled"] * 4


def test_a_therapist_acts_on_own_series_only(app: Flask, desk: Caller, scene: Scene) -> None:
    uid = desk.post("/series", wanted(scene)).json["appointments"][0]["uid"]
    theo = caller(app, Role.THERAPIST)
    assert theo.get(f"/appointments/{uid}/series").status_code == 404
    cancelled = theo.post(f"/appointments/{uid}/series/cancellation", {"scope": "all", "reason": "ill"})
    assert cancelled.status_code == 404
    assert theo.post("/series", wanted(scene)).status_code == 404


def test_a_visit_that_stands_alone_has_no_series(desk: Caller, scene: Scene) -> None:
    alone = scene.book()
    answer = desk.get(f"/appointments/{alone.uid}/series")
    assert (answer.status_code, answer.json["code"]) == (422, "not_in_series")
