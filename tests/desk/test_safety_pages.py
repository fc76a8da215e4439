"""Safety at the desk: the desk sets things going and reads nothing; clinical roles read and act, and it is logged."""

import html
import io
import re
from datetime import timedelta

import pytest
from sqlalchemy import select

from practice.audit.models import AuditEvent
from practice.clinic.models import ServiceKind, StaffTask
from practice.clinic.tasks import finish_task
from practice.safety.catalogue import usual
from practice.safety.flagging import PHONE_NOW
from practice.safety.models import Clearance, ClearanceDocument, Flag, HeardWord, Screening
from practice.safety.watching import escalate_calls
from practice.treatment_plans.details import EpisodeDetails, VersionDetails
from practice.treatment_plans.diagnosis import Side
from practice.treatment_plans.drafting import draft_plan
from practice.treatment_plans.episodes import open_episode
from practice.treatment_plans.stopping import raise_flag
from tests.conftest import NOW
from tests.factories import OWNER, act, make_client, make_service
from tests.safety.forms import TODAY, answers
from tests.safety.test_documents import PDF

CANARIES = ("cancer", "canary-words", "urine", "CANCER_HX", "Blocks treatment", "in force", "Warning signs")


@pytest.fixture
def owner(desk, client_as):
    return client_as("oscar")


@pytest.fixture
def ada(desk):
    return desk.client()


def flagged(desk, client, code="CANCER_HX") -> Flag:
    more = {"raised": usual(code), "source": "person", "note": "canary-words", "actor": OWNER, "now": NOW}
    return act(desk.session, lambda: raise_flag(desk.session, client_id=client.id, **more))


def one(desk, kind):
    desk.session.rollback()
    return desk.session.scalars(select(kind).execution_options(populate_existing=True)).one()


def last_event(desk) -> AuditEvent:
    desk.session.rollback()
    return desk.session.scalars(select(AuditEvent).order_by(AuditEvent.seq.desc()).limit(1)).one()


def filled(**over):
    return answers(**over) | {"agrees": "1", "told_safe": "1", "clinician": "Dr Pell", "seen_on": "2026-11-20"}


def test_the_form_is_filled_in_here_and_nobody_at_the_desk_reads_it(desk, ada):
    path = f"/clients/{ada.uid}/form"
    assert "only a therapist reads the answers" in desk.rita.get(path).text
    answer = desk.rita.post(path, data=filled(thinner="yes"))
    assert answer.headers["Location"].endswith("/thanks")
    row = desk.session.scalars(select(Screening).where(Screening.source == "tablet")).one()
    assert row.signed_at is not None
    assert [flag.code for flag in desk.session.scalars(select(Flag))] == ["ANTICOAG"]


def test_an_emergency_is_answered_on_the_screen_and_the_desk_hears_only_to_fetch_a_therapist(desk, ada):
    answer = desk.rita.post(f"/clients/{ada.uid}/form", data=filled(saddle="yes"))
    assert answer.headers["Location"].endswith("/urgent")
    assert "emergency department now" in desk.rita.get(answer.headers["Location"]).text
    calls = desk.rita.get("/calls").text
    assert f"A therapist must phone {ada.display_name} now" in calls
    assert not [word for word in CANARIES if word in calls]


def test_a_form_with_gaps_shows_where_they_are(desk, ada):
    given = filled()
    del given["calf"]
    answer = desk.rita.post(f"/clients/{ada.uid}/form", data=given)
    assert answer.status_code == 422
    assert answer.text.count("Please answer this.") == 1


def test_what_a_caller_said_is_kept_and_not_shown_at_the_desk(desk, ada, owner):
    path = f"/clients/{ada.uid}"
    desk.rita.post(f"{path}/heard", data={"words": "canary-words about her leg"})
    assert "canary-words" not in desk.rita.get(path).text
    assert desk.rita.get(f"{path}/safety").status_code == 403
    assert "canary-words about her leg" in owner.get(f"{path}/safety").text
    row = one(desk, HeardWord)
    owner.post(f"{path}/heard/{row.uid}/read")
    assert "canary-words" not in owner.get(f"{path}/safety").text
    assert {task.kind for task in desk.session.scalars(select(StaffTask))} == {"read_heard"}


def test_what_was_said_about_one_client_is_not_marked_as_read_through_another(desk, ada, owner):
    desk.rita.post(f"/clients/{ada.uid}/heard", data={"words": "canary-words about her leg"})
    other = make_client(desk.session)
    row = one(desk, HeardWord)
    assert owner.post(f"/clients/{other.uid}/heard/{row.uid}/read").status_code == 404
    assert one(desk, HeardWord).read_at is None


def test_nothing_said_is_nothing_kept(desk, ada):
    desk.rita.post(f"/clients/{ada.uid}/heard", data={"words": " "})
    assert desk.session.scalars(select(HeardWord)).all() == []


def test_from_a_refusal_to_a_booking_through_a_clearance(desk, ada, owner):
    flag = flagged(desk, ada)
    refused = desk.rita.post("/book", data=desk.form(client=ada.uid, choice=desk.choice(14)))
    assert refused.status_code == 422
    assert "Treatment cannot be booked for this client yet." in refused.text
    assert "Ask a therapist to call the client" in refused.text
    assert not [word for word in CANARIES if word in refused.text]
    desk.rita.post(f"/clients/{ada.uid}/ask-therapist")
    assert "A therapist is asked to call" in desk.rita.get("/calls").text

    path = f"/clients/{ada.uid}"
    owner.post(f"{path}/clearances", data={"flags": flag.uid})
    row = one(desk, Clearance)
    file = {"document": (io.BytesIO(PDF), "letter.html")}
    owner.post(f"{path}/clearances/{row.uid}/document", data=file, content_type="multipart/form-data")
    assert "to be read" in owner.get("/clearances").text
    reading = {
        "version": str(one(desk, Clearance).version),
        "clinician": "physician",
        "clinician_name": "Dr S. Pell",
        "dated_on": TODAY.isoformat(),
        "valid_from": TODAY.isoformat(),
        "valid_until": (TODAY + timedelta(days=60)).isoformat(),
        "flags": flag.uid,
    }
    assert owner.post(f"{path}/clearances/{row.uid}/read", data=reading).status_code == 303
    assert "in force" in owner.get(f"{path}/safety").text
    booked = desk.rita.post("/book", data=desk.form(client=ada.uid, choice=desk.choice(14)))
    assert booked.status_code == 303
    assert desk.only_row().state == "booked"


def test_a_document_comes_back_as_a_file_and_the_look_is_logged(desk, ada, owner):
    owner.post(f"/clients/{ada.uid}/clearances", data={})
    row = one(desk, Clearance)
    path = f"/clients/{ada.uid}/clearances/{row.uid}/document"
    file = {"document": (io.BytesIO(PDF + b"\n" * 2_000_000 + b"%%EOF"), "letter.pdf")}
    assert owner.post(path, data=file, content_type="multipart/form-data").status_code == 303
    document = one(desk, ClearanceDocument)
    answer = owner.get(f"/clients/{ada.uid}/documents/{document.uid}")
    assert (answer.mimetype, answer.data[:5]) == ("application/pdf", b"%PDF-")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert last_event(desk).action == "chart.read"


def test_a_file_that_is_not_what_it_says_is_refused_in_words(desk, ada, owner):
    owner.post(f"/clients/{ada.uid}/clearances", data={})
    path = f"/clients/{ada.uid}/clearances/{one(desk, Clearance).uid}/document"
    file = {"document": (io.BytesIO(b"<svg onload=alert(1)>"), "letter.pdf")}
    answer = owner.post(path, data=file, content_type="multipart/form-data", follow_redirects=True)
    assert "Only a PDF, a PNG or a JPEG can be taken" in answer.text
    assert desk.session.scalars(select(ClearanceDocument)).all() == []


def test_flags_are_raised_lowered_and_closed_by_hand(desk, ada, owner):
    path = f"/clients/{ada.uid}/flags"
    owner.post(path, data={"code": "CANCER_HX", "note": "told me"})
    flag = one(desk, Flag)
    assert "told me" in owner.get(f"/clients/{ada.uid}/safety").text
    assert owner.post(f"{path}/{flag.uid}/lower", data={"tier": "T2", "version": str(flag.version)}).status_code == 422
    lowered = {"tier": "T2", "reason": "long ago", "version": str(flag.version)}
    assert owner.post(f"{path}/{flag.uid}/lower", data=lowered).status_code == 303
    assert one(desk, Flag).tier == "T2"
    closing = {"reason": "wrong client", "version": str(one(desk, Flag).version)}
    assert owner.post(f"{path}/{flag.uid}/close", data=closing).status_code == 303
    assert "Nothing is open" in owner.get(f"/clients/{ada.uid}/safety").text


def test_each_look_at_the_page_is_logged(desk, ada, owner):
    owner.get(f"/clients/{ada.uid}/safety")
    assert (
        desk.session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq.desc()).limit(1)).one() == "chart.read"
    )


def test_an_altered_text_is_told_in_words_and_logged(desk, ada, owner):
    flag = flagged(desk, ada)
    other = flagged(desk, ada, "EPILEPSY")
    note = flag.note

    def swap() -> None:
        desk.session.get_one(Flag, other.id).note = note

    act(desk.session, swap)
    answer = owner.get(f"/clients/{ada.uid}/safety")
    assert answer.status_code == 409
    assert "altered or its key is missing" in answer.text
    latest = last_event(desk)
    assert (latest.action, latest.object_uid) == ("seal.broken", other.uid)


@pytest.mark.parametrize("page", ["", "/form", "/edit"])
def test_no_page_of_the_desk_about_the_client_says_what_it_is(desk, ada, page):
    flagged(desk, ada)
    shown = desk.rita.get(f"/clients/{ada.uid}{page}").text.lower()
    if page == "/form":
        shown = shown.partition("<form")[0]
    assert not [word for word in CANARIES if word.lower() in shown]


def test_no_list_of_the_desk_says_what_it_is(desk, ada):
    desk.rita.post("/book", data=desk.form(client=ada.uid, choice=desk.choice(14)))
    flagged(desk, ada)
    for path in ("/today", "/diary", "/tentative", "/calls", "/messages", "/clients?q=anna", "/find?q=anna"):
        shown = desk.rita.get(path).text
        assert not [word for word in CANARIES if word in shown], path


@pytest.fixture
def assessment(desk):
    return make_service(desk.session, kind=ServiceKind.ASSESSMENT, duration_minutes=30, code="ASSESS")


def leads(page: str, label: str) -> str:
    """Return where the button or link of that name leads."""
    found = re.search(rf'(?:href|action)="([^"]+)"(?:(?!href=|action=).)*?>\s*{re.escape(label)}\s*<', page, re.DOTALL)
    assert found is not None, label
    return html.unescape(found[1])


def test_the_ways_out_of_a_refused_booking_work_for_the_desk(desk, ada, assessment):
    flagged(desk, ada)
    refused = desk.rita.post("/book", data=desk.form(client=ada.uid, choice=desk.choice(14))).text
    panel = desk.rita.get(leads(refused, "Book an assessment instead"))
    assert panel.status_code == 200
    assert re.search(rf'value="{assessment.uid}"[^>]*(?:selected|checked)', panel.text)
    form = desk.form(client=ada.uid, choice=desk.choice(14)) | {"service": assessment.uid}
    assert desk.rita.post("/book", data=form).status_code == 303
    assert desk.only_row().kind == "assessment"
    asked = desk.rita.post(leads(refused, "Ask a therapist to call the client"))
    assert asked.status_code == 303


def test_the_ways_out_of_a_plan_that_is_not_in_force_work_for_the_desk(desk, ada, assessment):
    side = EpisodeDetails(side=Side.LEFT)
    by = {"actor": OWNER, "now": NOW}
    episode = act(desk.session, lambda: open_episode(desk.session, client_uid=ada.uid, details=side, **by))
    about = {"episode_uid": episode.uid, "therapist_uid": desk.ada.uid, "template": "ACUTE"}
    details = VersionDetails(service=desk.service.uid)
    act(desk.session, lambda: draft_plan(desk.session, details=details, **about, **by))
    refused = desk.rita.post("/book", data=desk.form(client=ada.uid, choice=desk.choice(14)))
    assert refused.status_code == 422 and "still a draft" in refused.text
    panel = desk.rita.get(leads(refused.text, "Book an assessment instead"))
    assert re.search(rf'value="{assessment.uid}"[^>]*(?:selected|checked)', panel.text)
    assert desk.rita.post(leads(refused.text, "Ask a therapist to call the client")).status_code == 303
    form = desk.form(client=ada.uid, choice=desk.choice(14)) | {"service": assessment.uid}
    assert desk.rita.post("/book", data=form).status_code == 303


def test_the_ways_out_of_a_refused_start_work_at_the_desk(desk, assessment):
    new = desk.client(is_screened=False)
    row = desk.book(new, desk.at(10))
    desk.rita.post(f"/appointments/{row.uid}/arrive")
    refused = desk.rita.post(f"/appointments/{row.uid}/start")
    assert refused.status_code == 422
    form = desk.rita.get(leads(refused.text, "Fill in the form here"), follow_redirects=True)
    assert "only a therapist reads the answers" in form.text
    version = {"version": str(desk.only_row().version)}
    assert desk.rita.post(leads(refused.text, "Make it an assessment"), data=version).status_code == 303
    assert desk.rita.post(f"/appointments/{row.uid}/start").status_code == 303
    assert (desk.only_row().kind, desk.only_row().state) == ("assessment", "in_progress")


def test_a_form_filled_in_here_lets_the_treatment_begin(desk):
    new = desk.client(is_screened=False)
    row = desk.book(new, desk.at(10))
    desk.rita.post(f"/appointments/{row.uid}/arrive")
    desk.rita.post(f"/clients/{new.uid}/form", data=filled())
    assert desk.rita.post(f"/appointments/{row.uid}/start").status_code == 303
    assert desk.only_row().state == "in_progress"


def test_a_form_that_was_sent_in_counts_when_a_therapist_has_signed_it(desk, owner):
    new = desk.client(is_screened=False)
    desk.rita.post(f"/clients/{new.uid}/form", data={**filled(cancer="yes"), "agrees": ""})
    form = one(desk, Screening)
    path = f"/clients/{new.uid}/screenings/{form.uid}"
    assert path in owner.get(f"/clients/{new.uid}/safety").text
    assert desk.rita.get(path).status_code == 403
    shown = owner.get(path)
    assert "To talk about" in shown.text and "Sign the form" in shown.text
    assert last_event(desk).action == "chart.read"
    assert owner.post(f"{path}/sign").status_code == 303
    assert one(desk, Screening).signed_at is not None
    assert "The form is signed and counts." in owner.get(path).text
    other = desk.client("Berta Other")
    assert owner.get(f"/clients/{other.uid}/screenings/{form.uid}").status_code == 404


def test_the_owner_sees_which_urgent_calls_wait_and_which_were_late(desk, ada, owner):
    assert "Nobody had to be phoned" in owner.get("/urgent-calls").text
    flagged(desk, ada, "CES_SADDLE")
    desk.clock.advance(timedelta(minutes=20))
    act(desk.session, lambda: escalate_calls(desk.session, now=desk.clock()))
    shown = owner.get("/urgent-calls").text
    assert "not made yet" in shown and "yours now" in shown and "20 min" in shown
    assert not [word for word in (*CANARIES, "saddle") if word.lower() in shown.lower()]
    assert desk.rita.get("/urgent-calls").status_code == 403
    assert "/urgent-calls" in owner.get("/calls").text and "/urgent-calls" not in desk.rita.get("/calls").text
    desk.session.rollback()
    task = desk.session.scalars(select(StaffTask).where(StaffTask.kind == PHONE_NOW)).one()
    act(desk.session, lambda: finish_task(desk.session, task=task, outcome="reached", actor=OWNER, now=desk.clock()))
    assert "late" in owner.get("/urgent-calls").text
