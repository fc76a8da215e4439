"""Painting the body map and rating the client's own activities at the table."""

from functools import partial

from flask import Blueprint
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.visit_record.body_map_forms import ActivitiesForm, MapForm, painted_of
from practice.desk.visit_record.body_map_page import QUALITIES, activities_page, map_page, rate_activities
from practice.desk.visit_record.recording_views import opened_visit
from practice.treatment_plans.visiting import paint
from practice.visits.access import RECORD
from practice.web.database import now, write
from practice.web.form_pages import Body, post_form
from practice.web.forms import FormState
from practice.web.pages import render_page

blueprint = Blueprint(
    "visit_body_map", __name__, url_prefix="/appointments/<uid:uid>/visit", template_folder="../templates"
)


@blueprint.get("/body-map")
@requires(RECORD)
def show_map(uid: str) -> Response:
    """Show the map as it is painted; each look is logged."""
    return _map_page(uid)


@blueprint.post("/body-map")
@requires(RECORD)
def post_map(uid: str) -> Response:
    """Paint the map in place of what was painted before; a painted saddle area stops everything at once."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        painted = painted_of(body)
        paint(opened, visit=opened_visit(opened, uid), painted=painted, actor=current_actor(), now=now())
        return f"/appointments/{uid}/visit"

    return post_form(MapForm(), act, partial(_map_page, uid), said="The body map is recorded.", actor=current_actor())


@blueprint.get("/activities")
@requires(RECORD)
def show_activities(uid: str) -> Response:
    """Show the activities that are rated; each look is logged."""
    return _activities_page(uid)


@blueprint.post("/activities")
@requires(RECORD)
def post_activities(uid: str) -> Response:
    """Rate activities, and add one in the client's words."""

    def act(opened: Session, body: Body, _version: int | None) -> str:
        rate_activities(opened, visit=opened_visit(opened, uid), said=body, actor=current_actor(), now=now())
        return f"/appointments/{uid}/visit"

    show = partial(_activities_page, uid)
    return post_form(ActivitiesForm(), act, show, said="The activities are rated.", actor=current_actor())


def _map_page(uid: str, form: FormState | None = None, status: int = 200) -> Response:
    page = write(lambda opened: map_page(opened, uid, form or FormState(), actor=current_actor(), now=now()))
    return render_page(
        "desk/body_map.html", status=status, page=page, qualities=QUALITIES, refused=form and form.refusal
    )


def _activities_page(uid: str, form: FormState | None = None, status: int = 200) -> Response:
    page = write(lambda opened: activities_page(opened, uid, form or FormState(), actor=current_actor(), now=now()))
    return render_page("desk/activities.html", status=status, page=page, refused=form and form.refusal)
