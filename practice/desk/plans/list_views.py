"""Every open plan on one page, those that need somebody first."""

from flask import Blueprint
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.permissions import may
from practice.accounts.policy import requires
from practice.desk.plans.board_page import board
from practice.desk.plans.page import TONES
from practice.treatment_plans.caseload import MOST_LISTED, list_caseload
from practice.treatment_plans.lifecycles import PLAN
from practice.web.database import now, session, write
from practice.web.pages import render_page

blueprint = Blueprint("desk_plan_list", __name__, template_folder="../templates")


@blueprint.get("/plans")
@requires("plan.read")
def show() -> Response:
    """Show the open plans, a therapist those of her own; clinical roles see how they go, the desk dates and states."""
    actor = current_actor()
    own_id = own_therapist_id(session(), actor, "plan.read")
    if may(actor, "plan.chart"):
        page = write(lambda opened: board(opened, therapist_id=own_id, actor=actor, now=now()))
        return render_page(
            "desk/board.html",
            page=page,
            tones=TONES,
            words=PLAN.words,
            most=MOST_LISTED,
            sees_outcomes=may(actor, "outcome.read"),
        )
    lines = list_caseload(session(), therapist_id=own_id)
    return render_page("desk/plans.html", lines=lines, tones=TONES, words=PLAN.words)
