"""Refusals of permission and of signing in, answered and audited."""

from datetime import datetime

from flask import Flask, Response, request

from practice.accounts.current import current_actor
from practice.accounts.errors import (
    NOTHING_HERE,
    ForeignObject,
    LinkEnded,
    RoleNotAllowed,
    SignInFailed,
    TooManyTries,
)
from practice.accounts.permissions import Scope
from practice.accounts.policy import LINK_USE, requested_action, requested_scope
from practice.audit.refusals import audit_refusal
from practice.core.errors import NotFound
from practice.core.events import Event
from practice.core.sealed_text import SealBroken
from practice.web.database import now, sessions
from practice.web.problems import on_refusal


def install_refusals(app: Flask) -> None:
    """Register the answers that the five kinds of refusal do not know."""
    app.register_error_handler(RoleNotAllowed, _on_permission)
    app.register_error_handler(ForeignObject, _on_permission)
    app.register_error_handler(NotFound, _on_not_found)
    app.register_error_handler(SealBroken, _on_broken_seal)
    app.register_error_handler(LinkEnded, on_refusal)
    app.register_error_handler(SignInFailed, lambda error: on_refusal(error, 401))
    app.register_error_handler(TooManyTries, on_too_many_tries)


def on_too_many_tries(error: TooManyTries) -> Response:
    """Answer 429 and say when to come back."""
    response = on_refusal(error, 429)
    response.headers["Retry-After"] = str(seconds_until(error.until, now()))
    return response


def seconds_until(until: datetime, instant: datetime) -> int:
    """Return whole seconds to wait, at least one."""
    return max(1, round((until - instant).total_seconds()))


def _on_not_found(error: NotFound) -> Response:
    """Answer a missing object exactly as a foreign one where the actor might be refused a foreign one."""
    if requested_scope() is Scope.OWN and requested_action() != LINK_USE:
        return on_refusal(NotFound(NOTHING_HERE))
    return on_refusal(error)


def _on_broken_seal(error: SealBroken) -> Response:
    place = error.place
    data = {"table": place.table, "column": place.column, "client": place.client_uid}
    audit_refusal(sessions(), Event("seal.broken", "record", place.row_uid, current_actor(), now(), data))
    return on_refusal(error)


def _on_permission(error: RoleNotAllowed | ForeignObject) -> Response:
    view_args = request.view_args or {}
    asked = str(view_args.get("uid", ""))[:64]
    data = {"action": error.action, "method": request.method, "route": request.endpoint or ""}
    kind = error.action.partition(".")[0]
    audit_refusal(sessions(), Event("permission.refused", kind, asked, current_actor(), now(), data))
    return on_refusal(error)
