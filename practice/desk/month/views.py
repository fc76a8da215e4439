"""The month at a glance and the next gaps: plain pages asked by a form."""

from collections.abc import Mapping
from typing import Any

from flask import Blueprint, Response, abort, redirect, request
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.clinic.queries import practice_today
from practice.desk.diary.address import DiaryAddress, read_day
from practice.desk.location_pages import asked_location, remember_location
from practice.desk.month.gaps import PART_WORDS, GapsAsked, gaps_page
from practice.desk.month.page import month_page
from practice.desk.month.schemas import GapsForm, MonthForm, asked_gaps
from practice.web.database import now, session
from practice.web.forms import InvalidForm, load_form
from practice.web.pages import render_page

blueprint = Blueprint("month", __name__, template_folder="../templates")
blueprint.after_request(remember_location)


@blueprint.get("/diary/month")
@requires("calendar.read")
def this_month() -> AnyResponse:
    """Lead to the present month."""
    today = practice_today(session(), now())
    return redirect(DiaryAddress(today).path("month"), 303)


@blueprint.get("/diary/<raw_day>/month")
@requires("calendar.read")
def month(raw_day: str) -> Response:
    """Show how full each day of a month is."""
    on = read_day(raw_day, practice_today(session(), now())) or abort(404, "There is no such day.")
    asked = load_form(MonthForm(), request.args)
    address = DiaryAddress(on, location=asked_location(session()), therapist=asked.get("therapist") or "")
    page = month_page(session(), address, asked.get("service") or "", now=now())
    return render_page("desk/month.html", page=page)


@blueprint.get("/gaps")
@requires("calendar.read")
def gaps() -> Response:
    """Show the next gaps for a wish; a wish that cannot be read is shown with what is wrong with it."""
    errors: Mapping[str, list[str]] = {}
    location = asked_location(session())
    try:
        asked = asked_gaps(load_form(GapsForm(), request.args), location)
    except InvalidForm as invalid:
        errors, asked = invalid.errors, GapsAsked(location=location)
    actor = current_actor()
    own_id = own_therapist_id(session(), actor, "appointment.book")
    page = gaps_page(session(), asked, own_id=own_id, now=now())
    more: dict[str, Any] = {"parts": PART_WORDS, "may_fill": may(actor, "wait_list.read")}
    return render_page("desk/gaps.html", status=422 if errors else 200, page=page, errors=errors, **more)
