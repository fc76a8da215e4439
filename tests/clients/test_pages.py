"""Client pages as plain forms: finding, opening, editing, what a stale form and a possible duplicate show."""

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy.orm import Session

from practice.clients import queries
from practice.clients.consents import CONSENT_TEXTS, Purpose
from practice.clients.models import Client, MessagesTo
from tests.factories import guardian, make_client

ANNA = {"first_name": "Anna", "last_name": "Berg", "phone": "416 555 0111", "language": "en", "relation_kind": ""}
VERSION = CONSENT_TEXTS[Purpose.REMINDER_EMAIL].version


@pytest.fixture
def desk(client_as: Callable[[str], Any]) -> Any:
    return client_as("rita")


def stored(session: Session, client: Client) -> Client:
    session.close()
    return queries.get_record(session, client.uid)


def test_the_list_is_searched_as_one_types(desk: Any, session: Session) -> None:
    assert "No client yet" in desk.get("/clients").text
    make_client(session, first_name="Chloé", last_name="Brûlé", preferred_name="Zoé", phone="+14165550199")
    page = desk.get("/clients?q=brule")
    assert "Zoé Brûlé" in page.text
    assert "Chloé Brûlé" in page.text
    assert "0199" in page.text
    fragment = desk.get("/clients?q=nobody", headers={"HX-Request": "true"}).text
    assert "Nobody matches “nobody”" in fragment
    assert "<html" not in fragment


@pytest.mark.parametrize("typed", ["%00", "%E2%80%AEabc", "<script>", "a" * 500, "%F0%9F%99%82", "%ED%A0%80"])
def test_hostile_searches_are_answered(desk: Any, typed: str) -> None:
    page = desk.get(f"/clients?q={typed}")
    assert page.status_code == 200
    assert "<script>" not in page.text.replace("<script src=", "")


def test_a_record_is_opened_with_consent(desk: Any, session: Session) -> None:
    form = ANNA | {"reminder_email": "1", "text_version": VERSION, "email": "anna@example.com"}
    answer = desk.post("/clients/new", data=form)
    row = session.query(Client).one()
    assert (answer.status_code, answer.location) == (303, f"/clients/{row.uid}")
    assert queries.has_consent(session, [row.id], purpose=Purpose.REMINDER_EMAIL) == {row.id: True}


def test_a_form_sent_twice_opens_one_record(desk: Any, session: Session) -> None:
    page = desk.get("/clients/new").text
    key = page.split('name="idempotency_key" value="')[1].split('"')[0]
    answers = [desk.post("/clients/new", data=ANNA | {"idempotency_key": key}) for _ in range(2)]
    assert answers[0].location == answers[1].location
    assert session.query(Client).count() == 1


def test_the_consent_box_is_never_ticked_for_anybody(desk: Any) -> None:
    page = desk.get("/clients/new?q=Anna+Berg").text
    box = page[page.index('name="reminder_email"') :].split(">")[0]
    assert "checked" not in box
    assert "Read aloud" in page
    assert 'value="Anna"' in page
    assert 'value="Berg"' in page


def test_without_any_way_to_reach_nothing_is_saved_and_the_field_says_why(desk: Any, session: Session) -> None:
    answer = desk.post("/clients/new", data=ANNA | {"phone": ""})
    assert answer.status_code == 422
    assert "Give a phone number, a mail address" in answer.text
    assert session.query(Client).count() == 0


def test_a_wrong_number_is_said_at_the_field_with_what_was_typed(desk: Any) -> None:
    answer = desk.post("/clients/new", data=ANNA | {"phone": "12"})
    assert answer.status_code == 422
    assert 'value="12"' in answer.text
    assert "Give the area code" in answer.text


def test_somebody_who_may_be_known_is_asked_about_once(desk: Any, session: Session) -> None:
    known = make_client(session, first_name="Anna", last_name="Berg")
    asked = desk.post("/clients/new", data=ANNA)
    assert asked.status_code == 409
    assert known.uid in asked.text
    assert "the same name" in asked.text
    assert session.query(Client).count() == 1
    assert desk.post("/clients/new", data=ANNA | {"is_somebody_else": "1"}).status_code == 303


def test_a_child_is_opened_with_the_mother_who_gets_the_mails(desk: Any, session: Session) -> None:
    mother = make_client(session, first_name="Anna", last_name="Berg")
    form = {
        "first_name": "Ben",
        "last_name": "Berg",
        "language": "en",
        "relation_kind": "guardian",
        "related_client_uid": mother.uid,
        "q": "Anna Berg",
        "relation_gets_messages": "1",
    }
    answer = desk.post("/clients/new", data=form)
    child = queries.get_client(session, answer.location.rpartition("/")[2])
    assert child.messages_to == MessagesTo.RELATION
    page = desk.get(f"/clients/{child.uid}/edit").text
    assert f"/clients/{mother.uid}" in page
    assert "Guardian" in page


def test_a_person_who_is_no_client_needs_only_a_name(desk: Any, session: Session) -> None:
    form = ANNA | {"phone": "", "relation_kind": "books_for", "q": "Carl Berg", "relation_phone": "416 555 0177"}
    assert desk.post("/clients/new", data=form).status_code == 303
    row = session.query(Client).one()
    assert "(416) 555-0177" in desk.get(f"/clients/{row.uid}/edit").text


def test_a_second_saver_sees_both_texts(desk: Any, session: Session) -> None:
    row = make_client(session, first_name="Anna", last_name="Berg", phone="+14165550111")
    form = ANNA | {"version": str(row.version)}
    del form["relation_kind"]
    assert desk.post(f"/clients/{row.uid}/edit", data=form | {"last_name": "Bergman"}).status_code == 303
    late = desk.post(f"/clients/{row.uid}/edit", data=form | {"last_name": "Bergson"})
    assert late.status_code == 412
    assert "Bergman" in late.text
    assert "Bergson" in late.text
    assert f'name="version" value="{row.version + 1}"' in late.text
    assert stored(session, row).last_name == "Bergman"


def test_contacts_are_added_preferred_and_removed(desk: Any, session: Session) -> None:
    row = make_client(session, phone="+14165550111", email="")
    path = f"/clients/{row.uid}/contacts"
    assert desk.post(path, data={"value": "+44 20 7946 0018"}).status_code == 303
    assert desk.post(path, data={"value": "anna@example.com"}).status_code == 303
    wrong = desk.post(path, data={"value": "anna@"})
    assert "is not a mail address" in wrong.text
    phones = [contact for contact in stored(session, row).contacts if contact.kind == "phone"]
    assert desk.post(f"{path}/{phones[1].uid}/prefer").status_code == 303
    assert desk.post(f"{path}/{phones[0].uid}/remove").status_code == 303
    assert [(contact.normalised, contact.is_primary) for contact in stored(session, row).contacts] == [
        ("+442079460018", True),
        ("anna@example.com", True),
    ]


def test_who_gets_the_messages_is_chosen_and_never_left_open(desk: Any, session: Session) -> None:
    mother = make_client(session)
    child = make_client(session, relations=[guardian(mother)])
    relation, _ = queries.list_relations(session, child.id)[0]
    path = f"/clients/{child.uid}"
    desk.post(f"{path}/relations/{relation.uid}/remove")
    assert "Choose first who gets them instead" in desk.get(f"{path}/edit").text
    assert desk.post(f"{path}/messages-to", data={"to": "nobody", "version": str(child.version)}).status_code == 303
    assert "messages go to nobody" in desk.get(f"{path}/edit").text
    assert desk.post(f"{path}/messages-to", data={"to": relation.uid}).status_code == 303
    assert stored(session, child).messages_to == MessagesTo.RELATION


def test_alerts_come_and_go(desk: Any, session: Session) -> None:
    row = make_client(session)
    path = f"/clients/{row.uid}/alerts"
    assert desk.post(path, data={"kind": "step_free", "text": "uses a cane"}).status_code == 303
    alert = stored(session, row).alerts[0]
    assert "Step-free access: uses a cane" in desk.get(f"/clients/{row.uid}/edit").text
    assert desk.post(f"{path}/{alert.uid}/remove").status_code == 303
    assert stored(session, row).alerts == []


def test_consent_needs_the_tick_and_can_be_withdrawn(desk: Any, session: Session) -> None:
    row = make_client(session)
    path = f"/clients/{row.uid}/consent"
    assert "Tick the box" in desk.post(path, data={"text_version": VERSION}).text
    assert desk.post(path, data={"text_version": VERSION, "agreed": "1"}).status_code == 303
    assert "Withdraw the consent" in desk.get(f"/clients/{row.uid}/edit").text
    assert desk.post(f"{path}/withdraw").status_code == 303
    assert queries.has_consent(session, [row.id], purpose=Purpose.REMINDER_EMAIL) == {row.id: False}


def test_options_are_offered_for_a_field_that_takes_a_client(desk: Any, session: Session) -> None:
    row = make_client(session, last_name="Berg")
    assert f'data-value="{row.uid}"' in desk.get("/clients/options?q=berg").text
