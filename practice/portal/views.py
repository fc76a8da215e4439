"""Pages behind the links of mails. Opening one changes nothing; only a posted form acts."""

from datetime import datetime
from typing import Any

from flask import Blueprint, current_app, flash, redirect, request, url_for
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.csrf import needs_no_form_token
from practice.accounts.links import link_actor
from practice.accounts.models import SignedLink
from practice.accounts.policy import requires
from practice.clients.consents import Purpose
from practice.clients.queries import find_consent
from practice.config import Settings
from practice.core.errors import Conflict, NotFound, PracticeError, RuleViolation
from practice.portal.calendar_files import calendar_of
from practice.portal.link_pages import Act, act_by_link, behave_as_link_pages, open_link, practice_alias
from practice.portal.other_times import find_other_times
from practice.portal.schemas import CancelSchema, FromSchema, MoveSchema, TimeSchema
from practice.portal.service import cancel_visit, confirm_visit, move_visit, stop_reminders, take_time
from practice.portal.visits import ManagedVisit, Standing, get_visit
from practice.reminders.links import MANAGE, STOP
from practice.reminders.rendering import zone_name
from practice.scheduling.appointments.forms import booking_rules
from practice.web.database import now, session
from practice.web.formatting import Style
from practice.web.forms import InvalidForm, load_form
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint("portal", __name__, template_folder="templates")

behave_as_link_pages(blueprint)


@blueprint.get("/m/<token>")
@requires("link.use")
def show_visit(token: str) -> Response:
    """Show the visit as it stands now."""
    return _page("manage", _visit(token), token)


@blueprint.post("/m/<token>/confirm")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_confirm(token: str) -> Response:
    """Confirm the visit."""
    _act(token, lambda opened, link, at: confirm_visit(opened, link=link, now=at))
    return _back(token, "Thank you. See you then.")


@blueprint.get("/m/<token>/cancel")
@requires("link.use")
def show_cancel(token: str) -> Response:
    """Say what cancelling would cost, before the button."""
    return _page("cancel", _visit(token), token)


@blueprint.post("/m/<token>/cancel")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_cancel(token: str) -> Response:
    """Call the visit off."""
    reason = _form(CancelSchema()).get("reason", "not_said")
    _act(token, lambda opened, link, at: cancel_visit(opened, link=link, reason=reason, now=at))
    return _back(token, "It is cancelled.")


@blueprint.get("/m/<token>/move")
@requires("link.use")
def show_move(token: str) -> Response:
    """Show other times."""
    return _move_page(token, None)


@blueprint.post("/m/<token>/move")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_move(token: str) -> Response:
    """Move the visit to the chosen time; when that has gone, show what is left."""
    chosen = _form(MoveSchema()).get("choice")
    if chosen is None:
        return _move_page(token, None, status=422, is_unchosen=True)

    def move(opened: Session, link: SignedLink, at: datetime) -> None:
        local_start, therapist = chosen
        move_visit(opened, link=link, local_start=local_start, therapist_uid=therapist, rules=booking_rules(), now=at)

    try:
        _act(token, move)
    except (Conflict, RuleViolation) as refused:
        return _move_page(token, refused, status=status_of(refused))
    return _back(token, "It is moved. This is the new time.")


@blueprint.post("/m/<token>/times")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_time(token: str) -> Response:
    """Take one of the times that are kept; when it has gone, say what is true."""
    held_uid = str(_form(TimeSchema()).get("time", ""))

    def take(opened: Session, link: SignedLink, at: datetime) -> None:
        take_time(opened, link=link, held_uid=held_uid, rules=booking_rules(), now=at)

    try:
        _act(token, take)
    except (Conflict, RuleViolation, NotFound) as refused:
        return _page("manage", _visit(token), token, status=status_of(refused), gone=True)
    return _back(token, "Thank you. This is the new time.")


@blueprint.get("/m/<token>/appointment.ics")
@requires("link.use")
def download_calendar(token: str) -> Response:
    """Hand the visit over as a calendar file."""
    settings: Settings = current_app.extensions["settings"]
    url = settings.base_url + url_for("portal.show_visit", token=token)
    file = Response(calendar_of(_visit(token), settings, url, now()), mimetype="text/calendar")
    file.headers["Content-Disposition"] = 'attachment; filename="appointment.ics"'
    return file


@blueprint.get("/m/<token>/stop")
@requires("link.use")
def show_stop_here(token: str) -> Response:
    """Ask whether reminders shall stop, from the visit's page."""
    return _stop_page(_visit(token).appointment.client_id, url_for("portal.post_stop_here", token=token))


@blueprint.post("/m/<token>/stop")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_stop_here(token: str) -> Response:
    """Stop reminders from the visit's page."""
    return _stop(token, MANAGE)


@blueprint.get("/u/<token>")
@requires("link.use")
def show_stop(token: str) -> Response:
    """Ask whether reminders shall stop."""
    link = open_link(token, STOP)
    return _stop_page(link.subject_id, url_for("portal.post_stop", token=token))


@blueprint.post("/u/<token>")
@requires("link.use")
@needs_no_form_token
def post_stop(token: str) -> Response:
    """Stop reminders: from our page, or by one click of a mail program (RFC 8058), which sends no token of ours."""
    return _stop(token, STOP)


def _act(token: str, act: Act, *, purpose: str = MANAGE) -> None:
    act_by_link(token, purpose, act, is_own_form=purpose == MANAGE)


def _back(token: str, thanks: str) -> Response:
    flash(thanks)
    return redirect(url_for("portal.show_visit", token=token), 303)


def _visit(token: str) -> ManagedVisit:
    link = open_link(token, MANAGE)
    return get_visit(session(), link=link, actor=link_actor(link), now=now())


def _page(name: str, visit: ManagedVisit, token: str, *, status: int = 200, **more: Any) -> Response:
    template = name if visit.standing is Standing.COMING else "ended"
    shown: dict[str, Any] = {
        "visit": visit,
        "token": token,
        "practice_name": visit.settings.sender_alias,
        "zone_words": zone_name(visit.local_start, visit.appointment.zone, Style()),
    }
    return render_page(f"portal/{template}.html", status=status, **shown, **more)


def _move_page(token: str, refusal: PracticeError | None, *, status: int = 200, is_unchosen: bool = False) -> Response:
    visit = _visit(token)
    if visit.standing is not Standing.COMING:
        return _page("move", visit, token, status=status)
    asked = _query()
    times = find_other_times(session(), visit, from_on=asked, now=now())
    return _page("move", visit, token, status=status, times=times, refusal=refusal, is_unchosen=is_unchosen)


def _query() -> Any:
    try:
        return load_form(FromSchema(), request.args).get("from_on")
    except InvalidForm:
        return None


def _form(schema: Any) -> dict[str, Any]:
    try:
        return load_form(schema)
    except InvalidForm:
        return {}


def _stop(token: str, purpose: str) -> Response:
    stopped: list[int] = []
    _act(token, lambda opened, link, at: stopped.append(stop_reminders(opened, link=link, now=at)), purpose=purpose)
    return _stop_page(stopped[-1], request.path)


def _stop_page(client_id: int | None, action: str) -> Response:
    is_on = client_id is not None and find_consent(session(), client_id, Purpose.REMINDER_EMAIL) is not None
    return render_page("portal/stop.html", action=action, is_on=is_on, practice_name=practice_alias())
