"""The calendar that programs fetch at a secret address. Reading it changes nothing; whoever has it needs no sign-in."""

from flask import Blueprint, Response, current_app

from practice.accounts.errors import LinkEnded
from practice.accounts.models import SignedLink
from practice.accounts.policy import requires
from practice.clinic.queries import get_settings, practice_today
from practice.config import Settings
from practice.core.errors import NotFound
from practice.portal.link_pages import behave_as_link_pages, open_link
from practice.reminders.calendar_addresses import CALENDAR, CalendarOf
from practice.reminders.calendar_feeds import GONE, calendar_of
from practice.reminders.writing import house_of, sender_of
from practice.web.conditional import unless_known
from practice.web.database import now, session

blueprint = Blueprint("calendars", __name__, template_folder="templates")

behave_as_link_pages(blueprint)


@blueprint.get("/f/<token>/calendar.ics")
@requires("link.use")
def show_calendar(token: str) -> Response:
    """Hand the calendar over, or 304 to a program that has it as it is."""
    link = _open(token)
    settings: Settings = current_app.extensions["settings"]
    policies = get_settings(session(), practice_today(session(), now()))
    house = house_of(policies, sender_of(settings))
    content = calendar_of(session(), CalendarOf(link.subject_kind, link.subject_id), house, now=now())
    return unless_known(Response(content, mimetype="text/calendar"))


def _open(token: str) -> SignedLink:
    """Return the link; one that was ended is told exactly as one that never was."""
    try:
        return open_link(token, CALENDAR)
    except (LinkEnded, NotFound) as gone:
        raise NotFound(GONE) from gone
