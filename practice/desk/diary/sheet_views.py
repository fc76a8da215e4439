"""The day sheet."""

from flask import Blueprint, Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.diary.day_sheet import day_sheet
from practice.desk.diary.views import asked_diary
from practice.web.database import now, session
from practice.web.pages import render_page

blueprint = Blueprint("sheets", __name__, template_folder="../templates")


@blueprint.get("/diary/<raw_day>/sheet")
@requires("today.read")
def sheet(raw_day: str) -> Response:
    """Show the day as it is printed."""
    found = day_sheet(session(), asked_diary(raw_day), actor=current_actor(), now=now())
    return render_page("desk/day_sheet.html", sheet=found)
