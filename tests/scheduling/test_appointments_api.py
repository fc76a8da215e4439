"""Appointments over JSON: what is answered, what is refused, who sees what."""

import pytest
from flask import Flask

from practice.clinic.models import Therapist
from practice.core.actor import Role
from tests.callers import Caller, caller
from tests.factories import act
from tests.scheduling.scene import Scene, at, statements

NOBODY = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def desk(app: Flask) -> Caller:
    return caller(app, Role.RECEPTIONIST)


def wanted(scene: Scene, hour: int = 10, client: int = 0, **over):
    return {
        "service_uid": scene.service.uid,
        "therapist_uid": scene.therapists[0].uid,
        "client_uid": scene.clients[client].uid,
        "local_start": at(hour).isoformat(timespec="minutes"),
        **over,
    }


def path_of(answer) -> str:
    return f"/appointments/{answer.json['uid']}"


def test_a_booking_is_answered_with_its_names(desk: Caller, scene: Scene) -> None:
    answer = desk.post("/appointments", wanted(scene))
    assert (answer.status_code, answer.headers["ETag"]) == (201, '"1"')
    assert answer.headers["Location"] == f"/api/v1{path_of(answer)}"
    assert answer.json["therapist"] == {"uid": scene.therapists[0].uid, "name": scene.therapists[0].name}
    assert answer.json["local_start"] == "2026-11-30T10:00"
    assert answer.json["starts_at"] == "2026-11-30T15:00:00Z"
    assert desk.get(path_of(answer)).json == answer.json


def test_a_taken_time_is_409_with_ways_out(desk: Caller, scene: Scene) -> None:
    desk.post("/appointments", wanted(scene))
    answer = desk.post("/appointments", wanted(scene, client=1))
    assert (answer.status_code, answer.json["code"]) == (409, "time_taken")
    assert answer.json["refusals"][0]["ways_out"]


def test_a_rule_is_422(desk: Caller, scene: Scene) -> None:
    answer = desk.post("/appointments", wanted(scene, hour=19))
    assert (answer.status_code, answer.json["code"]) == (422, "outside_hours")


def test_the_same_key_books_once(desk: Caller, scene: Scene) -> None:
    first, second = (desk.post("/appointments", wanted(scene), Idempotency_Key="key-12345678") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json


def test_booking_over_http_takes_at_most_ten_statements(desk: Caller, scene: Scene) -> None:
    desk.post("/appointments", wanted(scene))
    scene.session.rollback()
    with statements(scene.session) as sent:
        desk.post("/appointments", wanted(scene, hour=14, client=1), Idempotency_Key="key-12345678")
    handled = [each for each in sent if "api_token" not in each and "FROM therapist" not in each.split("WHERE")[0]]
    # Keeping the answer for a second try is asked for by the caller, and no part of booking.
    booking = [each for each in handled if "idempotency_key" not in each]
    assert len(booking) <= 9, booking
    assert len(handled) == len(booking) + 2


def test_any_therapist_serves(desk: Caller, scene: Scene) -> None:
    body = wanted(scene)
    del body["therapist_uid"]
    assert desk.post("/appointments", body).status_code == 201


@pytest.mark.parametrize(
    "over",
    [
        {"client_uid": "nobody"},
        {"local_start": "2026-11-30 10:00"},
        {"local_start": "2026-11-30T10:00:00Z"},
        {"local_start": 5},
        {"override_reason": "a\u0000b"},
        {"state": "completed"},
        {"price_cents": 1},
        {"tentative_reason": "because"},
    ],
)
def test_a_wrong_field_is_named(desk: Caller, scene: Scene, over) -> None:
    answer = desk.post("/appointments", wanted(scene, **over))
    assert answer.status_code == 422
    assert answer.json["errors"][0]["pointer"] == f"/{next(iter(over))}"


def test_an_unknown_id_is_404(desk: Caller, scene: Scene) -> None:
    assert desk.get(f"/appointments/{NOBODY}").status_code == 404
    assert desk.post(f"/appointments/{NOBODY}/arrival", None).status_code == 404
    assert desk.post("/appointments", wanted(scene, service_uid=NOBODY)).status_code == 404


def test_a_move_needs_the_version_that_was_read(desk: Caller, scene: Scene) -> None:
    path = path_of(desk.post("/appointments", wanted(scene)))
    body = {"local_start": "2026-11-30T14:00"}
    assert desk.ask("PATCH", path, body).status_code == 428
    moved = desk.ask("PATCH", path, body, If_Match='"1"')
    assert (moved.status_code, moved.json["local_start"], moved.json["sequence"]) == (200, "2026-11-30T14:00", 1)
    assert desk.ask("PATCH", path, body, If_Match='"1"').status_code == 412


def test_acts_lead_through_the_day(desk: Caller, scene: Scene, clock) -> None:
    path = path_of(desk.post("/appointments", wanted(scene)))
    clock.now = clock.now.replace(day=30, hour=15)
    assert desk.post(f"{path}/confirmation", None).json["confirmed_at"]
    assert desk.post(f"{path}/arrival", None).json["state"] == "arrived"
    assert desk.post(f"{path}/start", {}).json["state"] == "in_progress"
    assert desk.post(f"{path}/completion", {}).json["state"] == "completed"
    assert desk.post(f"{path}/undo", None).json["state"] == "in_progress"
    again = desk.post(f"{path}/arrival", None)
    assert (again.status_code, again.json["code"]) == (409, "wrong_state")
    verbs = [change["verb"] for change in desk.get(f"{path}/history").json]
    assert verbs == ["book", "confirm", "arrive", "start", "complete", "undo"]


def test_a_cancellation_frees_the_time(desk: Caller, scene: Scene) -> None:
    path = path_of(desk.post("/appointments", wanted(scene)))
    cancelled = desk.post(f"{path}/cancellation", {"reason": "ill"})
    assert (cancelled.json["state"], cancelled.json["cancelled_late"]) == ("cancelled", False)
    assert desk.post("/appointments", wanted(scene, client=1)).status_code == 201
    back = desk.post(f"{path}/undo", None)
    assert (back.status_code, back.json["code"]) == (409, "time_taken")


def test_a_hold_is_renewed_booked_and_gone(desk: Caller, scene: Scene) -> None:
    body = {name: value for name, value in wanted(scene).items() if name != "client_uid"}
    hold = desk.post("/holds", body)
    assert hold.status_code == 201
    assert desk.post(f"/holds/{hold.json['uid']}/renewal", None).status_code == 200
    booked = desk.post("/appointments", {"hold_uid": hold.json["uid"], "client_uid": scene.clients[0].uid})
    assert (booked.status_code, booked.json["uid"]) == (201, hold.json["uid"])
    assert desk.ask("DELETE", f"/holds/{hold.json['uid']}").status_code == 204
    gone = desk.post(f"/holds/{hold.json['uid']}/renewal", None)
    assert (gone.status_code, gone.json["code"]) == (409, "hold_expired")


def test_a_therapists_hold_in_a_colleagues_diary_is_nobodys_to_act_on(app: Flask, scene: Scene) -> None:
    """A diary can change hands while its time is held; the hold goes with the diary."""
    theo = caller(app, Role.THERAPIST, "Theo")

    def works_as(number: int) -> None:
        people = [scene.session.get_one(Therapist, one.id) for one in scene.therapists]
        for therapist in people:
            therapist.user_id = None
        scene.session.flush()
        people[number].user_id = theo.user.id

    act(scene.session, lambda: works_as(0))
    asked = {name: value for name, value in wanted(scene).items() if name != "client_uid"}
    hold = theo.post("/holds", asked).json["uid"]
    act(scene.session, lambda: works_as(1))
    answers = [theo.post(f"/holds/{hold}/renewal", None), theo.ask("DELETE", f"/holds/{hold}")]
    # As if there were no such hold.
    assert [answer.status_code for answer in answers] == [409, 204]
    act(scene.session, lambda: works_as(0))
    assert theo.post(f"/holds/{hold}/renewal", None).status_code == 200


def test_holds_are_no_appointments_of_the_list(desk: Caller, scene: Scene) -> None:
    body = {name: value for name, value in wanted(scene).items() if name != "client_uid"}
    desk.post("/holds", body)
    assert desk.get("/appointments").json == {"appointments": [], "next": None}


def test_a_list_is_read_page_by_page(desk: Caller, scene: Scene) -> None:
    booked = [desk.post("/appointments", wanted(scene, hour=hour)).json["uid"] for hour in (9, 10, 11)]
    first = desk.get("/appointments?limit=2").json
    rest = desk.get(f"/appointments?limit=2&cursor={first['next']}").json
    assert [each["uid"] for each in first["appointments"] + rest["appointments"]] == booked
    assert rest["next"] is None
    assert desk.get("/appointments?cursor=made-up").status_code == 422


def test_lists_are_narrowed(desk: Caller, scene: Scene) -> None:
    desk.post("/appointments", wanted(scene))
    for query, amount in (
        (f"client_uid={scene.clients[0].uid}", 1),
        (f"client_uid={scene.clients[1].uid}", 0),
        (f"therapist_uid={scene.therapists[1].uid}", 0),
        ("begins_at=2026-11-30T15:00:00Z&ends_at=2026-11-30T15:01:00Z", 1),
        ("begins_at=2026-11-30T15:00:01Z", 0),
        ("state=cancelled", 0),
    ):
        assert len(desk.get(f"/appointments?{query}").json["appointments"]) == amount, query


def test_two_appointments_swap_their_times(desk: Caller, scene: Scene) -> None:
    one, two = (desk.post("/appointments", wanted(scene, hour=hour, client=hour - 10)) for hour in (10, 11))
    swapped = desk.post(f"{path_of(one)}/swap", {"other_uid": two.json["uid"], "what": "times"})
    assert swapped.json["local_start"] == "2026-11-30T11:00"
    assert desk.get(path_of(two)).json["local_start"] == "2026-11-30T10:00"


def test_a_walk_in_has_arrived(desk: Caller, scene: Scene) -> None:
    body = {"service_uid": scene.service.uid, "client_uid": scene.clients[0].uid}
    answer = desk.post("/appointments/walk-ins", body)
    assert (answer.status_code, answer.json["state"]) == (201, "arrived")


def test_a_past_visit_is_recorded(desk: Caller, scene: Scene) -> None:
    body = wanted(scene, local_start="2026-11-20T10:00", outcome="completed", reason="Network down")
    answer = desk.post("/appointments/past-visits", body)
    assert (answer.status_code, answer.json["state"]) == (201, "completed")


class TestParkedCalls:
    def test_a_call_is_parked_resumed_and_closed(self, desk: Caller, scene: Scene) -> None:
        body = {name: value for name, value in wanted(scene).items() if name != "client_uid"}
        hold = desk.post("/holds", body).json
        parked = desk.post(
            "/parked-calls", {"label": "Ms Sousa?", "hold_uid": hold["uid"], "form": {"phone": "416 555"}}
        )
        assert (parked.status_code, parked.json["hold"]["uid"]) == (201, hold["uid"])
        assert [each["label"] for each in desk.get("/parked-calls").json] == ["Ms Sousa?"]
        resumed = desk.post(f"/parked-calls/{parked.json['uid']}/resumption", None)
        assert resumed.json["form"] == {"phone": "416 555"}
        assert desk.get("/parked-calls").json == []

    def test_what_was_typed_outlives_the_hold(self, desk: Caller, scene: Scene, clock) -> None:
        body = {name: value for name, value in wanted(scene).items() if name != "client_uid"}
        hold = desk.post("/holds", body).json
        desk.post("/parked-calls", {"hold_uid": hold["uid"], "form": {"name": "Ana"}})
        clock.now = clock.now.replace(minute=30)
        assert desk.post("/appointments", wanted(scene)).status_code == 201
        (call,) = desk.get("/parked-calls").json
        assert (call["hold"], call["form"]) == (None, {"name": "Ana"})

    def test_closing_a_call_gives_its_time_back(self, desk: Caller, scene: Scene) -> None:
        body = {name: value for name, value in wanted(scene).items() if name != "client_uid"}
        hold = desk.post("/holds", body).json
        call = desk.post("/parked-calls", {"hold_uid": hold["uid"]}).json
        assert desk.ask("DELETE", f"/parked-calls/{call['uid']}").status_code == 204
        assert desk.post("/appointments", wanted(scene)).status_code == 201

    def test_a_sixth_call_is_refused_and_the_five_are_the_way_out(self, desk: Caller, scene: Scene) -> None:
        for number in range(5):
            assert desk.post("/parked-calls", {"label": f"caller {number}"}).status_code == 201
        refused = desk.post("/parked-calls", {})
        assert (refused.status_code, refused.json["code"]) == (422, "too_many_parked_calls")
        assert len(refused.json["refusals"][0]["ways_out"]) == 5

    def test_a_call_is_its_own_users(self, app: Flask, desk: Caller, scene: Scene) -> None:
        call = desk.post("/parked-calls", {"label": "mine"}).json
        other = caller(app, Role.RECEPTIONIST, "Other")
        assert other.get("/parked-calls").json == []
        assert other.ask("DELETE", f"/parked-calls/{call['uid']}").status_code == 404


@pytest.fixture
def own(app: Flask, scene: Scene) -> Caller:
    """The first therapist, whose only client is the first one."""
    theo = caller(app, Role.THERAPIST, "Theo")
    act(
        scene.session,
        lambda: setattr(scene.session.merge(scene.therapists[0]), "user_id", theo.user.id),
    )
    scene.book(at(9))
    return theo


def test_a_therapists_booking_sent_twice_is_answered_as_the_first_time(own: Caller, scene: Scene) -> None:
    first, second = (own.post("/appointments", wanted(scene, 11), Idempotency_Key="key-12345678") for _ in range(2))
    assert (first.status_code, second.status_code) == (201, 201)
    assert first.json == second.json


def test_a_key_of_one_therapist_opens_nothing_to_another(app: Flask, own: Caller, scene: Scene) -> None:
    own.post("/appointments", wanted(scene, 11), Idempotency_Key="key-12345678")
    other = caller(app, Role.THERAPIST, "Olga")
    assert other.post("/appointments", wanted(scene, 11), Idempotency_Key="key-12345678").status_code == 404


def test_a_therapist_cannot_hand_a_treatment_to_a_colleague(own: Caller, desk: Caller, scene: Scene) -> None:
    path = path_of(own.post("/appointments", wanted(scene, local_start="2026-11-24T11:00")))
    own.post(f"{path}/arrival", {})
    foreign = {"therapist_uid": scene.therapists[1].uid}
    assert own.post(f"{path}/start", foreign).status_code == 404
    assert desk.get(path).json["state"] == "arrived"
    assert desk.post(f"{path}/start", foreign).status_code == 200


def test_a_list_tells_a_therapist_nothing_of_a_stranger(own: Caller, scene: Scene) -> None:
    asked = "/appointments?client_uid="
    assert own.get(asked + scene.clients[0].uid).status_code == 200
    answers = [own.get(asked + uid) for uid in (scene.clients[1].uid, "00000000-0000-4000-8000-000000000000")]
    assert [answer.status_code for answer in answers] == [404, 404]
