"""Pages behind the links of offers. Opening one changes nothing; only a posted form accepts, declines or stops."""

from flask import Blueprint, current_app, flash, redirect, url_for
from werkzeug.wrappers import Response

from practice.accounts.csrf import needs_no_form_token
from practice.accounts.links import link_token
from practice.accounts.policy import requires
from practice.config import Settings
from practice.core.errors import Conflict, PracticeError, RuleViolation
from practice.portal.link_pages import Act, act_by_link, behave_as_link_pages, open_link
from practice.portal.offered import accept_by_link, decline_by_link, get_offered_time, stop_by_link
from practice.reminders.links import OFFER, STOP_OFFERS
from practice.reminders.rendering import zone_name
from practice.scheduling.appointments.forms import booking_rules
from practice.web.database import now, session
from practice.web.formatting import Style
from practice.web.pages import render_page
from practice.web.problems import status_of

blueprint = Blueprint("portal_offers", __name__, template_folder="templates")
behave_as_link_pages(blueprint)


@blueprint.get("/o/<token>")
@requires("link.use")
def show_offer(token: str) -> Response:
    """Show the offered time as it stands now."""
    return _page(token)


@blueprint.post("/o/<token>/accept")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_accept(token: str) -> Response:
    """Take the time; when it is not to be had any more, say what is true."""
    return _answer(
        token,
        lambda opened, link, at: accept_by_link(opened, link=link, rules=booking_rules(), now=at),
        "Thank you. The time is yours.",
    )


@blueprint.post("/o/<token>/decline")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_decline(token: str) -> Response:
    """Say no to this time."""
    return _answer(
        token, lambda opened, link, at: decline_by_link(opened, link=link, now=at), "Thank you for saying so."
    )


@blueprint.post("/o/<token>/stop")
@requires("link.use")
@needs_no_form_token  # asked for once the link is known to be genuine
def post_stop_here(token: str) -> Response:
    """Leave the wait list from the offer's page."""
    act_by_link(token, OFFER, lambda opened, link, at: stop_by_link(opened, link=link, now=at), is_own_form=True)
    return redirect(url_for("portal_offers.show_offer", token=token), 303)


@blueprint.get("/s/<token>")
@requires("link.use")
def show_stop(token: str) -> Response:
    """Ask whether offers shall stop."""
    return _stop_page(token)


@blueprint.post("/s/<token>")
@requires("link.use")
@needs_no_form_token
def post_stop(token: str) -> Response:
    """Stop offers: from our page, or by one click of a mail program (RFC 8058), which sends no token of ours."""
    act_by_link(token, STOP_OFFERS, lambda opened, link, at: stop_by_link(opened, link=link, now=at), is_own_form=False)
    return _stop_page(token)


def _answer(token: str, act: Act, thanks: str) -> Response:
    try:
        act_by_link(token, OFFER, act, is_own_form=True)
    except (Conflict, RuleViolation) as refused:
        return _page(token, refused)
    flash(thanks)
    return redirect(url_for("portal_offers.show_offer", token=token), 303)


def _page(token: str, refusal: PracticeError | None = None) -> Response:
    shown = get_offered_time(session(), link=open_link(token, OFFER), now=now())
    settings: Settings = current_app.extensions["settings"]
    manage = shown.manage and url_for("portal.show_visit", token=link_token(settings.link_key, shown.manage))
    return render_page(
        "portal/offer.html",
        status=200 if refusal is None else status_of(refusal),
        shown=shown,
        token=token,
        manage_url=manage,
        refusal=refusal,
        practice_name=shown.settings.sender_alias,
        zone_words=zone_name(shown.local_start, shown.offer.zone, Style()),
    )


def _stop_page(token: str) -> Response:
    shown = get_offered_time(session(), link=open_link(token, STOP_OFFERS), now=now())
    action = url_for("portal_offers.post_stop", token=token)
    name = shown.settings.sender_alias
    return render_page("portal/stop_offers.html", action=action, is_on=shown.is_listed, practice_name=name)
