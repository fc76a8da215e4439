"""Reading a calendar file in the browser and over JSON."""

from io import BytesIO

import pytest
from sqlalchemy import select

from practice.clinic.models import Therapist
from practice.core.actor import Role
from practice.scheduling.models import Block
from tests.callers import caller
from tests.factories import act, make_client

FILE = (
    "BEGIN:VCALENDAR\r\nBEGIN:VEVENT\r\nUID:a\r\nDTSTART;TZID=America/Toronto:20261125T100000\r\n"
    "DURATION:PT2H\r\nSUMMARY:Oncologist\r\nLOCATION:Ward 3\r\nEND:VEVENT\r\nEND:VCALENDAR\r\n"
)


def posted(desk, content=FILE, browser=None, **over):
    data = {"therapist_uid": desk.ada.uid, **over}
    if content is not None:
        data["file"] = (BytesIO(content if isinstance(content, bytes) else content.encode()), "mine.ics")
    return (browser or desk.rita).post("/busy-times", data=data, content_type="multipart/form-data")


def blocks(desk) -> list[Block]:
    desk.session.rollback()
    return list(desk.session.scalars(select(Block)))


def test_a_file_is_read_nothing_but_times_is_kept_and_clashes_are_listed(desk):
    visit = desk.book(make_client(desk.session), desk.at(11, day=25))
    answer = posted(desk)
    assert answer.status_code == 200
    assert f'href="/appointments/{visit.uid}"' in answer.text
    (block,) = blocks(desk)
    assert (block.title, str(block.kind), block.source) == ("", "elsewhere", "import")
    diary = desk.rita.get("/diary/2026-11-25/events").text
    assert "Own calendar" in diary
    assert "Oncologist" not in diary + answer.text
    assert "comes from the therapist" in desk.rita.get(f"/blocks/{block.uid}").text


def test_the_last_file_can_be_forgotten(desk):
    posted(desk)
    assert posted(desk, None, forget="1").status_code == 200
    assert blocks(desk) == []


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "Choose a calendar file"),
        ("hello", "This is no calendar file"),
        (b"\xff\xfe\x00", "This is no calendar file"),
        (b"\x89PNG\r\n", "This is no calendar file"),
        ("BEGIN:VCALENDAR\nBEGIN:VEVENT\n", "damaged"),
        ("BEGIN:VCALENDAR\n" + "X" * 600_000, "larger than half a megabyte"),
    ],
)
def test_a_file_that_cannot_be_read_is_refused_in_words_and_nothing_is_lost(desk, content, words):
    posted(desk)
    answer = posted(desk, content)
    assert answer.status_code == 422
    assert words in answer.text
    assert len(blocks(desk)) == 1


def test_a_therapist_reads_the_own_calendar_only(desk, client_as, cast):
    act(desk.session, lambda: setattr(desk.session.get_one(Therapist, desk.ada.id), "user_id", cast["theo"].id))
    theo = client_as("theo")
    assert theo.get("/busy-times").status_code == 200
    assert posted(desk, browser=theo).status_code == 200
    assert posted(desk, browser=theo, therapist_uid=desk.ben.uid).status_code == 404


def test_a_file_is_read_over_json(desk, app):
    rita = caller(app, Role.RECEPTIONIST)
    path = f"/therapists/{desk.ada.uid}/busy-times"
    answer = rita.ask("PUT", path, {"calendar": FILE})
    assert answer.json == {"entries": 1, "kept": 1, "unread_rules": 0, "unknown_zones": 0, "clashes": []}
    assert rita.ask("PUT", path, {"calendar": "hello"}).json["code"] == "not_a_calendar"
    assert rita.ask("PUT", path, {}).status_code == 422
    assert caller(app, Role.THERAPIST).ask("PUT", path, {"calendar": FILE}).status_code == 404
