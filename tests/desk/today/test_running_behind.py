"""Running behind: one press, and Today says when each can be expected and whom to phone."""

from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.scheduling.delays.models import RunningBehind
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from tests.desk.scenes import Clinic, statements_of
from tests.desk.today.test_today import text_of
from tests.factories import act, make_client

HOUR = timedelta(hours=1)
HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture
def clinic(session):
    return Clinic(session)


@pytest.fixture
def path(clinic):
    return f"/today/therapists/{clinic.ada.uid}/behind"


@pytest.fixture
def rita(client_as):
    return client_as("rita")


def test_the_following_rows_and_the_call_list_say_when(clinic, rita, path, now):
    clinic.visit(now - HOUR / 2, state=AppointmentState.IN_PROGRESS)
    clinic.visit(now + HOUR * 2 / 3, make_client(clinic.session, first_name="Nora", phone="416 555 0171"))
    clinic.visit(
        now + HOUR,
        make_client(clinic.session, first_name="Other"),
        therapist_id=clinic.ben.id,
        room_id=clinic.rooms[1].id,
    )
    panel = rita.post(path, data={"minutes": 20}, headers=HTMX)
    assert "20 min behind" in panel.text and "about 10:00, +20 min" in text_of(panel)
    assert "555-0171" in panel.text and "Other" not in panel.text
    page = text_of(rita.get("/today"))
    assert page.count("≈ 10:00") == 1
    rows = clinic.session.scalars(select(Appointment).execution_options(populate_existing=True)).all()
    assert {row.version for row in rows} == {1}, "booked times stay"


def test_on_time_again_says_nothing(clinic, rita, path, now):
    clinic.visit(now + HOUR / 4)
    rita.post(path, data={"minutes": 20})
    assert "min behind" in text_of(rita.get("/today"))
    rita.post(path, data={"minutes": 0})
    assert "min behind" not in text_of(rita.get("/today"))
    assert "Every visit can start as booked" in text_of(rita.get(path))


def test_it_ends_with_its_day(clinic, rita, path, now):
    act(
        clinic.session,
        lambda: clinic.session.add(
            RunningBehind(
                therapist_id=clinic.ada.id, said_on=(now - 24 * HOUR).date(), minutes=30, said_at=now - 24 * HOUR
            )
        ),
    )
    assert "min behind" not in text_of(rita.get("/today"))


def test_who_is_here_needs_no_call(clinic, rita, path, now):
    clinic.visit(now + HOUR / 4, state=AppointmentState.ARRIVED)
    panel = rita.post(path, data={"minutes": 10}, headers=HTMX).text
    assert "is here" in panel and "tel:" not in panel


@pytest.mark.parametrize("minutes", ["", "-10", "241", "soon", "10.5"])
def test_what_is_no_delay_is_refused(clinic, rita, path, minutes):
    assert rita.post(path, data={"minutes": minutes}, headers=HTMX).status_code == 422
    assert clinic.session.scalars(select(RunningBehind)).all() == []


def test_the_panel_sends_as_many_statements_for_many_as_for_one(app, clinic, rita, path, now):
    def look():
        assert "about" in rita.get(path, headers=HTMX).text

    clinic.visit(now + HOUR)
    rita.post(path, data={"minutes": 10})
    look()
    few = statements_of(app, look)
    for number in range(2, 6):
        clinic.visit(now + number * HOUR)
    assert statements_of(app, look) == few
