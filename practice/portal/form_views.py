"""The form behind the link of a visit: the client answers on her own screen, and an emergency is answered there."""

from datetime import datetime
from functools import partial

from flask import Blueprint, redirect, request, url_for
from marshmallow import Schema
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.csrf import needs_no_form_token
from practice.accounts.links import link_actor
from practice.accounts.models import SignedLink
from practice.accounts.policy import requires
from practice.core.errors import NotFound, RuleViolation, WayOut
from practice.portal.errors import NoLongerOpen
from practice.portal.link_pages import act_by_link, behave_as_link_pages, open_link, practice_alias
from practice.portal.visits import ManagedVisit, get_visit
from practice.reminders.links import MANAGE
from practice.safety.questions import FORM
from practice.safety.schemas import ScreeningSchema, form_of
from practice.safety.screening import FilledForm
from practice.treatment_plans.taking_forms import take_form
from practice.web.database import now, session
from practice.web.form_pages import typed_values
from practice.web.forms import FormState, InvalidForm, load_form
from practice.web.pages import render_page

blueprint = Blueprint("portal_forms", __name__, template_folder="templates")
behave_as_link_pages(blueprint)


@blueprint.get("/m/<token>/form")
@requires("link.use")
def show_form(token: str) -> Response:
    """Show the questions; nothing is filled in beforehand."""
    return _page(token, FormState())


@blueprint.post("/m/<token>/form")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_form(token: str) -> Response:
    """Keep the answers; who answers with an emergency is told at once what to do."""
    taken: list[bool] = []
    schema = ScreeningSchema()
    try:
        act_by_link(token, MANAGE, partial(_take, schema, taken), is_own_form=True)
    except InvalidForm as invalid:
        return _page(token, FormState(typed_values(schema), invalid.errors), 422)
    except RuleViolation as refused:
        return _page(token, FormState(typed_values(schema), {}, refused), 422)
    return redirect(url_for(f"portal_forms.show_{'urgent' if taken[-1] else 'thanks'}", token=token), 303)


@blueprint.get("/m/<token>/form/thanks")
@requires("link.use")
def show_thanks(token: str) -> Response:
    """Thank for the form."""
    return _ended(token, is_urgent=False)


@blueprint.get("/m/<token>/form/urgent")
@requires("link.use")
def show_urgent(token: str) -> Response:
    """Say what somebody must do now."""
    return _ended(token, is_urgent=True)


def _take(schema: Schema, taken: list[bool], opened: Session, link: SignedLink, at: datetime) -> None:
    form = _signed(form_of(load_form(schema), source="link"))
    actor = link_actor(link)
    client_id = _client_id(_require_not_over(get_visit(opened, link=link, actor=actor, now=at), at))
    taken.append(take_form(opened, client_id=client_id, form=form, actor=actor, now=at))


def _signed(form: FilledForm) -> FilledForm:
    if not form.is_signed:
        raise InvalidForm({"agrees": ["Please sign: tick that it is true."]})
    return form


def _visit(token: str) -> ManagedVisit:
    link = open_link(token, MANAGE)
    return get_visit(session(), link=link, actor=link_actor(link), now=now())


def _require_not_over(visit: ManagedVisit, at: datetime) -> ManagedVisit:
    """Refuse the link of a visit that is over: old mails lie about, and a form stops or frees what is booked since."""
    if visit.appointment.ends_at <= at:
        raise NoLongerOpen(
            "This appointment is over. Please call us, and we send you the questions again.",
            ways_out=(WayOut("call_us", "Call us"),),
        )
    return visit


def _client_id(visit: ManagedVisit) -> int:
    if visit.appointment.client_id is None:
        raise NotFound("This appointment does not exist any more. Please call us.")
    return visit.appointment.client_id


def _page(token: str, form: FormState, status: int = 200) -> Response:
    visit = _require_not_over(_visit(token), now())
    return render_page(
        "portal/form.html",
        status=status,
        visit=visit,
        token=token,
        form=form,
        asked=FORM,
        action=request.path,
        practice_name=visit.settings.sender_alias,
    )


def _ended(token: str, *, is_urgent: bool) -> Response:
    visit = _visit(token)
    name = "urgent" if is_urgent else "thanks"
    phone = visit.appointment.location.phone
    return render_page(f"portal/form_{name}.html", token=token, phone=phone, practice_name=practice_alias())
