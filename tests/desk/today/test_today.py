import re
from datetime import timedelta

import pytest

from practice.clinic.tasks import open_task
from practice.desk.today.day_strip import frame_of, strip_of
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.question import Span
from tests.desk.scenes import Clinic, statements_of, worker_runs
from tests.desk.test_truth_line import working
from tests.desk.visits import at, make_visit
from tests.factories import act, guardian, make_client, make_location

SOON = timedelta(minutes=30)


@pytest.fixture
def clinic(session):
    return Clinic(session)


def text_of(answer):
    assert answer.status_code == 200
    return " ".join(answer.text.split())


def open_call(clinic, visit, now, kind="call_reminder"):
    return act(
        clinic.session,
        lambda: open_task(
            clinic.session,
            kind=kind,
            subject_kind="appointment",
            subject_id=visit.id,
            due_at=now,
            dedupe_key=f"call-{visit.id}",
            now=now,
        ),
    )


def test_the_first_address_leads_to_today(clinic, client_as):
    answer = client_as("rita").get("/")
    assert (answer.status_code, answer.location) == (303, "/today")


def test_a_day_without_visits_says_so(clinic, client_as):
    page = text_of(client_as("rita").get("/today"))
    assert "Nobody is expected today" in page
    assert "Nobody is waiting for a call." in page


def test_late_clients_come_first_with_the_number_to_call(clinic, client_as, now):
    clinic.visit(now + SOON, make_client(clinic.session, last_name="Punctual"))
    late = make_client(clinic.session, last_name="Laggard", phone="+14165550142")
    clinic.visit(now - timedelta(minutes=12), late, therapist_id=clinic.ben.id)
    page = text_of(client_as("rita").get("/today"))
    assert page.index("Laggard") < page.index("To arrive") < page.rindex("Punctual")
    assert 'href="tel:+14165550142"' in page
    assert "(416) 555-0142" in page
    assert "late 12 min" in page


def test_a_late_childs_guardian_is_the_one_to_call(clinic, client_as, now):
    mother = make_client(clinic.session, first_name="Mara", last_name="Mother", phone="+14165550177")
    child = make_client(clinic.session, first_name="Kit", phone="", email="", relations=[guardian(mother)])
    clinic.visit(now - timedelta(minutes=20), child)
    page = text_of(client_as("rita").get("/today"))
    assert 'href="tel:+14165550177"' in page
    assert "Mara Mother" in page


def test_a_no_show_is_offered_after_a_quarter_of_an_hour_only(clinic, client_as, clock, now):
    visit = clinic.visit(now - timedelta(minutes=14))
    rita = client_as("rita")
    assert f"/appointments/{visit.uid}/no-show" not in text_of(rita.get("/today"))
    clock.now = now + timedelta(minutes=1)
    assert f"/appointments/{visit.uid}/no-show" in text_of(rita.get("/today"))


def test_the_board_says_who_is_with_whom_and_who_is_next(clinic, client_as, now):
    clinic.visit(now - SOON, make_client(clinic.session, last_name="Inside"), state=AppointmentState.IN_PROGRESS)
    clinic.visit(now + timedelta(hours=1), make_client(clinic.session, last_name="Following"))
    clinic.visit(now + SOON, make_client(clinic.session, last_name="Elsewhere"), therapist_id=clinic.ben.id)
    page = text_of(client_as("rita").get("/today"))
    board = page[page.index('class="now-board"') : page.index('class="today-columns"')]
    assert "Clara Inside" in board
    assert "then 10:00 Clara Following" in board
    assert "Free until 09:30" in board


def test_whoever_is_due_is_waited_for_before_she_counts_as_late(clinic, client_as, clock, now):
    clinic.visit(now, make_client(clinic.session, last_name="Due"))
    clock.now = now + timedelta(minutes=2)
    page = text_of(client_as("rita").get("/today"))
    assert "Waiting for Clara Due" in page
    assert "Next arrival <b>09:00 Clara Due" in page
    assert "Free until 09:00" not in page


def test_calls_due_and_tomorrows_unconfirmed_stand_beside_the_rows(clinic, client_as, now):
    tomorrow = clinic.visit(now + timedelta(days=1), make_client(clinic.session, last_name="Unsure"))
    clinic.visit(now + timedelta(days=1, hours=1), make_client(clinic.session, last_name="Sure"), confirmed_at=now)
    open_call(clinic, tomorrow, now)
    page = text_of(client_as("rita").get("/today"))
    aside = page[page.index('class="today-aside"') :]
    assert aside.count("Clara Unsure") == 2
    assert "Clara Sure" not in aside
    assert "1</b> call due" in page


def test_gaps_of_three_quarters_of_an_hour_can_be_booked(clinic, client_as):
    page = text_of(client_as("rita").get("/today"))
    assert f"therapist={clinic.ada.uid}" in page
    assert "3 h 30 min, until 12:30" in page


def test_every_way_to_book_opens_a_panel_that_proposes_times(clinic, client_as):
    rita = client_as("rita")
    links = set(re.findall(r'hx-get="(/book[^"]*)"', text_of(rita.get("/today"))))
    assert len(links) == 1 + 1 + 2, "from anywhere, from the top, and two gaps"
    for link in links:
        assert "Next three fitting times" in text_of(rita.get(link.replace("&amp;", "&")))


def test_a_therapist_sees_the_own_day_only(clinic, client_as, cast, now):
    act(clinic.session, lambda: setattr(clinic.session.merge(clinic.ben), "user_id", cast["theo"].id))
    clinic.visit(now + SOON, make_client(clinic.session, last_name="Adas"))
    clinic.visit(now + SOON, make_client(clinic.session, last_name="Bens"), therapist_id=clinic.ben.id)
    page = text_of(client_as("theo").get("/today"))
    assert "Your visits" in page
    assert "Clara Bens" in page
    assert "Clara Adas" not in page
    assert "/calls" not in page


def test_a_therapists_day_is_that_of_the_usual_place(clinic, client_as, cast, now):
    make_location(clinic.session, name="Aaa first by name")
    act(clinic.session, lambda: setattr(clinic.session.merge(clinic.ben), "user_id", cast["theo"].id))
    clinic.visit(now + SOON, make_client(clinic.session, last_name="Bens"), therapist_id=clinic.ben.id)
    assert "Clara Bens" in text_of(client_as("theo").get("/today"))


def test_the_desk_chooses_between_places(clinic, client_as):
    other = make_location(clinic.session, name="Aaa first by name")
    rita = client_as("rita")
    assert f"/today?at={clinic.location.uid}" in text_of(rita.get("/today"))
    assert rita.get(f"/today?at={other.uid}").status_code == 200
    assert rita.get("/today?at=nowhere").status_code == 404


def test_the_refreshed_part_brings_the_line_of_truth_with_it(clinic, client_as, now):
    worker_runs(clinic.session, now)
    part = client_as("rita").get("/today", headers={"HX-Request": "true"}).text
    assert "<html" not in part
    assert 'id="truth" hx-swap-oob="true"' in part
    assert "healthy" in part


def test_the_number_of_statements_does_not_grow_with_the_visits(app, clinic, client_as, now):
    rita = client_as("rita")

    def add(count):
        for number in range(count):
            clinic.visit(now - timedelta(minutes=20))
            open_call(clinic, clinic.visit(now + timedelta(days=1, minutes=number)), now)

    add(1)
    few = statements_of(app, lambda: rita.get("/today"))
    add(6)
    assert statements_of(app, lambda: rita.get("/today")) == few


def test_a_strip_draws_hours_visits_and_the_present_moment():
    hours = working((9, 13), (14, 17))
    visits = [make_visit(at(9)), make_visit(at(14))]
    frame = frame_of(hours, visits)
    spans = hours.working["tara"][visits[0].on]
    strip = strip_of(frame, spans, visits, now=at(13))
    assert [(block.x, block.width, block.kind) for block in strip.blocks] == [
        (0, 500, "hours"),
        (625, 375, "hours"),
        (0, 125, "coming"),
        (625, 125, "coming"),
    ]
    assert strip.now == 500


def test_a_day_without_hours_has_no_strip():
    assert frame_of(working(), []) is None
    assert strip_of(Span(0, 60), [], [], now=at(9)).now is None
