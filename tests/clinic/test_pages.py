"""Set-up pages as plain forms: what is shown, saved, refused and kept for the next try."""

import re
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from sqlalchemy.orm import Session

from practice.clinic import queries
from practice.clinic.models import Location, Service, Therapist, TimeOff
from tests.factories import make_location, make_room, make_service, make_therapist

PAGES = ("locations", "rooms", "services", "therapists", "closures", "time-off", "policies", "limits")
SERVICE = {
    "name": "Maintenance",
    "code": "MAINT-45",
    "kind": "hands_on",
    "duration_minutes": "45",
    "price_cents": "95.50",
    "needs_room": "1",
    "is_active": "1",
}


@pytest.fixture
def owner(client_as: Callable[[str], Any]) -> Any:
    return client_as("oscar")


@pytest.mark.parametrize("page", PAGES)
@pytest.mark.parametrize("role", ["oscar", "rita"])
def test_every_page_is_shown_empty_and_filled(
    client_as: Callable[[str], Any], session: Session, page: str, role: str
) -> None:
    browser = client_as(role)
    assert browser.get(f"/settings/{page}").status_code == 200
    make_therapist(session, usual_room_id=make_room(session).id)
    make_service(session)
    assert browser.get(f"/settings/{page}").status_code == 200


def test_a_receptionist_reads_and_is_offered_nothing_to_change(
    client_as: Callable[[str], Any], session: Session
) -> None:
    rita = client_as("rita")
    location = make_location(session)
    page = rita.get("/settings/locations").text
    assert location.name in page
    assert "Add a location" not in page
    assert rita.get("/settings/locations/new").status_code == 403
    assert rita.post(f"/settings/locations/{location.uid}", data={"name": "Mine"}).status_code == 403


def test_a_location_is_added_and_its_hours_come_next(owner: Any, session: Session) -> None:
    form = {"name": "Harbour", "address": "12 Harbour St", "zone": "America/Toronto", "is_active": "1"}
    answer = owner.post("/settings/locations/new", data=form)
    row = session.query(Location).one()
    assert (answer.status_code, answer.location) == (303, f"/settings/locations/{row.uid}/hours")
    assert (row.zone, row.arrive_early_minutes) == ("America/Toronto", 10)


def test_what_is_wrong_is_said_at_its_field_and_nothing_typed_is_lost(owner: Any) -> None:
    form = {"name": "Harbour <b>", "address": "", "zone": "America/Trontoo"}
    answer = owner.post("/settings/locations/new", data=form)
    assert answer.status_code == 422
    assert "Give an IANA time zone" in answer.text
    assert "Harbour &lt;b&gt;" in answer.text
    assert 'href="#f-address"' in answer.text


def test_a_service_is_priced_as_people_write_it(owner: Any, session: Session) -> None:
    therapist = make_therapist(session)
    answer = owner.post("/settings/services/new", data=SERVICE | {"therapist_uids": [therapist.uid]})
    assert answer.status_code == 303
    row = session.query(Service).one()
    assert (row.price_cents, row.needs_room) == (9550, True)
    assert queries.offers(session) == {row.id: {therapist.id}}
    assert 'value="95.50"' in owner.get(f"/settings/services/{row.uid}").text


def test_a_code_in_use_is_refused_at_its_field(owner: Any, session: Session) -> None:
    make_service(session, code="MAINT-45", name="Other")
    answer = owner.post("/settings/services/new", data=SERVICE)
    assert answer.status_code == 409
    assert "belongs to Other" in answer.text


def test_an_emptied_box_is_off_and_an_emptied_choice_is_none(owner: Any, session: Session) -> None:
    room = make_room(session)
    therapist = make_therapist(session, usual_room_id=room.id)
    form = {
        "name": therapist.name,
        "registration_number": "R1",
        "registration_status": "active",
        "colour": "3",
        "version": str(therapist.version),
    }
    assert owner.post(f"/settings/therapists/{therapist.uid}", data=form).status_code == 303
    session.close()
    row = session.get_one(Therapist, therapist.id)
    assert (row.is_active, row.usual_room_id, row.colour) == (False, None, 3)


def test_a_second_saver_sees_both_texts_and_may_insist(owner: Any, session: Session) -> None:
    room = make_room(session)
    form = {"name": "Blue room", "location_uid": owner and _location_uid(session), "is_active": "1", "version": "1"}
    assert owner.post(f"/settings/rooms/{room.uid}", data=form).status_code == 303
    late = owner.post(f"/settings/rooms/{room.uid}", data=form | {"name": "Green room"})
    assert late.status_code == 412
    assert "Green room" in late.text
    assert "Blue room" in late.text
    assert 'name="version" value="2"' in late.text
    assert (
        owner.post(f"/settings/rooms/{room.uid}", data=form | {"name": "Green room", "version": "2"}).status_code == 303
    )


def _location_uid(session: Session) -> str:
    return queries.list_locations(session)[0].uid


def test_a_week_is_typed_the_way_people_type_times(owner: Any, session: Session) -> None:
    location = make_location(session, hours=[])
    form = {
        "version": str(location.version),
        "weekday": ["0", "0", "5", "6"],
        "opens": ["9", "13.30", "1000", ""],
        "closes": ["12:30", "17", "14", ""],
    }
    assert owner.post(f"/settings/locations/{location.uid}/hours", data=form).status_code == 303
    assert [(row.weekday, row.opens_minute, row.closes_minute) for row in queries.list_opening_hours(session)] == [
        (0, 540, 750),
        (0, 810, 1020),
        (5, 600, 840),
    ]
    assert "Mon 09:00 to 12:30, 13:30 to 17:00<br>Sat 10:00 to 14:00" in owner.get("/settings/locations").text


def test_a_line_is_added_without_losing_the_others(owner: Any, session: Session) -> None:
    location = make_location(session, hours=[])
    form = {"weekday": ["0"], "opens": ["9"], "closes": ["12"], "add": "0"}
    page = owner.post(f"/settings/locations/{location.uid}/hours", data=form)
    assert page.status_code == 200
    assert page.text.count('name="weekday" value="0"') == 2
    assert 'value="09:00"' in page.text
    assert queries.list_opening_hours(session) == []


def test_monday_is_copied_to_friday(owner: Any, session: Session) -> None:
    location = make_location(session, hours=[])
    form = {"weekday": ["0", "0"], "opens": ["9", "13"], "closes": ["12", "17"], "copy": "0"}
    page = owner.post(f"/settings/locations/{location.uid}/hours", data=form).text
    assert [page.count(f'name="weekday" value="{weekday}"') for weekday in range(7)] == [2, 2, 2, 2, 2, 0, 0]


@pytest.mark.parametrize(
    ("opens", "closes", "sentence"),
    [("noon", "13:00", "Give a time"), ("13:00", "12:00", "ends before it begins"), ("9", "", "Give a time")],
)
def test_times_that_make_no_sense_are_refused(
    owner: Any, session: Session, opens: str, closes: str, sentence: str
) -> None:
    location = make_location(session)
    form = {"weekday": ["0"], "opens": [opens], "closes": [closes]}
    answer = owner.post(f"/settings/locations/{location.uid}/hours", data=form)
    assert answer.status_code == 422
    assert sentence in answer.text


def test_a_therapists_week_rules_from_a_day_on(owner: Any, session: Session) -> None:
    therapist = make_therapist(session, hours=[(0, 540, 1020)])
    place = _location_uid(session)
    form = {
        "version": "2",
        "weekday": "2",
        "opens": "9",
        "closes": "17",
        "location_uid": place,
        "valid_from": "2027-01-04",
    }
    assert owner.post(f"/settings/therapists/{therapist.uid}/hours", data=form).status_code == 303
    page = owner.get(f"/settings/therapists/{therapist.uid}/hours?on=2027-01-05").text
    assert "Wed 09:00 to 17:00" in page
    assert "Mon 09:00 to 17:00" in page


def test_a_day_differs_and_returns_to_the_week(owner: Any, session: Session) -> None:
    therapist = make_therapist(session)
    path = f"/settings/therapists/{therapist.uid}"
    assert owner.post(f"{path}/days", data={"on": "2026-12-01", "reason": "Course"}).status_code == 303
    assert "Not working" in owner.get(f"{path}/hours").text
    half = {"on": "2026-12-02", "opens": "9"}
    assert "Give both times" in owner.post(f"{path}/days", data=half).text
    assert owner.post(f"{path}/days/2026-12-01/clear").status_code == 303
    assert "Not working" not in owner.get(f"{path}/hours").text
    assert owner.post(f"{path}/days/never/clear").status_code == 404


def test_whole_days_off_are_counted_in_the_practices_zone(owner: Any, session: Session) -> None:
    therapist = make_therapist(session)
    form = {"therapist_uid": therapist.uid, "first_on": "2026-12-24", "last_on": "2026-12-26", "kind": "holiday"}
    assert owner.post("/settings/time-off", data=form).status_code == 303
    row = session.query(TimeOff).one()
    assert (row.starts_at.isoformat(), row.ends_at.isoformat()) == (
        "2026-12-24T05:00:00+00:00",
        "2026-12-27T05:00:00+00:00",
    )
    assert re.search(r"24.* to .*26", owner.get("/settings/time-off").text)
    assert owner.post(f"/settings/time-off/{row.uid}/remove", data={"version": "1"}).status_code == 303
    assert "Nobody is away" in owner.get("/settings/time-off").text


def test_time_off_that_ends_before_it_starts_or_in_a_gap_of_the_clock_is_refused(owner: Any, session: Session) -> None:
    therapist = make_therapist(session)
    form = {"therapist_uid": therapist.uid, "first_on": "2026-12-24", "last_on": "2026-12-23", "kind": "ill"}
    assert "ends before it starts" in owner.post("/settings/time-off", data=form).text
    gap = {"therapist_uid": therapist.uid, "first_on": "2027-03-14", "starts": "2:30", "kind": "ill"}
    assert "does not exist" in owner.post("/settings/time-off", data=gap).text


def test_a_therapist_sees_and_notes_own_time_off(client_as: Callable[[str], Any], cast: Any, session: Session) -> None:
    own = make_therapist(session, user_id=cast["theo"].id)
    other = make_therapist(session)
    theo = client_as("theo")
    page = theo.get("/settings/time-off").text
    assert own.uid in page
    assert other.uid not in page
    form = {"therapist_uid": other.uid, "first_on": "2026-12-24", "kind": "ill"}
    assert theo.post("/settings/time-off", data=form).status_code == 404


def test_closures_are_added_and_removed(owner: Any, session: Session) -> None:
    form = {"name": "Stocktaking", "first_on": "2026-12-28", "last_on": "2026-12-27"}
    assert "before it starts" in owner.post("/settings/closures", data=form).text
    assert owner.post("/settings/closures", data=form | {"last_on": "2026-12-28"}).status_code == 303
    row = queries.list_closures(session, since=date(2026, 12, 1))[0]
    assert owner.post(f"/settings/closures/{row.uid}/remove", data={"version": "1"}).status_code == 303
    assert "No closure ahead" in owner.get("/settings/closures").text


def test_policies_are_amended_from_a_day_on(owner: Any, session: Session) -> None:
    form = {
        "effective_on": "2027-01-01",
        "name": "Harbour Clinic",
        "sender_alias": "Harbour",
        "default_region": "CA",
        "cancel_notice_hours": "48",
        "late_cancel_fee_percent": "50",
        "no_show_fee_percent": "100",
        "quiet_from": "20",
        "quiet_until": "7.30",
        "confirmation_grace_seconds": "120",
        "change_grace_seconds": "300",
        "first_reminder_hours": "24",
        "safety_policy": "risk_based",
        "screening_days": "60",
        "needs_pregnancy_note": "true",
        "version": "1",
    }
    assert owner.post("/settings/policies", data=form).status_code == 303
    row = queries.get_settings(session, date(2027, 1, 1))
    assert (row.cancel_notice_minutes, row.quiet_until_minute, row.reminder_hours) == (2880, 450, [24])
    assert (row.safety_policy, row.screening_days, row.needs_pregnancy_note) == ("risk_based", 60, True)
    assert queries.get_settings(session, date(2026, 12, 31)).name == "Our practice"
    assert owner.post("/settings/policies", data=form | {"effective_on": "2026-11-23"}).status_code == 422
