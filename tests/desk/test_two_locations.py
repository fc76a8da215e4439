"""A practice with two locations: Today and the diary stay at the one chosen last, each in its own zone."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from practice.clinic.details import LocationDetails, PolicyDetails, details_of
from practice.clinic.policies import set_policies
from practice.clinic.queries import get_location
from practice.clinic.service import change_location
from practice.desk.diary.open_diary import belongs
from tests.conftest import NOW
from tests.factories import OWNER, act, make_location, make_service, make_therapist
from tests.scheduling.worlds import practice


@pytest.fixture
def places(session: Session) -> list[str]:
    here = make_location(session, name="Harbour")
    there = make_location(session, name="Seaside", zone="America/Vancouver")
    make_service(session, therapists=[])
    for place in (here, there):
        make_therapist(session, location=place, name=f"Tara of {place.name}")
    details = PolicyDetails(name="Harbour Massage", sender_alias="Harbour")
    act(
        session,
        lambda: set_policies(session, details=details, effective_on=NOW.date(), version=None, actor=OWNER, now=NOW),
    )
    uids = [here.uid, there.uid]
    session.rollback()
    return uids


@pytest.fixture
def desk(client_as: Callable[[str], Any]) -> Any:
    return client_as("rita")


def test_the_location_chosen_last_is_shown_until_another_is_chosen(desk: Any, places: list[str]) -> None:
    chosen = desk.get(f"/today?at={places[1]}")
    assert chosen.status_code == 200
    assert "Seaside" in desk.get("/today").text.split("</header>")[0]
    feed = desk.get("/diary/2026-11-24/events").json
    assert [column["title"] for column in feed["resources"]] == ["Tara of Seaside"]
    desk.get(f"/diary/2026-11-24?at={places[0]}")
    feed = desk.get("/diary/2026-11-24/events").json
    assert [column["title"] for column in feed["resources"]] == ["Tara of Harbour"]


def test_a_location_that_closed_or_never_was_is_forgotten(desk: Any, places: list[str], session: Session) -> None:
    assert desk.get("/today?at=00000000-0000-4000-8000-000000000000").status_code == 404
    assert desk.get("/today").status_code == 200
    desk.get(f"/today?at={places[1]}")

    def close() -> None:
        row = get_location(session, places[1])
        details = LocationDetails(
            **{
                **{n: getattr(details_of(LocationDetails, row), n) for n in LocationDetails.__slots__},
                "is_active": False,
            }
        )
        change_location(session, location=row, details=details, version=None, actor=OWNER, now=NOW)

    act(session, close)
    assert "Harbour" in desk.get("/today").text


def test_a_therapist_who_joined_since_the_set_up_was_read_belongs_nowhere_yet() -> None:
    set_up = practice().set_up
    (known,) = set_up.therapists
    assert belongs(set_up, known, 1)
    assert not belongs(set_up, known + 1, 1)
