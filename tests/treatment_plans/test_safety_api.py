"""Safety over JSON: the desk sends forms and notes and reads nothing, clinical roles act, and bookings stand by it."""

import pytest
from sqlalchemy import select

from practice.audit.models import AuditEvent
from practice.core.actor import Role
from practice.safety.models import ClearanceDocument, HeardWord, Screening
from practice.web.models import IdempotencyKey
from tests.callers import caller
from tests.safety.forms import answers
from tests.safety.test_documents import PDF
from tests.scheduling.scene import Scene, at
from tests.treatment_plans.scene import Course

READING = {
    "clinician": "physician",
    "clinician_name": "Dr Pell",
    "dated_on": "2026-11-24",
    "valid_from": "2026-11-24",
    "valid_until": "2027-01-24",
    "restrictions": "light pressure",
}


@pytest.fixture
def course(session):
    return Course(Scene(session))


@pytest.fixture
def owner(app, clock, course):
    clock.now = course.scene.now
    return caller(app, Role.OWNER, "Olive")


@pytest.fixture
def desk(app, clock, course):
    clock.now = course.scene.now
    return caller(app, Role.RECEPTIONIST, "Rita")


@pytest.fixture
def here(course):
    return f"/clients/{course.client.uid}"


def send_file(owner, path: str, content: bytes):
    headers = {"Authorization": f"Bearer token-{owner.user.id}", "Content-Type": "application/pdf"}
    return owner.http.post(f"/api/v1{path}", data=content, headers=headers)


def test_a_warning_sign_stops_a_plan_and_a_clearance_opens_the_way_again(course, owner, here):
    plan = course.active()
    booked = course.scene.book(at(10))
    raised = owner.post(f"{here}/flags", {"code": "CANCER_HX", "note": "told at the table"})
    assert raised.status_code == 201 and set(raised.json) == {"uid", "version"}
    assert (course.plan(plan).state, course.scene.reload(booked).state) == ("on_hold", "tentative")
    (flag,) = owner.get(f"{here}/flags").json["flags"]
    assert (flag["code"], flag["tier"], flag["note"]) == ("CANCER_HX", "T1", "told at the table")

    asked = owner.post(f"{here}/clearances", {"flags": [flag["uid"]]}).json
    path = f"{here}/clearances/{asked['uid']}"
    early = owner.post(f"{path}/reading", {**READING, "flags": [flag["uid"]]})
    assert (early.status_code, bool(early.json["refusals"][0]["ways_out"])) == (409, True)
    assert send_file(owner, f"{path}/document", b"MZ not a letter").status_code == 422
    assert send_file(owner, f"{path}/document", b"").status_code == 422
    kept = send_file(owner, f"{path}/document", PDF)
    assert (kept.status_code, kept.json["media_type"], kept.json["size"]) == (201, "application/pdf", len(PDF))
    assert owner.get("/clearances").json["clearances"][0]["state"] == "received"
    assert owner.ask("POST", f"{path}/reading", READING, If_Match='"9"').status_code == 412
    read = owner.post(f"{path}/reading", {**READING, "flags": [flag["uid"]]}).json
    assert (read["state"], read["restrictions"], read["flags"][0]["uid"]) == ("valid", "light pressure", flag["uid"])
    assert course.scene.reload(booked).state == "booked"

    document = owner.get(f"{here}/documents/{read['document_uid']}")
    assert (document.data, document.headers["Content-Disposition"]) == (PDF, 'attachment; filename="document.pdf"')
    ended = owner.post(f"{path}/end", {"state": "voided", "reason": "written for somebody else"})
    assert (ended.json["state"], ended.json["reason"]) == ("voided", "written for somebody else")
    assert owner.post(f"{path}/end", {"state": "voided", "reason": "again"}).status_code == 409
    course.session.rollback()
    sealed = course.session.scalars(select(ClearanceDocument.content)).one()
    assert PDF not in sealed


def test_a_warning_sign_is_lowered_and_closed_with_a_reason(course, owner, here):
    assert owner.post(f"{here}/flags", {"code": "NO_SUCH_SIGN"}).status_code == 422
    uid = owner.post(f"{here}/flags", {"code": "CANCER_HX"}).json["uid"]
    path = f"{here}/flags/{uid}"
    assert owner.ask("PATCH", path, {"tier": "T2"}).json["code"] == "reason_in_words"
    assert owner.ask("PATCH", path, {"tier": "T2", "reason": "old"}, If_Match='"9"').status_code == 412
    assert owner.ask("PATCH", path, {"tier": "T2", "reason": "long ago"}).status_code == 200
    assert owner.ask("PATCH", path, {"tier": None, "reason": "a mistake"}).status_code == 200
    assert owner.get(f"{here}/flags").json == {"flags": []}
    other = f"/clients/{course.scene.clients[1].uid}/flags/{uid}"
    assert owner.ask("PATCH", other, {"tier": None, "reason": "not hers"}).status_code == 404


def test_a_form_is_taken_by_the_desk_read_by_a_therapist_and_signed(course, owner, desk, here):
    asked = desk.get("/screening-form").json
    assert {each["key"] for each in asked["questions"]} == set(answers())
    open_form = desk.post(f"{here}/screening", {"answers": {"cancer": "yes"}, "is_signed": True})
    assert (open_form.status_code, open_form.json["code"]) == (422, "form_incomplete")
    form = {"answers": answers(cancer="yes"), "is_signed": False, "source": "paper"}
    assert desk.post(f"{here}/screening", form | {"source": "therapist"}).status_code == 403, "who asked is on record"
    assert desk.post(f"{here}/screening", form).json == {"is_urgent": False}
    assert desk.get(f"{here}/screening").status_code == 403
    shown = owner.get(f"{here}/screening").json["screening"]
    assert (shown["answers"]["cancer"], shown["signed_at"]) == ("yes", None)
    path = f"{here}/screening/{shown['uid']}/signature"
    assert desk.post(path, {}).status_code == 403
    assert owner.post(path, {}).status_code == 204
    assert owner.post(path, {}).json["code"] == "signed_already"
    assert owner.get(f"{here}/screening").json["screening"]["signed_at"] is not None


def test_an_emergency_is_told_to_the_desk_as_urgent_and_no_more(course, desk, here):
    form = {"answers": answers(saddle="yes"), "is_signed": True}
    key = {"Idempotency_Key": "7d3f3c1e-0000-4000-8000-000000000003"}
    first = desk.post(f"{here}/screening", form, **key)
    assert (first.status_code, first.json) == (201, {"is_urgent": True})
    assert desk.post(f"{here}/screening", form, **key).json == first.json
    course.session.rollback()
    filled = select(Screening).where(Screening.client_id == course.client.id, Screening.source == "tablet")
    assert len(course.session.scalars(filled).all()) == 1
    assert course.session.scalars(select(IdempotencyKey.body)).all() == ['{"is_urgent": true}']


def test_what_a_caller_said_is_written_by_the_desk_and_read_by_a_therapist(course, owner, desk, here):
    key = {"Idempotency_Key": "7d3f3c1e-0000-4000-8000-000000000004"}
    first = desk.post(f"{here}/heard", {"words": "numb since Sunday"}, **key)
    assert (first.status_code, set(first.json)) == (201, {"uid"})
    assert desk.post(f"{here}/heard", {"words": "numb since Sunday"}, **key).json == first.json
    assert desk.get(f"{here}/heard").status_code == 403
    assert owner.get(f"{here}/heard").json["heard"][0]["words"] == "numb since Sunday"
    course.session.rollback()
    assert b"numb" not in course.session.scalars(select(HeardWord.words)).one()


def test_each_reading_is_logged_and_a_foreign_document_is_not_found(course, owner, here):
    for part in ("flags", "screening", "heard", "clearances"):
        assert owner.get(f"{here}/{part}").status_code == 200
    asked = owner.post(f"{here}/clearances", {}).json["uid"]
    send_file(owner, f"{here}/clearances/{asked}/document", PDF)
    document = owner.get(f"{here}/clearances").json["clearances"][0]["document_uid"]
    assert owner.get(f"/clients/{course.scene.clients[1].uid}/documents/{document}").status_code == 404
    course.session.rollback()
    read = select(AuditEvent.action).where(AuditEvent.action == "chart.read")
    assert len(course.session.scalars(read).all()) == 5
