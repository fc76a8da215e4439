"""The pages of a change: its form, its preview with answers, carrying it out, and the list of calls."""

import re

from sqlalchemy import select

from practice.clinic.models import TimeOff
from practice.scheduling.models import Appointment
from tests.desk.scenes import statements_of
from tests.factories import make_client


def text_of(answer, status=200):
    assert answer.status_code == status, answer.text
    return " ".join(answer.text.split())


def asked(desk, **over):
    return {"kind": "away", "therapist_uid": desk.ada.uid, "first_on": "2026-11-25", **over}


def form_of(page, **answers):
    """Return the hidden fields of a preview with the ticked answers, or others."""
    hidden = dict(re.findall(r'<input type="hidden" name="([^"]+)" value="([^"]*)">', page))
    ticked = dict(re.findall(r'name="(visit-[^"]+)" value="([^"]+)" checked', page))
    return hidden | ticked | answers


def look(desk, status=200, **over):
    return text_of(desk.rita.get("/absences/preview", query_string=asked(desk, **over)), status)


def reread(desk, visit):
    desk.session.rollback()
    desk.session.expire_all()
    return desk.session.scalars(select(Appointment).where(Appointment.id == visit.id)).one()


def test_a_preview_shows_visits_and_new_times_and_changes_nothing(desk):
    client = make_client(desk.session)
    desk.book(client, desk.at(10, day=25))
    page = look(desk)
    assert "One visit is hit" in page
    assert client.display_name in page
    assert "same time, other therapist" in page
    assert desk.session.scalars(select(TimeOff)).all() == []


def test_the_statements_of_a_preview_do_not_grow_with_its_visits(desk):
    desk.book(make_client(desk.session), desk.at(9, day=25))
    few = statements_of(desk.app, lambda: look(desk))
    for hour, minute in ((10, 15), (11, 30), (13, 0), (14, 15)):
        desk.book(make_client(desk.session), desk.at(hour, minute, day=25))
    assert statements_of(desk.app, lambda: look(desk)) == few


def test_what_is_ticked_is_carried_out(desk):
    visit = desk.book(make_client(desk.session), desk.at(10, day=25))
    page = look(desk)
    other = re.search(rf'value="(2026-11-25T10:00\|{desk.ben.uid}[^"]*)"', page)[1]
    answer = desk.rita.post("/absences", data=form_of(page, **{f"visit-{visit.uid}": other}))
    assert answer.status_code == 303
    assert "moved" in text_of(desk.rita.get(answer.location))
    assert reread(desk, visit).therapist_id == desk.ben.id


def test_an_old_preview_is_shown_again_with_what_changed_and_the_answers(desk):
    first, client = desk.book(make_client(desk.session), desk.at(10, day=25)), make_client(desk.session)
    page = look(desk)
    desk.book(client, desk.at(14, day=25))
    again = desk.rita.post("/absences", data=form_of(page, **{f"visit-{first.uid}": "cancel"}))
    shown = text_of(again, 412)
    assert f"{client.display_name}, Wednesday 25 November at 14:00, was booked" in shown
    assert "2 visits are hit" in shown
    assert form_of(shown)[f"visit-{first.uid}"] == "cancel"
    assert reread(desk, first).state == "booked"


def test_keeping_a_visit_needs_a_reason(desk):
    visit = desk.book(make_client(desk.session), desk.at(10, day=25))
    page = look(desk)
    keep = {f"visit-{visit.uid}": "keep"}
    assert "Say why" in text_of(desk.rita.post("/absences", data=form_of(page, **keep)), 422)
    assert desk.rita.post("/absences", data=form_of(page, **keep, reason="She insists")).status_code == 303


def test_a_form_that_cannot_be_is_shown_again_with_its_fields(desk):
    assert "That time has passed already" in look(desk, 422, first_on="2026-11-01")
    assert "before the first" in look(desk, 422, last_on="2026-11-24")
    assert "Give a time such as 09:30" in look(desk, 422, starts="25:00")


def test_out_today_leads_to_the_calls_and_each_is_settled_by_a_button(desk):
    early = desk.book(make_client(desk.session), desk.at(13))
    late = desk.book(make_client(desk.session, phone=""), desk.at(15))
    answer = desk.rita.post("/absences/out-today", data={"therapist_uid": desk.ada.uid})
    assert answer.status_code == 303
    page = text_of(desk.rita.get(answer.location))
    assert page.index("13:00") < page.index("15:00")
    assert "2 visits to call about" in page
    assert "No number is known" in page
    forms = re.findall(r' action="(/absences/calls/[^"]+)"', page)
    choice = re.search(rf'value="(2026-11-24T13:00\|{desk.ben.uid}[^"]*)"', page)[1]
    assert desk.rita.post(forms[0], data={"choice": choice}).status_code == 303
    assert desk.rita.post(forms[1], data={"end": "cancelled"}).status_code == 303
    assert "Nobody left to call" in text_of(desk.rita.get(answer.location))
    assert "settled this visit already" in text_of(desk.rita.post(forms[1], data={"end": "cancelled"}), 409)
    assert (reread(desk, early).therapist_id, reread(desk, late).state) == (desk.ben.id, "cancelled")


def test_one_key_sends_three_times_by_mail_and_the_list_says_until_when_they_are_kept(desk):
    desk.book(make_client(desk.session, email="clara@example.com"), desk.at(16))
    desk.book(make_client(desk.session, email=""), desk.at(14))
    answer = desk.rita.post("/absences/out-today", data={"therapist_uid": desk.ada.uid})
    page = text_of(desk.rita.get(answer.location))
    (send,) = re.findall(r'formaction="(/absences/calls/[^"]+/times)"', page)
    assert desk.rita.post(send, data={"reason": "", "version": "1"}).status_code == 303
    shown = text_of(desk.rita.get(answer.location))
    assert "times sent, kept until" in shown
    assert "2 visits to call about" in shown
    forms = re.findall(r' action="(/absences/calls/[^"]+)"', page)
    (other,) = set(forms) - {send.removesuffix("/times")}
    assert "No mail reaches this client" in text_of(desk.rita.post(f"{other}/times"), 422)
