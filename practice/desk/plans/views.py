"""The page of a plan and what is done there; the desk sees dates and states, clinical roles the whole course."""

from collections.abc import Callable
from functools import partial
from typing import Any

from flask import Blueprint, flash, redirect
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.core.errors import Conflict, RuleViolation
from practice.desk.plans.chart import clearance_spans, plan_chart
from practice.desk.plans.overview import read_overview
from practice.desk.plans.page import plan_page
from practice.desk.plans.schemas import (
    BaselineSchema,
    ConsentSchema,
    DischargeSchema,
    ExerciseSchema,
    GoalSchema,
    HoldSchema,
    ReferSchema,
)
from practice.desk.ways_out import PlainPlace, offers_of
from practice.treatment_plans.activating import activate, activate_version
from practice.treatment_plans.consent_texts import ConsentBy, ConsentMode
from practice.treatment_plans.consenting import record_consent
from practice.treatment_plans.details import FUNCTIONAL, GoalDetails
from practice.treatment_plans.diagnosis import Side
from practice.treatment_plans.drafting import add_goal, drop_goal, set_baseline
from practice.treatment_plans.ending import cancel_plan, complete, discharge, refer
from practice.treatment_plans.holding import hold, resume
from practice.treatment_plans.lifecycles import RUNNING_PLANS, HoldReason, Outcome, PlanState
from practice.treatment_plans.plan_forms import CHART, READ, WRITE, Verb, own_plan, who_and_when
from practice.treatment_plans.prescribing import end_exercise, prescribe
from practice.treatment_plans.queries import get_exercise, get_plan
from practice.visits.access import note_reading
from practice.web.database import now, session, write
from practice.web.form_pages import Body, post_act, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint("desk_plans", __name__, template_folder="../templates")


@blueprint.get("/plans/<uid:uid>")
@requires(READ)
def show(uid: str) -> Response:
    """Show one plan."""
    return _page(uid)


def _page(uid: str, form: FormState | None = None, status: int = 200) -> Response:
    actor = current_actor()
    refused = None if form is None else form.refusal
    given: dict[str, Any] = {
        "form": form or FormState(),
        "refused": refused,
        "offers": offers_of(refused, PlainPlace(f"/plans/{uid}")),
        "status": status if refused is None else status_of(refused),
    }
    if not may(actor, CHART):
        return render_page("desk/plan.html", page=plan_page(session(), uid, actor=actor, now=now()), **given)

    write(lambda opened: note_reading(opened, "treatment_plan", own_plan(opened, uid, CHART).uid, **who_and_when()))
    plan = own_plan(session(), uid, CHART)
    page = plan_page(session(), uid, spans=clearance_spans(session(), plan), actor=actor, now=now())
    given["overview"] = read_overview(session(), page)
    return render_page("desk/plan_chart.html", page=page, chart=plan_chart(session(), uid, now=now()), **given)


def _press(uid: str, verb: Verb, said: str) -> Response:
    """Do what a single button asks."""

    def act(opened: Session) -> None:
        own_plan(opened, uid, WRITE)
        verb(opened, plan_uid=uid, actor=current_actor(), now=now())

    return post_act(act, f"/plans/{uid}", said=said)


def _fill_in(uid: str, schema: Schema, verb: Callable[[Body], Verb], said: str) -> Response:
    """Do what a form asks, or show the page again with what was typed."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        own_plan(opened, uid, WRITE)
        verb(body)(opened, plan_uid=uid, actor=current_actor(), now=now())
        return f"/plans/{uid}"

    return post_form(schema, act, partial(_page, uid), said=said, actor=current_actor())


@blueprint.post("/plans/<uid:uid>/activate")
@requires(WRITE)
def post_activate(uid: str) -> Response:
    """Bring the draft into force; a next version leads to the planner, which shows what it would move."""
    is_running = PlanState(own_plan(session(), uid, WRITE).state) in RUNNING_PLANS

    def act(opened: Session) -> None:
        own_plan(opened, uid, WRITE)
        (activate_version if is_running else activate)(opened, plan_uid=uid, actor=current_actor(), now=now())

    if not is_running:
        return post_act(act, f"/plans/{uid}", said="Noted.")
    try:
        write(act)
    except (Conflict, RuleViolation) as refused:
        flash(refused.sentence, "warn")
        return redirect(f"/plans/{uid}", 303)
    flash("The new version is in force. Below is what it would move; accept it, or leave the visits as they are.", "ok")
    return redirect(f"/plans/{uid}/course?again=1", 303)


@blueprint.post("/plans/<uid:uid>/resume")
@requires(WRITE)
def post_resume(uid: str) -> Response:
    """Go on with a plan on hold."""
    return _press(uid, resume, "The plan goes on.")


@blueprint.post("/plans/<uid:uid>/complete")
@requires(WRITE)
def post_complete(uid: str) -> Response:
    """End a plan whose sessions are all delivered."""
    return _press(uid, complete, "The plan is completed.")


@blueprint.post("/plans/<uid:uid>/cancel")
@requires(WRITE)
def post_cancel(uid: str) -> Response:
    """End a plan that never began."""
    return _press(uid, cancel_plan, "The plan is cancelled.")


@blueprint.post("/plans/<uid:uid>/hold")
@requires(WRITE)
def post_hold(uid: str) -> Response:
    """Let a plan rest."""

    def verb(body: Body) -> Verb:
        return partial(hold, **{**body, "reason": HoldReason(body["reason"])})

    return _fill_in(uid, HoldSchema(), verb, "The plan is on hold.")


@blueprint.post("/plans/<uid:uid>/discharge")
@requires(WRITE)
def post_discharge(uid: str) -> Response:
    """End a running plan."""

    def verb(body: Body) -> Verb:
        return partial(discharge, **{**body, "outcome": Outcome(body["outcome"])})

    return _fill_in(uid, DischargeSchema(), verb, "The client is discharged.")


@blueprint.post("/plans/<uid:uid>/refer")
@requires(WRITE)
def post_refer(uid: str) -> Response:
    """Hand the client on."""

    def verb(body: Body) -> Verb:
        return partial(refer, **{**body, "outcome": Outcome(body["outcome"])})

    return _fill_in(uid, ReferSchema(), verb, "The client is referred.")


@blueprint.post("/plans/<uid:uid>/baseline")
@requires(WRITE)
def post_baseline(uid: str) -> Response:
    """Write the first scores."""
    return _fill_in(uid, BaselineSchema(), lambda body: partial(set_baseline, **body), "The first scores are noted.")


@blueprint.post("/plans/<uid:uid>/goals")
@requires(WRITE)
def post_goal(uid: str) -> Response:
    """Add a goal; one about what the client can do is measured by the own activities or by disability."""

    def verb(body: Body) -> Verb:
        is_functional = body["measure"] in FUNCTIONAL
        return partial(add_goal, details=GoalDetails(**body, is_functional=is_functional))

    return _fill_in(uid, GoalSchema(), verb, "The goal is added.")


@blueprint.post("/plans/<uid:uid>/goals/<uid:part>/drop")
@requires(WRITE)
def post_drop_goal(uid: str, part: str) -> Response:
    """Take a goal out of the draft."""
    return _press(uid, partial(drop_goal, goal_uid=part), "The goal is taken out.")


@blueprint.post("/plans/<uid:uid>/exercises")
@requires(WRITE)
def post_exercise(uid: str) -> Response:
    """Prescribe an exercise with its usual dose."""

    def verb(body: Body) -> Verb:
        return partial(prescribe, code=body["code"], side=Side(body["side"]))

    return _fill_in(uid, ExerciseSchema(), verb, "The exercise is prescribed.")


@blueprint.post("/plans/<uid:uid>/exercises/<uid:part>/end")
@requires(WRITE)
def post_end_exercise(uid: str, part: str) -> Response:
    """End an exercise."""

    def verb(opened: Session, *, plan_uid: str, **named: Any) -> None:
        get_exercise(opened, get_plan(opened, plan_uid).id, part)
        end_exercise(opened, exercise_uid=part, **named)

    return _press(uid, verb, "The exercise is ended.")


@blueprint.post("/plans/<uid:uid>/consent")
@requires(WRITE)
def post_consent(uid: str) -> Response:
    """Note the consent to the version that is to come into force."""

    def verb(body: Body) -> Verb:
        return partial(
            record_consent,
            text_version=body["text_version"],
            mode=ConsentMode(body["mode"]),
            given_by=ConsentBy(body["given_by"]),
        )

    return _fill_in(uid, ConsentSchema(), verb, "The consent is noted.")
