"""Forged requests: cookie sessions prove with a token that the request came from our own page."""

from collections.abc import Callable
from typing import Any, TypeVar

from flask import Flask, Response, current_app, request
from flask_wtf.csrf import CSRFError, CSRFProtect

from practice.accounts.current import bearer_token, current_identity
from practice.accounts.errors import FormTokenRefused
from practice.web.problems import is_api_request, on_refusal

View = TypeVar("View", bound=Callable[..., Any])

_SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_SITES = frozenset({"same-origin", "none"})
_TAG = "needs_no_form_token"

_protection = CSRFProtect()


def needs_no_form_token(view: View) -> View:
    """Tag a view whose posts come from elsewhere by design, or read only strict JSON and create the session."""
    setattr(view, _TAG, True)
    return view


def require_form_token() -> None:
    """Check the request's form token now; for a view that must first see whether there is anything to act on."""
    _require_own_site()
    _protection.protect()


def install_csrf(app: Flask, *, secure: bool) -> None:
    """Check every request that may change something; call it after the policies, so that strangers get 401."""
    app.config.update(
        WTF_CSRF_CHECK_DEFAULT=False,
        # The token lives as long as the browser's session: a page left open over lunch still works.
        WTF_CSRF_TIME_LIMIT=None,
        # Pages behind links send no referrer; Sec-Fetch-Site says the same and cannot be withheld by a page.
        WTF_CSRF_SSL_STRICT=False,
        WTF_CSRF_HEADERS=["X-CSRFToken"],
        SESSION_COOKIE_NAME="__Host-form" if secure else "form",
    )
    _protection.init_app(app)
    app.before_request(_protect)
    app.register_error_handler(CSRFError, _on_csrf_error)


def _protect() -> None:
    if request.method in _SAFE or request.endpoint is None:
        return
    view = current_app.view_functions[request.endpoint]
    exempt = getattr(view, _TAG, False) or _method_is_exempt(view)
    if exempt and not is_api_request():
        return
    if exempt or (bearer_token() is not None and current_identity().is_bearer):
        _require_own_site()
        return
    require_form_token()


def _require_own_site() -> None:
    if request.headers.get("Sec-Fetch-Site", "none") not in _OWN_SITES:
        raise CSRFError("cross-site")


def _method_is_exempt(view: Callable[..., Any]) -> bool:
    view_class = getattr(view, "view_class", None)
    return bool(getattr(getattr(view_class, request.method.lower(), None), _TAG, False))


def _on_csrf_error(_error: CSRFError) -> Response:
    return on_refusal(FormTokenRefused(), 400)
