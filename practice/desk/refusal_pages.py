"""``/problems`` and ``/problems/<code>``: where the ``type`` of a problem leads."""

from flask import Blueprint, abort
from werkzeug.wrappers import Response

from practice.accounts.policy import requires
from practice.desk.refusal_notes import CHAPTERS, NOTES
from practice.web.pages import render_page

blueprint = Blueprint("problems", __name__, template_folder="templates")


@blueprint.get("/problems")
@requires("public")
def list_problems() -> Response:
    """Show every code with its meaning and its way out."""
    return render_page("desk/problems.html", chapters=CHAPTERS, title="Refusals and what to do")


@blueprint.get("/problems/<code>")
@requires("public")
def show_problem(code: str) -> Response:
    """Show one code."""
    if code not in NOTES:
        abort(404)
    return render_page("desk/problems.html", chapters={"": {code: NOTES[code]}}, title=code)
