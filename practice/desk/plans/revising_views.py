"""Writing a version: the draft of a new plan, or the next version of a running one with what it would change."""

from functools import partial

from flask import Blueprint, flash, redirect
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.plans.revising_forms import VersionSchema, details_of
from practice.desk.plans.revising_page import revising_page
from practice.desk.ways_out import PlainPlace, offers_of
from practice.treatment_plans.drafting import edit_draft
from practice.treatment_plans.lifecycles import OPEN_PLANS, PlanState, VersionState
from practice.treatment_plans.plan_forms import CHART, WRITE, own_plan, who_and_when
from practice.treatment_plans.queries import find_version
from practice.treatment_plans.revising import discard_draft, revise
from practice.visits.access import note_reading
from practice.web.database import session, write
from practice.web.form_pages import Body, post_act, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page

blueprint = Blueprint("desk_plan_version", __name__, template_folder="../templates")


@blueprint.get("/plans/<uid:uid>/version")
@requires(WRITE)
def show(uid: str) -> Response:
    """Show the version that is being written, or a form for the next one; each look is logged."""
    return _page(uid)


@blueprint.post("/plans/<uid:uid>/version")
@requires(WRITE)
def post(uid: str) -> Response:
    """Keep what was written; a new version of a running plan comes into force with a new consent."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        plan, details = own_plan(opened, uid, WRITE), details_of(body)
        if find_version(opened, plan.id, VersionState.DRAFT) is None:
            revise(opened, plan_uid=uid, details=details, reason=body["reason"], **who_and_when())
        else:
            edit_draft(opened, plan_uid=uid, details=details, version=version, **who_and_when())
        return f"/plans/{uid}/version"

    said = "The version is written. It comes into force when nothing is missing."
    return post_form(VersionSchema(), act, partial(_page, uid), said=said, actor=current_actor())


@blueprint.post("/plans/<uid:uid>/version/discard")
@requires(WRITE)
def post_discard(uid: str) -> Response:
    """Drop the next version of a running plan; the one in force stays."""

    def work(opened: Session) -> None:
        own_plan(opened, uid, WRITE)
        discard_draft(opened, plan_uid=uid, **who_and_when())

    return post_act(work, f"/plans/{uid}", said="The draft is dropped. The version in force stays.")


def _page(uid: str, form: FormState | None = None, status: int = 200) -> Response:
    write(lambda opened: note_reading(opened, "treatment_plan", own_plan(opened, uid, CHART).uid, **who_and_when()))
    plan = own_plan(session(), uid, CHART)
    if PlanState(plan.state) not in OPEN_PLANS:
        flash("The plan has ended. A return is a new plan.", "info")
        return redirect(f"/plans/{uid}", 303)
    page = revising_page(session(), plan)
    given = form or FormState(page.values)
    offers = offers_of(given.refusal, PlainPlace(page.path))
    return render_page("desk/plan_version.html", status=status, page=page, form=given, offers=offers)
