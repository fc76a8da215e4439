"""In autumn the clocks give one hour twice: whoever chooses the second gets the second."""

import re
from datetime import datetime

import pytest

from practice.desk.choice import Choice, read_choice
from tests.factories import make_location, make_room, make_service, make_therapist

EVERY_DAY = tuple((weekday, 0, 24 * 60) for weekday in range(7))
FIRST, SECOND = "2027-11-07T05:30", "2027-11-07T06:30"
"""Half past one in Toronto on the night when the clocks go back, in UTC."""


@pytest.fixture
def night(desk, session):
    """The desk of a place that never closes."""
    desk.location = make_location(session, name="Night and Day", hours=EVERY_DAY)
    make_room(session, desk.location)
    desk.ada = make_therapist(session, location=desk.location, services=(), hours=EVERY_DAY)
    desk.service = make_service(session, name="Relax 60", therapists=[desk.ada], horizon_days=400)
    return desk


def begins(appointment) -> str:
    return f"{appointment.starts_at:%Y-%m-%dT%H:%M}"


@pytest.mark.parametrize(("mark", "expected"), [("", FIRST), ("/2", SECOND)])
def test_the_chosen_one_of_two_equal_wall_times_is_held_and_booked(night, mark, expected):
    shown = night.rita.post("/book/draft", data=night.form(more="on", from_on="2027-11-07")).text
    (offered,) = re.findall(rf'class="button small chip" name="choice" value="(2027-11-07T01:30{mark}\|[^"]+)"', shown)
    held = night.rita.post("/book/draft", data=night.form(choice=offered)).text
    assert begins(night.only_row()) == expected
    kept = {name: re.search(rf'name="{name}" value="([^"]*)"', held)[1] for name in ("hold", "held_for")}
    night.rita.post("/book", data=night.form(client=night.client().uid, choice=offered, **kept))
    assert (night.only_row().state, begins(night.only_row())) == ("booked", expected)


def test_a_visit_is_moved_from_the_first_to_the_second(night):
    visit = night.book(night.client(), datetime(2027, 11, 7, 1, 30))
    assert begins(night.only_row()) == FIRST
    form = {"choice": f"2027-11-07T01:30/2|{night.ada.uid}|", "version": visit.version}
    night.rita.post(f"/appointments/{visit.uid}/move", data=form)
    assert begins(night.only_row()) == SECOND


def test_a_way_out_of_a_taken_time_leads_to_the_hour_that_it_names(night):
    night.book(night.client(), datetime(2027, 11, 7, 1, 0))
    choice = f"2027-11-07T01:00|{night.ada.uid}|"
    refused = night.rita.post("/book/draft", data=night.form(choice=choice))
    assert refused.status_code == 409
    ways = re.findall(r'name="choice" value="(2027-11-07T01:\d\d/2\|[^"]+)"[^>]*>\s*([^<]*)', refused.text)
    assert ways and all("clocks back" in words for _, words in ways), ways
    night.rita.post("/book/draft", data=night.form(choice=ways[0][0]))
    assert begins(night.rows()[-1]).startswith("2027-11-07T06:")


def test_the_second_is_another_choice_than_the_first():
    first, second = read_choice("2027-11-07T01:30|ada|"), read_choice("2027-11-07T01:30/2|ada|")
    assert first != second and (first.fold, second.fold) == (0, 1)
    assert [str(each) for each in (first, second)] == ["2027-11-07T01:30|ada|", "2027-11-07T01:30/2|ada|"]
    assert second == Choice(datetime(2027, 11, 7, 1, 30, fold=1), "ada")
