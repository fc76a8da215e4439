"""Public holidays: known by country and region, proposed for a place and a year, added in one act."""

from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select

from practice.clinic.errors import NoHoliday, UnknownRegion
from practice.clinic.models import Closure
from practice.clinic.opening import ClosureDetails, add_closure, add_holidays, propose_holidays
from practice.clinic.public_holidays import holidays_between, is_known_region, public_holidays
from practice.core.actor import Role
from tests.callers import caller
from tests.conftest import NOW
from tests.factories import OWNER, act, make_location

CHRISTMAS, BOXING_DAY = date(2027, 12, 25), date(2027, 12, 26)


def test_a_region_has_its_own_days_besides_those_of_the_country():
    ontario = {each.on: each.name for each in public_holidays("CA-ON", 2027) if not each.is_observed}
    assert set(ontario) == {
        date(2027, 1, 1),
        date(2027, 2, 15),
        date(2027, 3, 26),
        date(2027, 5, 24),
        date(2027, 7, 1),
        date(2027, 9, 6),
        date(2027, 10, 11),
        CHRISTMAS,
        BOXING_DAY,
    }
    assert ontario[date(2027, 9, 6)] == "Labour Day"
    assert date(2027, 2, 15) not in {each.on for each in public_holidays("CA-QC", 2027)}


def test_days_that_stand_in_for_a_weekend_are_marked():
    found = {each.on: each.is_observed for each in public_holidays("CA-ON", 2027)}
    assert (found[CHRISTMAS], found[date(2027, 12, 27)]) == (False, True)
    assert date(2027, 12, 27) not in holidays_between("CA-ON", date(2027, 12, 1), date(2028, 1, 2))


@pytest.mark.parametrize(
    ("region", "is_known"),
    [("CA", True), ("CA-ON", True), ("FR", True), ("CA-XX", False), ("Ontario", False), ("", False)],
)
def test_only_known_regions_are_known(region, is_known):
    assert is_known_region(region) is is_known
    if not is_known:
        with pytest.raises(ValueError, match="no region"):
            public_holidays(region, 2027)


def test_ticked_days_are_closed_at_one_place_and_closed_ones_stay(session):
    place = make_location(session, holiday_region="CA-ON")
    other = make_location(session)
    act(
        session,
        lambda: add_closure(session, details=ClosureDetails(CHRISTMAS, CHRISTMAS, "Party"), actor=OWNER, now=NOW),
    )
    days = [CHRISTMAS, BOXING_DAY]
    for _ in range(2):
        act(session, lambda: add_holidays(session, location=place, year=2027, days=days, actor=OWNER, now=NOW))
    rows = session.scalars(select(Closure).order_by(Closure.first_on)).all()
    assert [(row.name, row.location_id) for row in rows] == [("Party", None), ("Boxing Day", place.id)]
    proposed = {
        each.holiday.on: each.is_closed for each in propose_holidays(session, location=place, year=2027, now=NOW)
    }
    assert (proposed[BOXING_DAY], proposed[date(2027, 7, 1)]) == (True, False)
    assert other.id != place.id


def test_a_day_that_is_none_and_an_unknown_region_are_refused(session):
    place = make_location(session, holiday_region="CA-ON")
    with pytest.raises(NoHoliday, match="2 December 2027 is no public holiday"):
        act(
            session,
            lambda: add_holidays(
                session, location=place, year=2027, days=[CHRISTMAS, date(2027, 12, 2)], actor=OWNER, now=NOW
            ),
        )
    session.rollback()
    assert session.scalars(select(Closure)).all() == []
    with pytest.raises(UnknownRegion, match="Ontario"):
        make_location(session, holiday_region="Ontario")


def test_the_api_proposes_and_adds(app: Flask, session):
    place = make_location(session, holiday_region="CA-ON")
    owner = caller(app, Role.OWNER)
    shown = owner.get(f"/locations/{place.uid}/holidays?year=2027").json
    assert {"on": "2027-12-25", "name": "Christmas Day", "is_observed": False, "is_closed": False} in shown
    added = owner.post(f"/locations/{place.uid}/holidays", {"year": 2027, "days": ["2027-12-25"]})
    assert [row["name"] for row in added.json] == ["Christmas Day"]


def test_the_page_ticks_them_and_closes_in_one_act(client_as, session):
    place = make_location(session, holiday_region="CA-ON")
    oscar = client_as("oscar")
    page = oscar.get(f"/settings/holidays?location_uid={place.uid}&year=2027").text
    assert 'value="2027-12-25" checked' in page
    data = {"location_uid": place.uid, "year": "2027", "days": ["2027-12-25", "2027-12-26"]}
    assert oscar.post("/settings/holidays", data=data).status_code == 303
    assert "Boxing Day" in oscar.get("/settings/closures").text
    again = oscar.post("/settings/holidays", data=data | {"days": ["2027-12-02"]})
    assert again.status_code == 422
