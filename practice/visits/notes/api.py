"""Notes over JSON, for clinical roles. Consent and reactions, which touch the plan, are recorded above."""

from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.accounts.signing_pins import prove
from practice.scheduling.appointments.forms import seen_version
from practice.visits.access import READ, RECORD, note_reading, own_visit
from practice.visits.notes import amending, drafting
from practice.visits.notes.models import NoteEntry
from practice.visits.notes.schemas import (
    AddendumSchema,
    DraftSchema,
    ErrorMarkSchema,
    NoteSchema,
    PinSchema,
    SavedSchema,
    SeveralSchema,
    SeveralSignedSchema,
    SignedSchema,
    UnsignedSchema,
    read_draft,
)
from practice.visits.notes.shown import ShownNote, show_note
from practice.visits.notes.signing import sign_note, sign_notes
from practice.visits.notes.unsigned import Unsigned, list_unsigned
from practice.web.api import ApiBlueprint, etag, if_match_version
from practice.web.creating import post_once
from practice.web.database import now, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_notes", __name__, url_prefix="/api/v1", description="Session notes")

Body = dict[str, Any]


@blueprint.route("/visits/<uid:uid>/note")
class NoteOfVisit(MethodView):
    """The note of a visit."""

    @blueprint.response(200, NoteSchema)
    @requires(READ)
    def get(self, uid: str) -> tuple[ShownNote, int, dict[str, str]]:
        """Read the draft and what was signed; each reading is logged."""

        def work(opened: Session) -> ShownNote:
            visit = own_visit(opened, uid, current_actor(), READ)
            note_reading(opened, "note", visit.uid, actor=current_actor(), now=now())
            return show_note(opened, visit)

        shown = write(work)
        return shown, 200, {"ETag": etag(shown.version)}

    @blueprint.arguments(DraftSchema)
    @blueprint.response(200, SavedSchema)
    @requires(RECORD)
    def patch(self, body: Body, uid: str) -> tuple[Any, int, dict[str, str]]:
        """Save parts of the draft; If-Match names the version that was read, "0" for the first."""
        version = if_match_version()

        def work(opened: Session) -> Any:
            visit = own_visit(opened, uid, current_actor(), RECORD)
            return drafting.save_draft(
                opened, visit=visit, said=read_draft(body), version=version, actor=current_actor(), now=now()
            )

        saved = write(work)
        return saved, 200, {"ETag": etag(saved.version)}


@blueprint.route("/visits/<uid:uid>/note/copy")
class CopyForward(MethodView):
    """The last note as a start."""

    @blueprint.response(200, SavedSchema)
    @requires(RECORD)
    def post(self, uid: str) -> tuple[Any, int, dict[str, str]]:
        """Take over from the client's last signed note into parts that are empty; If-Match as when saving."""
        version = if_match_version()

        def work(opened: Session) -> Any:
            visit = own_visit(opened, uid, current_actor(), RECORD)
            return drafting.copy_last_note(opened, visit=visit, version=version, actor=current_actor(), now=now())

        saved = write(work)
        return saved, 200, {"ETag": etag(saved.version)}


@blueprint.route("/visits/<uid:uid>/note/signature")
class Signature(MethodView):
    """The signature under a note."""

    @blueprint.arguments(PinSchema)
    @blueprint.response(201, SignedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str) -> Response:
        """Sign the draft, with If-Match only the one that was read; from then on it can only be added to."""
        proof, version = prove(body["signing_pin"]), seen_version()

        def work(opened: Session) -> Answer:
            actor = current_actor()
            visit = own_visit(opened, uid, actor, RECORD)
            return _signed(sign_note(opened, visit=visit, version=version, proof=proof, actor=actor, now=now()), uid)

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/visits/<uid:uid>/notes/<uid:part>/addenda")
class Addenda(MethodView):
    """What is added to a signed note."""

    @blueprint.arguments(AddendumSchema)
    @blueprint.response(201, SignedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str, part: str) -> Response:
        """Add to the note, with the reason."""
        proof = prove(body["signing_pin"])

        def work(opened: Session) -> Answer:
            visit = own_visit(opened, uid, current_actor(), RECORD)
            said = {"note_uid": part, "text": body["text"], "reason": body["reason"], "proof": proof}
            return _signed(amending.add_addendum(opened, visit=visit, **said, actor=current_actor(), now=now()), uid)

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/visits/<uid:uid>/notes/<uid:part>/co-signature")
class CoSignature(MethodView):
    """A second signature."""

    @blueprint.arguments(PinSchema)
    @blueprint.response(201, SignedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str, part: str) -> Response:
        """Sign beside the author."""
        proof = prove(body["signing_pin"])

        def work(opened: Session) -> Answer:
            visit = own_visit(opened, uid, current_actor(), RECORD)
            row = amending.cosign(opened, visit=visit, note_uid=part, proof=proof, actor=current_actor(), now=now())
            return _signed(row, uid)

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/visits/<uid:uid>/notes/<uid:part>/error-mark")
class ErrorMark(MethodView):
    """A note that should not be."""

    @blueprint.arguments(ErrorMarkSchema)
    @blueprint.response(201, SignedSchema)
    @requires(RECORD)
    def post(self, body: Body, uid: str, part: str) -> Response:
        """Mark it as entered in error; it is kept, and the visit can have another."""
        proof = prove(body["signing_pin"])

        def work(opened: Session) -> Answer:
            visit = own_visit(opened, uid, current_actor(), RECORD)
            said = {"note_uid": part, "reason": body["reason"], "proof": proof}
            return _signed(amending.mark_in_error(opened, visit=visit, **said, actor=current_actor(), now=now()), uid)

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/notes/unsigned")
class UnsignedNotes(MethodView):
    """Visits without a signed note."""

    @blueprint.response(200, UnsignedSchema(many=True))
    @requires(READ)
    def get(self) -> list[Unsigned]:
        """List those of the last 30 days, the oldest first; a therapist reads his own."""

        def work(opened: Session) -> list[Unsigned]:
            therapist_id = own_therapist_id(opened, current_actor(), READ)
            return list(list_unsigned(opened, therapist_id=therapist_id, now=now()))

        return write(work)


@blueprint.route("/notes/signatures")
class Signatures(MethodView):
    """Several notes that were read."""

    @blueprint.arguments(SeveralSchema)
    @blueprint.response(201, SeveralSignedSchema)
    @requires(RECORD)
    def post(self, body: Body) -> Response:
        """Sign them together, all or none."""
        proof = prove(body["signing_pin"])

        def work(opened: Session) -> Answer:
            actor = current_actor()
            own_therapist_id(opened, actor, RECORD)
            visits = [own_visit(opened, uid, actor, RECORD) for uid in dict.fromkeys(body["visit_uids"])]
            rows = sign_notes(opened, visits=visits, versions=body["versions"], proof=proof, actor=actor, now=now())
            return Answer(201, SeveralSignedSchema().dump({"signed": rows}))

        return post_once(work, actor=current_actor(), now=now())


def _signed(row: NoteEntry, visit_uid: str) -> Answer:
    return Answer(201, SignedSchema().dump(row), f"/api/v1/visits/{visit_uid}/note")
