import json
from datetime import timedelta

import pytest
from sqlalchemy import event

from practice.web.database import db
from tests.desk.scenes import worker_runs
from tests.factories import act, make_location, make_room, make_service, make_therapist

DAY = "/diary/2026-11-24"


@pytest.fixture
def clinic(session):
    """A location with two rooms and two therapists."""
    place = make_location(session)
    make_room(session, place)
    make_room(session, place)
    make_service(session, therapists=[])
    make_therapist(session, name="Ada Able")
    make_therapist(session, name="Ben Bold")
    return place


def counted(app, work):
    statements = []

    def note(_conn, _cursor, statement, *_more):
        statements.append(statement)

    with app.app_context():
        engine = db.engine
    event.listen(engine, "before_cursor_execute", note)
    try:
        work()
    finally:
        event.remove(engine, "before_cursor_execute", note)
    return len(statements)


def test_the_diary_leads_to_today(clinic, client_as):
    answer = client_as("rita").get("/diary")
    assert (answer.status_code, answer.location) == (303, f"{DAY}")


def test_a_day_is_shown_by_therapist_by_room_and_as_a_list(clinic, client_as):
    rita = client_as("rita")
    for path in (DAY, f"{DAY}?by=room", f"{DAY}?by=week", f"{DAY}/list", f"{DAY}/status"):
        assert rita.get(path).status_code == 200, path


def test_the_list_of_a_free_day_says_so(clinic, client_as):
    assert "Nothing is booked" in client_as("rita").get(f"{DAY}/list").text


def test_every_therapist_has_a_column_and_those_who_do_not_work_stand_last(session, clinic, client_as):
    make_therapist(session, name="Abe Away", hours=((0, 540, 1020),))
    columns = client_as("rita").get(f"{DAY}/events").json["resources"]
    assert [column["title"] for column in columns] == ["Ada Able", "Ben Bold", "Abe Away"]
    assert columns[-1]["extendedProps"]["off"] is True


def test_the_feed_says_when_nobody_works(clinic, client_as):
    events = client_as("rita").get(f"{DAY}/events").json["events"]
    spans = {(event["start"][11:], event["end"][11:]) for event in events if event["display"] == "background"}
    assert spans == {("00:00", "09:00"), ("12:30", "13:00"), ("17:00", "00:00")}


def test_an_unchanged_feed_is_not_sent_again(clinic, client_as):
    rita = client_as("rita")
    first = rita.get(f"{DAY}/events")
    again = rita.get(f"{DAY}/events", headers={"If-None-Match": first.headers["ETag"]})
    assert (again.status_code, again.data) == (304, b"")


@pytest.mark.parametrize(
    "path", ["/diary/2026-02-30", "/diary/soon", f"{DAY}?at=nowhere", f"{DAY}?by=week&therapist=x"]
)
def test_a_diary_that_does_not_exist_is_not_found(clinic, client_as, path):
    assert client_as("rita").get(path).status_code == 404


def test_a_therapist_sees_his_own_week_first(session, clinic, client_as, cast):
    ben = make_therapist(session, name="Zed Zeal")
    act(session, lambda: setattr(session.merge(ben), "user_id", cast["theo"].id))
    assert "Zed Zeal" in client_as("theo").get(f"{DAY}?by=week").text


def test_the_line_of_truth_says_when_mail_does_not_leave(session, clinic, client_as, now):
    rita = client_as("rita")
    assert "mail is not leaving" in rita.get(f"{DAY}/status").text
    worker_runs(session, now + timedelta(seconds=1))
    assert "healthy" in rita.get(f"{DAY}/status").text


def test_the_number_of_statements_does_not_grow_with_the_team(app, session, clinic, client_as):
    rita = client_as("rita")

    def look():
        assert rita.get(f"{DAY}/events").status_code == 200

    look()
    few = counted(app, look)
    for number in range(4):
        make_therapist(session, name=f"More {number}")
    look()
    assert counted(app, look) == few


def test_the_feed_is_compact_json(clinic, client_as):
    body = client_as("rita").get(f"{DAY}/events").text
    assert body == json.dumps(json.loads(body), separators=(",", ":"), ensure_ascii=False)


def test_the_shell_offers_only_what_a_role_may_do(clinic, client_as, cast):
    rita = client_as("rita").get(DAY).text
    theo = client_as("theo").get(DAY).text
    assert 'href="/calls"' in rita
    assert 'href="/calls"' not in theo
