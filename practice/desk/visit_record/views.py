"""Recording a visit at the table."""

from collections.abc import Callable
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.core.errors import PracticeError
from practice.desk.answer_views import go_on
from practice.desk.not_readable import unreadable
from practice.desk.visit_record.page import record_numbers, visit_page
from practice.desk.visit_record.schemas import PAINS, NumbersForm, PreCheckForm, answers_of
from practice.treatment_plans.visiting import answer_pre_check
from practice.visits.access import RECORD, visit_of_own_appointment
from practice.visits.body_map import PROMPT_SENTENCES
from practice.visits.models import Visit
from practice.visits.opening import open_visit
from practice.visits.pre_check import QUESTIONS
from practice.web.database import now, write
from practice.web.forms import InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint(
    "visit_record", __name__, url_prefix="/appointments/<uid:uid>/visit", template_folder="../templates"
)

Work = Callable[[Session, Visit, dict[str, Any]], object]


@blueprint.get("")
@requires(RECORD)
def show(uid: str) -> Response:
    """Show what was recorded and the forms; each look is logged."""
    return _page(uid)


@blueprint.post("/pre-check")
@requires(RECORD)
def post_pre_check(uid: str) -> AnyResponse:
    """Record the short questions; without any yes it is one tap."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> object:
        return answer_pre_check(opened, visit=visit, answers=answers_of(said), actor=current_actor(), now=now())

    return _record(uid, PreCheckForm(), work, "Answers recorded")


@blueprint.post("/numbers")
@requires(RECORD)
def post_numbers(uid: str) -> AnyResponse:
    """Record pain and pressure."""

    def work(opened: Session, visit: Visit, said: dict[str, Any]) -> None:
        record_numbers(opened, visit, said, actor=current_actor(), now=now())

    return _record(uid, NumbersForm(), work, "Numbers recorded")


def _record(uid: str, schema: Schema, work: Work, words: str) -> AnyResponse:
    def judged(opened: Session, said: dict[str, Any]) -> None:
        visit_of_own_appointment(opened, uid, current_actor(), RECORD)
        visit = open_visit(opened, appointment_uid=uid, actor=current_actor(), now=now())
        work(opened, visit, said)

    try:
        said = load_form(schema)
        write(lambda opened: judged(opened, said))
    except InvalidForm as invalid:
        return _page(uid, unreadable(invalid))
    except PracticeError as refusal:
        return _page(uid, refusal)
    return go_on(f"/appointments/{uid}/visit", words)


def _page(uid: str, refusal: PracticeError | None = None) -> Response:
    page = write(lambda opened: visit_page(opened, uid, refusal=refusal, actor=current_actor(), now=now()))
    return render_page(
        "desk/visit_record.html",
        status=200 if refusal is None else status_of(refusal),
        page=page,
        questions=QUESTIONS,
        sites=tuple(PAINS),
        sentences=PROMPT_SENTENCES,
    )
