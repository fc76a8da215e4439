"""Limits in the set-up's pages and over JSON: saved, kept by versions, refused with the field named."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from practice.clinic.limits import OwnLimits, get_limits, own_limits
from practice.core.actor import Role
from tests.callers import Caller, caller
from tests.factories import make_location, make_service, make_therapist

FORM = {
    "visits_a_day": "8",
    "rest_after_minutes": "180",
    "rest_minutes": "30",
    "gap_days_hands_on": "2",
    "gap_days_assessment": "0",
    "gap_days_phone": "0",
    "travel_minutes": "20",
    "version": "1",
}


@pytest.fixture
def owner(client_as: Callable[[str], Any]) -> Any:
    return client_as("oscar")


@pytest.fixture
def api(app: Flask) -> Caller:
    return caller(app, Role.OWNER)


def test_limits_are_saved_by_their_form(owner: Any, session: Session) -> None:
    make_location(session)
    assert owner.post("/settings/limits", data=FORM).status_code == 303
    row = get_limits(session)
    assert (row.visits_a_day, row.visits_a_week, row.rest_after_minutes, row.gap_days_hands_on) == (8, None, 180, 2)
    stale = owner.post("/settings/limits", data=FORM | {"visits_a_day": "9"})
    assert stale.status_code == 412
    wrong = owner.post("/settings/limits", data=FORM | {"rest_minutes": "2", "version": "2"})
    assert wrong.status_code == 422
    assert "rest_minutes" in wrong.text


def test_one_therapist_differs(owner: Any, session: Session) -> None:
    make_location(session)
    tara = make_therapist(session, name="Tara Tall")
    path = f"/settings/therapists/{tara.uid}/limits"
    version = str(tara.version)
    session.rollback()
    assert owner.post(path, data={"visits_a_day": "5", "version": version}).status_code == 303
    assert own_limits(session) == {tara.id: OwnLimits(visits_a_day=5)}
    session.rollback()
    assert "Visits a day: 5" in owner.get("/settings/limits").text
    assert owner.post(path, data={"visits_a_day": "5", "version": version}).status_code == 412
    assert owner.post(path, data={"version": str(int(version) + 1)}).status_code == 303
    assert own_limits(session) == {}


def test_limits_places_and_ways_over_json(api: Caller, session: Session) -> None:
    here, there = make_location(session), make_location(session, zone="America/Vancouver")
    tara, service = make_therapist(session, location=here), make_service(session)
    read = api.get("/limits")
    changed = api.ask("PATCH", "/limits", {"visits_a_week": 30}, If_Match=read.headers["ETag"])
    assert (changed.status_code, changed.json["visits_a_week"]) == (200, 30)
    assert api.ask("PATCH", "/limits", {"visits_a_week": 31}, If_Match=read.headers["ETag"]).status_code == 412
    paths = {
        f"/therapists/{tara.uid}/limits": {"visits_a_day": 4},
        f"/services/{service.uid}/locations": {"location_uids": [here.uid]},
        f"/locations/{here.uid}/travel": {"ways": [{"location_uid": there.uid, "minutes": 40}]},
    }
    session.rollback()
    for path, body in paths.items():
        known = api.get(path)
        put = api.ask("PUT", path, body, If_Match=known.headers["ETag"])
        assert put.status_code == 200, put.text
        assert body.items() <= api.get(path).json.items()
        assert api.ask("PUT", path, body, If_Match=known.headers["ETag"]).status_code == 412
    assert api.get(f"/locations/{there.uid}/travel").json["ways"] == [{"location_uid": here.uid, "minutes": 40}]
