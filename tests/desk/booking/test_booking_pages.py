import re
from datetime import timedelta

import pytest
from sqlalchemy import func, select

from practice.clients.models import Client, Consent
from practice.scheduling.lifecycle import AppointmentState as State
from practice.scheduling.models import AppointmentChange
from tests.factories import act, make_therapist

HTMX = {"HX-Request": "true", "HX-Target": "panel"}


def hidden(html: str, name: str) -> str:
    found = re.search(rf'name="{name}" value="([^"]*)"', html)
    assert found, name
    return found.group(1)


def test_a_known_client_is_booked_with_plain_forms_only(desk):
    client = desk.client()
    page = desk.rita.get("/book?typed=kowal").text
    assert f'value="{client.uid}"' in page
    page = desk.rita.post("/book/draft", data=desk.form(client=client.uid)).text
    assert "Anna Kowalska" in page
    answer = desk.rita.post("/book", data=desk.form(client=client.uid, choice=desk.choice(14)))
    row = desk.only_row()
    assert (answer.status_code, answer.location) == (303, f"/appointments/{row.uid}")
    assert (row.state, row.local_start, row.therapist_id) == (State.BOOKED, desk.at(14), desk.ada.id)


def test_a_chosen_time_is_held_and_the_hold_becomes_the_booking(desk):
    client = desk.client()
    held = desk.rita.post("/book/draft", data=desk.form(choice=desk.choice(14)))
    row = desk.only_row()
    assert row.state == State.HELD
    form = desk.form(client=client.uid, choice=desk.choice(14), hold=row.uid, held_for=hidden(held.text, "held_for"))
    desk.rita.post("/book", data=form)
    assert (desk.only_row().uid, desk.only_row().state) == (row.uid, State.BOOKED)


def test_another_choice_lets_the_first_one_go(desk):
    first = desk.rita.post("/book/draft", data=desk.form(choice=desk.choice(14))).text
    kept = {"hold": hidden(first, "hold"), "held_for": hidden(first, "held_for")}
    desk.rita.post("/book/draft", data=desk.form(choice=desk.choice(15), **kept))
    assert desk.only_row().local_start == desk.at(15)


def test_who_holds_too_much_lets_one_go_and_keeps_what_was_typed(desk):
    for hour, day in [(hour, day) for day in (25, 26) for hour in (9, 11, 13, 15)]:
        desk.rita.post("/book/draft", data=desk.form(choice=desk.choice(hour, day=day)))
    form = desk.form(choice=desk.choice(14), client="new", first_name="Zofia")
    refused = desk.rita.post("/book/draft", data=form)
    assert refused.status_code == 422
    (button,) = re.findall(r'<button[^>]*name="let_go"[^>]*>', refused.text)
    let_go = re.search(r'value="([^"]+)"', button)[1]
    answer = desk.rita.post("/book/draft", data={**form, "let_go": let_go})
    assert answer.status_code == 200 and 'value="Zofia"' in answer.text
    held = {row.local_start for row in desk.rows()}
    assert desk.at(14) in held and desk.at(9, day=25) not in held and len(held) == 8


def test_a_proposal_that_nobody_chose_is_not_held(desk):
    desk.rita.post(
        "/book/draft",
        data=desk.form(choice=desk.choice(14), proposed=desk.choice(14)),
        headers={**HTMX, "HX-Trigger-Name": "service"},
    )
    assert desk.rows() == []


def test_a_hold_that_ran_out_books_while_the_time_is_free(desk):
    client = desk.client()
    held = desk.rita.post("/book/draft", data=desk.form(choice=desk.choice(14))).text
    desk.clock.advance(timedelta(minutes=6))
    form = desk.form(
        client=client.uid, choice=desk.choice(14), hold=hidden(held, "hold"), held_for=hidden(held, "held_for")
    )
    assert desk.rita.post("/book", data=form).status_code == 303
    assert desk.rows()[-1].state == State.BOOKED


def test_a_hold_is_renewed_while_the_panel_is_open_and_given_back_when_it_closes(desk):
    held = desk.rita.post("/book/draft", data=desk.form(choice=desk.choice(14)), headers=HTMX).text
    desk.clock.advance(timedelta(minutes=3))
    form = desk.form(hold=hidden(held, "hold"), held_for=hidden(held, "held_for"), choice=desk.choice(14))
    assert "held" in desk.rita.post("/book/renew", data=form, headers=HTMX).text
    assert desk.only_row().hold_ends_at == desk.clock() + timedelta(minutes=5)
    assert desk.rita.post("/book/release", data=form, headers=HTMX).status_code == 204
    assert desk.rows() == []


def test_a_new_client_is_recorded_and_booked_in_one_act(desk):
    form = desk.form(
        client="new", first_name="Zoë", last_name="Marsh", email="zoe@example.com", may_mail="1", choice=desk.choice(14)
    )
    assert desk.rita.post("/book", data=form).status_code == 303
    row = desk.only_row()
    client = desk.session.get_one(Client, row.client_id)
    assert (client.display_name, row.state, row.tentative_reason) == ("Zoë Marsh", State.TENTATIVE, "forms_needed")
    assert desk.session.scalar(select(func.count(Consent.id))) == 1


def test_a_refused_booking_leaves_no_record_of_the_new_client(desk):
    desk.book(desk.client(), desk.at(14))
    before = desk.session.scalar(select(func.count(Client.id)))
    form = desk.form(client="new", first_name="Zoë", last_name="Marsh", phone="416 555 0199", choice=desk.choice(14))
    answer = desk.rita.post("/book", data=form, headers=HTMX)
    assert answer.status_code == 409
    assert "Ada Able is taken from 14:00 to 15:00" in answer.text
    assert 'value="Zoë"' in answer.text
    desk.session.rollback()
    assert desk.session.scalar(select(func.count(Client.id))) == before


def test_the_way_out_of_a_refusal_is_a_choice_that_works(desk):
    desk.book(desk.client(), desk.at(14))
    refused = desk.rita.post("/book/draft", data=desk.form(choice=desk.choice(14)), headers=HTMX)
    offered = re.findall(r'<button class="button small" name="choice" value="([^"]+)"', refused.text)
    assert offered
    assert desk.rita.post("/book/draft", data=desk.form(choice=offered[0]), headers=HTMX).status_code == 200
    assert desk.rows()[-1].state == State.HELD


def test_a_soft_rule_is_overridden_with_a_reason_that_is_kept(desk):
    client = desk.client()
    form = desk.form(client=client.uid, choice=desk.choice(18))
    refused = desk.rita.post("/book", data=form, headers=HTMX)
    assert refused.status_code == 422
    assert 'name="override_reason"' in refused.text
    assert "anyway" in refused.text
    assert desk.rita.post("/book", data=form | {"override_reason": "Ada agreed"}).status_code == 303
    change = desk.session.scalars(select(AppointmentChange)).one()
    assert change.reason == "Ada agreed"


def test_somebody_at_the_desk_is_booked_and_arrived_in_one(desk):
    client = desk.client()
    desk.rita.post("/book", data=desk.form(client=client.uid, choice="now||"))
    assert desk.only_row().state == State.ARRIVED


def test_a_time_that_has_passed_is_recorded_with_what_happened_and_why(desk):
    client = desk.client()
    past = desk.form(client=client.uid, choice=desk.choice(14, day=23))
    page = desk.rita.post("/book/draft", data=past, headers=HTMX).text
    assert "Record Mon 14:00" in page
    assert desk.rita.post("/book", data=past, headers=HTMX).status_code == 422
    done = desk.rita.post("/book", data=past | {"outcome": "completed", "past_reason": "System was down"})
    assert done.status_code == 303
    assert (desk.only_row().state, desk.only_row().tell_client) == (State.COMPLETED, False)


def test_a_tentative_booking_says_what_it_waits_for(desk):
    client = desk.client()
    form = desk.form(client=client.uid, choice=desk.choice(14), tentative_reason="forms_needed")
    desk.rita.post("/book", data=form)
    assert (desk.only_row().state, desk.only_row().tentative_reason) == (State.TENTATIVE, "forms_needed")


def test_without_client_or_time_the_panel_says_what_is_missing(desk):
    assert "Choose a client first" in desk.rita.post("/book", data=desk.form(choice=desk.choice(14))).text
    client = desk.client()
    assert "Choose a time first" in desk.rita.post("/book", data=desk.form(client=client.uid)).text
    assert desk.rows() == []


def test_a_form_sent_twice_books_once(desk):
    form = desk.form(client=desk.client().uid, choice=desk.choice(14), idempotency_key="0123456789abcdef")
    first, second = (desk.rita.post("/book", data=form) for _ in range(2))
    assert (first.status_code, second.location) == (303, first.location)
    assert len(desk.rows()) == 1


def test_a_record_that_may_be_the_same_person_is_shown_before_a_second_one_is_opened(desk):
    client = desk.client("Anna Kowalska")
    sent = {"client": "new", "first_name": "Anna", "last_name": "Kowalska", "phone": "416 555 0100"}
    assert client.uid in desk.rita.post("/book/duplicates", data=sent).text


def test_the_search_tells_two_people_of_one_name_apart(desk):
    for _ in range(2):
        desk.client("Anna Kowalska")
    found = desk.rita.get("/book/clients?typed=anna", headers=HTMX).text
    assert found.count("same name") == 2
    assert "New client" in found


def test_the_same_time_next_week_is_proposed_or_refused_at_once(desk):
    visit = desk.book(desk.client(), desk.at(10))
    link = desk.rita.get(f"/appointments/{visit.uid}/again").location
    assert "Book Tue 10:00" in desk.rita.get(link).text
    desk.book(desk.client("Per Lund"), desk.at(10, day=24) + timedelta(days=7))
    assert "is taken" in desk.rita.get(link).text


def test_a_therapist_books_own_clients_into_the_own_diary_only(desk, client_as, cast):
    act(desk.session, lambda: setattr(desk.session.merge(desk.ada), "user_id", cast["theo"].id))
    theo, own, other = client_as("theo"), desk.client("Own Client"), desk.client("Other Client")
    desk.book(own, desk.at(9, 15))
    form = desk.form(choice=desk.choice(14))
    assert theo.post("/book", data=form | {"client": other.uid}).status_code == 404
    assert (
        theo.post("/book", data=form | {"client": own.uid, "choice": desk.choice(14, who=desk.ben)}).status_code == 404
    )
    assert theo.post("/book", data=form | {"client": own.uid}).status_code == 303
    assert other.display_name not in theo.get("/book/clients?typed=client", headers=HTMX).text


@pytest.mark.parametrize("raw", ["choice=tomorrow", "choice=2026-11-24T14:00&client=x", "service=y"])
def test_what_cannot_be_read_is_said_and_not_guessed(desk, raw):
    assert desk.rita.get(f"/book?{raw}").status_code == 422


def test_the_panel_needs_the_same_statements_for_many_visits_and_therapists(desk):
    client = desk.client()
    desk.book(client, desk.at(14))

    def look():
        assert desk.rita.get(f"/book?client={client.uid}").status_code == 200

    look()
    few = desk.statements(look)
    for hour in (9, 11, 15):
        desk.book(desk.client("More People"), desk.at(hour, 15 if hour == 9 else 0, day=25))
    make_therapist(desk.session, location=desk.location, name="Cara Calm")
    look()
    assert desk.statements(look) == few


@pytest.mark.parametrize("hold", ["\x00", "x" * 5000])
def test_a_hold_that_cannot_be_one_is_refused_as_unreadable(desk, hold):
    assert desk.rita.post("/book/release", data=desk.form(hold=hold, typed="\x00")).status_code == 422
