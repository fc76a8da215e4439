"""My day: the next client with warnings, what is missing and the last pain; for the therapist alone, and logged."""

import json
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.audit.models import AuditEvent
from practice.clinic.models import Therapist
from practice.safety.catalogue import T1, T2, Raised
from practice.safety.flagging import raise_flag
from practice.scheduling.lifecycle import AppointmentState
from practice.visits.measuring import Number, record_measures
from practice.visits.opening import open_visit
from tests.desk.scenes import Clinic, statements_of
from tests.factories import OWNER, act, make_client

HOUR = timedelta(hours=1)


def text_of(answer):
    """Return the words of a page without its tags."""
    return " ".join(re.sub(r"<[^>]+>", " ", answer.text).split())


@pytest.fixture
def clinic(session):
    return Clinic(session)


@pytest.fixture
def theo(app, clinic, cast, client_as):
    def give_diary():
        row = clinic.session.get_one(Therapist, clinic.ada.id)
        row.user_id = cast["theo"].id

    act(clinic.session, give_diary)
    return client_as("theo")


def was_treated(clinic, client, days_ago, leg, back, now):
    row = clinic.visit(now - timedelta(days=days_ago), client, state=AppointmentState.COMPLETED)
    numbers = [Number("NPRS_LEG", "now", leg), Number("NPRS_BACK", "now", back)]

    def work():
        visit = open_visit(clinic.session, appointment_uid=row.uid, actor=OWNER, now=now)
        record_measures(clinic.session, visit=visit, numbers=numbers, actor=OWNER, now=now)

    act(clinic.session, work)


def warn(clinic, client, raised, now):
    act(
        clinic.session,
        lambda: raise_flag(clinic.session, client_id=client.id, raised=raised, source="person", actor=OWNER, now=now),
    )


def test_the_next_client_is_shown_with_warnings_and_the_last_three_pains(clinic, theo, now):
    nora, later = make_client(clinic.session, first_name="Nora"), make_client(clinic.session, first_name="Otto")
    for days_ago, leg in ((21, 8), (14, 7), (7, 5), (3, 4)):
        was_treated(clinic, nora, days_ago, leg, 2, now)
    warn(clinic, nora, Raised("CANCER_HX", T1), now)
    warn(clinic, later, Raised("ANTICOAG", T2), now)
    clinic.visit(now + HOUR, nora, state=AppointmentState.ARRIVED)
    clinic.visit(now + 2 * HOUR, later, state=AppointmentState.TENTATIVE, tentative_reason="forms_needed")
    clinic.visit(now + 3 * HOUR, make_client(clinic.session, first_name="Alien"), therapist_id=clinic.ben.id,
                 room_id=clinic.rooms[1].id)  # fmt: skip
    page = text_of(theo.get("/my-day"))
    assert "Here now" in page and "Nora" in page
    assert "Past or current cancer Only with a valid clearance." in page
    assert "Leg 7 5 4 Back 2 2 2" in page, "the three latest, the oldest first"
    assert "Otto" in page and "Blood thinner" in page and "missing: screening form" in page
    assert "Alien" not in page
    assert "/visit" in theo.get("/my-day").text


def test_each_look_is_logged_with_whose_charts_it_showed(clinic, theo, cast, now):
    client = make_client(clinic.session)
    clinic.visit(now + HOUR, client)
    theo.get("/my-day")
    clinic.session.rollback()
    logged = clinic.session.scalars(select(AuditEvent).where(AuditEvent.action == "chart.read")).all()
    assert [json.loads(each.data) for each in logged] == [{"clients": [client.uid]}]
    assert [each.actor_id for each in logged] == [cast["theo"].id]


def test_a_day_without_clients_says_so_and_the_desk_is_told_nothing(clinic, theo, client_as, now):
    assert "Nobody is booked with you today." in text_of(theo.get("/my-day"))
    clinic.visit(now - 2 * HOUR, state=AppointmentState.COMPLETED)
    assert "1 visit is done." in text_of(theo.get("/my-day"))
    assert client_as("rita").get("/my-day").status_code == 403
    assert "My day" not in client_as("rita").get("/today").text
    assert "My day" in theo.get("/today").text


def test_a_therapist_without_a_diary_finds_nothing(client_as):
    assert client_as("olga").get("/my-day").status_code == 404


def test_it_takes_as_many_statements_however_full_the_day_is(app, clinic, theo, now):
    clinic.visit(now + HOUR)
    few = statements_of(app, lambda: theo.get("/my-day"))
    for hours in (2, 3, 4):
        client = make_client(clinic.session)
        was_treated(clinic, client, hours, 5, 5, now)
        warn(clinic, client, Raised("ANTICOAG", T2), now)
        clinic.visit(now + hours * HOUR, client)
    assert statements_of(app, lambda: theo.get("/my-day")) == few
