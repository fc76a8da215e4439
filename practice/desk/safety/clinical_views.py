"""Warning signs and clearances for clinical roles; every look is written down, and nothing here is for the desk."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response, request
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.safety.page import CLINICIAN_WORDS, TIER_WORDS, inbox, note_reading, safety_page
from practice.safety import clearances as verbs
from practice.safety.catalogue import CATALOGUE, Raised
from practice.safety.documents import ENDING, LARGEST
from practice.safety.errors import NotThatDocument
from practice.safety.flagging import close_flag, lower_flag
from practice.safety.heard import mark_read
from practice.safety.queries import get_clearance, get_flag, get_heard, open_document
from practice.safety.schemas import LowerSchema, RaiseSchema, ReadingSchema, ReasonSchema, RequestSchema
from practice.scheduling.gating.restanding import restand
from practice.treatment_plans.safety_forms import MANAGE, READ, own_client, require_of
from practice.treatment_plans.stopping import raise_flag
from practice.web.database import now, session, write
from practice.web.form_pages import post_act
from practice.web.form_pages import post_form as post
from practice.web.forms import FormState
from practice.web.pages import render_page

blueprint = Blueprint("clinical_safety", __name__, url_prefix="/clients/<uid:uid>", template_folder="../templates")
inbox_blueprint = Blueprint("clearances", __name__, template_folder="../templates")

UPLOADS = {"clinical_safety.post_document": LARGEST + 64 * 1024}
"""What views of this room take beyond the usual."""


@inbox_blueprint.get("/clearances")
@requires(READ)
def show_inbox() -> AnyResponse:
    """Show which answers wait to be read, and which are still awaited."""
    return render_page("desk/clearances.html", rows=inbox(session(), actor=current_actor()))


@blueprint.get("/safety")
@requires(READ)
def show(uid: str) -> AnyResponse:
    """Show what is known of a client's safety, and write down that it was read."""
    return _page(uid, FormState())


@blueprint.post("/flags")
@requires(MANAGE)
def post_flag(uid: str) -> AnyResponse:
    """Raise a warning sign; what follows it follows at once."""

    def act(opened: Session, body: dict[str, Any], _version: int | None) -> str:
        client = own_client(opened, uid, MANAGE)
        raised = Raised(body["code"], body.get("tier") or CATALOGUE[body["code"]].tier)
        more = {"source": "person", "note": body.get("note", ""), **_who()}
        raise_flag(opened, client_id=client.id, raised=raised, **more)
        return _here(uid)

    return _post(uid, RaiseSchema(), act, "It is raised, and what is booked stands by it.")


@blueprint.post("/flags/<uid:part>/lower")
@requires(MANAGE)
def post_lower(uid: str, part: str) -> AnyResponse:
    """Let a warning sign weigh less."""

    def act(opened: Session, body: dict[str, Any], version: int | None) -> str:
        client = own_client(opened, uid, MANAGE)
        require_of(opened, client, get_flag(opened, part).client_id)
        lower_flag(opened, uid=part, tier=body["tier"], reason=body.get("reason", ""), version=version, **_who())
        restand(opened, client_ids={client.id}, **_who())
        return _here(uid)

    return _post(uid, LowerSchema(), act, "It weighs less now.")


@blueprint.post("/flags/<uid:part>/close")
@requires(MANAGE)
def post_close(uid: str, part: str) -> AnyResponse:
    """Close a warning sign."""

    def act(opened: Session, body: dict[str, Any], version: int | None) -> str:
        client = own_client(opened, uid, MANAGE)
        require_of(opened, client, get_flag(opened, part).client_id)
        close_flag(opened, uid=part, reason=body.get("reason", ""), version=version, **_who())
        restand(opened, client_ids={client.id}, **_who())
        return _here(uid)

    return _post(uid, ReasonSchema(), act, "It is closed.")


@blueprint.post("/clearances")
@requires(MANAGE)
def post_request(uid: str) -> AnyResponse:
    """Note that a clinician was asked."""

    def act(opened: Session, body: dict[str, Any], _version: int | None) -> str:
        client = own_client(opened, uid, MANAGE)
        verbs.request_clearance(opened, client_id=client.id, flag_uids=body.get("flags") or (), **_who())
        return _here(uid)

    return _post(uid, RequestSchema(), act, "Asked for.")


@blueprint.post("/clearances/<uid:part>/document")
@requires(MANAGE)
def post_document(uid: str, part: str) -> AnyResponse:
    """Attach what came back."""
    sent = request.files.get("document")
    content = sent.read() if sent is not None else b""

    def work(opened: Session) -> None:
        require_of(opened, own_client(opened, uid, MANAGE), get_clearance(opened, part).client_id)
        if not content:
            raise NotThatDocument("Choose a file first.")
        verbs.receive_document(opened, uid=part, content=content, **_who())

    return post_act(work, _here(uid), said="It is kept. Read it, and say what it covers.")


@blueprint.post("/clearances/<uid:part>/read")
@requires(MANAGE)
def post_read(uid: str, part: str) -> AnyResponse:
    """Put in force what was read."""

    def act(opened: Session, body: dict[str, Any], version: int | None) -> str:
        client = own_client(opened, uid, MANAGE)
        require_of(opened, client, get_clearance(opened, part).client_id)
        given = {name: value for name, value in body.items() if name != "flags"}
        reading = verbs.Reading(**given, flag_uids=tuple(body.get("flags") or ()))
        verbs.read_clearance(opened, uid=part, reading=reading, version=version, **_who())
        restand(opened, client_ids={client.id}, **_who())
        return _here(uid)

    return _post(uid, ReadingSchema(), act, "It is in force, and what is booked stands by it.")


def _ending(verb: Callable[..., object], said: str) -> Callable[[str, str], AnyResponse]:
    @requires(MANAGE)
    def view(uid: str, part: str) -> AnyResponse:
        def act(opened: Session, body: dict[str, Any], version: int | None) -> str:
            client = own_client(opened, uid, MANAGE)
            require_of(opened, client, get_clearance(opened, part).client_id)
            verb(opened, uid=part, reason=body.get("reason", ""), version=version, **_who())
            restand(opened, client_ids={client.id}, **_who())
            return _here(uid)

        return _post(uid, ReasonSchema(), act, said)

    return view


for _name, _verb, _words in (
    ("refuse", verbs.refuse_clearance, "The no is noted."),
    ("void", verbs.void_clearance, "It counts no more."),
    ("withdraw", verbs.withdraw_clearance, "It is taken back."),
):
    blueprint.add_url_rule(f"/clearances/<uid:part>/{_name}", _name, _ending(_verb, _words), methods=["POST"])


@blueprint.get("/documents/<uid:part>")
@requires(READ)
def download(uid: str, part: str) -> Response:
    """Hand a document over as a file, and write down that it was read."""
    media_type, content = write(lambda opened: _opened(opened, uid, part))
    answer = Response(content, mimetype=media_type)
    answer.headers["Content-Disposition"] = f'attachment; filename="document.{ENDING[media_type]}"'
    answer.headers["Content-Security-Policy"] = "sandbox"
    return answer


def _opened(opened: Session, uid: str, part: str) -> tuple[Any, bytes]:
    client = own_client(opened, uid, READ)
    clearance, media_type, content = open_document(opened, part)
    require_of(opened, client, clearance.client_id)
    note_reading(opened, client, **_who())
    return media_type, content


@blueprint.post("/heard/<uid:part>/read")
@requires(MANAGE)
def post_heard_read(uid: str, part: str) -> AnyResponse:
    """Note that a therapist has read what a caller said."""

    def work(opened: Session) -> None:
        require_of(opened, own_client(opened, uid, MANAGE), get_heard(opened, part).client_id)
        mark_read(opened, uid=part, **_who())

    return post_act(work, _here(uid), said="Noted.")


def _who() -> dict[str, Any]:
    return {"actor": current_actor(), "now": now()}


def _here(uid: str) -> str:
    return f"/clients/{uid}/safety"


def _post(uid: str, schema: Schema, act: Any, said: str) -> AnyResponse:
    return post(schema, act, lambda form, status: _page(uid, form, status), said=said, actor=current_actor())


def _page(uid: str, form: FormState, status: int = 200) -> AnyResponse:
    def look(opened: Session) -> Any:
        client = own_client(opened, uid, READ)
        note_reading(opened, client, **_who())
        return safety_page(opened, client, **_who())

    return render_page(
        "desk/safety.html",
        status=status,
        page=write(look),
        form=form,
        codes=[(code, kind.title) for code, kind in CATALOGUE.items()],
        tiers=list(TIER_WORDS.items()),
        clinicians=CLINICIAN_WORDS,
    )
