"""Notes over JSON and the PIN that signs them: strict, refused by code, never without the PIN."""

import hashlib
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.accounts.models import User
from practice.audit.models import AuditEvent
from practice.clinic.models import StaffTask, Therapist
from practice.treatment_plans.models import PlanHold, TreatmentPlan
from practice.visits.notes.consent import ELEMENTS
from practice.visits.notes.models import NoteEntry
from practice.web.models import IdempotencyKey
from tests.cast import PASSWORD, THEO, sign_in
from tests.factories import act
from tests.scheduling.scene import Scene
from tests.treatment_plans.scene import Course
from tests.visits.notes.conftest import Notes

PIN, OTHER = "284917", "730164"
ROW = {"technique": "stripping", "region": "buttock", "side": "left", "position": "prone", "pressure": 3, "minutes": 10}


@pytest.fixture
def course(session):
    return Course(Scene(session))


@pytest.fixture
def scene(course):
    return course.scene


@pytest.fixture
def theo(app, session, scene, cast, visit):
    """The first therapist in a browser of his own, with a signing PIN."""

    def give_diary():
        session.get_one(Therapist, scene.therapists[0].id).user_id = cast["theo"].id

    act(session, give_diary)
    browser = sign_in(app, THEO)
    chosen = browser.post("/account/signing-pin", data={"signing_password": PASSWORD, "signing_pin": PIN})
    assert chosen.status_code == 303
    return browser


@pytest.fixture
def visit(course, notes: Notes, clock):
    course.active()
    found = notes.begun()
    clock.now = notes.scene.now
    return found


def ask(browser, method, path, body=None, **headers):
    sent = {name.replace("_", "-"): value for name, value in headers.items()}
    return browser.open(f"/api/v1{path}", method=method, headers=sent, **({} if body is None else {"json": body}))


def test_a_visit_from_its_first_word_to_the_addendum(theo, visit, notes, clock, session):
    path = f"/visits/{visit.uid}"
    assert ask(theo, "GET", f"{path}/note").json["version"] == 0
    assert ask(theo, "PATCH", f"{path}/note", {"plan": "Walk."}).status_code == 428
    saved = ask(theo, "PATCH", f"{path}/note", {"plan": "Walk.", "techniques": [ROW]}, If_Match='"0"')
    assert (saved.status_code, saved.headers["ETag"]) == (200, f'"{saved.json["version"]}"')
    stale = ask(theo, "PATCH", f"{path}/note", {"plan": "Rest."}, If_Match='"1"')
    assert (stale.status_code, stale.json["code"], stale.json["context"]["changed"]) == (412, "draft_changed", ["plan"])
    short = ask(theo, "POST", f"{path}/consents", {"covers_buttock": True})
    assert (short.status_code, short.json["is_full"]) == (201, False)
    early = ask(theo, "POST", f"{path}/note/signature", {"signing_pin": PIN})
    assert (early.status_code, early.json["code"]) == (422, "visit_not_over")
    notes.end(visit)
    clock.now = notes.scene.now
    in_full = {"elements": list(ELEMENTS), "mode": "written", "covers_buttock": True}
    assert ask(theo, "POST", f"{path}/consents", in_full).json["mode"] == "written"
    old = ask(theo, "POST", f"{path}/note/signature", {"signing_pin": PIN}, If_Match='"1"')
    assert (old.status_code, old.json["code"]) == (412, "draft_changed")
    signed = ask(theo, "POST", f"{path}/note/signature", {"signing_pin": PIN}, If_Match=saved.headers["ETag"])
    assert (signed.status_code, signed.json["seq"]) == (201, 1), signed.json
    assert ask(theo, "POST", f"{path}/note/signature", {}).json["code"] == "note_signed"
    added = ask(theo, "POST", f"{path}/notes/{signed.json['uid']}/addenda", {"text": "Also.", "reason": "forgotten"})
    assert added.status_code == 201
    shown = ask(theo, "GET", f"{path}/note").json
    assert [each["kind"] for each in shown["entries"]] == ["note", "addendum"]
    assert shown["entries"][0]["said"]["note"]["texts"] == {"plan": "Walk."}
    mine = ask(theo, "POST", f"{path}/notes/{signed.json['uid']}/co-signature", {})
    assert mine.json["code"] == "own_signature"
    wrong = ask(theo, "POST", f"{path}/notes/{signed.json['uid']}/error-mark", {"reason": "Another client's."})
    assert (wrong.status_code, wrong.json["seq"]) == (201, 3)
    (waiting,) = ask(theo, "GET", "/notes/unsigned").json
    assert (waiting["visit_uid"], waiting["has_draft"]) == (visit.uid, False)
    reads = select(AuditEvent).where(AuditEvent.action == "chart.read", AuditEvent.object_kind == "note")
    session.rollback()
    assert len(session.scalars(reads).all()) == 2


def test_several_are_signed_by_one_pin(theo, visit, notes, clock):
    ask(theo, "PATCH", f"/visits/{visit.uid}/note", {"plan": "Walk."}, If_Match='"0"')
    ask(theo, "POST", f"/visits/{visit.uid}/consents", {})
    notes.end(visit)
    clock.now = notes.scene.now
    body = {"visit_uids": [visit.uid, visit.uid], "signing_pin": PIN}
    assert len(ask(theo, "POST", "/notes/signatures", body).json["signed"]) == 1
    assert ask(theo, "POST", "/notes/signatures", body).json["code"] == "note_signed"


def test_what_is_kept_of_a_signature_sent_twice_does_not_tell_the_pin(theo, visit, notes, clock, session):
    ask(theo, "PATCH", f"/visits/{visit.uid}/note", {"plan": "Walk."}, If_Match='"0"')
    ask(theo, "POST", f"/visits/{visit.uid}/consents", {})
    notes.end(visit)
    clock.now = notes.scene.now
    body = f'{{"signing_pin": "{PIN}"}}'
    headers = {"Idempotency-Key": "key-12345678", "Content-Type": "application/json"}
    path = f"/api/v1/visits/{visit.uid}/note/signature"
    answers = [theo.post(path, data=body, headers=headers) for _ in range(2)]
    assert [answer.status_code for answer in answers] == [201, 201]
    assert answers[0].json == answers[1].json
    session.rollback()
    kept = session.scalars(select(IdempotencyKey.body_hash)).one()
    assert kept != hashlib.sha256(body.encode()).hexdigest(), "six digits are found by trying all"


@pytest.mark.parametrize(
    "body",
    [
        {"unknown": "x"},
        {"plan": 7},
        {"plan": "x" * 6001},
        {"techniques": [{**ROW, "technique": "thrust"}]},
        {"techniques": [{**ROW, "region": "saddle"}]},
        {"techniques": [{**ROW, "pressure": 6}]},
        {"techniques": [{**ROW, "minutes": "ten"}]},
        {"techniques": [ROW] * 21},
    ],
)
def test_what_cannot_be_read_is_refused_and_nothing_is_begun(theo, visit, session, body):
    answer = ask(theo, "PATCH", f"/visits/{visit.uid}/note", body, If_Match='"0"')
    assert (answer.status_code, answer.json["code"]) == (422, "unprocessable_entity")
    assert ask(theo, "GET", f"/visits/{visit.uid}/note").json["draft"] is None


def test_a_pin_signs_for_five_minutes_on_its_own_device_and_tries_are_few(theo, app, visit, notes, clock, session):
    path = f"/visits/{visit.uid}/note/signature"

    def code(browser, pin=""):
        return ask(browser, "POST", path, {"signing_pin": pin}).json["code"]

    elsewhere = sign_in(app, THEO)
    assert code(theo) == "step_up_needed"
    assert code(theo, OTHER) == "wrong_signing_pin"
    assert code(theo, PIN) == code(theo) == "visit_not_over"
    assert code(elsewhere) == "step_up_needed"
    clock.advance(timedelta(minutes=5, seconds=1))
    assert code(theo) == "step_up_needed"
    assert code(theo, PIN) == "visit_not_over"
    theo.post("/account/lock")
    assert theo.post("/unlock", data={"secret": PASSWORD}).status_code == 303
    assert code(theo) == "step_up_needed"
    assert [code(theo, OTHER) for _ in range(4)][-1] == "wrong_signing_pin"
    assert (code(theo, OTHER), code(theo, PIN)) == ("too_many_tries", "too_many_tries")
    clock.advance(timedelta(minutes=11))
    assert code(theo, PIN) == "visit_not_over"
    session.rollback()
    refused = session.scalars(select(AuditEvent).where(AuditEvent.action == "signing.refused")).all()
    assert len(refused) == 5
    assert all(PIN not in event.data and OTHER not in event.data for event in refused)


def test_the_two_pins_are_kept_apart(theo, app, session, cast):
    def choose(which, pin):
        names = {"pin": ("pin_password", "pin"), "signing-pin": ("signing_password", "signing_pin")}[which]
        return theo.post(f"/account/{which}", data=dict(zip(names, (PASSWORD, pin), strict=True)))

    assert "must differ" in choose("pin", PIN).text
    assert choose("pin", OTHER).status_code == 303
    assert "must differ" in choose("signing-pin", OTHER).text
    session.rollback()
    user = session.get_one(User, cast["theo"].id)
    assert user.pin_hash != user.signing_pin_hash
    assert PIN not in user.signing_pin_hash
    theo.post("/account/lock")
    assert theo.post("/unlock", data={"secret": PIN}).status_code == 422
    assert theo.post("/unlock", data={"secret": OTHER}).status_code == 303
    assert choose("signing-pin", "123456").status_code == 422
    assert (
        theo.post("/account/signing-pin", data={"signing_password": "x" * 12, "signing_pin": "482913"}).status_code
        == 422
    )


def test_who_has_no_pin_is_led_to_choose_one(app, session, scene, cast, visit):
    def give_diary():
        session.get_one(Therapist, scene.therapists[0].id).user_id = cast["theo"].id

    act(session, give_diary)
    answer = ask(sign_in(app, THEO), "POST", f"/visits/{visit.uid}/note/signature", {"signing_pin": PIN})
    assert (answer.json["code"], answer.json["refusals"][0]["ways_out"][0]["values"]) == (
        "no_signing_pin",
        {"href": "/account"},
    )


def test_an_incident_lets_the_plan_rest_and_tells_the_owner(theo, visit, session):
    path = f"/visits/{visit.uid}/reactions"
    assert ask(theo, "POST", path, {"kind": "soreness", "severity": 1}).json["is_incident"] is False
    session.rollback()
    assert session.scalars(select(PlanHold.id)).all() == []
    assert ask(theo, "POST", path, {"kind": "pain_flare", "severity": 4}).status_code == 422
    answer = ask(theo, "POST", path, {"kind": "new_neuro", "severity": 2, "action": "Sent to Dr Pell."})
    assert (answer.status_code, answer.json["is_incident"]) == (201, True)
    again = ask(theo, "POST", path, {"kind": "pain_flare", "severity": 3})
    assert again.status_code == 201
    session.rollback()
    assert [str(state) for state in session.scalars(select(TreatmentPlan.state))] == ["on_hold"]
    assert [str(hold.reason) for hold in session.scalars(select(PlanHold))] == ["incident"]
    tasks = session.scalars(select(StaffTask).where(StaffTask.kind == "incident")).all()
    assert [str(task.assigned_role) for task in tasks] == ["owner", "owner"]
    assert session.scalars(select(NoteEntry.id)).all() == []
