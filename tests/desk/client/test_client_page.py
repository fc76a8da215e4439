from datetime import date, timedelta

import pytest

from practice.clients.service import add_alert
from practice.scheduling.lifecycle import AppointmentState
from tests.desk.scenes import Clinic, statements_of
from tests.desk.today.test_today import text_of
from tests.factories import RECEPTIONIST, act, guardian, make_client

DAY = timedelta(days=1)


@pytest.fixture
def clinic(session):
    return Clinic(session)


@pytest.fixture
def rita(client_as):
    return client_as("rita")


def test_the_first_line_says_what_the_desk_is_asked_first(clinic, rita, now):
    client = make_client(clinic.session, last_name="Known", phone="+14165550142", email="clara@example.com")
    clinic.visit(now + DAY, client, confirmed_at=now)
    page = text_of(rita.get(f"/clients/{client.uid}"))
    top = page[page.index('class="client-top') : page.index("Coming visits")]
    assert "Tomorrow 09:00" in top
    assert "with Ada Able · confirmed" in top
    assert "(416) 555-0142" in top
    assert "clara@example.com" in top
    assert "no reminders agreed" in top
    assert "only the client" in top
    assert "born Mar 14, 1979 · 47" in page


def test_a_childs_page_shows_who_speaks_for_it(clinic, rita):
    mother = make_client(clinic.session, first_name="Mara", last_name="Mother", phone="+14165550177")
    child = make_client(clinic.session, first_name="Kit", phone="", email="", relations=[guardian(mother)])
    page = text_of(rita.get(f"/clients/{child.uid}"))
    assert f'href="/clients/{mother.uid}"' in page
    assert "of Mara Mother" in page
    assert "(416) 555-0177" in page


def test_why_nobody_can_be_written_to_is_said(clinic, rita):
    client = make_client(clinic.session, email="")
    page = text_of(rita.get(f"/clients/{client.uid}"))
    assert "There is no mail address." in page


def test_namesakes_and_desk_alerts_stand_out(clinic, rita, now):
    client = make_client(clinic.session, first_name="Anna", last_name="Twin")
    make_client(clinic.session, first_name="Anna", last_name="Twin", born_on=date(1990, 1, 1))
    act(
        clinic.session,
        lambda: add_alert(
            clinic.session,
            client=clinic.session.merge(client),
            kind="step_free",
            text="",
            version=None,
            actor=RECEPTIONIST,
            now=now,
        ),
    )
    page = text_of(rita.get(f"/clients/{client.uid}"))
    assert "same name" in page
    assert "Step-free access" in page


def test_coming_and_past_visits_stand_apart(clinic, rita, now):
    client = make_client(clinic.session)
    coming = clinic.visit(now + DAY, client)
    past = clinic.visit(now - DAY, client, state=AppointmentState.COMPLETED)
    gone = clinic.visit(now + 2 * DAY, client, state=AppointmentState.CANCELLED, cancel_reason="ill")
    page = text_of(rita.get(f"/clients/{client.uid}"))
    below = page[page.index('id="past-title"') :]
    assert f'data-row="{coming.uid}"' not in below
    assert f'data-row="{past.uid}"' in below
    assert f'data-row="{gone.uid}"' in below
    assert f"/appointments/{coming.uid}/move" in page


def test_past_visits_are_paged(clinic, rita, now):
    client = make_client(clinic.session)
    for days in range(1, 18):
        clinic.visit(now - days * DAY, client, state=AppointmentState.COMPLETED)
    first, second = (text_of(rita.get(f"/clients/{client.uid}?page={page}")) for page in (1, 2))
    assert (first.count("data-row="), second.count("data-row=")) == (15, 2)
    assert "of 17 visits" in first


def test_the_same_time_next_week_is_offered_while_it_lies_ahead(clinic, rita, now):
    client = make_client(clinic.session)
    assert 'data-shortcut="w"' not in text_of(rita.get(f"/clients/{client.uid}"))
    old = clinic.visit(now - 8 * DAY, client, state=AppointmentState.COMPLETED)
    assert 'data-shortcut="w"' not in text_of(rita.get(f"/clients/{client.uid}"))
    recent = clinic.visit(now - 2 * DAY, client, state=AppointmentState.COMPLETED)
    head = text_of(rita.get(f"/clients/{client.uid}")).partition('id="client"')[0]
    assert f"/appointments/{recent.uid}/again" in head
    assert old.uid not in head


def test_a_new_client_has_a_page_too(clinic, rita):
    client = make_client(clinic.session, born_on=None, phone="")
    page = text_of(rita.get(f"/clients/{client.uid}"))
    assert "birth date unknown" in page
    assert "Nothing is booked" in page
    assert "Clara has not been here yet." in page
    assert "no number" in page


def test_a_merged_record_leads_to_the_one_that_is_kept(clinic, rita):
    kept, retired = make_client(clinic.session), make_client(clinic.session)
    act(clinic.session, lambda: setattr(clinic.session.merge(retired), "merged_into_id", kept.id))
    answer = rita.get(f"/clients/{retired.uid}")
    assert (answer.status_code, answer.location) == (303, f"/clients/{kept.uid}")


def test_a_therapist_opens_own_clients_and_only_own_visits(clinic, client_as, cast, now):
    act(clinic.session, lambda: setattr(clinic.session.merge(clinic.ben), "user_id", cast["theo"].id))
    shared, foreign = make_client(clinic.session), make_client(clinic.session)
    own = clinic.visit(now + DAY, shared, therapist_id=clinic.ben.id)
    other = clinic.visit(now + 2 * DAY, shared)
    clinic.visit(now + DAY, foreign)
    theo = client_as("theo")
    page = text_of(theo.get(f"/clients/{shared.uid}"))
    assert f"/appointments/{own.uid}/move" in page
    assert f"/appointments/{other.uid}/move" not in page
    assert "/edit" not in page
    assert theo.get(f"/clients/{foreign.uid}").status_code == 404
    assert theo.get("/clients/00000000-0000-4000-8000-000000000000").status_code == 404


def test_the_number_of_statements_does_not_grow_with_the_visits(app, clinic, rita, now):
    client = make_client(clinic.session)

    def add(first, count):
        for days in range(first, first + count):
            clinic.visit(now + days * DAY, client)
            clinic.visit(now - days * DAY, client, state=AppointmentState.COMPLETED)

    add(1, 1)
    few = statements_of(app, lambda: rita.get(f"/clients/{client.uid}"))
    add(2, 5)
    assert statements_of(app, lambda: rita.get(f"/clients/{client.uid}")) == few
