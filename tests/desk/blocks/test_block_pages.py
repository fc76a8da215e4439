"""The panel of time kept free, and what the diary, its list and Today make of it."""

import re
from dataclasses import replace
from datetime import date

import pytest
from sqlalchemy import select

from practice.clinic.models import Therapist
from practice.desk.diary.address import DiaryAddress
from practice.desk.diary.open_diary import open_diary
from practice.desk.diary.working_hours import Hours, gaps_of
from practice.scheduling.models import Block
from tests.desk.scenes import statements_of
from tests.factories import act, make_client
from tests.scheduling.scene import RITA

DAY = "/diary/2026-11-24"


def posted(desk, **over):
    values = {
        "kind": "meeting",
        "title": "Team and landlord",
        "therapist_uids": [desk.ada.uid, desk.ben.uid],
        "first_on": "2026-11-24",
        "starts": "11:00",
        "ends": "12:00",
        **over,
    }
    return desk.rita.post("/blocks/new", data=values)


def blocks(desk) -> list[Block]:
    desk.session.rollback()
    desk.session.expire_all()
    return list(desk.session.scalars(select(Block).order_by(Block.starts_at, Block.id)))


def events(browser, query=""):
    found = browser.get(f"{DAY}/events{query}").json["events"]
    return [event for event in found if event.get("extendedProps", {}).get("kind") == "block"]


def test_a_meeting_is_kept_free_by_a_plain_form_and_drawn_once_for_both(desk):
    answer = posted(desk)
    assert (answer.status_code, answer.location) == (303, DAY)
    (event,) = events(desk.rita)
    assert (event["title"], event["start"], event["end"]) == ("Meeting", "2026-11-24T11:00", "2026-11-24T12:00")
    assert set(event["resourceIds"]) == {desk.ada.uid, desk.ben.uid}
    assert event["extendedProps"] == {"kind": "block", "icon": "clients", "sub": "Team and landlord", "opens": True}


def test_the_list_and_the_week_show_it_with_a_link(desk):
    posted(desk)
    (block,) = blocks(desk)
    listed = desk.rita.get(f"{DAY}/list").text
    assert f'href="/blocks/{block.uid}"' in listed
    assert "Team and landlord" in listed
    assert len(events(desk.rita, f"?by=week&therapist={desk.ada.uid}")) == 1
    assert events(desk.rita, "?by=room") == []


def test_what_is_kept_free_is_no_gap(desk):
    hours = hours_of_ada(desk)
    assert len(gaps_of(hours, [], now=desk.clock())) == 2
    posted(desk, starts="13:00", ends="17:00", kind="training", therapist_uids=[desk.ada.uid])
    desk.session.rollback()
    diary = open_diary(desk.session, DiaryAddress(date(2026, 11, 24)), actor=RITA, now=desk.clock())
    assert len(gaps_of(hours, [], diary.kept, now=desk.clock())) == 1


def hours_of_ada(desk) -> Hours:
    desk.session.rollback()
    hours = open_diary(desk.session, DiaryAddress(date(2026, 11, 24)), actor=RITA, now=desk.clock()).hours
    return replace(hours, working={desk.ada.uid: hours.working[desk.ada.uid]})


def test_every_tuesday_leaves_out_the_days_that_are_taken(desk):
    desk.book(make_client(desk.session), desk.at(11, day=24))
    weekly = {"repeats": "1", "weekdays": ["1"], "every": "1", "until": "2026-12-15"}
    refused = posted(desk, **weekly)
    assert refused.status_code == 409
    assert "Ada Able is taken from 11:00 to 12:00" in refused.text
    days = re.search(r'name="leave_out" value="([^"]*)"', refused.text)[1]
    assert days == "2026-11-24"
    assert blocks(desk) == []
    assert posted(desk, **weekly, leave_out=days).status_code == 303
    assert [f"{block.local_start:%m-%d}" for block in blocks(desk)] == ["12-01", "12-08", "12-15"]


def test_a_block_is_changed_and_given_back_as_far_as_asked(desk):
    posted(desk, repeats="1", weekdays=["1"], until="2026-12-15")
    second = blocks(desk)[1]
    page = desk.rita.get(f"/blocks/{second.uid}")
    assert page.status_code == 200
    assert "Every Tuesday" in page.text
    values = {
        "kind": "lunch",
        "therapist_uids": desk.ada.uid,
        "first_on": "2026-12-01",
        "starts": "12:00",
        "ends": "12:30",
        "version": second.version,
        "scope": "following",
    }
    assert desk.rita.post(f"/blocks/{second.uid}", data=values).status_code == 303
    assert [str(block.kind) for block in blocks(desk)] == ["meeting", "lunch", "lunch", "lunch"]
    stale = desk.rita.post(f"/blocks/{second.uid}", data=values)
    assert stale.status_code == 412
    removal = {**values, "version": blocks(desk)[1].version}
    assert desk.rita.post(f"/blocks/{second.uid}/remove", data=removal).status_code == 303
    assert len(blocks(desk)) == 1


@pytest.mark.parametrize(
    ("over", "words"),
    [
        ({"ends": "11:00"}, "Give an end after the start."),
        ({"therapist_uids": []}, "Say whose time or which room is kept free."),
        ({"kind": "elsewhere"}, "Choose one of"),
        ({"first_on": "2026-11-20"}, "That time has passed."),
        ({"first_on": "soon"}, "Not a valid date"),
        ({"repeats": "1", "weekdays": ["1"]}, "Say until when."),
        ({"repeats": "1", "weekdays": ["1"], "until": "2029-01-01"}, "at most a year ahead"),
        ({"repeats": "1", "weekdays": ["1"], "until": "2026-12-15", "skipped": "Christmas"}, "Give days as"),
    ],
)
def test_what_cannot_be_is_said_at_its_field_and_what_was_typed_stays(desk, over, words):
    answer = posted(desk, **over)
    assert answer.status_code == 422
    assert words in answer.text
    assert "Team and landlord" in answer.text
    assert blocks(desk) == []


def own_diary(desk, client_as, cast):
    act(desk.session, lambda: setattr(desk.session.get_one(Therapist, desk.ada.id), "user_id", cast["theo"].id))
    return client_as("theo")


def test_a_therapist_keeps_the_own_time_free_and_sees_of_others_only_that_it_is(desk, client_as, cast):
    theo = own_diary(desk, client_as, cast)
    posted(desk, therapist_uids=[desk.ben.uid], title="Secret")
    posted(desk, starts="09:00", ends="09:30")
    (of_ben, shared) = blocks(desk)[::-1]
    assert theo.get(f"/blocks/{of_ben.uid}").status_code == 404
    drawn = {event["title"]: event for event in events(theo)}
    assert set(drawn) == {"Busy", "Meeting"}
    assert "Secret" not in theo.get(f"{DAY}/events").text
    assert "Secret" not in theo.get(f"{DAY}/list").text
    page = theo.get(f"/blocks/{shared.uid}")
    assert "Others share this time" in page.text
    assert theo.post(f"/blocks/{shared.uid}/remove", data={"scope": "this"}).status_code == 404
    own = {"kind": "lunch", "therapist_uids": desk.ada.uid, "first_on": "2026-11-24", "starts": "12:00"}
    assert theo.post("/blocks/new", data={**own, "ends": "12:30"}).status_code == 303
    assert theo.post("/blocks/new", data={**own, "ends": "12:30", "therapist_uids": desk.ben.uid}).status_code == 404


def test_the_diary_takes_no_more_statements_for_many_blocks(desk):
    posted(desk)
    few = statements_of(desk.app, lambda: desk.rita.get(f"{DAY}/events"))
    for minute in range(0, 60, 10):
        posted(desk, starts=f"15:{minute:02d}", ends=f"15:{minute + 5:02d}")
    assert statements_of(desk.app, lambda: desk.rita.get(f"{DAY}/events")) == few
