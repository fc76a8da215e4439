"""Today: the page on which a day begins."""

from flask import Blueprint, Response, redirect
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.location_pages import asked_location, remember_location
from practice.desk.today.page import today_page
from practice.desk.today.tentative import tentative_page
from practice.web.database import now, session
from practice.web.pages import render_page

blueprint = Blueprint("today", __name__, template_folder="../templates")
blueprint.after_request(remember_location)


@blueprint.get("/")
@requires("account.use")
def start() -> AnyResponse:
    """Lead to today."""
    return redirect("/today", 303)


@blueprint.get("/today")
@requires("today.read")
def today() -> Response:
    """Show who is here, who comes next and what somebody must act on."""
    page = today_page(session(), asked_location(session()), actor=current_actor(), now=now())
    return render_page("desk/today.html", fragment="desk/today_fragment.html", page=page)


@blueprint.get("/tentative")
@requires("today.read")
def tentative() -> Response:
    """Show the visits of the coming week that are not firm, and how to make them so."""
    page = tentative_page(session(), actor=current_actor(), now=now())
    return render_page("desk/tentative.html", fragment="desk/tentative_body.html", page=page)
