"""Free times and the calendar feed over JSON: shape, input, who sees what, statements."""

from datetime import datetime, timedelta

import pytest
from flask import Flask
from sqlalchemy import update
from sqlalchemy.orm import Session

from practice.clinic.models import Therapist
from practice.core.actor import Role
from practice.scheduling.blocks.keeping import keep_free
from practice.scheduling.blocks.wishes import BlockWish
from practice.scheduling.calendar.feed import By, FeedQuery, read_feed
from practice.scheduling.free_time.schemas import StartsSchema
from practice.scheduling.models import BlockKind
from tests.callers import Caller, caller
from tests.conftest import NOW
from tests.factories import OWNER, act, make_client, make_location, make_room, make_therapist
from tests.scheduling.clinics import MONDAY, Clinic, captured


@pytest.fixture
def clinic(session: Session) -> Clinic:
    return Clinic(session)


@pytest.fixture
def desk(app: Flask) -> Caller:
    return caller(app, Role.RECEPTIONIST)


def range_of(clinic: Clinic, **over: str) -> str:
    values = {"service": clinic.service.uid, "from": "2026-11-30", "to": "2026-11-30", **over}
    return "/availability?" + "&".join(f"{name}={value}" for name, value in values.items())


def test_a_day_lists_starts_with_people_and_a_room(desk: Caller, clinic: Clinic) -> None:
    answer = desk.get(range_of(clinic))
    assert answer.status_code == 200
    body = answer.json
    assert StartsSchema().validate(body) == {}
    assert body["starts"][0] == {
        "start": "2026-11-30T09:00-05:00",
        "therapists": [clinic.therapist.uid],
        "room": clinic.room.uid,
    }
    assert body["therapists"] == [{"uid": clinic.therapist.uid, "name": clinic.therapist.name}]
    assert body["has_more"] is False


def test_a_limit_cuts_and_says_so(desk: Caller, clinic: Clinic) -> None:
    body = desk.get(range_of(clinic, limit="2")).json
    assert len(body["starts"]) == 2
    assert body["has_more"] is True


def test_the_therapists_usual_room_is_proposed_first(desk: Caller, clinic: Clinic, session: Session) -> None:
    usual = make_room(session, clinic.location, name="Zebra")
    therapist = make_therapist(session, location=clinic.location, services=[clinic.service], usual_room_id=usual.id)
    body = desk.get(range_of(clinic, therapist=therapist.uid)).json
    assert {start["room"] for start in body["starts"]} == {usual.uid}


@pytest.mark.parametrize(
    ("over", "pointer"),
    [
        ({"to": "2026-11-29"}, "to"),
        ({"to": "2027-02-01"}, "to"),
        ({"from": "30.11.2026"}, "from"),
        ({"service": "1"}, "service"),
        ({"limit": "0"}, "limit"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_bad_input_names_the_field(desk: Caller, clinic: Clinic, over: dict[str, str], pointer: str) -> None:
    answer = desk.get(range_of(clinic, **over))
    assert answer.status_code == 422
    assert pointer in str(answer.json["errors"])


@pytest.mark.parametrize("field", ["service", "location", "therapist", "room", "client"])
def test_an_unknown_uid_is_not_found(desk: Caller, clinic: Clinic, field: str) -> None:
    answer = desk.get(range_of(clinic, **{field: "00000000-0000-4000-8000-000000000000"}))
    assert answer.status_code == 404


def test_several_locations_must_be_told_apart(desk: Caller, clinic: Clinic, session: Session) -> None:
    other = make_location(session)
    answer = desk.get(range_of(clinic))
    assert (answer.status_code, answer.json["code"]) == (422, "location_needed")
    values = [way["values"]["location"] for way in answer.json["refusals"][0]["ways_out"]]
    assert set(values) == {clinic.location.uid, other.uid}
    assert desk.get(range_of(clinic, location=values[0])).status_code == 200


def test_three_next_times_come_on_different_days_with_the_therapist_of_last_time(
    desk: Caller, clinic: Clinic, session: Session
) -> None:
    client = make_client(session)
    familiar = make_therapist(session, location=clinic.location, services=[clinic.service], name="Zoe Familiar")
    clinic.take(9, on=MONDAY - timedelta(days=14), therapist=familiar, client_id=client.id)
    path = f"/availability/next?service={clinic.service.uid}&client={client.uid}&from=2026-11-30"
    proposals = desk.get(path).json["proposals"]
    assert [one["start"][:16] for one in proposals] == ["2026-11-30T09:00", "2026-12-01T09:00", "2026-12-02T09:00"]
    assert {one["therapist"]["name"] for one in proposals} == {"Zoe Familiar"}


def test_the_clients_other_appointment_is_not_proposed_over(desk: Caller, clinic: Clinic, session: Session) -> None:
    client = make_client(session)
    elsewhere = make_therapist(session, location=clinic.location, services=[])
    clinic.take(9, therapist=elsewhere, room=None, client_id=client.id, also_on=[client.diary_id])
    path = f"/availability/next?service={clinic.service.uid}&client={client.uid}&from=2026-11-30&amount=1"
    assert desk.get(path).json["proposals"][0]["start"] == "2026-11-30T10:00-05:00"


def test_explain_names_the_rules_and_leads_out(desk: Caller, clinic: Clinic, session: Session) -> None:
    clinic.take(14, client_id=make_client(session).id)
    path = f"/availability/explain?service={clinic.service.uid}&therapist={clinic.therapist.uid}&start=2026-11-30T14:10"
    body = desk.get(path).json
    assert body["is_offered"] is False
    assert [refusal["code"] for refusal in body["refusals"]] == ["off_grid", "time_taken", "no_room"]
    acts = {way["act"]: way["values"] for way in body["refusals"][0]["ways_out"]}
    assert acts["choose_time"]["local_start"] >= "2026-11-30T15:15"
    assert acts["next_times"]["service"] == clinic.service.uid
    free = desk.get(path.replace("14:10", "10:00")).json
    assert free == {"is_offered": True, "refusals": [], "beside": []}


def test_explain_offers_a_free_colleague(desk: Caller, clinic: Clinic, session: Session) -> None:
    colleague = make_therapist(session, location=clinic.location, services=[clinic.service])
    make_room(session, clinic.location)
    clinic.take(14, client_id=make_client(session).id)
    path = f"/availability/explain?service={clinic.service.uid}&therapist={clinic.therapist.uid}&start=2026-11-30T14:00"
    ways = desk.get(path).json["refusals"][0]["ways_out"]
    assert ("choose_therapist", colleague.uid) in [(way["act"], way["values"].get("therapist")) for way in ways]


def feed(by: str = "therapist") -> str:
    return f"/diary?from=2026-11-30&to=2026-11-30&by={by}"


def test_the_feed_shows_appointments_holds_and_closed_hours(desk: Caller, clinic: Clinic, session: Session) -> None:
    client = make_client(session, first_name="Ann", last_name="Österreich")
    clinic.take(14, client_id=client.id)
    clinic.take(10)
    body = desk.get(feed()).json
    assert [(one["start"], one["title"], one["state"]) for one in body["events"]] == [
        ("2026-11-30T10:00", "", "held"),
        ("2026-11-30T14:00", "Ann Österreich", "booked"),
    ]
    assert body["events"][1]["with"] == clinic.room.name
    closed = [(one["start"], one["end"]) for one in body["unavailable"]]
    assert closed == [
        ("2026-11-30T00:00", "2026-11-30T09:00"),
        ("2026-11-30T12:30", "2026-11-30T13:00"),
        ("2026-11-30T17:00", "2026-12-01T00:00"),
    ]


def test_the_feed_by_room_names_the_therapist(desk: Caller, clinic: Clinic, session: Session) -> None:
    clinic.take(14, client_id=make_client(session).id)
    body = desk.get(feed("room")).json
    assert body["columns"] == [{"id": clinic.room.uid, "title": clinic.room.name}]
    assert body["events"][0]["with"] == clinic.therapist.name
    assert body["events"][0]["column"] == clinic.room.uid


def test_cancelled_visits_and_expired_holds_are_not_drawn(desk: Caller, clinic: Clinic, session: Session) -> None:
    clinic.take(14, client_id=make_client(session).id, state="cancelled", occupies=False)
    clinic.take(10, hold_ends_at=NOW)
    assert desk.get(feed()).json["events"] == []


@pytest.mark.parametrize("by", ["therapist", "room"])
def test_a_therapist_sees_colleagues_as_busy_only(app: Flask, clinic: Clinic, session: Session, by: str) -> None:
    viewer = caller(app, Role.THERAPIST)
    own = make_therapist(session, location=clinic.location, services=[clinic.service])
    session.execute(update(Therapist).where(Therapist.id == own.id).values(user_id=viewer.user.id))
    session.commit()
    clinic.take(14, client_id=make_client(session, last_name="Canary").id)
    clinic.take(10, therapist=own, client_id=make_client(session, last_name="Mine").id)
    answer = viewer.get(feed(by))
    assert "Canary" not in answer.text
    mine, busy = answer.json["events"]
    assert mine["title"] == "Clara Mine"
    assert (busy["title"], busy["state"]) == ("Busy", "busy")
    assert set(busy) == {"column", "start", "end", "title", "state"}


@pytest.mark.parametrize(
    "path", ["/explain?start=2026-11-30T10:00", "/next?amount=1", "?from=2026-11-30&to=2026-11-30"]
)
def test_a_strangers_diary_tells_a_therapist_nothing(
    app: Flask, desk: Caller, clinic: Clinic, session: Session, path: str
) -> None:
    viewer, stranger = caller(app, Role.THERAPIST), make_client(session)
    clinic.take(10, client_id=stranger.id)
    asked = f"/availability{path}&service={clinic.service.uid}&client="
    assert desk.get(asked + stranger.uid).status_code == 200
    answers = [viewer.get(asked + uid) for uid in (stranger.uid, "00000000-0000-4000-8000-000000000000")]
    assert [answer.status_code for answer in answers] == [404, 404]


def test_the_feeds_etag_answers_an_unchanged_calendar(desk: Caller, clinic: Clinic, session: Session) -> None:
    first = desk.get(feed())
    again = desk.ask("GET", feed(), If_None_Match=first.headers["ETag"])
    assert again.status_code == 304
    clinic.take(14, client_id=make_client(session).id)
    assert desk.ask("GET", feed(), If_None_Match=first.headers["ETag"]).status_code == 200


def test_a_read_is_not_refused_for_a_header_that_guards_writing(desk: Caller, clinic: Clinic) -> None:
    answer = desk.ask("GET", feed(), If_Match='"1"')
    assert (answer.status_code, answer.content_type) == (200, "application/json")


@pytest.mark.parametrize("by", ["therapist", "room"])
def test_the_feed_takes_three_statements_for_any_size(clinic: Clinic, session: Session, by: str) -> None:
    for hour in (9, 11, 14, 16):
        clinic.take(hour, client_id=make_client(session).id)
    session.commit()
    query = FeedQuery(first_on=MONDAY, last_on=MONDAY + timedelta(days=6), by=By(by))
    for expected in (3, 2):
        with captured(session) as statements:
            found = read_feed(session, query, now=NOW)
        assert len(found.visits) == 4
        assert len(statements) == expected


@pytest.mark.parametrize("by", ["therapist", "room"])
def test_the_feed_shows_what_is_kept_free_in_its_columns(
    app: Flask, desk: Caller, clinic: Clinic, session: Session, by: str
) -> None:
    wish = BlockWish(
        kind=BlockKind.MEETING,
        title="Rota",
        local_start=datetime(2026, 11, 30, 10),
        minutes=30,
        therapists=(clinic.therapist.uid,),
        room=clinic.room.uid,
    )
    session.rollback()
    (block,) = act(session, lambda: keep_free(session, wish=wish, actor=OWNER, now=NOW))
    (event,) = desk.get(feed(by)).json["events"]
    assert (event["id"], event["title"], event["state"], event["kind"]) == (block.uid, "Rota", "block", "meeting")
    (busy,) = caller(app, Role.THERAPIST).get(feed(by)).json["events"]
    assert (busy["title"], busy["state"]) == ("Busy", "busy")
