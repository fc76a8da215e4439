"""A therapist's own day."""

from flask import Blueprint, Response

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.desk.my_day.page import my_day
from practice.web.database import now, write
from practice.web.pages import render_page

blueprint = Blueprint("my_day", __name__, template_folder="../templates")


@blueprint.get("/my-day")
@requires("my_day.read")
def show() -> Response:
    """Show who is next and what to know; each look is logged."""
    page = write(lambda opened: my_day(opened, actor=current_actor(), now=now()))
    return render_page("desk/my_day.html", page=page)
