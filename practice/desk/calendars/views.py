"""Pages of a calendar's secret address: a therapist's own, and a client's at the desk."""

from flask import Blueprint, current_app
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.current import current_actor
from practice.accounts.errors import NOTHING_HERE
from practice.accounts.ownership import own_therapist_id, require_own
from practice.accounts.policy import requires
from practice.clients.models import Client
from practice.clients.queries import get_client
from practice.config import Settings
from practice.core.errors import NotFound
from practice.reminders.calendar_addresses import (
    THERAPIST,
    CalendarOf,
    calendar_url,
    end_address,
    find_address,
    renew_address,
)
from practice.reminders.links import CLIENT
from practice.web.database import now, session
from practice.web.form_pages import post_act
from practice.web.pages import render_page

OWN = "/account/calendar"
MADE = "This is the address now. One that was there before opens nothing any more."
ENDED = "The address is ended. Nobody can follow the calendar."

blueprint = Blueprint("calendar_addresses", __name__, template_folder="../templates")


@blueprint.get(OWN)
@requires("calendar_address.own")
def show_own() -> Response:
    """Show a therapist the address of his own diary."""
    return _page(_own(session()), OWN, back="/account", client=None)


@blueprint.post(OWN)
@requires("calendar_address.own")
def post_own() -> Response:
    """Make the address, or a new one."""
    return post_act(lambda opened: _renew(opened, _own(opened)), OWN, said=MADE)


@blueprint.post(f"{OWN}/end")
@requires("calendar_address.own")
def post_end_own() -> Response:
    """End the address."""
    return post_act(lambda opened: _end(opened, _own(opened)), OWN, said=ENDED)


@blueprint.get("/clients/<uid:uid>/calendar")
@requires("calendar_address.client")
def show_clients(uid: str) -> Response:
    """Show the address of a client's calendar."""
    client = _client(session(), uid)
    return _page(CalendarOf(CLIENT, client.id), _path(uid), back=f"/clients/{client.uid}", client=client)


@blueprint.post("/clients/<uid:uid>/calendar")
@requires("calendar_address.client")
def post_clients(uid: str) -> Response:
    """Make the address, or a new one."""
    return post_act(lambda opened: _renew(opened, CalendarOf(CLIENT, _client(opened, uid).id)), _path(uid), said=MADE)


@blueprint.post("/clients/<uid:uid>/calendar/end")
@requires("calendar_address.client")
def post_end_clients(uid: str) -> Response:
    """End the address."""
    return post_act(lambda opened: _end(opened, CalendarOf(CLIENT, _client(opened, uid).id)), _path(uid), said=ENDED)


def _path(uid: str) -> str:
    return f"/clients/{uid}/calendar"


def _own(opened: Session) -> CalendarOf:
    actor = current_actor()
    if actor.user_id is None or own_therapist_id(opened, actor, "calendar_address.own") is None:
        raise NotFound(NOTHING_HERE)
    return CalendarOf(THERAPIST, actor.user_id)


def _client(opened: Session, uid: str) -> Client:
    client = get_client(opened, uid)
    require_own(opened, current_actor(), "calendar_address.client", client_id=client.id)
    return client


def _renew(opened: Session, owner: CalendarOf) -> object:
    return renew_address(opened, owner=owner, actor=current_actor(), now=now())


def _end(opened: Session, owner: CalendarOf) -> object:
    return end_address(opened, owner=owner, actor=current_actor(), now=now())


def _page(owner: CalendarOf, path: str, *, back: str, client: Client | None) -> Response:
    settings: Settings = current_app.extensions["settings"]
    link = find_address(session(), owner)
    url = calendar_url(settings.base_url, settings.link_key, link) if link is not None else ""
    return render_page("desk/calendar_address.html", url=url, link=link, path=path, back=back, client=client)
