"""Blocks over JSON: kept once per key, listed, changed under If-Match, removed; a therapist's own only."""

from datetime import datetime, timedelta

import pytest
from flask import Flask

from practice.core.actor import Role
from practice.scheduling.models import BlockKind
from tests.callers import Caller, caller
from tests.scheduling.blocks.meetings import keep
from tests.scheduling.scene import Scene, statements


@pytest.fixture
def scene(session) -> Scene:
    return Scene(session)


@pytest.fixture
def desk(app: Flask) -> Caller:
    return caller(app, Role.RECEPTIONIST)


def lunch(scene: Scene, **over):
    return {
        "kind": "lunch",
        "title": "With the landlord",
        "location_uid": scene.location.uid,
        "therapist_uids": [scene.therapists[0].uid],
        "local_start": "2026-11-30T12:00",
        "minutes": 30,
        "pattern": {"weekdays": [0], "until": "2026-12-14"},
        **over,
    }


def test_lunch_is_kept_once_per_key_and_read_with_its_pattern(desk: Caller, scene: Scene) -> None:
    first, second = (desk.post("/blocks", lunch(scene), Idempotency_Key="block-key-1") for _ in range(2))
    assert (first.status_code, first.json) == (201, second.json)
    starts = [each["local_start"] for each in first.json["blocks"]]
    assert starts == ["2026-11-30T12:00", "2026-12-07T12:00", "2026-12-14T12:00"]
    uid = first.json["blocks"][1]["uid"]
    read = desk.get(f"/blocks/{uid}")
    assert (read.status_code, read.headers["ETag"]) == (200, '"1"')
    assert read.json["pattern"]["weekdays"] == [0]
    assert [one["name"] for one in read.json["therapists"]] == [scene.therapists[0].name]
    listed = desk.get("/blocks?from=2026-12-01&to=2026-12-31")
    assert [each["local_start"] for each in listed.json["blocks"]] == starts[1:]


def test_a_conflict_names_each_day_and_how_to_leave_it_out(desk: Caller, scene: Scene) -> None:
    scene.book(datetime(2026, 12, 7, 11, 15))
    refused = desk.post("/blocks", lunch(scene))
    assert (refused.status_code, refused.json["context"]["days"]) == (409, ["2026-12-07"])
    ways = refused.json["refusals"][0]["ways_out"]
    (way,) = [each for each in ways if each["act"] == "leave_out"]
    pattern = lunch(scene)["pattern"] | {"skipped": way["values"]["days"].split()}
    kept = desk.post("/blocks", lunch(scene, pattern=pattern))
    assert [each["local_start"] for each in kept.json["blocks"]] == ["2026-11-30T12:00", "2026-12-14T12:00"]


def test_following_blocks_are_changed_and_removed_under_if_match(desk: Caller, scene: Scene) -> None:
    uid = desk.post("/blocks", lunch(scene)).json["blocks"][1]["uid"]
    body = lunch(scene, local_start="2026-12-08T12:30", scope="following")
    del body["pattern"]
    changed = desk.ask("PATCH", f"/blocks/{uid}", body, If_Match='"1"')
    assert changed.status_code == 200
    assert [each["local_start"] for each in changed.json["blocks"]] == ["2026-12-08T12:30", "2026-12-15T12:30"]
    assert desk.ask("PATCH", f"/blocks/{uid}", body, If_Match='"1"').status_code == 412
    assert desk.ask("PATCH", f"/blocks/{uid}", body).status_code == 428
    assert desk.post(f"/blocks/{uid}/removal", {"scope": "following"}).status_code == 428
    assert desk.post(f"/blocks/{uid}/removal", {"scope": "following"}, If_Match='"2"').status_code == 204
    left = desk.get("/blocks?from=2026-11-30&to=2026-12-31").json["blocks"]
    assert [each["local_start"] for each in left] == ["2026-11-30T12:00"]


@pytest.mark.parametrize(
    "over",
    [
        {"kind": "elsewhere"},
        {"kind": "party"},
        {"minutes": 0},
        {"minutes": 800},
        {"title": "x" * 81},
        {"local_start": "2026-11-30"},
        {"local_start": "1200-11-30T10:00"},
        {"therapist_uids": []},
        {"pattern": {"weekdays": [], "until": "2026-12-14"}},
        {"pattern": {"weekdays": [0], "until": "2030-12-14"}},
        {"pattern": {"weekdays": [0], "until": "2026-12-14", "every": 0}},
        {"color": "red"},
    ],
)
def test_bad_input_is_422(desk: Caller, scene: Scene, over) -> None:
    assert desk.post("/blocks", lunch(scene, **over)).status_code == 422


def test_a_list_of_more_than_six_weeks_is_refused(desk: Caller, scene: Scene) -> None:
    assert desk.get("/blocks?from=2026-12-01&to=2027-02-01").status_code == 422


def test_a_therapist_keeps_the_own_time_free_only(app: Flask, scene: Scene) -> None:
    theo = caller(app, Role.THERAPIST)
    assert theo.post("/blocks", lunch(scene)).status_code == 404
    assert theo.post("/blocks", lunch(scene, therapist_uids=[], room_uid=scene.rooms[0].uid)).status_code == 404


def test_the_list_takes_as_many_statements_for_one_block_as_for_thirty(scene: Scene, desk: Caller) -> None:
    counts = []
    desk.get("/blocks?from=2026-12-01&to=2026-12-03")
    for amount in (1, 30):
        for number in range(amount):
            keep(scene, datetime(2026, 12, 1 + amount // 30, 6) + timedelta(minutes=10 * number), minutes=10)
        with statements(scene.session) as sent:
            listed = desk.get("/blocks?from=2026-12-01&to=2026-12-03")
        counts.append(len(sent))
    assert len(listed.json["blocks"]) == 31
    assert counts[0] == counts[1]
    assert {each["kind"] for each in listed.json["blocks"]} == {str(BlockKind.MEETING)}
