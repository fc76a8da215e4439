"""Ctrl-Z: the last act of whoever asks is taken back whole, or it is said why not."""

from flask import Blueprint, flash, redirect
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor
from practice.accounts.ownership import own_therapist_id
from practice.accounts.policy import requires
from practice.core.errors import PracticeError
from practice.desk.answer_views import go_on, not_done, nothing_to_show
from practice.desk.appointment.acts import taken_back_words
from practice.desk.appointment.views import show_panel
from practice.desk.queries import get_visit
from practice.reminders.taking_back import take_back_last
from practice.scheduling.appointments.forms import booking_rules
from practice.scheduling.appointments.last_act import find_last_act
from practice.web.database import now, session, write
from practice.web.pages import wants_fragment
from practice.web.problems import status_of

blueprint = Blueprint("last_act", __name__, template_folder="../templates")

UNDO = "appointment.undo"


@blueprint.post("/undo")
@requires(UNDO)
def post_undo_last() -> AnyResponse:
    """Take back one's own last act on appointments."""
    actor, instant = current_actor(), now()
    own_therapist_id(session(), actor, UNDO)
    try:
        taken = write(lambda opened: take_back_last(opened, rules=booking_rules(), actor=actor, now=instant))
    except PracticeError as refusal:
        return _not_taken_back(refusal)
    uids = [each.uid for each in taken.appointments]
    words = taken_back_words(taken.verb, get_visit(session(), uids[0], now=instant), visits=len(uids))
    return nothing_to_show(words) if wants_fragment() else go_on(f"/appointments/{uids[0]}", words)


def _not_taken_back(refusal: PracticeError) -> AnyResponse:
    """Say why not, and lead to the visit; what stands in the panel is left alone."""
    act = find_last_act(session(), actor=current_actor())
    url = f"/appointments/{act.appointment_uid}" if act else ""
    if wants_fragment():
        return not_done(refusal.sentence, status=status_of(refusal), way="Open the visit", url=url)
    if act is None:
        flash(refusal.sentence, "warn")
        return redirect("/today", 303)
    return show_panel(act.appointment_uid, refusal=refusal)
