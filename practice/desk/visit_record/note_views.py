"""Writing and signing the note of a visit, adding to a signed one, and the list of those not signed yet."""

from typing import Any

from flask import Blueprint, Response, flash, jsonify, redirect, request
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.accounts.signing_pins import prove
from practice.core.errors import PracticeError
from practice.desk.answer_views import go_on
from practice.desk.not_readable import unreadable
from practice.desk.visit_record.note_forms import (
    AmendForm,
    NoteForm,
    SignForm,
    SignSeveralForm,
    parts_of,
    values_of,
    versions_read,
)
from practice.desk.visit_record.recording_views import opened_visit, record, show_page, signing_words, who_and_when
from practice.desk.visit_record.unsigned_page import unsigned_page
from practice.desk.ways_out import PlainPlace
from practice.scheduling.appointments.attending import complete
from practice.scheduling.lifecycle import AppointmentState
from practice.scheduling.models import Appointment
from practice.visits.access import RECORD, note_reading, own_visit
from practice.visits.models import Visit
from practice.visits.notes.amending import add_addendum, cosign, mark_in_error
from practice.visits.notes.drafting import copy_last_note, save_draft
from practice.visits.notes.errors import DraftChanged
from practice.visits.notes.models import NoteDraft
from practice.visits.notes.queries import draft_content, find_draft
from practice.visits.notes.signing import sign_note, sign_notes
from practice.web.database import now, write
from practice.web.forms import InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint("visit_notes", __name__, template_folder="../templates")

OF_VISIT = "/appointments/<uid:uid>/visit"
AUTOSAVE = "X-Autosave"
"""The header by which the page's script asks for a few words of JSON instead of a page."""


@blueprint.post(f"{OF_VISIT}/note")
@requires(RECORD)
def post_note(uid: str) -> AnyResponse:
    """Save the draft; the page's script does so while somebody types."""
    if request.headers.get(AUTOSAVE) != "1":
        return record(uid, NoteForm(), _save, "The note is saved")
    try:
        said = load_form(NoteForm())
        draft: NoteDraft = write(lambda opened: _save(opened, opened_visit(opened, uid), said))
    except InvalidForm as invalid:
        return _told(422, error=unreadable(invalid).sentence)
    except DraftChanged as changed:
        return _clash(uid, changed)
    except PracticeError as refusal:
        return _told(status_of(refusal), error=refusal.sentence)
    return _told(200, version=draft.version, saved_at=draft.saved_at.isoformat())


@blueprint.post(f"{OF_VISIT}/copy")
@requires(RECORD)
def post_copy(uid: str) -> AnyResponse:
    """Take over from the last note what may be, marked so."""

    def work(opened: Session, visit: Visit, _said: dict[str, Any]) -> None:
        there = find_draft(opened, visit.id)
        version = 0 if there is None else there.version
        copy_last_note(opened, visit=visit, version=version, actor=current_actor(), now=now())

    return record(uid, Schema(), work, "Taken over from the last note: read it before you sign")


@blueprint.post(f"{OF_VISIT}/sign")
@requires(RECORD)
def post_sign(uid: str) -> AnyResponse:
    """Sign the note, and end the treatment with it if asked."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> None:
        by = who_and_when()
        appointment = opened.get_one(Appointment, visit.appointment_id)
        if said["ends"] and appointment.state == AppointmentState.IN_PROGRESS:
            complete(opened, appointment_uid=uid, **by)
        sign_note(opened, visit=visit, version=said["version"], proof=said["proof"], **by)

    return _with_proof(uid, SignForm(), work, "Signed")


@blueprint.post(f"{OF_VISIT}/addendum")
@requires(RECORD)
def post_addendum(uid: str) -> AnyResponse:
    """Add to a signed note."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> None:
        words = {"text": said["addendum"], "reason": said["reason"], "proof": said["proof"]}
        add_addendum(opened, visit=visit, note_uid=said["note"], **words, **who_and_when())

    return _with_proof(uid, AmendForm(), work, "The addendum is signed")


@blueprint.post(f"{OF_VISIT}/cosign")
@requires(RECORD)
def post_cosign(uid: str) -> AnyResponse:
    """Sign beside the author."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> None:
        cosign(opened, visit=visit, note_uid=said["note"], proof=said["proof"], **who_and_when())

    return _with_proof(uid, AmendForm(), work, "Signed beside the author")


@blueprint.post(f"{OF_VISIT}/error")
@requires(RECORD)
def post_error(uid: str) -> AnyResponse:
    """Mark a signed note as entered in error."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> None:
        words = {"reason": said["reason"], "proof": said["proof"]}
        mark_in_error(opened, visit=visit, note_uid=said["note"], **words, **who_and_when())

    return _with_proof(uid, AmendForm(), work, "Marked as entered in error")


@blueprint.get("/notes")
@requires(RECORD)
def show_unsigned() -> Response:
    """Show the visits whose note is not signed, with their drafts to read; each look is logged."""
    return _unsigned()


@blueprint.post("/notes/sign")
@requires(RECORD)
def post_unsigned() -> AnyResponse:
    """Sign the notes that were read, all or none."""
    actor = current_actor()
    try:
        form = load_form(SignSeveralForm())
        proof, read = prove(form["signing_pin"]), versions_read(form["read"])

        def work(opened: Session) -> int:
            own_therapist_id(opened, actor, RECORD)
            visits = [own_visit(opened, uid, actor, RECORD) for uid in read]
            return len(sign_notes(opened, visits=visits, versions=read, proof=proof, actor=actor, now=now()))

        signed = write(work)
    except InvalidForm as invalid:
        return _unsigned(unreadable(invalid))
    except PracticeError as refusal:
        return _unsigned(refusal)
    said = {0: "No note was ticked as read.", 1: "1 note is signed."}
    flash(said.get(signed, f"{signed} notes are signed."), "ok" if signed else "warn")
    return redirect("/notes", 303)


def _save(opened: Session, visit: Visit, said: dict[str, Any]) -> NoteDraft:
    parts = parts_of(said)
    return save_draft(opened, visit=visit, said=parts, version=said["version"], actor=current_actor(), now=now())


def _with_proof(uid: str, schema: Schema, work: Any, words: str) -> AnyResponse:
    """Do what needs the signing PIN, which is checked before any transaction."""
    try:
        said = load_form(schema)
        said["proof"] = prove(said["signing_pin"])
        write(lambda opened: work(opened, opened_visit(opened, uid), said))
    except InvalidForm as invalid:
        return show_page(uid, unreadable(invalid))
    except PracticeError as refusal:
        return show_page(uid, refusal)
    return go_on(f"/appointments/{uid}/visit", words)


def _clash(uid: str, changed: DraftChanged) -> Response:
    """Tell a script what somebody else wrote, so that it can show both; the look is logged."""

    def look(opened: Session) -> tuple[int, dict[str, Any]]:
        visit = opened_visit(opened, uid)
        note_reading(opened, "note", visit.uid, **who_and_when())
        draft = find_draft(opened, visit.id)
        return 0 if draft is None else draft.version, values_of(draft_content(opened, draft))

    version, theirs = write(look)
    return _told(412, error=changed.sentence, version=version, theirs=theirs)


def _told(status: int, **told: Any) -> Response:
    answer = jsonify(told)
    answer.status_code = status
    return answer


def _unsigned(refusal: PracticeError | None = None) -> Response:
    page = write(lambda opened: unsigned_page(opened, refusal=refusal, actor=current_actor(), now=now()))
    return render_page(
        "desk/unsigned.html",
        status=200 if refusal is None else status_of(refusal),
        page=page,
        instant=now(),
        **signing_words(PlainPlace("/notes")),
    )
