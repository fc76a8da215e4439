"""Clearances over JSON, for clinical roles: asked for, received with a document, read, ended; readings are logged."""

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import Response, request
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_clients
from practice.accounts.policy import requires
from practice.clients.sealing import SealedRecord, open_records
from practice.safety import clearances as verbs
from practice.safety import queries
from practice.safety.catalogue import CATALOGUE, Clinician
from practice.safety.documents import ENDING, LARGEST
from practice.safety.models import Clearance, ClearanceDocument, Flag
from practice.scheduling.appointments.forms import seen_version
from practice.scheduling.gating.restanding import restand
from practice.treatment_plans.plan_forms import Body, who_and_when
from practice.treatment_plans.safety_forms import MANAGE, READ, own_client, require_of
from practice.treatment_plans.safety_schemas import (
    ClearanceEndSchema,
    ClearanceInputSchema,
    ClearanceSchema,
    ClearancesSchema,
    RaisedFlagSchema,
    ReadingInputSchema,
    ReceivedDocumentSchema,
    WaitingClearancesSchema,
)
from practice.treatment_plans.shown_plans import Shown
from practice.visits.access import note_reading
from practice.web.api import ApiBlueprint, etag
from practice.web.creating import post_once
from practice.web.database import now, session, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_clearances", __name__, url_prefix="/api/v1", description="Clearances")

UPLOADS = {"api_clearances.Document": LARGEST + 1024}
"""What views of this room take beyond the usual."""

MEDIA_TYPES = tuple(ENDING)

Read = tuple[Shown, int, dict[str, str]]

_ENDS: Mapping[str, Callable[..., Clearance]] = {
    "refused": verbs.refuse_clearance,
    "voided": verbs.void_clearance,
    "withdrawn": verbs.withdraw_clearance,
}


@blueprint.route("/clearances")
@blueprint.response(200, WaitingClearancesSchema)
@requires(READ)
def get_waiting() -> Shown:
    """List the clearances that wait for somebody, those to be read first."""
    rows = queries.list_inbox(session(), among=own_clients(session(), current_actor(), READ))
    return {
        "clearances": [
            {
                "uid": row.uid,
                "client": {"uid": client.uid, "name": client.display_name},
                "state": row.state,
                "requested_at": row.requested_at,
            }
            for row, client in rows
        ]
    }


@blueprint.route("/clients/<uid:uid>/clearances")
class Clearances(MethodView):
    """The clearances of one client."""

    @blueprint.response(200, ClearancesSchema)
    @requires(READ)
    def get(self, uid: str) -> Shown:
        """List them, the newest first."""

        def work(opened: Session) -> Shown:
            client = own_client(opened, uid, READ)
            note_reading(opened, "client", client.uid, **who_and_when())
            return {"clearances": _shown(opened, queries.list_clearances(opened, client.id))}

        return write(work)

    @blueprint.arguments(ClearanceInputSchema)
    @blueprint.response(201, RaisedFlagSchema)
    @requires(MANAGE)
    def post(self, body: Body, uid: str) -> Response:
        """Note that a clinician was asked."""

        def work(opened: Session) -> Answer:
            client = own_client(opened, uid, MANAGE)
            made = verbs.request_clearance(opened, client_id=client.id, flag_uids=body["flags"], **who_and_when())
            return Answer(201, RaisedFlagSchema().dump(made), f"/api/v1/clients/{uid}/clearances")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/clearances/<uid:part>/document")
class Document(MethodView):
    """What came back."""

    @blueprint.response(201, ReceivedDocumentSchema)
    @blueprint.doc(
        requestBody={
            "required": True,
            "content": {kind: {"schema": {"type": "string", "format": "binary"}} for kind in MEDIA_TYPES},
        }
    )
    @requires(MANAGE)
    def post(self, uid: str, part: str) -> ClearanceDocument:
        """Attach a PDF, PNG or JPEG of 10 MB at most as the body; its type is read from its content."""
        content, version = request.get_data(), seen_version()

        def work(opened: Session) -> ClearanceDocument:
            require_of(opened, own_client(opened, uid, MANAGE), queries.get_clearance(opened, part).client_id)
            return verbs.receive_document(opened, uid=part, content=content, version=version, **who_and_when())

        return write(work)


@blueprint.route("/clients/<uid:uid>/clearances/<uid:part>/reading")
class ReadClearance(MethodView):
    """Reading it."""

    @blueprint.arguments(ReadingInputSchema)
    @blueprint.response(200, ClearanceSchema)
    @requires(MANAGE)
    def post(self, body: Body, uid: str, part: str) -> Read:
        """Put in force what was read, for the warning signs that it is about."""
        given = {name: value for name, value in body.items() if name not in {"flags", "clinician"}}
        reading = verbs.Reading(**given, clinician=Clinician(body["clinician"]), flag_uids=tuple(body["flags"]))
        return _act(uid, part, verbs.read_clearance, reading=reading)


@blueprint.route("/clients/<uid:uid>/clearances/<uid:part>/end")
class EndClearance(MethodView):
    """Its end."""

    @blueprint.arguments(ClearanceEndSchema)
    @blueprint.response(200, ClearanceSchema)
    @requires(MANAGE)
    def post(self, body: Body, uid: str, part: str) -> Read:
        """Note that the answer is no, that it counts no more, or that the request is taken back."""
        return _act(uid, part, _ENDS[body["state"]], reason=body["reason"])


@blueprint.route("/clients/<uid:uid>/documents/<uid:part>")
@blueprint.response(200, {"type": "string", "format": "binary"}, content_type="application/octet-stream")
@requires(READ)
def download(uid: str, part: str) -> Response:
    """Hand a document over as a file."""

    def work(opened: Session) -> tuple[Any, bytes]:
        client = own_client(opened, uid, READ)
        clearance, media_type, content = queries.open_document(opened, part)
        require_of(opened, client, clearance.client_id)
        note_reading(opened, "client", client.uid, **who_and_when())
        return media_type, content

    media_type, content = write(work)
    answer = Response(content, mimetype="application/octet-stream")
    answer.headers["Content-Disposition"] = f'attachment; filename="document.{ENDING[media_type]}"'
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


def _act(uid: str, part: str, verb: Callable[..., Clearance], **said: Any) -> Read:
    """Let *verb* act on an own client's clearance; what is booked stands by it at once."""
    version = seen_version()

    def work(opened: Session) -> Read:
        client = own_client(opened, uid, MANAGE)
        require_of(opened, client, queries.get_clearance(opened, part).client_id)
        row = verb(opened, uid=part, version=version, **said, **who_and_when())
        restand(opened, client_ids={client.id}, **who_and_when())
        (shown,) = _shown(opened, [row])
        return shown, 200, {"ETag": etag(row.version)}

    return write(work)


def _shown(opened: Session, rows: Sequence[Clearance]) -> list[Shown]:
    ids = {row.id for row in rows}
    about, documents = queries.flags_of_clearances(opened, ids), queries.documents_of(opened, ids)
    records = open_records(opened, {row.client_id for row in rows}) if rows else {}
    return [_clearance(row, about.get(row.id, ()), documents.get(row.id), records.get(row.client_id)) for row in rows]


def _clearance(row: Clearance, flags: Sequence[Flag], document: str | None, sealed: SealedRecord | None) -> Shown:
    def opened(value: bytes | None, column: Any) -> str:
        return "" if value is None or sealed is None else sealed.open(value, column, row.uid)

    names = ("uid", "version", "state", "clinician", "dated_on", "valid_from", "valid_until", "requested_at")
    return {name: getattr(row, name) for name in (*names, "received_at", "ended_at")} | {
        "flags": [{"uid": flag.uid, "name": CATALOGUE[flag.code].title} for flag in flags],
        "document_uid": document,
        "clinician_name": opened(row.clinician_name, Clearance.clinician_name),
        "restrictions": opened(row.restrictions, Clearance.restrictions),
        "reason": opened(row.reason, Clearance.reason),
    }
