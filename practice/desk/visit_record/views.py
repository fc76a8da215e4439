"""Recording a visit at the table: questions, pain and pressure, consent, reactions; its beginning and its end."""

from typing import Any

from flask import Blueprint, Response
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.visit_record.note_forms import ConsentForm, ReactionForm
from practice.desk.visit_record.page import record_numbers
from practice.desk.visit_record.recording_views import record, show_page, who_and_when
from practice.desk.visit_record.schemas import MeasuresForm, NumbersForm, PreCheckForm, answers_of, numbers_of
from practice.scheduling.appointments.attending import complete
from practice.scheduling.appointments.forms import booking_rules, require_own_appointment
from practice.scheduling.appointments.starting import start
from practice.treatment_plans import visiting
from practice.visits.access import RECORD
from practice.visits.models import Visit
from practice.visits.notes.consent import Consent
from practice.visits.notes.reactions import Reaction
from practice.web.database import session
from practice.web.schemas import StrictSchema

ATTEND = "appointment.attend"

blueprint = Blueprint(
    "visit_record", __name__, url_prefix="/appointments/<uid:uid>/visit", template_folder="../templates"
)


@blueprint.get("")
@requires(RECORD)
def show(uid: str) -> Response:
    """Show what was recorded, the forms and the note; each look is logged."""
    return show_page(uid)


@blueprint.post("/pre-check")
@requires(RECORD)
def post_pre_check(uid: str) -> AnyResponse:
    """Record the short questions; without any yes it is one tap."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> object:
        return visiting.answer_pre_check(opened, visit=visit, answers=answers_of(said), **who_and_when())

    return record(uid, PreCheckForm(), work, "Answers recorded")


@blueprint.post("/numbers")
@requires(RECORD)
def post_numbers(uid: str) -> AnyResponse:
    """Record pain and pressure."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> None:
        record_numbers(opened, visit, said, **who_and_when())

    return record(uid, NumbersForm(), work, "Numbers recorded")


@blueprint.post("/measures")
@requires(RECORD)
def post_measures(uid: str) -> AnyResponse:
    """Record what is measured at a checkpoint."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> object:
        return visiting.measure(opened, visit=visit, numbers=numbers_of(said), **who_and_when())

    return record(uid, MeasuresForm(), work, "Measures recorded")


@blueprint.post("/consent")
@requires(RECORD)
def post_consent(uid: str) -> AnyResponse:
    """Record the consent of the day: in full, or by one tap what was agreed to before."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> object:
        given = Consent(**{**said, "elements": frozenset(said["elements"])})
        return visiting.consent(opened, visit=visit, consent=given, **who_and_when())

    return record(uid, ConsentForm(), work, "Consent recorded")


@blueprint.post("/reaction")
@requires(RECORD)
def post_reaction(uid: str) -> AnyResponse:
    """Record what the last treatment was followed by."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> object:
        return visiting.report_reaction(opened, visit=visit, reaction=Reaction(**said), **who_and_when())

    return record(uid, ReactionForm(), work, "Reaction recorded")


@blueprint.post("/start")
@requires(RECORD)
def post_start(uid: str) -> AnyResponse:
    """Begin the treatment: who may is who treats, not everybody who may read the client's chart."""
    require_own_appointment(session(), uid, current_actor(), ATTEND)

    def work(opened: Session, _visit: Visit, _said: dict[str, Any]) -> object:
        return start(opened, appointment_uid=uid, rules=booking_rules(), **who_and_when())

    return record(uid, StrictSchema(), work, "The treatment has begun")


@blueprint.post("/end")
@requires(RECORD)
def post_end(uid: str) -> AnyResponse:
    """End the treatment; the note is signed later."""
    require_own_appointment(session(), uid, current_actor(), ATTEND)

    def work(opened: Session, _visit: Visit, _said: dict[str, Any]) -> object:
        return complete(opened, appointment_uid=uid, **who_and_when())

    return record(uid, StrictSchema(), work, "The treatment has ended")
