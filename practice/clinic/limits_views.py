"""The set-up page of limits: what holds for everybody, for one therapist, and who may override what."""

from collections.abc import Mapping

from flask import Blueprint, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic import limits, queries
from practice.clinic.details import fields_of
from practice.clinic.limits import LimitDetails, OwnLimits
from practice.clinic.limits_schemas import LimitsFormSchema, OwnLimitsSchema
from practice.clinic.views import set_up_page
from practice.web.database import now, session
from practice.web.form_pages import Body, clashes, post_form
from practice.web.forms import FormState

blueprint = Blueprint("clinic_limits", __name__)

LABELS: Mapping[str, str] = {
    "visits_a_day": "Visits a day",
    "visits_a_week": "Visits a week",
    "hands_on_minutes_a_day": "Hands-on minutes a day",
    "hands_on_minutes_a_week": "Hands-on minutes a week",
    "rest_after_minutes": "A rest is due after … hands-on minutes",
    "rest_minutes": "A rest lasts at least … minutes",
    "gap_days_hands_on": "Days between two hands-on visits",
    "gap_days_assessment": "Days between two assessments",
    "gap_days_phone": "Days between two calls",
    "client_visits_a_day": "Visits of one client a day",
    "travel_minutes": "Minutes between two locations",
}
OF_THERAPISTS = tuple(fields_of(OwnLimits, OwnLimits()))


@blueprint.get("/settings/limits")
@requires("settings.read")
def show_limits() -> Response:
    """Show the limits."""
    return _page(FormState())


@blueprint.post("/settings/limits")
@requires("settings.manage")
def post_limits() -> Response:
    """Set what holds for everybody."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        limits.set_limits(opened, details=LimitDetails(**body), version=version, actor=current_actor(), now=now())
        return url_for("clinic_limits.show_limits")

    return post_form(LimitsFormSchema(), act, _page, said="The limits are saved.", actor=current_actor())


@blueprint.get("/settings/therapists/<uid:uid>/limits")
@requires("settings.read")
def show_own(uid: str) -> Response:
    """Show the limits of one therapist."""
    return _own_page(uid, FormState())


@blueprint.post("/settings/therapists/<uid:uid>/limits")
@requires("settings.manage")
def post_own(uid: str) -> Response:
    """Set what holds for one therapist instead."""

    def act(opened: Session, body: Body, version: int | None) -> str:
        limits.set_own_limits(
            opened,
            therapist=queries.get_therapist(opened, uid),
            details=OwnLimits(**body),
            version=version,
            actor=current_actor(),
            now=now(),
        )
        return url_for("clinic_limits.show_limits")

    def again(form: FormState, status: int) -> Response:
        return _own_page(uid, form, status)

    return post_form(OwnLimitsSchema(), act, again, said="The limits are saved.", actor=current_actor())


def _page(form: FormState, status: int = 200) -> Response:
    row = limits.get_limits(session())
    stored = fields_of(LimitDetails, row)
    own = limits.own_limits(session())
    return set_up_page(
        "limits.html",
        "limits",
        status=status,
        row=row,
        form=form if form.values else FormState(values=stored),
        clash_rows=clashes(LimitsFormSchema(), form, stored),
        limit_labels=LABELS,
        of_therapists=OF_THERAPISTS,
        staff=[(each, own.get(each.id)) for each in queries.list_therapists(session())],
        has_places=len(queries.list_locations(session())) > 1,
        may_change=may(current_actor(), "settings.manage"),
    )


def _own_page(uid: str, form: FormState, status: int = 200) -> Response:
    row = queries.get_therapist(session(), uid)
    stored = fields_of(OwnLimits, limits.own_limits(session()).get(row.id, OwnLimits()))
    return set_up_page(
        "own_limits.html",
        "limits",
        status=status,
        row=row,
        form=form if form.values else FormState(values=stored),
        clash_rows=clashes(OwnLimitsSchema(), form, stored),
        limit_labels=LABELS,
        everybody=fields_of(LimitDetails, limits.get_limits(session())),
        may_change=may(current_actor(), "settings.manage"),
    )
