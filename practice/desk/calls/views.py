"""Calls and other things to do: noting how a call ended, closing a task."""

from collections.abc import Callable
from enum import StrEnum
from typing import Any

from flask import Blueprint, Response
from marshmallow import Schema, fields
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic.queries import get_task
from practice.clinic.tasks import finish_task, require_may_finish
from practice.core.errors import PracticeError
from practice.desk.answer_views import Undo, go_on, with_news
from practice.desk.calls.page import calls_page
from practice.desk.not_readable import unreadable
from practice.desk.schemas import VersionSchema
from practice.reminders.call_list import CallOutcome, record_call
from practice.reminders.reopening import take_back
from practice.treatment_plans.stopping import tell_stopped
from practice.web.database import now, session, write
from practice.web.forms import InvalidForm, load_form
from practice.web.pages import render_page, wants_fragment
from practice.web.problems import status_of
from practice.web.schemas import Text

blueprint = Blueprint("calls", __name__, template_folder="../templates")

SAID = {
    CallOutcome.REACHED: "Noted: reached.",
    CallOutcome.VOICEMAIL: "Noted: voicemail left.",
    CallOutcome.NO_ANSWER: "Noted. The call comes back in two hours.",
}
UNDONE = "Taken back: it is to be done again."


class How(StrEnum):
    """How a client is told that visits are cancelled."""

    PHONE = "phone"
    MAIL = "mail"


TOLD = {How.PHONE: "Noted: told by phone.", How.MAIL: "One mail leaves for all of them."}


class ToldForm(VersionSchema):
    """How a client was or will be told."""

    how = fields.Enum(How, by_value=True, required=True)


class OutcomeForm(VersionSchema):
    """How a call ended."""

    outcome = fields.Enum(CallOutcome, by_value=True, required=True)
    note = Text(longest=2000, multiline=True)


@blueprint.get("/calls")
@requires("task.read")
def show() -> Response:
    """Show whom to phone and what else is to be done."""
    return _show()


@blueprint.post("/calls/<uid:uid>/outcome")
@requires("task.finish")
def post_outcome(uid: str) -> AnyResponse:
    """Note how a call ended."""
    act: dict[str, Any] = {"task_uid": uid, "actor": current_actor(), "now": now()}
    return _answer(
        OutcomeForm(),
        lambda opened, said: record_call(opened, **said, **act),
        lambda said: SAID[said["outcome"]],
        undo=uid,
    )


@blueprint.post("/tasks/<uid:uid>/close")
@requires("task.finish")
def post_close(uid: str) -> AnyResponse:
    """Close a task that only a person can know to be done."""
    act: dict[str, Any] = {"outcome": "done", "actor": current_actor(), "now": now()}

    def work(opened: Session, said: dict[str, Any]) -> None:
        task = get_task(opened, uid)
        require_may_finish(task, current_actor())
        finish_task(opened, task=task, **said, **act)

    return _answer(VersionSchema(), work, lambda _said: "Settled.", undo=uid)


@blueprint.post("/tasks/<uid:uid>/undo")
@requires("task.finish")
def post_undo(uid: str) -> AnyResponse:
    """Open a task again whose end was noted by mistake."""
    act: dict[str, Any] = {"task_uid": uid, "actor": current_actor(), "now": now()}
    return _answer(VersionSchema(), lambda opened, said: take_back(opened, **said, **act), lambda _said: UNDONE)


@blueprint.post("/tasks/<uid:uid>/told")
@requires("task.finish")
def post_told(uid: str) -> AnyResponse:
    """Note that a client knows of the visits that were stopped, or let one mail say it."""
    act: dict[str, Any] = {"actor": current_actor(), "now": now()}

    def work(opened: Session, said: dict[str, Any]) -> None:
        task, by_mail = get_task(opened, uid), said["how"] is How.MAIL
        tell_stopped(opened, task=task, by_mail=by_mail, version=said["version"], **act)

    return _answer(ToldForm(), work, lambda said: TOLD[said["how"]])


def _show(refusal: PracticeError | None = None) -> Response:
    status = status_of(refusal) if refusal else 200
    page = calls_page(session(), refusal=refusal, now=now())
    may_see_urgent = may(current_actor(), "escalation.read")
    return render_page(
        "desk/calls.html", status=status, fragment="desk/calls_body.html", page=page, may_see_urgent=may_see_urgent
    )


def _answer(
    schema: Schema,
    work: Callable[[Session, dict[str, Any]], object],
    words: Callable[[dict[str, Any]], str],
    undo: str = "",
) -> AnyResponse:
    try:
        said = load_form(schema)
        write(lambda opened: work(opened, said))
    except InvalidForm as invalid:
        return _show(unreadable(invalid))
    except PracticeError as refusal:
        return _show(refusal)
    if not wants_fragment():
        return go_on("/calls", words(said))
    return with_news(_show(), words(said), undo=Undo(f"/tasks/{undo}/undo", "#calls") if undo else None)
