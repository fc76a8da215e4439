"""The page of a visit: written without loss, consented, started, ended, signed, added to; two editors are joined."""

import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.audit.models import AuditEvent
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.visits.models import Measure
from practice.visits.notes.consent import ELEMENTS
from practice.visits.notes.models import AdverseReaction, NoteDraft, NoteEntry, VisitConsent
from tests.cast import PASSWORD
from tests.desk.my_day.test_my_day import text_of
from tests.desk.scenes import statements_of
from tests.desk.visit_record.test_visit_record import rows
from tests.factories import act, make_client

PIN = "284917"
ROW = {
    "technique-1": "stripping",
    "place-1": "buttock.left",
    "position-1": "prone",
    "pressure-1": "3",
    "minutes-1": "10",
}
SAID = {"subjective": "Slept badly.", "plan": "Walk more.", **ROW}
IN_FULL = {"elements": list(ELEMENTS), "mode": "written", "covers_buttock": "1"}


@pytest.fixture
def theo(theo):
    answer = theo.post("/account/signing-pin", data={"signing_password": PASSWORD, "signing_pin": PIN})
    assert answer.status_code == 303
    return theo


@pytest.fixture
def path(clinic, now):
    client = make_client(clinic.session, first_name="Nora")
    state = {"state": AppointmentState.IN_PROGRESS, "started_at": now - timedelta(minutes=5)}
    return f"/appointments/{clinic.visit(now, client, **state).uid}/visit"


def autosave(browser, path, version, **said):
    return browser.post(f"{path}/note", data={"version": version, **said}, headers={"X-Autosave": "1"})


def test_a_visit_is_written_consented_ended_and_signed(session, theo, path):
    assert "Discuss all six things" in text_of(theo.get(path))
    assert theo.post(f"{path}/note", data={"version": "0", **SAID}).status_code == 303
    page = theo.get(path).text
    assert "Slept badly." in page and 'value="buttock.left" selected' in page
    refused = theo.post(f"{path}/sign", data={"signing_pin": PIN, "ends": "1"})
    assert (refused.status_code, "No consent of this day is recorded." in text_of(refused)) == (422, True)
    assert 'href="#f-deviation"' in refused.text
    session.rollback()
    assert [str(state) for state in session.scalars(select(Appointment.state))] == ["in_progress"]
    assert theo.post(f"{path}/consent", data=IN_FULL).status_code == 303
    assert "All six things discussed, written, work on the buttock included." in text_of(theo.get(path))
    assert theo.post(f"{path}/sign", data={"ends": "1"}).status_code == 303
    assert "Ada Able, registration" in text_of(theo.get(path))
    assert [str(each.kind) for each in rows(session, NoteEntry)] == ["note"]
    assert rows(session, NoteDraft) == []
    note = rows(session, NoteEntry)[0].uid
    late = theo.post(f"{path}/addendum", data={"note": note, "addendum": "Also the calf.", "reason": "forgotten"})
    assert late.status_code == 303
    assert "Also the calf. Because: forgotten" in text_of(theo.get(path))
    assert "Signed already" not in text_of(theo.get(path))
    assert theo.post(f"{path}/note", data={"version": "0", **SAID}).status_code == 409
    assert theo.post(f"{path}/cosign", data={"note": note}).status_code == 409
    assert theo.post(f"{path}/error", data={"note": note, "reason": "Another client's."}).status_code == 303
    page = theo.get(path).text
    assert "data-note" in page
    assert "stays as it is" in text_of(
        theo.post(f"{path}/addendum", data={"note": note, "addendum": "x", "reason": "y"})
    )


def test_a_wrong_pin_signs_nothing_and_keeps_the_note(session, theo, path):
    theo.post(f"{path}/note", data={"version": "0", **SAID})
    theo.post(f"{path}/consent", data=IN_FULL)
    refused = theo.post(f"{path}/sign", data={"signing_pin": "730164", "ends": "1"})
    assert (refused.status_code, "That is not your signing PIN." in text_of(refused)) == (422, True)
    assert "Slept badly." in refused.text
    assert rows(session, NoteEntry) == []
    assert theo.post(f"{path}/end").status_code == 303
    sign = theo.get(path).text.split('id="sign"')[1]
    seen = re.search(r'name="version" value="([0-9]+)"', sign).group(1)
    stale = theo.post(f"{path}/sign", data={"signing_pin": PIN, "version": int(seen) - 1})
    assert (stale.status_code, "Somebody else wrote in this note" in text_of(stale)) == (412, True)
    assert theo.post(f"{path}/sign", data={"signing_pin": PIN, "version": seen}).status_code == 303


def test_the_script_is_told_in_json_and_a_second_editor_gets_both_texts(theo, client_as, session, path):
    first = autosave(theo, path, 0, subjective="Slept badly.")
    assert first.status_code == 200
    seen = first.json["version"]
    other = client_as("oscar")
    assert autosave(other, path, seen, subjective="Slept well.", plan="Rest.").status_code == 200
    clash = autosave(theo, path, seen, subjective="Slept so-so.")
    assert (clash.status_code, clash.json["theirs"]["subjective"]) == (412, "Slept well.")
    session.rollback()
    newest = session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()
    assert (newest.action, newest.object_kind) == ("chart.read", "note"), "what somebody else wrote is a look, too"
    assert autosave(theo, path, clash.json["version"], subjective="Slept so-so.", plan="Rest.").status_code == 200
    wrong = autosave(theo, path, 1, **{"technique-1": "thrust"})
    assert (wrong.status_code, "could not be read" in wrong.json["error"]) == (422, True)
    assert "Slept so-so." in theo.get(path).text
    plain = theo.post(f"{path}/note", data={"version": "1", "subjective": "Mine."})
    assert (plain.status_code, "Somebody else wrote in this note" in text_of(plain)) == (412, True)


def test_one_tap_repeats_the_consent_and_the_last_note_is_copied_and_marked(session, clinic, theo, path, now):
    theo.post(f"{path}/note", data={"version": "0", **SAID})
    theo.post(f"{path}/consent", data=IN_FULL)
    theo.post(f"{path}/sign", data={"signing_pin": PIN, "ends": "1"})
    session.rollback()
    client_id = session.scalars(select(Appointment.client_id)).one()
    state = {"state": AppointmentState.IN_PROGRESS, "started_at": now, "client_id": client_id}
    second = f"/appointments/{clinic.visit(now + timedelta(hours=2), **state).uid}/visit"
    assert "Agreed as before, buttock included" in text_of(theo.get(second))
    assert theo.post(f"{second}/consent", data={"covers_buttock": "1"}).status_code == 303
    assert [(row.is_full, row.mode) for row in rows(session, VisitConsent)] == [(True, "written"), (False, "written")]
    assert theo.post(f"{second}/copy").status_code == 303
    page = theo.get(second).text
    assert "from the last note, not touched since" in page and 'value="stripping" selected' in page
    assert "Slept badly." not in page


def test_what_is_measured_at_a_checkpoint_and_a_reaction_are_recorded(session, theo, path):
    said = {
        "RMDQ": "14",
        "FTF": "28",
        "sbi-leg_pain": "4",
        "sbi-tingling": "3",
        "sbi-weakness": "0",
        "sbi-sitting": "5",
    }
    assert theo.post(f"{path}/measures", data=said).status_code == 303
    assert len(rows(session, Measure)) == 6
    assert theo.post(f"{path}/measures", data={"RMDQ": "99"}).status_code == 422
    assert (
        theo.post(f"{path}/reaction", data={"kind": "bruise", "severity": "1", "onset_hours": "2"}).status_code == 303
    )
    assert theo.post(f"{path}/reaction", data={"kind": "bruise"}).status_code == 422
    assert [(row.kind, row.severity) for row in rows(session, AdverseReaction)] == [("bruise", 1)]
    assert "bruise, mild" in text_of(theo.get(path))


def test_the_list_of_unsigned_notes_reads_and_signs_together(session, clinic, theo, client_as, path, now):
    assert "Every note is signed" in text_of(theo.get("/notes"))
    theo.post(f"{path}/note", data={"version": "0", **SAID})
    theo.post(f"{path}/consent", data=IN_FULL)
    theo.post(f"{path}/end")
    over = clinic.visit(now - timedelta(days=2), state=AppointmentState.COMPLETED)
    page = text_of(theo.get("/notes"))
    assert "Slept badly." in page and "Nothing is written yet." in page and "a day late" in page
    uid = session.scalars(select(NoteDraft.visit_id)).one()
    assert uid and over.uid in theo.get("/notes").text
    assert "Slept badly." in text_of(client_as("oscar").get("/notes"))
    assert "Slept badly." not in text_of(client_as("olga").get("/notes"))
    assert client_as("rita").get("/notes").status_code == 403
    visit_uid, version = re.search(r'name="read" value="(.{36})\.([0-9]+)"', theo.get("/notes").text).groups()
    stale = theo.post("/notes/sign", data={"read": [f"{visit_uid}.{int(version) - 1}"], "signing_pin": PIN})
    assert (stale.status_code, "Somebody else wrote in this note" in text_of(stale)) == (412, True)
    assert theo.post("/notes/sign", data={"read": [visit_uid], "signing_pin": "730164"}).status_code == 422
    read = {"read": [f"{visit_uid}.{version}"]}
    assert theo.post("/notes/sign", data={**read, "signing_pin": PIN}).status_code == 303
    assert "Slept badly." not in text_of(theo.get("/notes"))


def test_the_page_takes_as_many_statements_with_one_note_as_with_several(app, session, clinic, theo, path, now):
    theo.post(f"{path}/note", data={"version": "0", **SAID})
    theo.post(f"{path}/consent", data=IN_FULL)
    for kind in ("bruise", "soreness", "dizziness"):
        theo.post(f"{path}/reaction", data={"kind": kind, "severity": "1"})
    drafted = statements_of(app, lambda: theo.get(path))
    theo.post(f"{path}/sign", data={"signing_pin": PIN, "ends": "1"})
    note = rows(session, NoteEntry)[0].uid
    signed = statements_of(app, lambda: theo.get(path))
    for words in ("One.", "Two.", "Three."):
        theo.post(f"{path}/addendum", data={"note": note, "addendum": words, "reason": "forgotten"})
    assert statements_of(app, lambda: theo.get(path)) == signed
    assert max(drafted, signed) <= 45


@pytest.mark.parametrize(
    ("state", "act_on_it"), [(AppointmentState.ARRIVED, "start"), (AppointmentState.IN_PROGRESS, "end")]
)
def test_a_colleagues_visit_with_a_shared_client_is_begun_and_ended_by_nobody_else(
    session, clinic, theo, client_as, now, state, act_on_it
):
    client = make_client(clinic.session)
    clinic.visit(now - timedelta(days=7), client, state=AppointmentState.COMPLETED)
    theirs = clinic.visit(now, client, therapist_id=clinic.ben.id, state=state)
    path = f"/appointments/{theirs.uid}/visit"
    assert theo.get(path).status_code == 200, "a shared client's visit can be read"
    assert theo.post(f"{path}/{act_on_it}").status_code == 404
    session.rollback()
    assert session.scalars(select(Appointment.state).where(Appointment.uid == theirs.uid)).one() == state
    assert client_as("oscar").post(f"{path}/{act_on_it}").status_code != 404


def test_before_the_client_has_come_nothing_is_written(clinic, theo, now):
    path = f"/appointments/{clinic.visit(now).uid}/visit"
    assert autosave(theo, path, 0, plan="Walk.").status_code == 409
    assert theo.post(f"{path}/copy").status_code == 409


def test_arrived_is_started_from_the_page(session, clinic, theo, now):
    uid = clinic.visit(now, state=AppointmentState.ARRIVED).uid
    assert "Start the treatment" in text_of(theo.get(f"/appointments/{uid}/visit"))
    theo.post(f"/appointments/{uid}/visit/start")
    session.rollback()
    assert session.scalars(select(Appointment.started_at).where(Appointment.uid == uid)).one() in {None, now}
    act(session, lambda: None)
