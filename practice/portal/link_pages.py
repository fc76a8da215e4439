"""What all pages behind links share: how links are read and counted, and how a refusal is told."""

from collections.abc import Callable
from datetime import datetime

from flask import Blueprint, current_app, request
from sqlalchemy.orm import Session
from werkzeug.wrappers import Response

from practice.accounts.csrf import require_form_token
from practice.accounts.errors import TooManyTries
from practice.accounts.limits import Limit
from practice.accounts.links import read_link
from practice.accounts.models import SignedLink
from practice.accounts.refusal_pages import seconds_until
from practice.accounts.sign_in import network_of, require_try
from practice.clinic.queries import get_settings, practice_today
from practice.config import Settings
from practice.core.errors import PracticeError
from practice.web.database import now, session, write
from practice.web.pages import render_page
from practice.web.problems import status_of

MOST_PER_LINK = 60
MOST_PER_NETWORK = 300

Act = Callable[[Session, SignedLink, datetime], object]


def behave_as_link_pages(blueprint: Blueprint) -> None:
    """Count what comes to *blueprint* and tell its refusals on a page that leads nowhere into the practice."""
    blueprint.before_request(limit_guessing)
    blueprint.register_error_handler(PracticeError, show_refusal)


def limit_guessing() -> None:
    """Count every request by where it comes from, so that links cannot be guessed."""
    require_try((Limit(f"link:network:{network_of(request.remote_addr)}", MOST_PER_NETWORK),))


def show_refusal(error: PracticeError) -> Response:
    """Tell a client what is true, on a page that leads nowhere into the practice."""
    status = 429 if isinstance(error, TooManyTries) else status_of(error)
    page = render_page("portal/refused.html", status=status, refusal=error, practice_name=practice_alias())
    if isinstance(error, TooManyTries):
        page.headers["Retry-After"] = str(seconds_until(error.until, now()))
    return page


def open_link(token: str, purpose: str) -> SignedLink:
    """Return the link that the request came by, and count its use; the same session goes on."""
    link = read_link(session(), key=link_key(), token=token, purpose=purpose, now=now())
    require_try((Limit(f"link:{link.uid}", MOST_PER_LINK),))
    return link


def act_by_link(token: str, purpose: str, act: Act, *, is_own_form: bool) -> None:
    """Run *act* in one transaction for the holder of the link; *is_own_form* asks for the form's token as well."""
    instant = now()
    open_link(token, purpose)
    if is_own_form:
        require_form_token()
    key = link_key()
    write(lambda opened: act(opened, read_link(opened, key=key, token=token, purpose=purpose, now=instant), instant))


def practice_alias() -> str:
    """Return the name under which the practice writes to clients."""
    return get_settings(session(), practice_today(session(), now())).sender_alias


def link_key() -> str:
    """Return the key that seals links."""
    settings: Settings = current_app.extensions["settings"]
    return settings.link_key
