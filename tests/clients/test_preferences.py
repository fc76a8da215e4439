"""Wishes and pairs kept apart, in the record's page and over JSON; why is for the owner alone."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from practice.clients.preferences import list_kept_apart, list_preferences
from practice.core.actor import Role
from tests.callers import Caller, caller
from tests.factories import make_client, make_location, make_therapist

MISSING = "00000000-0000-4000-8000-000000000000"


@pytest.fixture
def desk(client_as: Callable[[str], Any]) -> Any:
    return client_as("rita")


@pytest.fixture
def api(app: Flask) -> Caller:
    return caller(app, Role.RECEPTIONIST)


def test_the_desk_notes_and_removes_wishes_on_the_records_page(desk: Any, session: Session) -> None:
    make_location(session)
    tara, anna = make_therapist(session, name="Tara Tall"), make_client(session)
    edit = f"/clients/{anna.uid}/edit"
    assert (
        desk.post(f"/clients/{anna.uid}/preferences", data={"strength": "never", "subject": tara.uid}).status_code
        == 303
    )
    assert (
        desk.post(f"/clients/{anna.uid}/preferences", data={"strength": "must", "subject": "female"}).status_code == 303
    )
    page = desk.get(edit).text
    assert "Never Tara Tall" in page
    assert "Only a woman" in page
    second = desk.post(f"/clients/{anna.uid}/preferences", data={"strength": "must", "subject": "male"})
    assert second.status_code == 422
    assert "asks for another gender already" in second.text
    unknown = desk.post(f"/clients/{anna.uid}/preferences", data={"strength": "must", "subject": MISSING})
    assert unknown.status_code == 404
    wish = list_preferences(session, anna.id)[0][0].uid
    session.rollback()
    desk.post(f"/clients/{anna.uid}/preferences/{wish}/remove")
    assert "Never Tara Tall" not in desk.get(edit).text


def test_a_pair_shows_whom_but_not_why(desk: Any, client_as: Callable[[str], Any], session: Session) -> None:
    make_location(session)
    anna, berta = make_client(session), make_client(session, first_name="Berta", last_name="Blum")
    form = {"other_client_uid": berta.uid, "q": "Berta Blum", "reason": "A quarrel about the inheritance."}
    assert desk.post(f"/clients/{anna.uid}/kept-apart", data=form).status_code == 303
    for each, name in ((anna, "Berta Blum"), (berta, anna.display_name)):
        page = desk.get(f"/clients/{each.uid}/edit").text
        assert name in page
        assert "inheritance" not in page
    assert desk.post(f"/clients/{anna.uid}/kept-apart", data=form).status_code == 409
    neither = desk.post(f"/clients/{anna.uid}/kept-apart", data={"q": "Berta"})
    assert neither.status_code == 422
    end = f"/clients/{berta.uid}/kept-apart/{list_kept_apart(session, anna.id)[0].uid}/end"
    session.rollback()
    assert desk.post(end).status_code == 303
    session.rollback()
    assert list_kept_apart(session, anna.id) == []


def test_wishes_over_json(api: Caller, app: Flask, session: Session) -> None:
    make_location(session)
    tara, anna = make_therapist(session), make_client(session)
    wishes, apart = f"/clients/{anna.uid}/preferences", f"/clients/{anna.uid}/kept-apart"
    made = api.post(wishes, {"strength": "prefer", "therapist_uid": tara.uid})
    assert (made.status_code, made.json["words"]) == (201, tara.name)
    assert api.post(wishes, {"strength": "prefer"}).status_code == 422
    assert api.post(wishes, {"strength": "prefer", "therapist_uid": tara.uid, "gender": "male"}).status_code == 422
    assert [each["uid"] for each in api.get(wishes).json] == [made.json["uid"]]
    assert api.ask("DELETE", f"{wishes}/{made.json['uid']}").status_code == 204
    pair = api.post(apart, {"therapist_uid": tara.uid, "reason": "Told in confidence."})
    assert (pair.status_code, pair.json["name"], pair.json["is_therapist"]) == (201, tara.name, True)
    assert "confidence" not in pair.text + api.get(apart).text
    why = f"{apart}/{pair.json['uid']}/reason"
    assert api.get(why).status_code == 403
    assert caller(app, Role.OWNER).get(why).json == {"reason": "Told in confidence."}
