"""Pages of a change that hits visits: its form, its preview, carrying it out, and the calls that follow."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id, require_own
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic.queries import get_therapist, list_locations, list_rooms, list_services, list_therapists
from practice.clinic.schemas import TIME_OFF_KINDS
from practice.core.errors import Conflict, PracticeError, RuleViolation, StaleVersion
from practice.desk.absences.forms import (
    DAYS,
    AnswersForm,
    ChangeForm,
    SettleForm,
    TimesForm,
    asked_of,
    load_answers,
    wish_of,
    words_of,
)
from practice.desk.absences.page import KIND_WORDS, calls_page, preview_page
from practice.desk.not_readable import unreadable
from practice.reminders.kept_times import send_times
from practice.scheduling.absences.applying import apply_change
from practice.scheduling.absences.asking import change_of, is_own_only, require_may_answer, require_may_change
from practice.scheduling.absences.calling import CallEnd, Decision, act_of_call, get_act, list_acts, settle_call
from practice.scheduling.absences.models import GroundAct
from practice.scheduling.absences.out_today import out_today
from practice.scheduling.absences.preview import preview
from practice.scheduling.appointments.forms import booking_rules
from practice.scheduling.claiming.frame import read_set_up
from practice.web.database import now, session, write
from practice.web.form_pages import errors_of
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint("absences", __name__, template_folder="../templates")

REFUSALS = (Conflict, RuleViolation, StaleVersion)


@blueprint.get("/absences/new")
@requires("time_off.manage")
def show_form() -> Response:
    """Ask what changes."""
    return _form_page(FormState(values=request.args.to_dict()))


@blueprint.get("/absences/preview")
@requires("time_off.manage")
def show_preview() -> Response:
    """Show which visits a change would hit, with new times for them; nothing is changed."""
    values = request.args.to_dict()
    try:
        return _preview_page(load_form(ChangeForm(), request.args), values)
    except InvalidForm as invalid:
        return _form_page(FormState(values, invalid.errors), 422)
    except REFUSALS as refused:
        return _form_page(FormState(values, errors_of(refused), refused), status_of(refused))


@blueprint.post("/absences")
@requires("time_off.manage")
def post_change() -> AnyResponse:
    """Put a change into force and carry out every answer."""
    try:
        body, answers, seen = load_answers()

        def work(opened: Session) -> GroundAct:
            asked, set_up = asked_of(body), read_set_up(opened)
            require_may_change(opened, asked, set_up, current_actor())
            require_may_answer(opened, (one.wish for one in answers.values()), set_up, current_actor())
            return apply_change(
                opened,
                change=change_of(opened, asked, set_up, now=now()),
                words=words_of(body),
                answers=answers,
                seen=seen,
                rules=booking_rules(),
                actor=current_actor(),
                now=now(),
            )

        uid = write(lambda opened: work(opened).uid)
    except InvalidForm as invalid:
        return _again(unreadable(invalid))
    except REFUSALS as refused:
        return _again(refused)
    flash("Done. Whoever was moved or cancelled is told by mail or call.", "ok")
    return redirect(_after(uid), 303)


@blueprint.post("/absences/out-today")
@requires("time_off.manage")
def post_out_today() -> AnyResponse:
    """Note that a therapist is out today, and go on to the calls."""
    therapist_uid = request.form.get("therapist_uid", "")

    def work(opened: Session) -> str:
        therapist = get_therapist(opened, therapist_uid)
        require_own(opened, current_actor(), "time_off.manage", therapist_id=therapist.id)
        act = out_today(opened, therapist_uid=therapist_uid, rules=booking_rules(), actor=current_actor(), now=now())
        return act.uid

    return redirect(_after(write(work)), 303)


@blueprint.get("/absences/<uid:uid>")
@requires("task.read")
def show_act(uid: str) -> Response:
    """Show what became of each visit, and whom to call."""
    return _calls_page(get_act(session(), uid))


@blueprint.post("/absences/calls/<uid:uid>")
@requires("task.finish")
def post_settle(uid: str) -> AnyResponse:
    """Carry out what was agreed in a call."""
    try:
        said = load_form(SettleForm())
        chosen = said.get("choice")
        end = CallEnd.MOVED if chosen else said.get("end", CallEnd.NO_ANSWER)
        decision = Decision(end, None if chosen is None else wish_of(chosen), said.get("reason", ""))
        write(
            lambda opened: settle_call(
                opened,
                answer_uid=uid,
                decision=decision,
                version=said.get("version"),
                rules=booking_rules(),
                actor=current_actor(),
                now=now(),
            )
        )
    except InvalidForm as invalid:
        return _calls_page(act_of_call(session(), uid), unreadable(invalid))
    except REFUSALS as refused:
        return _calls_page(act_of_call(session(), uid), refused)
    return redirect(url_for("absences.show_act", uid=act_of_call(session(), uid).uid), 303)


@blueprint.post("/absences/calls/<uid:uid>/times")
@requires("task.finish")
def post_times(uid: str) -> AnyResponse:
    """Keep three times for the client and send a mail to choose from them."""
    try:
        version = load_form(TimesForm()).get("version")
        write(
            lambda opened: send_times(
                opened, answer_uid=uid, version=version, rules=booking_rules(), actor=current_actor(), now=now()
            )
        )
    except InvalidForm as invalid:
        return _calls_page(act_of_call(session(), uid), unreadable(invalid))
    except REFUSALS as refused:
        return _calls_page(act_of_call(session(), uid), refused)
    flash("The times are kept and on their way by mail.", "ok")
    return redirect(url_for("absences.show_act", uid=act_of_call(session(), uid).uid), 303)


def _after(uid: str) -> str:
    """Return where to go on: the act for those who make its calls, else the list of absences."""
    return url_for("absences.show_act", uid=uid) if may(current_actor(), "task.read") else "/settings/time-off"


def _again(refused: PracticeError) -> Response:
    """Show the preview as it is now with the answers that were given; the form when it cannot be read at all."""
    fields = AnswersForm().fields
    values = {name: value for name, value in request.form.items() if name in fields}
    posted = {name.removeprefix("visit-"): value for name, value in request.form.items() if name.startswith("visit-")}
    try:
        body = load_form(AnswersForm(), MultiDict(values))
        return _preview_page(body, values, posted=posted, refusal=refused)
    except InvalidForm as invalid:
        return _form_page(FormState(values, invalid.errors, refused), status_of(refused))
    except REFUSALS as again:
        return _form_page(FormState(values, errors_of(again), again), status_of(again))


def _preview_page(
    body: dict[str, Any],
    values: Mapping[str, str],
    *,
    posted: Mapping[str, str] | None = None,
    refusal: PracticeError | None = None,
) -> Response:
    asked, set_up = asked_of(body), read_set_up(session())
    require_may_change(session(), asked, set_up, current_actor())
    change = change_of(session(), asked, set_up, now=now())
    impact = preview(session(), change=change, set_up=set_up, own_only=is_own_only(current_actor()), now=now())
    carried = {name: value for name, value in values.items() if name in ChangeForm().fields and value}
    return render_page(
        "desk/absence_preview.html",
        status=status_of(refusal) if refusal else 200,
        page=preview_page(impact, posted or {}),
        carried=carried,
        refusal=refusal,
        reason=values.get("reason", ""),
    )


def _form_page(form: FormState, status: int = 200) -> Response:
    own_id = own_therapist_id(session(), current_actor(), "time_off.manage")
    kind = form.values.get("kind", "away")
    may_all = may(current_actor(), "hours.manage")
    kinds = [each for each in KIND_WORDS if each == "away" or may_all]
    return render_page(
        "desk/absence_form.html",
        status=status,
        form=form,
        kind=kind if kind in kinds else "away",
        kinds=[(each, KIND_WORDS[each]) for each in kinds],
        days=DAYS,
        away_kinds=list(TIME_OFF_KINDS.items()),
        therapists=[(row.uid, row.name) for row in list_therapists(session()) if own_id in {None, row.id}],
        locations=[(row.uid, row.name) for row in list_locations(session())],
        rooms=[(row.uid, row.name) for row in list_rooms(session())],
        services=[(row.uid, row.name) for row in list_services(session())],
        acts=list_acts(session())[:12] if may(current_actor(), "task.read") else [],
    )


def _calls_page(act: GroundAct, refusal: PracticeError | None = None) -> Response:
    page = calls_page(session(), act, now=now())
    status = status_of(refusal) if refusal else 200
    return render_page("desk/absence_calls.html", status=status, page=page, refusal=refusal)
