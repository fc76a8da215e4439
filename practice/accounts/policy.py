"""Every route names its action, or the application refuses to start; every request is judged before its view."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any, TypeVar
from urllib.parse import quote

from flask import Flask, Response, current_app, g, redirect, request
from werkzeug.datastructures import WWWAuthenticate
from werkzeug.exceptions import Unauthorized
from werkzeug.wrappers import Response as AnyResponse

from practice.accounts.current import current_actor, current_identity
from practice.accounts.errors import RoleNotAllowed
from practice.accounts.ownership import was_judged
from practice.accounts.permissions import PERMISSIONS, Scope, scope_of
from practice.web.idempotency import was_answered_before
from practice.web.problems import is_api_request
from practice.web.redirects import local_target

View = TypeVar("View", bound=Callable[..., Any])

PUBLIC = "public"
LINK_USE = "link.use"
LOCKED = "desk:locked"
"""What the page is told when its session is locked."""

_TAG = "required_action"
_METHODS = ("get", "post", "put", "patch", "delete")


class MissingPolicy(RuntimeError):
    """A route does not say who may use it, or names an action that the permission table does not have."""


class UnjudgedAnswer(RuntimeError):
    """A view whose action reaches only own things answered without ``require_own`` or ``own_therapist_id``."""


def requires(action: str) -> Callable[[View], View]:
    """Tag a view with the action of the permission table that it performs; ``"public"`` for open ones."""

    def tag(view: View) -> View:
        setattr(view, _TAG, action)
        return view

    return tag


def install_policies(app: Flask, *, elsewhere: Mapping[str, str] | None = None) -> None:
    """Check that every route has a policy and enforce it; call it after the last route is registered.

    *elsewhere* maps endpoints of libraries to actions. Raises :class:`MissingPolicy`.
    """
    for endpoint, action in (elsewhere or {}).items():
        app.view_functions[endpoint] = _tagged(app.view_functions[endpoint], action)
    check_policies(app)
    app.before_request(_judge)
    app.after_request(_require_judgement)


def check_policies(app: Flask) -> None:
    """Raise :class:`MissingPolicy` naming every route without a policy or with an unknown action."""
    faults = [
        f"{rule.rule} ({rule.endpoint}, {method}): {action or 'no policy'}"
        for rule in app.url_map.iter_rules()
        for method, action in actions_of(app.view_functions[rule.endpoint])
        if action not in PERMISSIONS
    ]
    if faults:
        raise MissingPolicy("routes without a known policy: " + "; ".join(sorted(faults)))


def actions_of(view: Callable[..., Any]) -> Iterator[tuple[str, str | None]]:
    """Yield (method, action) for a view class, ("*", action) for a function."""
    view_class = getattr(view, "view_class", None)
    if view_class is None:
        yield "*", getattr(view, _TAG, None)
        return
    for name in _METHODS:
        if handler := getattr(view_class, name, None):
            yield name.upper(), getattr(handler, _TAG, None)


def action_of_request(app: Flask, endpoint: str, method: str) -> str:
    """Return the action that a request performs; raises :class:`MissingPolicy` for a route added after the check."""
    wanted = "GET" if method in {"HEAD", "OPTIONS"} else method
    found = dict(actions_of(app.view_functions[endpoint]))
    action = found.get("*") or found.get(wanted) or next(iter(found.values()), None)
    if action is None:
        raise MissingPolicy(f"{endpoint} has no policy")
    return action


def _tagged(view: Callable[..., Any], action: str) -> Callable[..., Any]:
    def answer(*args: Any, **kwargs: Any) -> Any:
        return view(*args, **kwargs)

    return requires(action)(answer)


def _judge() -> AnyResponse | None:
    if requested_scope() is not Scope.NONE:
        return None
    if current_actor().is_staff:
        raise RoleNotAllowed(requested_action() or "")
    return _ask_to_sign_in()


def requested_scope() -> Scope:
    """Return how far this request's action reaches for who is asking; public routes reach everything."""
    action = requested_action()
    return Scope.ALL if action is None or action == PUBLIC else scope_of(current_actor(), action)


def requested_action() -> str | None:
    """Return the action of the route that this request matched."""
    if request.endpoint is None:
        return None
    return action_of_request(current_app, request.endpoint, request.method)


def _ask_to_sign_in() -> AnyResponse:
    if current_identity().locked is not None:
        return _ask_to_unlock()
    if is_api_request():
        raise Unauthorized(
            "Sign in, or send a bearer token in the Authorization header.", www_authenticate=WWWAuthenticate("bearer")
        )
    address = sign_in_address(_here())
    if request.headers.get("HX-Request") == "true":
        return Response(status=401, headers={"HX-Redirect": address})
    return redirect(address, 303)


def _ask_to_unlock() -> AnyResponse:
    if is_api_request():
        raise Unauthorized(
            "This session is locked. Unlock it with the PIN or the password.",
            www_authenticate=WWWAuthenticate("bearer"),
        )
    if request.headers.get("HX-Request") == "true":
        return Response(status=401, headers={"HX-Trigger": LOCKED})
    return redirect(f"/unlock?next={quote(local_target(_here(), '/'), safe='/')}", 303)


def sign_in_address(target: str | None) -> str:
    """Return the address of the sign-in page that leads on to *target* when that is a path of our own."""
    path = local_target(target, "/")
    return "/sign-in" if path == "/" else f"/sign-in?next={quote(path, safe='/')}"


def _here() -> str | None:
    """Return where to go on after sign-in: the page itself, or for a post the page that it was sent from."""
    if request.method in {"GET", "HEAD"}:
        return request.full_path.removesuffix("?")
    return None


def _require_judgement(response: Response) -> Response:
    """Refuse to answer when only own things were allowed and the view never asked whether this is one."""
    if response.status_code >= 400 or request.method == "OPTIONS" or g.get("answered_unjudged"):
        return response
    if requested_scope() is not Scope.OWN:
        return response
    if (opened := g.get("session")) is None or not (was_judged(opened) or was_answered_before(opened)):
        g.answered_unjudged = True
        raise UnjudgedAnswer(f"{request.endpoint} answered without asking whose this is")
    return response
