import re

import pytest
from sqlalchemy import select

from practice.scheduling.lifecycle import AppointmentState as State
from practice.scheduling.models import Appointment

HTMX = {"HX-Request": "true", "HX-Target": "panel"}


@pytest.fixture
def visit(desk):
    return desk.book(desk.client(), desk.at(10))


def post(desk, visit, verb, *, headers=None, **fields):
    return desk.rita.post(f"/appointments/{visit.uid}/{verb}", data=fields, headers=headers)


def now_true(desk, visit) -> Appointment:
    desk.session.rollback()
    desk.session.expire_all()
    return desk.session.scalars(select(Appointment).where(Appointment.uid == visit.uid)).one()


def test_the_day_goes_by_in_plain_forms(desk, visit):
    for verb, state in (("arrive", State.ARRIVED), ("start", State.IN_PROGRESS), ("complete", State.COMPLETED)):
        answer = post(desk, visit, verb)
        assert (answer.status_code, answer.location) == (303, f"/appointments/{visit.uid}")
        assert now_true(desk, visit).state == state
    post(desk, visit, "undo")
    assert now_true(desk, visit).state == State.IN_PROGRESS


def test_an_act_in_the_panel_shows_what_is_true_then_and_tells_the_diary(desk, visit):
    answer = post(desk, visit, "arrive", headers=HTMX)
    assert (answer.status_code, "here" in answer.text) == (200, True)
    assert '"diary:changed"' in answer.headers["HX-Trigger"]


def test_an_act_in_a_row_leaves_the_page_and_tells_the_list(desk, visit):
    answer = post(desk, visit, "arrive", headers={"HX-Request": "true"})
    assert answer.status_code in {200, 204}
    row = post(desk, visit, "undo", headers={"HX-Request": "true", "HX-Target": "day-rows"})
    assert (row.status_code, row.data) == (204, b"")


def test_what_was_seen_too_long_ago_is_refused_and_shown_anew(desk, visit):
    version = visit.version
    post(desk, visit, "confirm")
    answer = post(desk, visit, "arrive", version=version, headers=HTMX)
    assert answer.status_code == 412
    assert "Rita Rossi confirmed" in answer.text
    assert answer.headers["HX-Retarget"] == "#panel"
    assert "Show what is true now" in answer.text


def test_a_step_that_is_none_is_refused_with_its_way_out(desk, visit):
    answer = post(desk, visit, "complete", headers=HTMX)
    assert answer.status_code == 409
    assert "Undo the last act" in answer.text


def test_moving_shows_times_that_work(desk, visit):
    page = desk.rita.get(f"/appointments/{visit.uid}/move").text
    choices = re.findall(r'name="choice" value="([^"]+)"', page)
    assert len(choices) >= 3
    assert desk.choice(10) not in choices, "where it is already"
    assert choices[0].startswith("2026-11-24T"), "another time of the same day comes first"
    assert post(desk, visit, "move", choice=choices[1]).status_code == 303
    assert now_true(desk, visit).local_start.isoformat(timespec="minutes") == choices[1].partition("|")[0]


def test_a_drag_moves_to_a_therapist_or_a_time_and_a_stretch_to_a_length(desk, visit):
    post(desk, visit, "move", therapist=desk.ben.uid, headers=HTMX)
    post(desk, visit, "move", start="2026-11-24T14:00", headers=HTMX)
    post(desk, visit, "move", minutes="75", headers=HTMX)
    row = now_true(desk, visit)
    assert (row.therapist_id, row.local_start, row.duration_minutes) == (desk.ben.id, desk.at(14), 75)


def test_a_drag_onto_somebody_is_refused_and_changes_nothing(desk, visit):
    desk.book(desk.client("Per Lund"), desk.at(10), desk.ben)
    answer = post(desk, visit, "move", therapist=desk.ben.uid, headers=HTMX)
    assert answer.status_code == 409
    assert "Ben Bold is taken from 10:00 to 11:00" in answer.text
    assert now_true(desk, visit).therapist_id == desk.ada.id


def test_a_late_cancellation_says_its_fee_before_and_the_fee_can_be_waived(desk, visit):
    assert "$55.00" in desk.rita.get(f"/appointments/{visit.uid}/cancel").text
    post(desk, visit, "cancel", reason="ill", comment="fever")
    row = now_true(desk, visit)
    assert (row.state, row.cancel_reason, row.cancelled_by, row.fee_proposed_cents) == (
        State.CANCELLED,
        "ill",
        "client",
        5500,
    )
    post(desk, visit, "waive-fee", reason="was in hospital")
    assert now_true(desk, visit).fee_waived_reason == "was in hospital"


def test_the_clinics_own_cancellation_costs_nothing(desk, visit):
    post(desk, visit, "cancel", reason="therapist_ill")
    row = now_true(desk, visit)
    assert (row.cancelled_by, row.fee_proposed_cents) == ("clinic", None)


def test_a_no_show_before_the_start_is_too_early_and_leads_to_cancelling(desk, visit):
    answer = post(desk, visit, "no-show", charge_fee="1", headers=HTMX)
    assert answer.status_code == 422
    assert f"/appointments/{visit.uid}/cancel" in answer.text


def test_two_visits_swap_their_therapists(desk, visit):
    other = desk.book(desk.client("Per Lund"), desk.at(14), desk.ben)
    assert "Per Lund" in desk.rita.get(f"/appointments/{visit.uid}/swap").text
    post(desk, visit, "swap", other=other.uid, what="therapists")
    assert now_true(desk, visit).therapist_id == desk.ben.id
    assert now_true(desk, other).therapist_id == desk.ada.id


@pytest.mark.parametrize("said", [{}, {"what": "prices"}])
def test_a_swap_that_does_not_say_what_is_answered_in_words(desk, visit, said):
    other = desk.book(desk.client("Per Lund"), desk.at(14), desk.ben)
    answer = post(desk, visit, "swap", other=other.uid, headers=HTMX, **said)
    assert (answer.status_code, "could not be read" in answer.text) == (422, True)


def test_the_time_goes_to_another_client(desk, visit):
    other = desk.client("Per Lund")
    post(desk, visit, "client", client=other.uid)
    assert now_true(desk, visit).client_id == other.id


def test_the_panel_says_why_no_mail_goes(desk):
    visit = desk.book(desk.client("Land Line", email=""), desk.at(14))
    page = desk.rita.get(f"/appointments/{visit.uid}").text
    assert "There is no mail address; the visit is on the list of calls instead." in page


def test_the_panel_and_the_clients_page_say_the_same_of_a_message(desk):
    client = desk.client("Land Line", email="")
    visit = desk.book(client, desk.at(14))
    rows = [
        re.findall(r'<span class="grow">(.*?)</span>', desk.rita.get(path).text)
        for path in (f"/appointments/{visit.uid}", f"/clients/{client.uid}")
    ]
    assert rows[0] and set(rows[0]) <= set(rows[1])


def test_a_confirmation_needs_no_consent_and_the_sentence_says_so(desk):
    visit = desk.book(desk.client("Anna Kowalska", email="anna@example.com"), desk.at(14, day=27))
    page = desk.rita.get(f"/appointments/{visit.uid}").text
    kinds = dict(
        re.findall(
            r'<span class="grow">([A-Z][a-z]+).*?</span>.*?<span class="standing[^"]*">.*?<span>(.*?)</span>', page
        )
    )
    assert kinds["Confirmation"] == "waits" and kinds["Reminder"] == "not sent"
    asked = desk.rita.post("/book/draft", data=desk.form(client="new")).text
    assert "We confirm your appointments and their changes by email. May we also remind you" in asked


def test_the_card_carries_no_clinical_word(desk, visit):
    card = desk.rita.get(f"/appointments/{visit.uid}/card").text
    assert "Ada Able" in card
    assert "Relax 60" not in card


@pytest.mark.parametrize("step", ["", "/move", "/cancel", "/no-show", "/swap", "/client", "/card"])
def test_an_appointment_that_does_not_exist_is_not_found(desk, step):
    assert desk.rita.get(f"/appointments/00000000-0000-4000-8000-000000000000{step}").status_code == 404


def test_the_panel_needs_the_same_statements_for_a_long_history(desk, visit):
    def look():
        assert desk.rita.get(f"/appointments/{visit.uid}").status_code == 200

    look()
    few = desk.statements(look)
    for verb in ("confirm", "arrive", "undo", "arrive"):
        post(desk, visit, verb)
    look()
    assert desk.statements(look) == few
