from datetime import timedelta

import pytest

from practice.scheduling.lifecycle import AppointmentState
from tests.desk.scenes import Clinic, statements_of
from tests.desk.today.test_today import open_call, text_of
from tests.factories import act, make_client

SHEET = "/diary/2026-11-24/sheet"


@pytest.fixture
def clinic(session):
    return Clinic(session)


def test_a_day_on_paper_names_neither_service_nor_number(clinic, client_as, now):
    clinic.visit(now, make_client(clinic.session, last_name="Anders", phone="+14165550142"))
    page = text_of(client_as("rita").get(SHEET))
    assert "Clara Anders" in page
    assert clinic.rooms[0].name in page
    assert "Deep Tissue" not in page
    assert "0142" not in page


def test_the_number_stands_where_somebody_must_still_be_phoned(clinic, client_as, now):
    visit = clinic.visit(now, make_client(clinic.session, phone="+14165550142"))
    open_call(clinic, visit, now)
    assert "(416) 555-0142" in text_of(client_as("rita").get(SHEET))


def test_cancelled_visits_are_not_printed(clinic, client_as, now):
    clinic.visit(now, make_client(clinic.session, last_name="Gone"), state=AppointmentState.CANCELLED)
    assert "Nothing to print" in text_of(client_as("rita").get(SHEET))


def test_a_therapist_prints_the_own_day(clinic, client_as, cast, now):
    act(clinic.session, lambda: setattr(clinic.session.merge(clinic.ben), "user_id", cast["theo"].id))
    clinic.visit(now, make_client(clinic.session, last_name="Adas"))
    clinic.visit(now, make_client(clinic.session, last_name="Bens"), therapist_id=clinic.ben.id)
    page = text_of(client_as("theo").get(SHEET))
    assert "Clara Bens" in page
    assert "Clara Adas" not in page


def test_the_number_of_statements_does_not_grow_with_the_visits(app, clinic, client_as, now):
    rita = client_as("rita")
    open_call(clinic, clinic.visit(now), now)
    few = statements_of(app, lambda: rita.get(SHEET))
    for hours in range(1, 6):
        open_call(clinic, clinic.visit(now + timedelta(hours=hours)), now)
    assert statements_of(app, lambda: rita.get(SHEET)) == few
