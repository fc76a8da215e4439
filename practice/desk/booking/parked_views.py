"""Parked calls: setting the present call aside, going on with one, putting one away."""

from flask import Blueprint, Response, request
from werkzeug.datastructures import MultiDict
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.policy import requires
from practice.core.errors import PracticeError
from practice.desk.answer_views import go_on, with_news
from practice.desk.booking.forms import read_draft
from practice.desk.booking.panel import Trouble
from practice.desk.booking.parked_calls import form_of, near_the_lost_time, park, tray_of
from practice.desk.booking.views import show_draft
from practice.scheduling.appointments.parking import close_call, resume_call
from practice.scheduling.errors import HoldExpired
from practice.web.database import now, session, write
from practice.web.pages import render_page, wants_fragment
from practice.web.problems import status_of

blueprint = Blueprint("parked_calls", __name__, url_prefix="/parked-calls", template_folder="../templates")


@blueprint.post("")
@requires("parked_call.use")
def post_park() -> AnyResponse:
    """Set the call in the booking panel aside."""
    draft, actor, instant = read_draft(request.form), current_actor(), now()
    try:
        write(lambda opened: park(opened, draft, request.form, actor=actor, now=instant))
    except PracticeError as refusal:
        return show_draft(draft, Trouble(refusal), status=status_of(refusal))
    return _show_tray() if wants_fragment() else go_on("/diary", "The call is parked.")


def _show_tray() -> Response:
    """Empty the panel and show the tray as it is now."""
    calls = tray_of(session(), current_actor(), now())
    return with_news(render_page("desk/tray.html", parked_calls=calls), "The call is parked.")


@blueprint.post("/<uid:uid>/resume")
@requires("parked_call.use")
def post_resume(uid: str) -> Response:
    """Go on with a parked call: its text is back, and its time if that is still held."""
    parked = write(lambda opened: resume_call(opened, call_uid=uid, actor=current_actor(), now=now()))
    draft = read_draft(MultiDict(form_of(parked)))
    if parked.hold is None and draft.choice is not None:
        return _with_tray(show_draft(near_the_lost_time(draft), Trouble(HoldExpired())))
    return _with_tray(show_draft(draft))


def _with_tray(answer: Response) -> Response:
    """Show the tray as it is now beside the panel; a whole page has it already."""
    if wants_fragment():
        calls = tray_of(session(), current_actor(), now())
        answer.set_data(answer.get_data() + render_page("desk/tray.html", parked_calls=calls).get_data())
    return answer


@blueprint.post("/<uid:uid>/close")
@requires("parked_call.use")
def post_close(uid: str) -> AnyResponse:
    """Put a call away for good; its time is free again."""
    write(lambda opened: close_call(opened, call_uid=uid, actor=current_actor(), now=now()))
    return _show_tray() if wants_fragment() else go_on("/diary", "The call is closed.")
