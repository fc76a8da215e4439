"""Warning signs and screening forms over JSON: what raises a flag raises it with everything that follows."""

from typing import Any

from flask import Response
from flask.views import MethodView
from sqlalchemy.orm import Session

from practice.accounts.current import current_actor
from practice.accounts.errors import RoleNotAllowed
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clients.sealing import SealedRecord, open_record, open_records
from practice.safety.answering import Attestation
from practice.safety.catalogue import CATALOGUE, Raised, Tier
from practice.safety.flagging import close_flag, lower_flag
from practice.safety.heard import note_heard
from practice.safety.models import Flag, Screening
from practice.safety.queries import get_flag, get_screening, list_heard, list_open_flags, newest_screening
from practice.safety.questions import FORM
from practice.safety.screening import FilledForm, sign_screening
from practice.scheduling.appointments.forms import seen_version
from practice.scheduling.gating.restanding import restand
from practice.treatment_plans.plan_forms import Body, who_and_when
from practice.treatment_plans.plan_input_schemas import KeptSchema
from practice.treatment_plans.safety_forms import MANAGE, READ, SCREEN, TELL, own_client, require_of
from practice.treatment_plans.safety_schemas import (
    FilledFormSchema,
    FlagsSchema,
    HeardInputSchema,
    HeardWordsSchema,
    QuestionsSchema,
    RaisedFlagSchema,
    RaiseInputSchema,
    ScreeningsSchema,
    TakenFormSchema,
    WeighInputSchema,
)
from practice.treatment_plans.shown_plans import Shown
from practice.treatment_plans.stopping import raise_flag
from practice.treatment_plans.taking_forms import take_form
from practice.visits.access import note_reading
from practice.web.api import ApiBlueprint
from practice.web.creating import post_once
from practice.web.database import now, write
from practice.web.idempotency import Answer

blueprint = ApiBlueprint("api_safety", __name__, url_prefix="/api/v1", description="Safety of clients")


@blueprint.route("/screening-form")
@blueprint.response(200, QuestionsSchema)
@requires("clinic.read")
def get_questions() -> Shown:
    """Read the questions of the form in force."""
    questions = [
        {"key": key, "words": question.words, "choices": list(question.values)}
        for key, question in FORM.questions.items()
    ]
    return {"form_version": FORM.version, "questions": questions}


@blueprint.route("/clients/<uid:uid>/flags")
class Flags(MethodView):
    """Warning signs."""

    @blueprint.response(200, FlagsSchema)
    @requires(READ)
    def get(self, uid: str) -> Shown:
        """List what is open, the heaviest first; each reading is logged."""

        def work(opened: Session) -> Shown:
            client = own_client(opened, uid, READ)
            note_reading(opened, "client", client.uid, **who_and_when())
            rows = list_open_flags(opened, client.id)
            records = open_records(opened, {row.client_id for row in rows}) if rows else {}
            return {"flags": [_flag(row, records.get(row.client_id)) for row in rows]}

        return write(work)

    @blueprint.arguments(RaiseInputSchema)
    @blueprint.response(201, RaisedFlagSchema)
    @requires(MANAGE)
    def post(self, body: Body, uid: str) -> Response:
        """Raise one: the heaviest calls visits off, the next makes them tentative, either holds the plan."""
        tier = Tier(body["tier"]) if "tier" in body else CATALOGUE[body["code"]].tier

        def work(opened: Session) -> Answer:
            client, raised = own_client(opened, uid, MANAGE), Raised(body["code"], tier)
            more = {"source": "person", "note": body["note"], **who_and_when()}
            flag = raise_flag(opened, client_id=client.id, raised=raised, **more)
            return Answer(201, RaisedFlagSchema().dump(flag), f"/api/v1/clients/{uid}/flags")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/flags/<uid:part>")
class OneFlag(MethodView):
    """One warning sign."""

    @blueprint.arguments(WeighInputSchema)
    @blueprint.response(200, RaisedFlagSchema)
    @requires(MANAGE)
    def patch(self, body: Body, uid: str, part: str) -> Flag:
        """Let it weigh less, or with null close it; an emergency only the owner, who corrects a mistake."""
        version = seen_version()

        def work(opened: Session) -> Flag:
            client = own_client(opened, uid, MANAGE)
            require_of(opened, client, get_flag(opened, part).client_id)
            named: dict[str, Any] = {"uid": part, "reason": body["reason"], "version": version, **who_and_when()}
            if body["tier"] is None:
                flag = close_flag(opened, **named)
            else:
                flag = lower_flag(opened, tier=Tier(body["tier"]), **named)
            restand(opened, client_ids={client.id}, **who_and_when())
            return flag

        return write(work)


def _flag(row: Flag, sealed: SealedRecord | None) -> Shown:
    names = ("uid", "version", "code", "tier", "region", "source", "raised_at", "ends_on")
    note = "" if row.note is None or sealed is None else sealed.open(row.note, Flag.note, row.uid)
    return {name: getattr(row, name) for name in names} | {"title": CATALOGUE[row.code].title, "note": note}


@blueprint.route("/clients/<uid:uid>/screening")
class Screenings(MethodView):
    """The questions before treatment."""

    @blueprint.response(200, ScreeningsSchema)
    @requires(READ)
    def get(self, uid: str) -> Shown:
        """Read the latest form with its answers; each reading is logged."""

        def work(opened: Session) -> Shown:
            client = own_client(opened, uid, READ)
            note_reading(opened, "client", client.uid, **who_and_when())
            row = newest_screening(opened, client.id)
            return {"screening": None if row is None else _screening(opened, row)}

        return write(work)

    @blueprint.arguments(FilledFormSchema)
    @blueprint.response(201, TakenFormSchema)
    @requires(SCREEN)
    def post(self, body: Body, uid: str) -> Response:
        """Keep a form that was filled in here; what it raises is raised, and nothing of it is told back."""
        if body["source"] == "therapist" and not may(current_actor(), MANAGE):
            raise RoleNotAllowed(MANAGE)
        named = body["clinician"] and body["seen_on"]
        attestation = Attestation(body["clinician"], body["seen_on"]) if named else None
        form = FilledForm(body["answers"], body["source"], attestation, is_signed=body["is_signed"])

        def work(opened: Session) -> Answer:
            client = own_client(opened, uid, SCREEN)
            is_urgent = take_form(opened, client_id=client.id, form=form, **who_and_when())
            return Answer(201, {"is_urgent": is_urgent}, f"/api/v1/clients/{uid}/screening")

        return post_once(work, actor=current_actor(), now=now())


@blueprint.route("/clients/<uid:uid>/screening/<uid:part>/signature", methods=["POST"])
@blueprint.response(204)
@requires(MANAGE)
def sign(uid: str, part: str) -> None:
    """Let a form count from now on: a therapist went through it with the client."""

    def work(opened: Session) -> None:
        client = own_client(opened, uid, MANAGE)
        require_of(opened, client, get_screening(opened, part).client_id)
        sign_screening(opened, uid=part, **who_and_when())
        restand(opened, client_ids={client.id}, **who_and_when())

    write(work)


def _screening(opened: Session, row: Screening) -> Shown:
    names = ("uid", "form_version", "source", "submitted_at", "signed_at", "is_baseline")
    sealed = open_record(opened, row.client_id)
    answers = {} if row.answers is None else sealed.open_json(row.answers, Screening.answers, row.uid)
    return {name: getattr(row, name) for name in names} | {"answers": answers}


@blueprint.route("/clients/<uid:uid>/heard")
class HeardWords(MethodView):
    """What callers said about their health."""

    @blueprint.response(200, HeardWordsSchema)
    @requires(READ)
    def get(self, uid: str) -> Shown:
        """List it; each reading is logged."""

        def work(opened: Session) -> Shown:
            client = own_client(opened, uid, READ)
            note_reading(opened, "client", client.uid, **who_and_when())
            return {"heard": list_heard(opened, client.id)}

        return write(work)

    @blueprint.arguments(HeardInputSchema)
    @blueprint.response(201, KeptSchema)
    @requires(TELL)
    def post(self, body: Body, uid: str) -> Response:
        """Keep it for a therapist; the desk cannot read it again."""

        def work(opened: Session) -> Answer:
            client = own_client(opened, uid, TELL)
            row = note_heard(opened, client_id=client.id, words=body["words"], **who_and_when())
            return Answer(201, {"uid": row.uid}, f"/api/v1/clients/{uid}/heard")

        return post_once(work, actor=current_actor(), now=now())
