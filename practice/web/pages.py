"""Rendering pages: what templates may call, and whole page or fragment by who asks."""

from __future__ import annotations

import uuid
from collections.abc import Callable
from functools import partial
from typing import Any
from urllib.parse import urlencode

from flask import Blueprint, Flask, Response, make_response, render_template, request

from practice.core.local_time import to_local
from practice.web import formatting
from practice.web.assets import install_assets
from practice.web.formatting import Style
from practice.web.headers import install_headers

STYLED: dict[str, Callable[..., str]] = {
    "day_name": formatting.day_name,
    "long_date": formatting.long_date,
    "month_name": formatting.month_name,
    "short_date": formatting.short_date,
    "full_date": formatting.full_date,
    "near_date": formatting.near_date,
    "time_of_day": formatting.time_of_day,
    "client_time": formatting.client_time,
    "money": formatting.money,
}


def wants_fragment() -> bool:
    """Return whether htmx asks for a part of the page; its history restore wants all of it."""
    headers = request.headers
    return "HX-Request" in headers and "HX-Boosted" not in headers and "HX-History-Restore-Request" not in headers


def render_page(template: str, *, status: int = 200, fragment: str | None = None, **context: Any) -> Response:
    """Render the page, or only its fragment template when htmx asks and there is one."""
    chosen = fragment if fragment and wants_fragment() else template
    response = make_response(render_template(chosen, **context), status)
    response.headers.add("Vary", "HX-Request")
    return response


def form_key() -> str:
    """Return a new idempotency key for one form."""
    return uuid.uuid4().hex


def page_url(page: int) -> str:
    """Return this page's address with another page number."""
    others = [(name, value) for name, value in request.args.items(multi=True) if name != "page"]
    return f"{request.path}?{urlencode([*others, ('page', page)])}"


def merged(attrs: dict[str, str], more: dict[str, str]) -> dict[str, str]:
    """Return both sets of attributes; the second wins."""
    return {**attrs, **more}


def install_filters(app: Flask, style: Style) -> None:
    """Give templates the locale's words; each filter has the practice's style already in it."""
    for name, write in STYLED.items():
        app.jinja_env.filters[name] = partial(write, style=style)
    app.jinja_env.filters["duration"] = formatting.duration
    app.jinja_env.filters["lead_and_rest"] = formatting.lead_and_rest
    app.jinja_env.filters["merged"] = merged
    app.jinja_env.filters["in_zone"] = to_local
    app.jinja_env.globals.update(form_key=form_key, page_url=page_url, html_lang=style.html_lang)


def install_look(app: Flask, *, style: Style, link_blueprints: tuple[str, ...] = ()) -> None:
    """Give an application the shells, macros, filters, static files and security headers."""
    app.register_blueprint(Blueprint("web", __name__, template_folder="templates"))
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    install_filters(app, style)
    install_assets(app)
    install_headers(app, link_blueprints=link_blueprints)
