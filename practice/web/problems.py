"""Refusals become HTTP here and nowhere else: RFC 9457 under ``/api/``, a page with the ways out elsewhere."""

import http
from collections.abc import Mapping
from typing import Any

import structlog
from flask import Flask, Response, jsonify, render_template, request
from sqlalchemy.exc import SQLAlchemyError
from werkzeug.exceptions import HTTPException, InternalServerError, ServiceUnavailable

from practice.core.errors import (
    Conflict,
    NotAllowed,
    NotFound,
    PracticeError,
    Refusal,
    RuleViolation,
    StaleVersion,
    Unavailable,
)
from practice.core.transact import is_outage
from practice.web.forms import InvalidForm

STATUS: Mapping[type[PracticeError], int] = {
    NotFound: 404,
    NotAllowed: 403,
    Conflict: 409,
    StaleVersion: 412,
    RuleViolation: 422,
}

PROBLEM_JSON = "application/problem+json"
API_PREFIX = "/api/"

log = structlog.get_logger()


def status_of(error: PracticeError) -> int:
    """Return the HTTP status of the error's kind."""
    return next(STATUS[kind] for kind in type(error).__mro__ if kind in STATUS)


def problem(status: int, code: str, title: str, detail: str, **members: object) -> dict[str, object]:
    """Return the body of one problem; *members* that are None are left out."""
    body: dict[str, object] = {
        "type": f"/problems/{code}",
        "title": title,
        "status": status,
        "detail": detail,
        "code": code,
    }
    return body | {name: value for name, value in members.items() if value is not None}


def problem_of(error: PracticeError) -> dict[str, object]:
    """Return the problem body of a refusal: every reason with its ways out."""
    refusals = error.refusals
    code = refusals[0].code if len(refusals) == 1 else error.code
    return problem(
        status_of(error),
        code,
        error.title,
        error.sentence,
        refusals=[shown_refusal(refusal) for refusal in refusals],
        context=dict(error.context) or None,
    )


def shown_refusal(refusal: Refusal) -> dict[str, object]:
    """Return one reason as the API shows it."""
    return {
        "code": refusal.code,
        "detail": refusal.sentence,
        "until": refusal.until.isoformat() if refusal.until else None,
        "overridable": refusal.overridable,
        "ways_out": [{"act": way.act, "label": way.label, "values": dict(way.values)} for way in refusal.ways_out],
    }


def problem_response(body: Mapping[str, Any], headers: Mapping[str, str] | None = None) -> Response:
    """Return *body* as ``application/problem+json`` with its own status."""
    response = jsonify(body)
    response.status_code = int(body["status"])
    response.mimetype = PROBLEM_JSON
    response.headers.update(headers or {})
    return response


def is_api_request() -> bool:
    """Return whether the answer must be JSON."""
    return request.path.startswith(API_PREFIX)


def install_problems(app: Flask) -> None:
    """Register the handlers of every expected and unexpected error."""
    app.register_error_handler(PracticeError, on_refusal)
    app.register_error_handler(Unavailable, _on_unavailable)
    app.register_error_handler(SQLAlchemyError, _on_database_error)
    app.register_error_handler(InvalidForm, _on_invalid_form)
    app.register_error_handler(HTTPException, on_http_exception)
    app.register_error_handler(Exception, _on_defect)


def on_refusal(error: PracticeError, status: int | None = None) -> Response:
    """Answer a refusal in the face that was asked, with its kind's status unless another is given."""
    answered = status or status_of(error)
    if is_api_request():
        return problem_response({**problem_of(error), "status": answered})
    return _page(answered, error.title, error.sentence, refusals=error.refusals)


def _on_invalid_form(error: InvalidForm) -> Response:
    """Answer a form that a page of ours would never send; pages that people fill in show their errors themselves."""
    name, sentences = next(iter(error.errors.items()))
    return _page(422, "That could not be read", f"{name}: {' '.join(sentences)} Go back, correct it and send it again.")


def _on_unavailable(_error: Unavailable) -> Response:
    return on_http_exception(
        ServiceUnavailable("The database is busy or out of reach. Nothing was changed; try again in a moment.")
    )


def _on_database_error(error: SQLAlchemyError) -> Response:
    if is_outage(error):
        return _on_unavailable(Unavailable())
    return _on_defect(error)


def _on_defect(error: Exception) -> Response:
    log.error("unexpected error", route=str(request.url_rule), kind=type(error).__name__, exc_info=error)
    return on_http_exception(
        InternalServerError("Something went wrong on our side. Nothing was changed. Please try again.")
    )


def on_http_exception(error: HTTPException) -> Response:
    """Answer an HTTP error in the face that was asked; keeps headers such as Allow and Retry-After."""
    status = error.code or 500
    headers = {
        name: value for name, value in error.get_headers() if name.lower() not in {"content-type", "content-length"}
    }
    if status == http.HTTPStatus.SERVICE_UNAVAILABLE:
        headers["Retry-After"] = str(Unavailable.retry_after_seconds)
    if error.response is not None:
        return _as_response(error)
    title, detail = error.name, _detail(error, status)
    if is_api_request():
        body = problem(status, _code(status), title, detail, errors=_input_errors(error))
        return problem_response(body, headers)
    page = _page(status, title, detail)
    page.headers.update(headers)
    return page


def _as_response(error: HTTPException) -> Response:
    response = error.get_response()
    if not isinstance(response, Response):
        raise TypeError("an aborting response must be a Flask response")
    return response


_DETAILS = {
    400: "The request could not be read. Check its format and send it again.",
    401: "Please sign in first.",
    403: "You may not do this. Search for the client or go back to Today.",
    404: "There is nothing here, or it is not for you. Search for the client or go back to Today.",
    405: "This address does not take that kind of request.",
    413: "That is too large. Send less at once.",
    415: "Send this as application/json.",
    422: "Some fields are not right; each is named with what it accepts.",
    429: "That was tried too often. Wait a little, then try again.",
}


def _detail(error: HTTPException, status: int) -> str:
    default = type(error).description
    if error.description and error.description != default:
        return error.description
    return _DETAILS.get(status, default or "That did not work.")


# Newer Pythons have other words for these two; a code must not change with the interpreter.
_STEADY_CODES = {413: "request_entity_too_large", 422: "unprocessable_entity"}


def _code(status: int) -> str:
    return _STEADY_CODES.get(status) or http.HTTPStatus(status).phrase.lower().replace(" ", "_").replace("'", "")


def _input_errors(error: HTTPException) -> list[dict[str, str]] | None:
    """Return marshmallow's messages as JSON pointers, if the error came from a schema."""
    data = getattr(error, "data", None)
    if not data or "messages" not in data:
        return None
    found: list[dict[str, str]] = []
    for messages in data["messages"].values():
        _collect(messages, "", found)
    return found


def _collect(messages: object, pointer: str, found: list[dict[str, str]]) -> None:
    if isinstance(messages, Mapping):
        for name, inner in messages.items():
            _collect(inner, f"{pointer}/{name}", found)
    elif isinstance(messages, list):
        for message in messages:
            _collect(message, pointer, found)
    else:
        found.append({"pointer": pointer.removesuffix("/_schema") or "/", "detail": str(messages)})


_WAYS = ({"label": "Go to Today", "url": "/today"}, {"label": "Find a client", "url": "/clients"})


def _page(status: int, title: str, detail: str, refusals: tuple[Refusal, ...] = ()) -> Response:
    more = [refusal.sentence for refusal in refusals if refusal.sentence != detail]
    html = render_template(
        "web/error.html",
        title=title,
        sentence=" ".join([detail, *more]),
        ways=_WAYS if status in {403, 404} else (),
        symbol="stop" if status >= 500 else "warn",
    )
    return Response(html, status=status, mimetype="text/html")
