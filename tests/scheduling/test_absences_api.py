"""Changes of the ground over JSON: preview, apply, out today, and the calls; impossible ones are refused."""

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from practice.core.actor import Role
from tests.callers import Caller, caller
from tests.factories import act
from tests.scheduling.scene import Scene, at


@pytest.fixture
def owner(app: Flask) -> Caller:
    return caller(app, Role.OWNER)


def away(scene: Scene, **over):
    return {"kind": "away", "therapist_uid": scene.therapists[0].uid, "first_on": "2026-11-30", **over}


def test_a_change_is_previewed_and_carried_out(owner: Caller, scene: Scene) -> None:
    moved, called = scene.book(at(9)), scene.book(at(10, 30), client=1)
    shown = owner.post("/absences/preview", away(scene)).json
    assert [hit["visit_uid"] for hit in shown["hits"]] == [moved.uid, called.uid]
    time = shown["hits"][0]["times"][1]
    assert (time["kind"], time["local_start"]) == ("other_therapist", "2026-11-30T09:00")
    first, second = ({"visit_uid": hit["visit_uid"], "version": hit["version"]} for hit in shown["hits"])
    place = {"local_start": time["local_start"], "therapist_uid": time["therapist"]["uid"]}
    answers = [{**first, "kind": "move", "room_uid": time["room"]["uid"], **place}, {**second, "kind": "call"}]
    body = {"change": away(scene), "clinic_version": shown["clinic_version"], "answers": answers}
    answer = owner.post("/absences", body)
    assert (answer.status_code, answer.json["kind"]) == (201, "away")
    act = owner.get(f"/absences/{answer.json['uid']}").json
    assert [(row["answer"], row["is_open"]) for row in act["visits"]] == [("move", False), ("call", True)]
    assert owner.post("/absences", body | {"clinic_version": 1}).json["code"] == "preview_outdated"


@pytest.mark.parametrize(
    ("over", "code"),
    [
        ({"first_on": "2026-11-20"}, "absence_over"),
        ({"last_on": "2026-11-29"}, "dates_order"),
        ({"starts": "12:00", "ends": "11:00"}, "dates_order"),
        ({"kind": "leaving"}, "change_incomplete"),
        ({"kind": "closing"}, "change_incomplete"),
        ({"kind": "new_week", "week": []}, None),
        ({"kind": "nonsense"}, "unprocessable_entity"),
    ],
)
def test_impossible_changes_are_refused_with_the_field(owner: Caller, scene: Scene, over, code) -> None:
    answer = owner.post("/absences/preview", away(scene) | over)
    assert answer.json.get("code") == code
    assert code in {None, "unprocessable_entity"} or answer.json["refusals"][0]["ways_out"]


def test_what_is_out_of_use_already_is_refused(owner: Caller, scene: Scene) -> None:
    body = {"change": {"kind": "room_out", "room_uid": scene.rooms[0].uid}, "answers": []}
    seen = owner.post("/absences/preview", body["change"]).json["clinic_version"]
    assert owner.post("/absences", body | {"clinic_version": seen}).status_code == 201
    assert owner.post("/absences/preview", body["change"]).json["code"] == "nothing_changes"


def test_the_desk_may_note_time_off_but_not_close_a_place(app: Flask, scene: Scene) -> None:
    desk = caller(app, Role.RECEPTIONIST)
    assert desk.post("/absences/preview", away(scene)).status_code == 200
    closing = {"kind": "closing", "first_on": "2026-11-30", "name": "Flood"}
    assert desk.post("/absences/preview", closing).status_code == 403


def test_out_today_lists_calls_by_start_and_settles_each(app: Flask, scene: Scene) -> None:
    desk = caller(app, Role.RECEPTIONIST)
    late, early = scene.book(at(15, day=24)), scene.book(at(13, day=24), client=1)
    third = scene.book(at(14, day=24), client=2)
    body = {"therapist_uid": scene.therapists[0].uid}
    act = desk.post("/absences/out-today", body).json
    assert [row["visit_uid"] for row in act["visits"]] == [early.uid, third.uid, late.uid]
    assert all(row["is_open"] and row["times"] for row in act["visits"])
    assert desk.post("/absences/out-today", body).json["uid"] == act["uid"], "said twice it is the same act"
    first, second, last = act["visits"]
    calls = "/absences/calls"
    other = next(time for time in first["times"] if time["kind"] == "other_therapist")
    place = {"local_start": other["local_start"], "therapist_uid": other["therapist"]["uid"]}
    assert desk.post(f"{calls}/{first['uid']}", {"end": "moved", **place}).status_code == 204
    assert desk.post(f"{calls}/{second['uid']}", {"end": "cancelled"}).status_code == 204
    assert desk.post(f"{calls}/{last['uid']}", {"end": "no_answer"}).status_code == 204
    assert desk.post(f"{calls}/{last['uid']}", {"end": "kept"}).json["code"] == "answers_missing"
    assert desk.post(f"{calls}/{second['uid']}", {"end": "cancelled"}).json["code"] == "no_longer_to_call"
    rows = desk.get(f"/absences/{act['uid']}").json["visits"]
    assert [(row["outcome"], row["is_open"], row["tries"]) for row in rows] == [
        ("moved", False, 0),
        ("cancelled", False, 0),
        (None, True, 1),
    ]
    cancelled = scene.reload(third)
    assert (cancelled.cancel_reason, cancelled.fee_proposed_cents) == ("therapist_ill", None)
    assert scene.reload(early).therapist_id == scene.therapists[1].id


def test_a_therapist_who_is_away_moves_no_visit_into_a_colleagues_diary(
    app: Flask, scene: Scene, session: Session
) -> None:
    theo = caller(app, Role.THERAPIST)
    act(session, lambda: setattr(session.merge(scene.therapists[0]), "user_id", theo.user.id))
    visit = scene.book(at(9))
    shown = theo.post("/absences/preview", away(scene)).json
    (hit,) = shown["hits"]
    assert {time["therapist"]["uid"] for time in hit["times"]} == {scene.therapists[0].uid}
    place = {"local_start": "2026-11-30T09:00", "therapist_uid": scene.therapists[1].uid}
    answers = [{"visit_uid": visit.uid, "version": hit["version"], "kind": "move", **place}]
    body = {"change": away(scene), "clinic_version": shown["clinic_version"], "answers": answers}
    assert theo.post("/absences", body).status_code == 404
    assert scene.reload(visit).therapist_id == scene.therapists[0].id
    (own,) = hit["times"]
    answers[0] |= {"local_start": own["local_start"], "therapist_uid": own["therapist"]["uid"]}
    assert theo.post("/absences", body).status_code == 201
