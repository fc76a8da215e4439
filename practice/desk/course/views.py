"""The planner at the desk: wishes as an address, three proposals, one button that books the whole course."""

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.clinic.models import Therapist
from practice.core.errors import Conflict, PracticeError, RuleViolation, StaleVersion
from practice.desk.course.forms import ChosenForm, WishesForm, chosen_of, wishes_of
from practice.desk.course.page import course_page
from practice.desk.not_readable import unreadable
from practice.desk.ways_out import PlainPlace, offers_of
from practice.scheduling.appointments.forms import booking_rules, require_own_diary
from practice.scheduling.claiming.frame import read_set_up
from practice.scheduling.ownership import require_own_client
from practice.treatment_plans.cadences import MOST_LISTED, list_paces
from practice.treatment_plans.course_booking import book_course
from practice.treatment_plans.planning import PlanWishes
from practice.treatment_plans.queries import get_plan
from practice.web.database import now, session, write
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.idempotency import Answer, once, request_key
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint("course", __name__, url_prefix="/plans", template_folder="../templates")

LABELS = {"ends": "Until", "begins": "From", "earliest": "Not before", "days": "Days"}


@blueprint.get("/lapsing")
@requires("appointment.list")
def show_lapsing() -> Response:
    """Show the plans that lapse or fall behind their rhythm, the farthest first: dates and states only."""
    paces = list_paces(session(), actor=current_actor(), now=now())
    return render_page("desk/lapsing.html", paces=paces, most=MOST_LISTED)


@blueprint.get("/<uid:uid>/course")
@requires("appointment.book")
def show(uid: str) -> Response:
    """Show three courses for what is still to come of a plan, or what stops every course."""
    _require_own_plan(session(), uid)
    values = _values()
    try:
        wishes = wishes_of(load_form(WishesForm(), request.args), _own_uid(session()))
    except InvalidForm as invalid:
        return _page(uid, wishes_of({}, _own_uid(session())), FormState(values, invalid.errors), 422)
    return _page(uid, wishes, FormState(values))


@blueprint.post("/<uid:uid>/course")
@requires("appointment.book")
def book(uid: str) -> Response:
    """Book the course that was chosen: every visit of it or none."""
    _require_own_plan(session(), uid)
    own_uid = _own_uid(session())
    try:
        said = load_form(ChosenForm())
        answer = write(lambda opened: _book_once(opened, uid, said))
    except InvalidForm as invalid:
        return _page(uid, wishes_of({}, own_uid), FormState(refusal=unreadable(invalid)), 422)
    except (Conflict, RuleViolation, StaleVersion) as refused:
        return _refused(uid, said, own_uid, refused)
    visits = answer.body["visits"]
    flash(f"Done: {visits} visits booked or moved. One mail tells all of them." if visits else "Nothing changed.", "ok")
    return redirect(url_for("course.show", uid=uid), 303)


def _refused(uid: str, said: dict[str, Any], own_uid: str | None, refused: PracticeError) -> Response:
    values = {name: said[name] for name in WishesForm().fields if name in said}
    return _page(uid, wishes_of(said, own_uid), FormState(values, refusal=refused), status_of(refused))


def _book_once(opened: Session, uid: str, said: dict[str, Any]) -> Answer:
    actor, instant = current_actor(), now()

    def work() -> Answer:
        _require_own_plan(opened, uid)
        set_up = read_set_up(opened)
        chosen = chosen_of(said, set_up)
        for therapist_id in {visit.therapist_id for visit in chosen.visits.values()}:
            require_own_diary(opened, set_up.therapists[therapist_id].uid, actor, "appointment.book")
        booked = book_course(opened, plan_uid=uid, chosen=chosen, rules=booking_rules(), actor=actor, now=instant)
        return Answer(201, {"visits": len(booked)})

    return once(opened, work, key=request_key(), actor=actor, now=instant)


def _require_own_plan(opened: Session, uid: str) -> None:
    require_own_client(opened, get_plan(opened, uid).client.uid, current_actor(), "appointment.book")


def _own_uid(opened: Session) -> str | None:
    """Return the therapist for whose diary alone somebody may plan."""
    own_id = own_therapist_id(opened, current_actor(), "appointment.book")
    return None if own_id is None else opened.get_one(Therapist, own_id).uid


def _values() -> dict[str, Any]:
    lists = {name: request.args.getlist(name) for name in ("days", "features")}
    return request.args.to_dict() | lists


def _page(uid: str, wishes: PlanWishes, form: FormState, status: int = 200) -> Response:
    page = course_page(session(), uid, wishes, form, own_uid=_own_uid(session()), now=now())
    ways = [] if form.refusal is None else offers_of(form.refusal, PlainPlace(request.path))
    return render_page("desk/course.html", status=status, page=page, ways=ways, labels=LABELS)
